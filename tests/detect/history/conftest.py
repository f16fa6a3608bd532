"""Histories of breaks from the few things that a test is about."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.observations import Observations

FIRST_DAY = 20_000  # 2024-10-04, a Friday.
Row = tuple[int, str, float]
Observe = Callable[..., Observations]
Plant = Callable[..., pl.DataFrame]


def observe_rows(
    rows: Sequence[Row], *, last: int | None = None, currency: str = "EUR", **options: Any
) -> Observations:
    """Rows of (day, key, difference); a key such as `x/y` has the attributes first=x, second=y.

    The rows of day `last`, by default the latest, are to be judged. A difference of 0 agrees.
    """
    days = [day for day, _, _ in rows]
    present = max(days) if last is None else last
    parts = [[*key.split("/"), ""][:2] for _, key, _ in rows]
    frame = pl.DataFrame(
        {
            "row": range(1, len(rows) + 1),
            "current": [day >= present for day in days],
            "key": [key for _, key, _ in rows],
            "at": pl.Series([FIRST_DAY + day for day in days], dtype=pl.Int32),
            "quantity": [float(quantity) for _, _, quantity in rows],
            "units": [round(float(quantity) * 100) for _, _, quantity in rows],
            "is_break": [bool(quantity != 0) for _, _, quantity in rows],
            "currency": currency,
            "attribute_0": [first for first, _ in parts],
            "attribute_1": [second for _, second in parts],
        },
        schema_overrides={"row": pl.Int64, "units": pl.Int64},
    )
    return Observations(frame, attributes=("first", "second"), **options)


@pytest.fixture
def observe() -> Observe:
    """Makes observations of (day, key, difference)."""
    return observe_rows


class Planted:
    """Many keys over many days, and what is planted on the last ones."""

    def __init__(self, *, keys: int, days: int, seed: int, agree: float) -> None:
        self.random = np.random.default_rng(seed)
        self.days = days
        self.scale = np.exp(self.random.normal(5.0, 1.0, keys))
        centre = np.where(self.random.random(keys) < 0.3, 3.0, 0.0)
        self.centre = centre * self.scale * self.random.normal(size=keys)
        noise = self.random.standard_t(5, (days, keys))
        self.values = np.round(noise * self.scale + self.centre, 2)
        self.breaks = self.random.random((days, keys)) >= agree
        self.free = list(range(keys))
        self.label: dict[int, str] = {}
        self.more: list[Row] = []

    def take(self, count: int, label: str) -> np.ndarray:
        """Keys that nothing else is planted in."""
        taken, self.free = self.free[:count], self.free[count:]
        self.label |= dict.fromkeys(taken, label)
        return np.array(taken)

    def plant(self, count: int) -> None:
        """So many of each category."""
        random, last = self.random, self.days - 1
        spikes = self.take(count, "spike")
        size = random.choice([-1, 1], count) * random.uniform(15, 30, count)
        self._set(spikes, [self.centre[spikes] + size * self.scale[spikes]])
        shifts = self.take(count, "level_shift")
        way = random.choice([-6.0, 6.0], count)
        self._set(shifts, self.values[last - 4 :, shifts] + way * self.scale[shifts])
        trends = self.take(count, "trend")
        line = self.centre[trends] + np.arange(12)[:, None] * self.scale[trends]
        self._set(trends, line + random.normal(0, 0.3, (12, count)) * self.scale[trends])
        stale = self.take(count, "stale")
        self._set(stale, np.repeat(self.values[[last]][:, stale], 9, axis=0))
        for key in self.take(count, "repeated_key"):
            self._set([key], [self.values[last, [key]]])
            self.more += [(last, f"K{key}", float(self.values[last - n, key])) for n in (1, 2)]
        for number in range(count):
            key = len(self.scale) + number
            self.label[key] = "new_combination"
            self.more.append((last, f"K{key}", round(float(random.normal(0, 150)), 2) or 1.0))

    def _set(self, keys: Any, values: Any) -> None:
        count = len(values)
        self.values[-count:, keys] = np.round(values, 2)
        self.breaks[-count:, keys] = True

    def rows(self) -> list[Row]:
        """All of it, as `observe` takes it."""
        shown = np.where(self.breaks, self.values, 0.0)
        days, keys = shown.shape
        return [
            *(
                (day, f"K{key}", float(shown[day, key]))
                for day in range(days)
                for key in range(keys)
            ),
            *self.more,
        ]


@pytest.fixture
def planted() -> Callable[..., Planted]:
    """Makes a history in which anomalies can be planted."""

    def make(*, keys: int = 400, days: int = 60, seed: int = 1, agree: float = 0.4) -> Planted:
        return Planted(keys=keys, days=days, seed=seed, agree=agree)

    return make
