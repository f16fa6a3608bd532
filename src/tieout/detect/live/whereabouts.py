"""Where rows without a position of their own were: amid their city's rows, else their country's."""

from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.live.layout import COUNTRY_ALONE, LATITUDE, LONGITUDE
from tieout.detect.live.rows import Floats, Rows
from tieout.model.table import TableRole

# With fewer rows the middles are always those of the moment, with more they are a hundredth old.
_ROWS_ALWAYS: Final = 1_000
_GROWTH: Final = 1.01
_COUNTRY, _CITY = str(TableRole.COUNTRY), str(TableRole.CITY)
Numbers: TypeAlias = NDArray[np.int64]


class Whereabouts:
    """Medians of positions by city and by country, of the rows so far.

    keys, middles: as `ways.middle_of` looks them up; a place without a country's name has 0 for it.
    """

    def __init__(self, roles: frozenset[TableRole]) -> None:
        self._roles = [role for role in (TableRole.COUNTRY, TableRole.CITY) if role in roles]
        self._is_told = {TableRole.LATITUDE, TableRole.LONGITUDE} <= roles
        self._rows = -1
        self.keys: Numbers = np.zeros(0, np.int64)
        self.middles: Floats = np.zeros((0, 2))

    def renew(self, rows: Rows) -> None:
        """Bring the middles up to date, where enough rows have come since."""
        old = rows.height <= max(self._rows * _GROWTH, _ROWS_ALWAYS)
        if rows.height == self._rows or (old and rows.height > _ROWS_ALWAYS):
            return
        self._rows = rows.height
        if not self._roles or not self._is_told:
            return
        numbers = rows.number_table.T
        axes = {"latitude": numbers[LATITUDE], "longitude": numbers[LONGITUDE]}
        told: dict[str, NDArray[np.float64] | NDArray[np.int32]] = dict(axes)
        told |= {str(role): rows.codes[role] for role in self._roles}
        columns = {name: values[: rows.height] for name, values in told.items()}
        frame = pl.DataFrame(columns, nan_to_null=True)
        if TableRole.COUNTRY not in self._roles:
            frame = frame.with_columns(pl.lit(0).alias(_COUNTRY))
        found = []
        if TableRole.CITY in self._roles:
            found.append(_medians(frame, [_COUNTRY, _CITY]))
            frame = _in_cities(frame, [_COUNTRY, _CITY])
        if TableRole.COUNTRY in self._roles:
            found.append(_medians(frame, [_COUNTRY]))
        middles = pl.concat(found).sort("key")
        # Copies, since for what may not be written all would be compiled once more.
        self.keys = np.array(middles["key"])
        self.middles = np.array(middles.select("latitude", "longitude"), order="C")


def _in_cities(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Rows without a position put where their city is, as they count for its country."""
    complete = pl.all_horizontal(pl.col(name) >= 0 for name in names)
    missing = complete & pl.col("latitude").is_null()
    return frame.with_columns(
        pl.when(missing).then(pl.col(axis).median().over(names)).otherwise(axis).alias(axis)
        for axis in ("latitude", "longitude")
    )


def _medians(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    known = frame.filter(pl.col("latitude").is_not_null(), *(pl.col(name) >= 0 for name in names))
    middles = known.group_by(names).agg(pl.col("latitude", "longitude").median())
    second = pl.col(_CITY) if _CITY in names else pl.lit(COUNTRY_ALONE)
    key = pl.col(_COUNTRY).cast(pl.Int64) * 2**32 + second.cast(pl.Int64)
    return middles.select(key.alias("key"), "latitude", "longitude")
