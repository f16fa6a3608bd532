"""The app of what comes in."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Keeps findings of scored transactions, uploads and answers."""

    name = "tieout.server.intake"
    label = "intake"
