"""The app of closing."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    """Keeps the ledger, and the periods with their tasks."""

    name = "tieout.server.closing"
    label = "closing"
