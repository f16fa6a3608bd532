"""History and current rows of a table, together in the order in which they happened."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.model.table import Table, TableRole

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.integer]
Booleans: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int32]

MICROSECONDS = 1_000_000
DAY_US = 86_400 * MICROSECONDS
# Farther than any window reaches.
_BEHIND_DAYS = 400
_DECIMALS_MAX = 4
_SAMPLE = 10_000
_NUMBERS = frozenset({TableRole.AMOUNT, TableRole.DEBIT, TableRole.CREDIT})
_PLACES = frozenset({TableRole.LATITUDE, TableRole.LONGITUDE})
_TIMES = frozenset({TableRole.TIME, TableRole.POSTED_AT})


@dataclass(frozen=True)
class Timeline:
    """Rows that have a time, oldest first; equal times in the order of their file, history first.

    frame: a column for each role that the current table has, named by the role. Current rows
    without a time come last, far behind all others: the past of none that has one.
    positions: for each current row its place here.
    timed: for each current row whether it has a time.
    """

    frame: pl.DataFrame
    positions: NDArray[np.int64]
    timed: Booleans

    @property
    def height(self) -> int:
        """Number of rows, history included."""
        return self.frame.height

    @cached_property
    def time_us(self) -> NDArray[np.int64]:
        """Microseconds since 1970 of each row, ascending."""
        times = self.frame["time"].to_physical()
        if times.null_count():
            behind = int(times.fill_null(0).to_numpy().max()) + _BEHIND_DAYS * DAY_US
            times = times.fill_null(behind)
        known: NDArray[np.int64] = times.to_numpy()
        return known

    @cached_property
    def hour(self) -> NDArray[np.int8]:
        """Hour of the day, 0 to 23."""
        hours: NDArray[np.int8] = (self.time_us % DAY_US // (3_600 * MICROSECONDS)).astype(np.int8)
        return hours

    @cached_property
    def decimals(self) -> int:
        """Places after the point that amounts are written with, at most 4."""
        return decimals(self.frame["amount"].to_numpy())

    @cached_property
    def amount_minor(self) -> NDArray[np.int64]:
        """Amounts as whole numbers of 10^-decimals, so that sums of them are exact; 0 if null."""
        return whole(self.frame["amount"].to_numpy(), self.decimals)


def has_clock(table: Table) -> bool:
    """Whether any time of the table has more to it than a date."""
    name = table.roles.get(TableRole.TIME)
    if name is None:
        return False
    since_midnight = table.frame[name].to_physical() % DAY_US
    return bool((since_midnight != 0).any())


def timeline(current: Table, history: Table | None = None) -> Timeline:
    """Merge two tables by time. Columns are found by role in each; a role that history lacks is
    null there. Raises ValueError when the current table has no time."""
    if TableRole.TIME not in current.roles:
        raise ValueError("a table without a time has no order to compute behaviour in")
    frames = [by_role(current, tuple(current.roles))]
    if history is not None and TableRole.TIME in history.roles:
        frames.insert(0, by_role(history, tuple(current.roles)))
    frame = pl.concat(frames).with_row_index("_row")
    before = frame.height - current.height
    timed = frame["time"].is_not_null()
    known = frame.filter(timed)
    if not known["time"].is_sorted():
        known = known.sort("time", maintain_order=True)
    if known.height < frame.height:
        known = pl.concat([known, frame.filter(~timed & (pl.col("_row") >= before))])
    positions = np.full(frame.height, -1, np.int64)
    positions[known["_row"].to_numpy()] = np.arange(known.height)
    return Timeline(known.drop("_row"), positions[before:], timed.to_numpy()[before:])


def by_role(table: Table, roles: tuple[TableRole, ...]) -> pl.DataFrame:
    """Columns named by role and typed as the role needs; null throughout where there is none.

    Lines of debit and credit get a signed amount when there is no other.
    """
    columns = [_typed(table, role) for role in roles]
    debit, credit = TableRole.DEBIT in roles, TableRole.CREDIT in roles
    if TableRole.AMOUNT not in roles and debit and credit:
        sides = [pl.col(side).fill_null(0.0).fill_nan(0.0) for side in ("debit", "credit")]
        return table.frame.select(columns).with_columns((sides[0] - sides[1]).alias("amount"))
    return table.frame.select(columns)


def _typed(table: Table, role: TableRole) -> pl.Expr:
    if role in _TIMES:
        kind: pl.DataType | type[pl.DataType] = pl.Datetime("us")
    elif role in _NUMBERS or role in _PLACES:
        kind = pl.Float64
    else:
        kind = pl.String
    name = table.roles.get(role)
    if name is None:
        return pl.lit(None, dtype=kind).alias(role)
    column = pl.col(name).cast(kind, strict=False)
    if kind is pl.Float64:
        # Infinity is no amount and no place either.
        column = pl.when(column.is_finite()).then(column)
    return column.alias(role)


def decimals(amounts: Floats) -> int:
    """The fewest places after the point, at most 4, in which all the amounts can be written.

    >>> decimals(np.array([12.5, 3.25, np.nan]))
    2
    """
    # A start of the column tells most columns' places, the rest of it only has to agree.
    places = _decimals(amounts[:_SAMPLE], 0)
    return _decimals(amounts, places) if len(amounts) > _SAMPLE else places


def _decimals(amounts: Floats, least: int) -> int:
    known = amounts[np.isfinite(amounts)]
    for places in range(least, _DECIMALS_MAX):
        scaled = known * 10.0**places
        distance = np.abs(scaled - np.rint(scaled))
        # Beyond 10^9 units a double no longer tells the last places apart.
        if np.all(distance <= np.maximum(1e-6, np.abs(scaled) * 1e-15)):
            return places
    return _DECIMALS_MAX


def whole(amounts: Floats, places: int) -> NDArray[np.int64]:
    """Amounts times 10^places, rounded to whole numbers; 0 where there is none."""
    scaled = amounts * 10.0**places
    np.rint(scaled, out=scaled)
    np.clip(scaled, -(2.0**62), 2.0**62, out=scaled)
    scaled[np.isnan(scaled)] = 0.0
    return scaled.astype(np.int64)
