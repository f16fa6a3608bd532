"""Records of a day, and findings among them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tieout.explain.incidents import View

Records = Callable[..., pl.DataFrame]
ATTRIBUTES = {"party": "Party", "currency": "Currency", "channel": "Channel"}


@pytest.fixture
def records() -> Records:
    """Makes records: 40 parties, three currencies, two channels, spread over days from 4 March."""

    def make(count: int = 8_000, *, days: int = 1, seed: int = 0) -> pl.DataFrame:
        chance = np.random.default_rng(seed)
        seconds = chance.integers(0, days * 86_400, count)
        start = datetime(2024, 3, 4)  # noqa: DTZ001 - as written in a file
        return pl.DataFrame(
            {
                "row": np.arange(1, count + 1),
                "party": [f"P{each:02d}" for each in chance.integers(0, 40, count)],
                "currency": chance.choice(["EUR", "USD", "GBP"], count, p=[0.6, 0.3, 0.1]),
                "channel": chance.choice(["web", "pos"], count),
                "at": [start + timedelta(seconds=int(each)) for each in seconds],
            }
        )

    return make


@pytest.fixture
def broken() -> Callable[..., pl.DataFrame]:
    """Makes findings of records: a bucket, one amount, and where they come from."""

    def make(records: pl.DataFrame, bucket: str, amount: str = "12.30") -> pl.DataFrame:
        return records.with_columns(
            pl.lit(bucket).alias("bucket"),
            pl.lit(amount).cast(pl.Decimal(38, 2)).alias("amount"),
        )

    return make


@pytest.fixture
def seen() -> Callable[[pl.DataFrame], View]:
    """The one side from which findings of such records are seen."""
    return lambda records: View("left", ATTRIBUTES, records)
