"""The app of closing."""

from importlib import import_module

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    """Lists the jobs that automated tasks run."""

    name = "tieout.server.closing"
    label = "closing"

    def ready(self) -> None:
        """Make the handlers known."""
        import_module("tieout.server.closing.handlers")
