"""The app of the outbox."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Keeps the table of deliveries."""

    name = "tieout.server.outbox"
    label = "outbox"
