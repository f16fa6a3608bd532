"""The app of what comes in."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Keeps findings of scored transactions, uploads and answers."""

    name = "tieout.server.intake"
    label = "intake"

    def ready(self) -> None:
        """Register the jobs of uploads."""
        from tieout.server.intake import handlers  # noqa: F401
