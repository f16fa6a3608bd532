"""Kinds of jobs that exist in tests only."""

from collections.abc import Callable
from typing import Any

import pytest

from tieout.server.jobs import registry

Register = Callable[..., None]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a handler for the time of a test: kind("add", run, effect=…)."""
    registry.load_handlers()
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))

    def register(name: str, run: Any, *, effect: Any = None) -> None:
        registry.handler(name, effect=effect)(run)

    return register
