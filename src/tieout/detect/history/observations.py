"""The shape in which breaks and their history are judged."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

OBSERVATION_SCHEMA: dict[str, type[pl.DataType]] = {
    "row": pl.Int64,  # names the observation; unique
    "current": pl.Boolean,  # to be judged; the others are history
    "key": pl.String,
    "at": pl.Int32,  # day, as epoch days; any order of days where nothing is dated
    "quantity": pl.Float64,  # signed difference in major units, 0 where the sides agree
    "units": pl.Int64,  # the same, exact, to tell equal differences from near ones
    "is_break": pl.Boolean,
    "currency": pl.String,
}

# Days are 32-bit numbers, and so are their differences without a sign.
_DAY_BITS = 32


@dataclass(frozen=True)
class Observations:
    """What is known of some keys, day by day.

    frame: OBSERVATION_SCHEMA and `attribute_0`, `attribute_1` and so on, text. Rows that agree
        may be there or not: with them the rate of breaks is by row, without them by day.
    attributes: what people call these columns, whose values are shared by several keys: peers,
        and what a failure has in common.
    dated: whether `at` is a date, so that month ends, weekdays and gaps in days mean something.
    decimals: of amounts in reasons.
    """

    frame: pl.DataFrame
    attributes: tuple[str, ...] = ()
    dated: bool = True
    decimals: int = 2

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the attributes."""
        return tuple(f"attribute_{place}" for place in range(len(self.attributes)))

    def label(self, column: str) -> str:
        """What people call an attribute's column."""
        return self.attributes[self.columns.index(column)]

    def prepared(self) -> pl.DataFrame:
        """The rows ordered by key, day and row, with `code`, a number for each key.

        Raises ValueError when a column is missing or two rows have the same number.
        """
        missing = [
            name for name in (*OBSERVATION_SCHEMA, *self.columns) if name not in self.frame.columns
        ]
        if missing:
            raise ValueError(f"observations lack {', '.join(missing)}")
        if self.frame["row"].n_unique() != self.frame.height:
            raise ValueError("two observations have the same row number")
        # Numbers instead of texts, because every window is by key.
        _, code = numbered(self.frame["key"])
        at, row = self.frame["at"].to_numpy().astype(np.int64), self.frame["row"].to_numpy()
        # Key and day in one number are sorted in a third of the time.
        place = (code << _DAY_BITS) + (at - at.min(initial=0))
        order = np.lexsort((row, place))
        coded = self.frame.with_columns(pl.Series("code", code, dtype=pl.UInt32))[order]
        # What is known to be in order is grouped in order, which is deterministic to the last bit.
        return coded.with_columns(pl.col("code").set_sorted())


def numbered(column: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """The different texts of a column, sorted, and the place of each row's among them."""
    texts = column.fill_null("")
    known = texts.unique().sort()
    return known, texts.cast(pl.Enum(known)).to_physical().to_numpy().astype(np.int64)
