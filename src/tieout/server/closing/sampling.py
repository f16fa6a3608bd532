"""Samples of a period's entries for whoever audits them; the same seed draws the same again."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.close.journal.sample import Drawn, monetary_unit, stratified, targeted
from tieout.close.tasks.dates import Period as Month
from tieout.model.errors import InputError
from tieout.server.closing.books import has_ledger, open_books
from tieout.server.closing.checks import folder_of
from tieout.server.closing.models import Period

if TYPE_CHECKING:
    import polars as pl

    from tieout.close.journal.book import Book

METHODS: Final = ("random", "monetary_unit", "risk")
SIZE: Final = 25
_SIZE_MAX: Final = 10_000
_SCALE: Final = 2


@dataclass(frozen=True)
class SampleRequest:
    """What to draw. random: in strata of equal money. risk: the riskiest, as tested."""

    method: str = "random"
    size: int = SIZE
    seed: int = 0


def draw_sample(period: Period, asked: SampleRequest) -> "pl.DataFrame":
    """Entries of a period: method, seed, entry, effective, amount, stratum, weight, reason, row.

    Raises InputError for an unknown method or size, without a ledger, and by risk before the
    journal tests have run.
    """
    if asked.method not in METHODS:
        raise InputError(f"method {asked.method!r}: expected one of {', '.join(METHODS)}")
    if not 1 <= asked.size <= _SIZE_MAX:
        raise InputError(f"size {asked.size}: expected 1 to {_SIZE_MAX:,}")
    if not has_ledger():
        raise InputError("there is no ledger yet; import one: tieout close init --ledger FILE")
    book = _book_of(period)
    return _table(book, _drawn(period, book, asked), asked)


def _book_of(period: Period) -> "Book":
    """The sound entries of a period, numbered within it."""
    import polars as pl

    month = Month.parse(period.name)
    book = open_books(holidays=period.holidays)
    here = book.entries.filter(pl.col("effective").is_between(month.first_day, month.last_day))
    return replace(book, entries=here)


def _drawn(period: Period, book: "Book", asked: SampleRequest) -> Sequence[Drawn]:
    if asked.method == "random":
        return stratified(book, size=asked.size, seed=asked.seed)
    if asked.method == "monetary_unit":
        return monetary_unit(book, size=asked.size, seed=asked.seed)
    listed = folder_of(period) / "journal_risk.csv"
    if not listed.is_file():
        raise InputError(
            f"risk is known once the journal tests of {period.name} have run: run task "
            "journal_testing, or draw at random"
        )
    places = {entry: at for at, entry in enumerate(book.entries["entry"])}
    order = [places[entry] for entry in _entries_of(listed) if entry in places]
    return targeted(book, order, size=asked.size)


def _entries_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["entry"] for row in csv.DictReader(file)]


def _table(book: "Book", drawn: Sequence[Drawn], asked: SampleRequest) -> "pl.DataFrame":
    import polars as pl

    from tieout.model.money import to_decimal

    facts = {
        row[0]: row[1:] for row in book.entries.select("entry", "effective", "row").iter_rows()
    }
    rows: list[tuple[Any, ...]] = [
        (asked.method, asked.seed, each.entry, facts[each.entry][0],
         to_decimal(each.amount, _SCALE), each.stratum, round(each.weight, 4), each.reason,
         facts[each.entry][1])
        for each in drawn
    ]  # fmt: skip
    schema: Mapping[str, type[pl.DataType] | pl.DataType]
    schema = {"method": pl.String, "seed": pl.Int64, "entry": pl.String, "effective": pl.Date,
              "amount": pl.Decimal(38, _SCALE), "stratum": pl.Int64, "weight": pl.Float64,
              "reason": pl.String, "row": pl.Int64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
