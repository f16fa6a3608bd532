"""The alerts app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """See the package."""

    name = "tieout.server.alerts"
    label = "alerts"
