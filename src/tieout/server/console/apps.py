"""The console as a Django app: templates, tags and static files, no tables."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """See the package."""

    name = "tieout.server.console"
    label = "console"
