"""The app of proposals."""

from django.apps import AppConfig


class ResolutionsConfig(AppConfig):
    """Keeps proposals and precedents."""

    name = "tieout.server.resolutions"
    label = "resolutions"

    def ready(self) -> None:
        """Hear how deliveries end."""
        from tieout.server.resolutions import handlers  # noqa: F401
