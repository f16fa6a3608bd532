"""What each column of a side looks like, and its sampled values read as amounts and days."""

import re
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from tieout.model.formats import AmountFormat
from tieout.reconcile.infer.model import SampleSide
from tieout.reconcile.infer.words import concepts
from tieout.sources.amounts import amount_steps
from tieout.sources.currencies import CURRENCY_CODES
from tieout.sources.decide import DateDecision, date_decision, decide_amount_format

_HEAD = 2_000


class Kind(StrEnum):
    """What a column's values read as."""

    EMPTY = "empty"
    AMOUNT = "amount"
    DATE = "date"
    CURRENCY = "currency"
    TEXT = "text"


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sample.

    values: the text, trimmed, null where empty. distinct: number of different values.
    length: mean number of characters. blanks, digits: share of characters.
    whole: every value is a whole number without marks, as ids are (and some amounts).
    """

    name: str
    position: int
    kind: Kind
    values: pl.Series
    filled: int
    distinct: int
    length: float
    blanks: float
    whole: bool
    amount: AmountFormat | None = None
    date: DateDecision | None = None

    @property
    def concepts(self) -> frozenset[str]:
        """What the name mentions."""
        return concepts(self.name)

    @property
    def distinct_share(self) -> float:
        """Different values by filled rows: 1 where no value occurs twice."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def filled_share(self) -> float:
        """Rows that have a value."""
        return self.filled / len(self.values) if len(self.values) else 0.0


@dataclass(frozen=True, eq=False)
class Profile:
    """A side and its columns."""

    side: SampleSide
    columns: tuple[Column, ...]

    @property
    def height(self) -> int:
        """Rows of the sample."""
        return self.side.frame.height

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)

    def of_kind(self, *kinds: Kind) -> list[Column]:
        """The columns that read as one of these."""
        return [column for column in self.columns if column.kind in kinds]


def profile(side: SampleSide) -> Profile:
    """Profile every column of a sample."""
    columns = [_column(side.frame[name], at) for at, name in enumerate(side.frame.columns)]
    return Profile(side, tuple(columns))


def sample_units(values: pl.Series, amount_format: AmountFormat, scale: int) -> pl.Series:
    """The values in units of 10**-scale, null where they are no such amount.

    Equal to what `tieout.sources.amounts.parse_amount` answers for each.
    """
    scale -= amount_format.unwritten_decimals
    if amount_format.plain:
        inexact = values.str.contains(rf"\.[0-9]{{{scale}}}[0-9]*[1-9]")
        number = values.cast(pl.Decimal(38, scale), strict=False) * 10**scale
        units = number.cast(pl.Int64, strict=False)
        return pl.select(pl.when(~inexact).then(units).alias(values.name)).to_series()
    for pattern, replacement in amount_steps(amount_format, scale):
        values = values.str.replace_all(pattern, re.sub(r"\\([0-9])", r"${\1}", replacement))
    return values.cast(pl.Int64, strict=False)


def sample_days(column: Column) -> pl.Series:
    """The values of a date column as epoch days, null where they are no date."""
    days = pl.Series(column.name, [None] * len(column.values), dtype=pl.Int32)
    for pattern in column.date.format.patterns if column.date else ():
        if pattern.startswith("%Y-%m-%d"):
            read = column.values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        elif "%H" in pattern or "%I" in pattern:
            read = column.values.str.to_datetime(pattern, strict=False, time_unit="us").dt.date()
        else:
            read = column.values.str.to_date(pattern, strict=False)
        days = days.fill_null(read.cast(pl.Int32))
    return days


def _column(raw: pl.Series, position: int) -> Column:
    values = raw.cast(pl.String).str.strip_chars()
    values = pl.select(pl.when(values != "").then(values).alias(raw.name)).to_series()
    filled = values.drop_nulls()
    head = filled.gather_every(max(1, len(filled) // _HEAD))
    amount, date = None, date_decision(filled)
    if date is None:
        amount = decide_amount_format(filled)
    return Column(
        name=raw.name,
        position=position,
        kind=_kind(head, amount=amount is not None, date=date is not None),
        values=values,
        filled=len(filled),
        distinct=filled.n_unique() if len(filled) else 0,
        length=_mean(head.str.len_chars()),
        blanks=_mean(head.str.count_matches(" ")) / max(1.0, _mean(head.str.len_chars())),
        whole=bool(len(filled)) and filled.str.contains(r"^[0-9]+(?:\.0)?$").all(),
        amount=amount,
        date=date,
    )


def _kind(head: pl.Series, *, amount: bool, date: bool) -> Kind:
    if head.is_empty():
        return Kind.EMPTY
    if date:
        return Kind.DATE
    if amount:
        return Kind.AMOUNT
    codes = head.str.to_uppercase().is_in(sorted(CURRENCY_CODES))
    return Kind.CURRENCY if int(codes.sum()) >= 0.9 * len(head) else Kind.TEXT


def _mean(numbers: pl.Series) -> float:
    return int(numbers.sum()) / len(numbers) if len(numbers) else 0.0
