"""The app of the assistant."""

from django.apps import AppConfig


class AssistantConfig(AppConfig):
    """Keeps what a language model said, its cache, and what was used."""

    name = "tieout.server.assistant"
    label = "assistant"
