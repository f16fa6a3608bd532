"""The app of proposals."""

from django.apps import AppConfig


class ResolutionsConfig(AppConfig):
    """Keeps proposals and precedents."""

    name = "tieout.server.resolutions"
    label = "resolutions"
