"""Samples for inferring: small ones written in the test, larger ones made from payments."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest

from tieout.reconcile.infer import SampleSide

Side = Callable[..., SampleSide]
Payments = Callable[..., "list[Payment]"]


@dataclass(frozen=True)
class Payment:
    """One payment that both sides know."""

    number: int
    reference: str
    cents: int
    day: date
    currency: str
    party: str

    @property
    def amount(self) -> str:
        """As computers write it."""
        return f"{self.cents / 100:.2f}"

    @property
    def german(self) -> str:
        """As a German bank writes it."""
        return f"{self.cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))

    def on(self, pattern: str, *, later: int = 0) -> str:
        """Its date, some days later."""
        return (self.day + timedelta(days=later)).strftime(pattern)


@pytest.fixture(scope="session")
def side() -> Side:
    """Makes a sample of a table written with bars, or of columns; "-" is nothing."""

    def make(
        table: str | None = None, *, name: str = "side", rows: int | None = None, **columns: object
    ) -> SampleSide:
        if table is not None:
            lines = [[c.strip() for c in line.split("|")] for line in table.strip().splitlines()]
            columns = {head: [row[at] for row in lines[1:]] for at, head in enumerate(lines[0])}
        frame = pl.DataFrame(
            {
                head: pl.Series(head, [None if v == "-" else v for v in values], dtype=pl.String)
                for head, values in columns.items()
                if isinstance(values, list)
            }
        )
        return SampleSide(name, frame, rows or frame.height)

    return make


@pytest.fixture(scope="session")
def payments() -> Payments:
    """Makes payments; the same seed makes the same ones."""

    def make(count: int, *, seed: int = 1, cents_max: int = 500_000) -> list[Payment]:
        random = Random(seed)  # noqa: S311 - test data
        return [
            Payment(
                number=number,
                reference=f"{random.randrange(10**8):08d}",
                cents=random.randrange(1, cents_max) * random.choice((1, -1, -1)),
                day=date(2024, 1, 2) + timedelta(days=random.randrange(180)),
                currency=random.choice(("EUR", "USD", "GBP")),
                party=random.choice(("Acme Corp", "Beta GmbH", "Gamma Ltd", "Delta SA")),
            )
            for number in range(count)
        ]

    return make


@pytest.fixture(scope="session")
def shuffled() -> Callable[[list[Payment]], list[Payment]]:
    """Another order, with a tenth left out."""

    def shuffle(rows: list[Payment]) -> list[Payment]:
        return Random(7).sample(rows, len(rows) - len(rows) // 10)  # noqa: S311 - test data

    return shuffle
