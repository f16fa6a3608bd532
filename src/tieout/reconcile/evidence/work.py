"""The rows that still need a reason, and the breaks found so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.calendars import NO_DATE, BusinessCalendar
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import EvidenceSpec

SideName = Literal["left", "right"]
SIDES: tuple[SideName, SideName] = ("left", "right")
OTHER: dict[SideName, SideName] = {"left": "right", "right": "left"}

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_KIN = ("row", "key", "amount", "currency", "date")
_KIN_ORDER = ("key", "currency", "amount", "date", "row")
# Rows are numbered in this order, so that the order in which a file lists them decides nothing.
_VALUE_ORDER = ("key", "currency", "amount", "date", "time", "party", "account", "comment")


@dataclass
class Work:
    """One run of `explain_residue`.

    rows: each side's residue in value order; `index` is the position, `ordinal` the business day,
    `amount_text` the amount for people.
    kin: matched rows of the same keys. free: rows that are in no break yet.
    """

    spec: EvidenceSpec
    scale: int
    criteria: tuple[str, ...]
    residue: Residue
    calendar: BusinessCalendar
    rows: dict[SideName, pl.DataFrame]
    kin: dict[SideName, pl.DataFrame]
    free: dict[SideName, Flags]
    found: list[pl.DataFrame] = field(default_factory=list)

    @classmethod
    def begin(cls, residue: Residue, spec: EvidenceSpec, criteria: Sequence[str]) -> "Work":
        """Put the rows in value order. Raises InputError when the calendar is not known."""
        calendar = BusinessCalendar.of(spec.calendar)
        given = {"left": residue.left, "right": residue.right}
        rows = {side: _ordered(given[side], calendar, residue.scale) for side in SIDES}
        kin = {
            "left": _with_ordinal(residue.kin_left.select(_KIN).sort(_KIN_ORDER), calendar),
            "right": _with_ordinal(residue.kin_right.select(_KIN).sort(_KIN_ORDER), calendar),
        }
        shared = [name for name in rows["left"].columns if name in rows["right"].columns]
        names = criteria or [
            name.removeprefix("criteria_") for name in shared if name.startswith("criteria_")
        ]
        return cls(
            spec=spec,
            scale=residue.scale,
            criteria=tuple(name for name in names if f"criteria_{name}" in shared),
            residue=residue,
            calendar=calendar,
            rows=rows,
            kin={side: kin[side] for side in SIDES},
            free={side: np.ones(rows[side].height, np.bool_) for side in SIDES},
        )

    def rest(self, side: SideName) -> pl.DataFrame:
        """Rows of a side that are in no break yet, in value order."""
        return self.rows[side].filter(pl.Series(self.free[side]))

    def day_last(self) -> int:
        """The last date of the data, of either side; NO_DATE when nothing is dated."""
        dates = [self.residue.days_left["date"], self.residue.days_right["date"]]
        dates += [frame["date"] for frame in (*self.rows.values(), *self.kin.values())]
        known = [day for series in dates if isinstance(day := series.max(), int)]
        return max(known, default=NO_DATE)

    def add_singles(self, side: SideName, found: pl.DataFrame) -> None:
        """Breaks of one row each. found: index, bucket, confidence, evidence."""
        own = pl.concat_list(pl.col("index").cast(pl.Int64))
        none = pl.lit([], dtype=pl.List(pl.Int64))
        sides = [own.alias(side), none.alias(OTHER[side])]
        self._add(found.with_columns(sides))

    def add_pairs(self, found: pl.DataFrame) -> None:
        """Breaks of one row of each side. found: index_left, index_right, bucket and so on."""
        self._add(
            found.with_columns(
                pl.concat_list(pl.col(f"index_{side}").cast(pl.Int64)).alias(side) for side in SIDES
            )
        )

    def add_groups(self, found: pl.DataFrame) -> None:
        """Breaks of any rows. found: left, right (lists of indexes), bucket and so on."""
        self._add(found)

    def _add(self, found: pl.DataFrame) -> None:
        if found.is_empty():
            return
        part = found.select(
            pl.col("left").cast(pl.List(pl.Int64)),
            pl.col("right").cast(pl.List(pl.Int64)),
            pl.col("bucket").cast(pl.String),
            pl.col("confidence").cast(pl.Float64),
            pl.col("evidence").cast(pl.String),
        )
        for side in SIDES:
            taken = part[side].explode().drop_nulls().to_numpy()
            self.free[side][taken] = False
        self.found.append(part)


def bucket_literal(bucket: Bucket) -> pl.Expr:
    """A bucket as a column."""
    return pl.lit(str(bucket)).alias("bucket")


def dates_of(frame: pl.DataFrame, column: str) -> Ints:
    """Epoch days as an array, NO_DATE where there is none."""
    return frame[column].cast(pl.Int64).fill_null(NO_DATE).to_numpy()


def _ordered(frame: pl.DataFrame, calendar: BusinessCalendar, scale: int) -> pl.DataFrame:
    texts = [name for name, kind in frame.schema.items() if kind in (pl.String, pl.Null)]
    filled = frame.with_columns(
        pl.col(texts).cast(pl.String).fill_null(""),
        pl.col("amount").fill_null(0),
        pl.col("date", "time").cast(pl.Int32),
    )
    told = [name for name in _VALUE_ORDER if filled[name].max() not in ("", None)]
    filled = filled.sort(*told, "row")
    return _with_ordinal(filled.with_row_index("index"), calendar).with_columns(
        pl.col("index").cast(pl.Int64), amount_text=money_text(filled["amount"], scale)
    )


def _with_ordinal(frame: pl.DataFrame, calendar: BusinessCalendar) -> pl.DataFrame:
    ordinal = pl.Series("ordinal", calendar.ordinals(dates_of(frame, "date")), dtype=pl.Int64)
    known = pl.when(pl.col("date").is_not_null()).then(ordinal).alias("ordinal")
    return frame.with_columns(known)
