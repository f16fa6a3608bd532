"""A played model, a case to ask about, and a clock that tests turn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from models import ModelServer

from tieout.resolve.assistant.ask import Assistant
from tieout.resolve.assistant.material import Material, material_of
from tieout.resolve.assistant.store import MemoryStore, Store
from tieout.resolve.config.assistant import AssistantSpec
from tieout.resolve.facts import Facts

FACTS = Facts(
    identity="b1",
    reconciliation="bank_vs_ledger",
    bucket="fee_or_tax",
    key="INV-7",
    amount_left=Decimal("97.10"),
    amount_right=Decimal("100.00"),
    difference=Decimal("-2.90"),
    currency="EUR",
    date_left=date(2026, 3, 27),
    evidence="left 97.10 - right 100.00 = -2.90 = -(0.30 + 2.6% x 100.00)",
    counterparty="Acme Ltd",
    comment="paid from DE89 3704 0044 0532 0130 00",
)
Make = Callable[..., Assistant]


@dataclass
class Turned:
    """A clock that stands still, and sleeps that pass at once and are remembered."""

    at: datetime = datetime(2026, 3, 31, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Turned:
    """Shows noon."""
    return Turned()


@pytest.fixture
def material() -> Material:
    """What is told of the case."""
    return material_of(FACTS, b"key")


@pytest.fixture
def store() -> MemoryStore:
    """Empty."""
    return MemoryStore()


@pytest.fixture
def make(model: ModelServer, clock: Turned, store: Store) -> Make:
    """Makes an assistant that asks the played model: make(attempts=2)."""

    def made(**more: Any) -> Assistant:
        given: dict[str, Any] = {"provider": "local", "model": "played", "base_url": model.url}
        kept = more.pop("store", store)
        spec = AssistantSpec.model_validate(given | more)
        return Assistant.of(spec, kept, now=clock.now, sleep=clock.sleep)

    return made
