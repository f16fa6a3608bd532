"""The app of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Keeps the table of jobs."""

    name = "tieout.server.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Make the kinds of jobs known."""
        from tieout.server.jobs import handlers  # noqa: F401
