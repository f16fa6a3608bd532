"""The cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package."""

    name = "tieout.server.cases"
    label = "cases"

    def ready(self) -> None:
        """Make the kinds of jobs known that runs are done by."""
        from tieout.server.cases import export_jobs, handlers  # noqa: F401
