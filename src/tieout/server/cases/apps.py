"""The cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """See the package."""

    name = "tieout.server.cases"
    label = "cases"
