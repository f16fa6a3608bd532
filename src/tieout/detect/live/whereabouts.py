"""Where a row was: its own position, else that of its city's rows, else of its country's."""

import math
from collections.abc import Mapping
from typing import Final

import polars as pl

from tieout.detect.live.rows import Rows
from tieout.model.table import TableRole

# With fewer rows the middles are always those of the moment, with more they are a hundredth old.
_ROWS_ALWAYS: Final = 1_000
_GROWTH: Final = 1.01


class Whereabouts:
    """Medians of positions by city and by country, of the rows so far. keys: their roles."""

    def __init__(self, roles: frozenset[TableRole]) -> None:
        self.keys: list[TableRole] = [
            role for role in (TableRole.COUNTRY, TableRole.CITY) if role in roles
        ]
        self._rows = -1
        self._cities: dict[tuple[int, ...], tuple[float, float]] = {}
        self._countries: dict[tuple[int, ...], tuple[float, float]] = {}

    def of(
        self, rows: Rows, latitude: float, longitude: float, codes: Mapping[TableRole, int]
    ) -> tuple[float, float, bool] | None:
        """Where a row was, and whether that is its own place; None where nothing is known.

        latitude, longitude: its own, NaN if none. The middle of a country says nothing of ways
        within it, that of a city does.
        """
        if not math.isnan(latitude):
            return latitude, longitude, True
        if not self.keys:
            return None
        self._renew(rows)
        city = self._cities.get(tuple(codes[role] for role in self.keys))
        if city is not None:
            return (*city, True)
        country = self._countries.get((codes[self.keys[0]],))
        return None if country is None else (*country, False)

    def _renew(self, rows: Rows) -> None:
        old = rows.height <= max(self._rows * _GROWTH, _ROWS_ALWAYS)
        if rows.height == self._rows or (old and rows.height > _ROWS_ALWAYS):
            return
        self._rows = rows.height
        names = [str(role) for role in self.keys]
        axes = {axis: rows.numbers[axis][: rows.height] for axis in ("latitude", "longitude")}
        codes = {str(role): rows.codes[role][: rows.height] for role in self.keys}
        frame = pl.DataFrame({**codes, **axes}, nan_to_null=True)
        if TableRole.CITY in self.keys:
            self._cities = _medians(frame, names)
            frame = _in_cities(frame, names)
        if TableRole.COUNTRY in self.keys:
            self._countries = _medians(frame, names[:1])


def _in_cities(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Rows without a position put where their city is, as they count for its country."""
    complete = pl.all_horizontal(pl.col(name) >= 0 for name in names)
    missing = complete & pl.col("latitude").is_null()
    return frame.with_columns(
        pl.when(missing).then(pl.col(axis).median().over(names)).otherwise(axis).alias(axis)
        for axis in ("latitude", "longitude")
    )


def _medians(frame: pl.DataFrame, names: list[str]) -> dict[tuple[int, ...], tuple[float, float]]:
    known = frame.filter(pl.col("latitude").is_not_null(), *(pl.col(name) >= 0 for name in names))
    middles = known.group_by(names).agg(pl.col("latitude", "longitude").median())
    return {tuple(place): (lat, lon) for *place, lat, lon in middles.rows()}


def kilometres_between(a: tuple[float, float], b: tuple[float, float], radius: float) -> float:
    """Great-circle distance as `behaviour.places.kilometres` has it, of one pair in degrees."""
    latitude_a, latitude_b = math.radians(a[0]), math.radians(b[0])
    across = math.radians(b[1]) - math.radians(a[1])
    half = (
        math.sin((latitude_b - latitude_a) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(across / 2) ** 2
    )
    return 2 * radius * math.asin(math.sqrt(min(max(half, 0.0), 1.0)))
