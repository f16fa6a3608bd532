"""Practice payments, read the long way round from their files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.practice.payments import PaymentsWritten, generate_payments
from tieout.practice.payments.world import World, draw_world

ROWS, SEED = 30_000, 11


@dataclass(frozen=True)
class Practice:
    """A data set. rows: the file's columns as text and row, is_anomaly, anomaly_type, then
    moment, hour (with fractions), cents and person (from 0)."""

    written: PaymentsWritten
    world: World
    rows: pl.DataFrame

    @property
    def ordinary(self) -> pl.DataFrame:
        """What people did themselves."""
        return self.rows.filter(~pl.col("is_anomaly"))

    def planted(self, kind: str) -> pl.DataFrame:
        """What was done to them."""
        return self.rows.filter(pl.col("anomaly_type") == kind)


def read_practice(written: PaymentsWritten, world: World) -> Practice:
    rows = pl.read_csv(written.transactions, infer_schema=False)
    rows = rows.with_columns(pl.read_parquet(written.labels)).with_columns(
        moment=pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S"),
        cents=pl.col("amount").str.replace(".", "", literal=True).cast(pl.Int64),
        person=pl.col("card_id").str.slice(1).cast(pl.Int64) - 1,
        latitude=pl.col("latitude").cast(pl.Float64),
        longitude=pl.col("longitude").cast(pl.Float64),
    )
    clock = pl.col("moment").dt
    return Practice(written, world, rows.with_columns(hour=clock.hour() + clock.minute() / 60))


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Practice]:
    """Makes a data set, once for the same wishes."""

    @cache
    def make(rows: int = ROWS, seed: int = SEED, chunk_rows: int = 200_000) -> Practice:
        out: Path = tmp_path_factory.mktemp("payments")
        written = generate_payments(rows=rows, seed=seed, out=out, chunk_rows=chunk_rows)
        return read_practice(written, draw_world(rows=rows, seed=seed))

    return make


@pytest.fixture(scope="session")
def practice(generated: Callable[..., Practice]) -> Practice:
    """A data set of 30,000 payments."""
    return generated()


@pytest.fixture(scope="session")
def world(practice: Practice) -> World:
    """Who lives in it."""
    return practice.world


@pytest.fixture
def generator() -> np.random.Generator:
    """Chance."""
    return np.random.default_rng(3)
