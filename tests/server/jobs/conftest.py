"""Kinds of jobs that exist in tests only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.jobs import registry

Register = Callable[..., None]
People = Callable[..., User]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a handler for the time of a test: kind("add", run, effect=…)."""
    registry.load_handlers()
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))

    def register(name: str, run: Any, *, effect: Any = None) -> None:
        registry.handler(name, effect=effect)(run)

    return register


@pytest.fixture
def admin(person: People) -> Client:
    """A browser of an admin."""
    client = Client(headers={"host": "localhost"})
    client.force_login(person("root", "admin"))
    return client
