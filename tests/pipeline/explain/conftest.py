"""A day of card payments on which three things fail upstream, and 500 others go wrong by chance."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.pipeline import reconcile
from tieout.pipeline.explain_breaks import ExplainedBreaks, explain_breaks
from tieout.pipeline.reconcile import ReconcileJob
from tieout.pipeline.timing import Stopwatch

Group = Callable[..., ExplainedBreaks]
ROWS = 6_000
UNRELATED = 500
_PARTIES = tuple(f"Merchant {number:02d}" for number in range(30))
_ACQUIRERS = ("Nordpay", "Cardline", "Acqura", "Payhub")
_CURRENCIES = ("EUR", "USD", "CHF", "GBP")
_RATES = {
    "EUR": (1.0, 1.0),
    "USD": (0.9137, 0.9241),
    "CHF": (1.0412, 1.0533),
    "GBP": (1.1655, 1.1714),
}
_LEFT = (
    "payment_id",
    "paid_at",
    "merchant",
    "acquirer",
    "amount",
    "ccy",
    "original_amount",
    "original_ccy",
)
_RIGHT = ("reference", "booked_at", "name", "amount", "currency", "fc_amount", "fc_currency")


@dataclass
class FailingDay:
    """Both files, and the left rows (from 1) that each failure hit."""

    left: Path
    right: Path
    missing: set[int] = field(default_factory=set)
    fee: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)
    unrelated: set[int] = field(default_factory=set)

    @property
    def failures(self) -> tuple[set[int], set[int], set[int]]:
        """The three injected ones."""
        return self.missing, self.fee, self.stale


def failing_day(folder: Path, *, seed: int = 1) -> FailingDay:
    """Write both files.

    Merchant 07 is missing on the right from 10:00 to 12:00; Acqura's fee is taken off twice over
    what is agreed; Swiss francs are booked at the rate of the day before.
    """
    chance = Random(seed)  # noqa: S311 - practice data
    day = FailingDay(folder / "processor.csv", folder / "bank.csv")
    lefts: list[list[Any]] = []
    rights: list[list[Any]] = []
    for row in range(1, ROWS + 1):
        left = _payment(row, chance)
        right = _booked(left)
        lefts.append(left)
        hit = _fail(day, row, left, right)
        if hit == "missing":
            continue
        rights.append(right)
    by_reference = {right[0]: right for right in rights}
    spared = [
        row
        for row in range(ROWS // 2 + 1, ROWS + 1)
        if not any(row in failure for failure in day.failures)
    ]
    for row in sorted(chance.sample(spared, UNRELATED)):
        day.unrelated.add(row)
        right = by_reference[lefts[row - 1][0]]
        _go_wrong(right, rights, chance)
    _write(day.left, _LEFT, lefts)
    _write(day.right, _RIGHT, rights)
    return day


def _payment(row: int, chance: Random) -> list[Any]:
    today = row > ROWS // 2
    currency = chance.choices(_CURRENCIES, (70, 12, 10, 8))[0]
    cents = chance.randrange(500, 90_000)
    rate = _RATES[currency][int(today)]
    second = chance.randrange(86_400)
    time = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    at = f"2024-03-{14 if today else 13} {time}"
    amount = f"{round(cents * rate) / 100:.2f}"
    party, acquirer = chance.choice(_PARTIES), chance.choice(_ACQUIRERS)
    if row % 10 == 7:
        party = "Merchant 07"
    return [f"PAY{row:07d}", at, party, acquirer, amount, "EUR", f"{cents / 100:.2f}", currency]


def _booked(left: list[Any]) -> list[Any]:
    reference, at, party, _, amount, currency, card_amount, card_currency = left
    return [reference, at, party.upper(), amount, currency, card_amount, card_currency]


def _fail(day: FailingDay, row: int, left: list[Any], right: list[Any]) -> str:
    if not left[1].startswith("2024-03-14"):
        return ""
    if left[2] == "Merchant 07" and "10:00" <= left[1][11:16] < "12:00":
        day.missing.add(row)
        return "missing"
    if left[3] == "Acqura":
        right[3] = f"{round(float(left[4]) * 98.1 - 20) / 100:.2f}"
        day.fee.add(row)
        return "fee"
    if left[7] == "CHF":
        right[3] = f"{round(float(left[6]) * _RATES['CHF'][0] * 100) / 100:.2f}"
        day.stale.add(row)
        return "stale"
    return ""


def _go_wrong(right: list[Any], rights: list[list[Any]], chance: Random) -> None:
    kind = chance.randrange(5)
    if kind == 0:
        rights.remove(right)
    elif kind == 1:
        rights.append(list(right))
    elif kind == 2:
        right[3] = f"{float(right[3]) + 0.01:.2f}"
    elif kind == 3:
        right[3] = f"{-float(right[3]):.2f}"
    else:
        right[3] = f"{float(right[3]) * chance.uniform(0.3, 0.8):.2f}"


def _write(path: Path, header: tuple[str, ...], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


@contextmanager
def reconciled(left: str | Path, right: str | Path, scratch: Path) -> Iterator[Group]:
    """Two files reconciled by what is inferred of them; groups their breaks when called."""
    job = ReconcileJob(left=str(left), right=str(right))
    with DuckDBEngine() as engine:
        done = reconcile._carry_out(job, engine, scratch, Stopwatch())

        def group(*, graded: bool = False, **more: Any) -> ExplainedBreaks:
            unknown = pl.lit(None, dtype=pl.String).alias("severity")
            return explain_breaks(
                done.breaks if graded else done.breaks.with_columns(unknown),
                (done.left, done.right),
                reconciliation=done.inferred.spec.reconciliation,
                engine=engine,
                scratch=scratch,
                **more,
            )

        yield group


@pytest.fixture
def two_sides(tmp_path: Path) -> Group:
    """Reconciles two locations and groups their breaks."""

    def carry_out(left: str, right: str, **more: Any) -> ExplainedBreaks:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        with reconciled(left, right, scratch) as group:
            return group(**more)

    return carry_out


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> FailingDay:
    """The day, written once."""
    return failing_day(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="module")
def explained(day: FailingDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """The two files of the day, reconciled; groups their breaks when called."""
    with reconciled(day.left, day.right, tmp_path_factory.mktemp("scratch")) as group:
        yield group
