"""Practice events, read the long way round from their files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.practice.rates import RatesWritten, generate_rates
from tieout.practice.rates.period import FIRST_MOMENT
from tieout.practice.rates.world import World, draw_world

ROWS, SEED = 200_000, 11


@dataclass(frozen=True)
class Practice:
    """A data set. rows: the file's columns as text and row, is_anomaly, anomaly_type, then
    moment, minute (moment cut off), cents and milliseconds. incidents: as in their file."""

    written: RatesWritten
    world: World
    rows: pl.DataFrame
    incidents: list[dict[str, Any]]

    def of_condition(self, condition: str) -> pl.DataFrame:
        """Rows that have the values that a condition names."""
        rows = self.rows
        for pair in filter(None, condition.split(" & ")):
            dimension, value = pair.split("=")
            rows = rows.filter(pl.col(dimension) == value)
        return rows

    def during(self, incident: dict[str, Any], *, within: bool = True) -> pl.DataFrame:
        """Rows of its time, and of its condition alone unless not wanted."""
        rows = self.of_condition(incident["condition"]) if within else self.rows
        time = pl.col("moment").is_between(
            incident["started_at"], incident["ended_at"], closed="left"
        )
        return rows.filter(time)

    def usual(self, incident: dict[str, Any]) -> pl.DataFrame:
        """Rows of its condition at the same time of the first three days."""
        clock, quiet_until = pl.col("moment").dt.time(), FIRST_MOMENT + timedelta(days=3)
        return self.of_condition(incident["condition"]).filter(
            pl.col("moment") < quiet_until,
            clock.is_between(incident["started_at"].time(), incident["ended_at"].time()),
        )


def read_practice(written: RatesWritten, world: World) -> Practice:
    rows = pl.read_csv(written.events, infer_schema=False)
    moment = pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f", time_unit="us")
    rows = rows.with_columns(pl.read_parquet(written.labels)).with_columns(
        moment=moment,
        minute=moment.dt.truncate("1m"),
        cents=pl.col("amount").str.replace(".", "", literal=True).cast(pl.Int64),
        milliseconds=pl.col("duration_ms").cast(pl.Int64),
    )
    incidents = pl.read_csv(written.incidents, infer_schema=False).with_columns(
        pl.col("started_at", "ended_at").str.to_datetime("%Y-%m-%dT%H:%M:%S"),
        pl.col("condition").fill_null(""),
    )
    return Practice(written, world, rows, incidents.to_dicts())


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Practice]:
    """Makes a data set, once for the same wishes."""

    @cache
    def make(rows: int = ROWS, seed: int = SEED) -> Practice:
        out: Path = tmp_path_factory.mktemp("rates")
        written = generate_rates(rows=rows, seed=seed, out=out)
        return read_practice(written, draw_world(rows=rows, seed=seed))

    return make


@pytest.fixture(scope="session")
def practice(generated: Callable[..., Practice]) -> Practice:
    """Two weeks as they are by default."""
    return generated()


@pytest.fixture
def generator() -> np.random.Generator:
    """Chance."""
    return np.random.default_rng(3)
