"""Events as arrays of counts by minute, cell and status."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.cells import CellBook, Family
from tieout.monitor.statuses import StatusBook

if TYPE_CHECKING:
    import polars as pl

Ints = NDArray[np.int64]

MINUTE: Final = "minute"
STATUS: Final = "status"
COUNT: Final = "count"
AMOUNT: Final = "amount"
LATENCY: Final = "latency_ms"
PARTITION: Final = "partition"
CURRENCY: Final = "__currency"
UNITS: Final = "__units"

LATENCY_RATIO: Final = 1.1
LATENCY_BINS: Final = 128
AMOUNT_UNIT: Final = 1e-4
VALUED_DEPTH_MAX: Final = 1
MONEY_DECIMALS: Final = 3
COUNT_ROW: Final = -2
_EXACT_MAX: Final = 9e15
_BIN: Final = "bin"
_LOG: Final = "log"
_SQUARE: Final = "square"


@dataclass(frozen=True)
class Tally:
    """Counts to be added; the columns of each array are sorted by minute, its first row.

    events: minute, cell, status, count. A count of 0 says that the minute was reported.
    latency: minute, cell, bin, count. Bin b holds durations from 1.1 ** b ms (a histogram of
        constant relative width that can be added up, as in DDSketch, Masson 2019).
    amount: minute, cell, count, sum and sum of squares of the logs of amounts in units of 1e-4:
        whole numbers, so that the order in which they are added does not matter.
    """

    events: Ints
    latency: Ints
    amount: Ints

    def by_minute(self) -> "list[tuple[int, Tally]]":
        """The part of each minute, ascending."""
        minutes = np.unique(self.events[0])
        ends = np.append(minutes, minutes[-1] + 1) if len(minutes) else minutes
        cuts = [np.searchsorted(part[0], ends) for part in (self.events, self.latency, self.amount)]
        return [
            (
                int(minute),
                Tally(
                    self.events[:, events[0] : events[1]],
                    self.latency[:, latency[0] : latency[1]],
                    self.amount[:, amount[0] : amount[1]],
                ),
            )
            for minute, events, latency, amount in zip(minutes, *map(pairwise, cuts), strict=True)
        ]


@dataclass(frozen=True)
class Folded:
    """Events of a batch as counts, before anything is numbered; what one batch adds to a stream.

    counts: minute, status, the dimensions, count; where amounts are known, currency and units, the
    exact sums of amounts without their sign in 1e-3. latency: minute, the dimensions, bin, count.
    amount: minute, the dimensions, count, log, square. The last two are None where unknown.
    """

    counts: "pl.DataFrame"
    latency: "pl.DataFrame | None" = None
    amount: "pl.DataFrame | None" = None

    def by(self, dimensions: Sequence[str]) -> "Folded":
        """The same with a column for each dimension; those it was not folded by are unknown."""
        import polars as pl

        lacking = [
            pl.lit(None, dtype=pl.String).alias(name)
            for name in dimensions
            if name not in self.counts.columns
        ]
        if not lacking:
            return self
        return Folded(
            self.counts.with_columns(lacking),
            None if self.latency is None else self.latency.with_columns(lacking),
            None if self.amount is None else self.amount.with_columns(lacking),
        )

    def within(self, first: int, last: int) -> "Folded":
        """The part from one minute to another, both included."""
        import polars as pl

        inside = pl.col(MINUTE).is_between(first, last)
        return Folded(
            self.counts.filter(inside),
            None if self.latency is None else self.latency.filter(inside),
            None if self.amount is None else self.amount.filter(inside),
        )


def fold(frame: "pl.DataFrame", dimensions: Sequence[str]) -> Folded:
    """Count events of each minute, status and combination of dimensions.

    frame: minute (Int64), status (text), count (Int64), a text column for each dimension, and
        where there are such: amount (Float64) and latency_ms (Float64), null or NaN where unknown,
        and __currency (text).
    """
    import polars as pl

    keys = [MINUTE, STATUS, *dimensions, *({CURRENCY} & set(frame.columns))]
    sums = [pl.col(COUNT).sum()]
    if AMOUNT in frame.columns:
        units = (pl.col(AMOUNT).abs() * 10**MONEY_DECIMALS).round()
        sound = units.is_finite() & (units < _EXACT_MAX)
        sums.append(pl.when(sound).then(units).otherwise(0).cast(pl.Int64).sum().alias(UNITS))
    return Folded(
        frame.group_by(keys, maintain_order=True).agg(sums),
        _binned(frame, list(dimensions)) if LATENCY in frame.columns else None,
        _logged(frame, list(dimensions)) if AMOUNT in frame.columns else None,
    )


def tally_folded(folded: Folded, cells: CellBook, statuses: StatusBook) -> Tally:
    """Counts of every family of cells, from those of all dimensions together."""
    parts = [_counted(folded.counts, family, cells, statuses) for family in cells.watched]
    events = _sorted([part for part in parts if part.shape[1]], 4)
    valued = [family for family in cells.watched if len(family) <= VALUED_DEPTH_MAX]
    latency, amount = folded.latency, folded.amount
    bins = [
        _valued(latency, family, (_BIN, COUNT), cells) for family in valued if latency is not None
    ]
    logs = [
        _valued(amount, family, (COUNT, _LOG, _SQUARE), cells)
        for family in valued
        if amount is not None
    ]
    return Tally(events, _sorted(bins, 4), _sorted(logs, 5))


def _counted(lean: "pl.DataFrame", family: Family, cells: CellBook, statuses: StatusBook) -> Ints:
    import polars as pl

    grouped = lean.group_by([MINUTE, STATUS, *family], maintain_order=True).agg(pl.col(COUNT).sum())
    words = grouped[STATUS].unique(maintain_order=True).drop_nulls().to_list()
    codes = grouped[STATUS].replace_strict(
        words, [statuses.code(word) for word in words], return_dtype=pl.Int64, default=0
    )
    columns = [
        grouped[MINUTE].to_numpy(),
        _numbers(grouped, family, cells),
        codes.to_numpy(),
        grouped[COUNT].to_numpy(),
    ]
    return np.asarray(columns, dtype=np.int64)


def _valued(frame: "pl.DataFrame", family: Family, columns: Sequence[str], cells: CellBook) -> Ints:
    import polars as pl

    *keys, _ = columns if columns[0] == _BIN else ("",)
    by = [MINUTE, *family, *keys]
    summed = [name for name in columns if name not in keys]
    grouped = frame.group_by(by, maintain_order=True).agg(pl.col(summed).sum())
    arrays = [grouped[MINUTE].to_numpy(), _numbers(grouped, family, cells)]
    return np.asarray([*arrays, *(grouped[name].to_numpy() for name in columns)], dtype=np.int64)


def _numbers(grouped: "pl.DataFrame", family: Family, cells: CellBook) -> Ints:
    """The cell of each row; new ones are numbered in the order of the rows."""
    import polars as pl

    if not family:
        return np.zeros(grouped.height, dtype=np.int64)
    named = grouped.group_by(family, maintain_order=True).agg(pl.col(COUNT).sum())
    rows = named[COUNT].to_list()
    values = named.select(family).rows()
    found = [cells.number(family, key, rows=n) for key, n in zip(values, rows, strict=True)]
    numbered = named.select(family).with_columns(pl.Series("cell", found, dtype=pl.Int64))
    joined = grouped.select(family).join(
        numbered, on=list(family), how="left", nulls_equal=True, maintain_order="left"
    )
    return np.asarray(joined["cell"].to_numpy(), dtype=np.int64)


def _binned(frame: "pl.DataFrame", dimensions: list[str]) -> "pl.DataFrame":
    import polars as pl

    known = frame.filter(pl.col(LATENCY).is_finite() & (pl.col(LATENCY) >= 0))
    bins = (pl.col(LATENCY).clip(1.0).log() / float(np.log(LATENCY_RATIO)) + 1e-9).floor()
    return (
        known.with_columns(bins.clip(0, LATENCY_BINS - 1).cast(pl.Int64).alias(_BIN))
        .group_by([MINUTE, *dimensions, _BIN], maintain_order=True)
        .agg(pl.col(COUNT).sum())
    )


def _logged(frame: "pl.DataFrame", dimensions: list[str]) -> "pl.DataFrame":
    import polars as pl

    known = frame.filter(pl.col(AMOUNT).is_finite() & (pl.col(AMOUNT) != 0))
    logs = (pl.col(AMOUNT).abs().log1p() / AMOUNT_UNIT).round().cast(pl.Int64)
    return (
        known.with_columns(logs.alias(_LOG))
        .group_by([MINUTE, *dimensions], maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias(COUNT),
            pl.col(_LOG).sum(),
            (pl.col(_LOG) ** 2).sum().alias(_SQUARE),
        )
    )


def _sorted(parts: list[Ints], rows: int) -> Ints:
    if not parts:
        return np.zeros((rows, 0), dtype=np.int64)
    whole = np.concatenate(parts, axis=1)
    return whole[:, np.argsort(whole[0], kind="stable")]
