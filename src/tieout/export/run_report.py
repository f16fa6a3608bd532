"""What the report and the terminal summary are made from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.export.words import plain
from tieout.model.facts import MatchKind, Reject

if TYPE_CHECKING:
    import polars as pl

    from tieout.export.explain_summaries import Summary


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One input and where its rows went. `rows` counts data rows, the rejected ones included.

    rows_carried: open items of an earlier run, compared with them.
    """

    name: str
    file: str
    sha256: str
    rows: int
    rows_matched: int
    rows_in_breaks: int
    rows_rejected: int
    rows_carried: int = 0

    @property
    def rows_compared(self) -> int:
        """All rows to be accounted for: those of the input and those carried forward."""
        return self.rows + self.rows_carried

    @property
    def rows_accounted(self) -> int:
        """Rows that are in a match, in a break or rejected; all when nothing was lost."""
        return self.rows_matched + self.rows_in_breaks + self.rows_rejected

    @property
    def is_conserved(self) -> bool:
        """Whether every row is accounted for exactly once."""
        return self.rows_compared == self.rows_accounted


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """Sums of all readable rows of one currency; `amount_matched` is the left sum of matches."""

    currency: str
    amount_left: Decimal
    amount_right: Decimal
    amount_matched: Decimal

    @property
    def difference(self) -> Decimal:
        """Left minus right."""
        return self.amount_left - self.amount_right


@dataclass(frozen=True, slots=True)
class PassCount:
    """What one pass matched in one shape."""

    pass_name: str
    kind: MatchKind
    matches: int
    rows_left: int
    rows_right: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that was inferred, e.g. that `doc_no` is the right key, and why."""

    subject: str
    value: str
    reason: str
    is_certain: bool = True


def unsure_dates(choices: Iterable[Choice]) -> list[str]:
    """Lines about dates whose day and month may be the other way round: no person may overlook
    these, as every row is read by them.
    """
    unsure = [each for each in choices if not each.is_certain and each.subject.startswith("date")]
    return [f"Check the dates. {plain(each.reason, 400)}" for each in unsure]


@dataclass(frozen=True, slots=True)
class CarriedSide:
    """What became of the open items of an earlier run on one side.

    offered: all of them. in_file: left out as the same record is in the file again. settled: left
    out as people had closed them.
    """

    offered: int
    matched: int
    in_breaks: int
    in_file: int
    settled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedItem:
    """An item of an earlier run that was cleared. origin: run, file and row it was read from."""

    side: str
    row: int
    key: str
    amount: Decimal
    currency: str
    date: date | None
    match_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class CarriedFacts:
    """What was carried forward from a run. cleared: the first of what a later run matched."""

    run: str
    left: CarriedSide
    right: CarriedSide
    cleared: tuple[CarriedItem, ...] = ()

    @property
    def matched(self) -> int:
        """Items of both sides that were cleared."""
        return self.left.matched + self.right.matched

    @property
    def in_breaks(self) -> int:
        """Items of both sides that are still open."""
        return self.left.in_breaks + self.right.in_breaks


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A finished reconciliation, as its report tells it.

    created_at: UTC, ISO 8601.
    breaks: the columns of `breaks.parquet`; amounts are Decimal, dates pl.Date, `left_rows` and
        `right_rows` list[int64], `candidates` list[str]. Any number of rows.
    rejects: the first of them; the sides say how many rows were rejected in all.
    carried: what became of an earlier run's open items; None where none were asked for.
    seconds: of each step, in the order in which they ran.
    folder: where the run's files are, for the terminal only: a page must not depend on it.
    """

    title: str
    reconciliation: str
    run_id: str
    created_at: str
    left: SideFacts
    right: SideFacts
    totals: tuple[CurrencyTotal, ...]
    passes: tuple[PassCount, ...]
    breaks: "pl.DataFrame"
    incidents: "tuple[Summary, ...]" = ()
    rejects: tuple[Reject, ...] = ()
    carried: CarriedFacts | None = None
    choices: tuple[Choice, ...] = ()
    seconds: tuple[tuple[str, float], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    folder: str = field(default="", compare=False)

    @property
    def matches(self) -> int:
        """Groups of rows that tie out."""
        return sum(count.matches for count in self.passes)

    @property
    def rows_rejected(self) -> int:
        """Rows of both sides that could not be read as records."""
        return self.left.rows_rejected + self.right.rows_rejected
