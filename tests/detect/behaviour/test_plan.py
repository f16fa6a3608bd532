"""Window expressions give what Polars gives, value by value."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.behaviour.plan import behaviour_plan
from tieout.detect.behaviour.timeline import timeline
from tieout.engines.duckdb import DuckDBEngine
from tieout.model.table import Table

MakeTable = Callable[..., Table]
ROWS = 500
# Of the Polars form alone: what rests on everybody's running spread, on hours, or on a status.
POLARS_ALONE = (
    *("amount_own_z", "amount_usual_z", "gap_variation", "near_hour_before", "same_hour_before"),
    *("approved", "declined", "failed", "below_limit", "limit", "round", "hour", "is_", "weekday"),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


def some(random: np.random.Generator, names: str, *, missing: float = 0.05) -> list[str | None]:
    """Names drawn unevenly, some of them missing."""
    drawn = random.choice(list(names), ROWS, p=_uneven(len(names)))
    return [None if random.random() < missing else str(name) for name in drawn]


def _uneven(count: int) -> Any:
    weights = 1.0 / np.arange(1, count + 1)
    return weights / weights.sum()


@pytest.fixture(scope="module")
def payments(table: MakeTable) -> Table:
    """Many at one moment, many exactly ten minutes or an hour apart, and holes in every column."""
    random = np.random.default_rng(12)
    minutes = np.cumsum(random.choice([0, 0, 5, 10, 30, 60, 400], ROWS))
    moments = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=int(minute)) for minute in minutes
    ]
    city = some(random, "PLVXY", missing=0.1)
    middle = {"P": (48.9, 2.4), "L": (51.5, -0.1), "V": (48.2, 16.4), "X": (40.7, -74.0)}
    places = [middle.get(name or "", (0.0, 0.0)) for name in city]
    here = random.normal(np.array(places), 0.3)
    here[random.random(ROWS) < 0.2] = np.nan
    here[::97] = 200.0
    amounts = random.choice([0.0, 9.99, 25.0, 25.01, 120.5, -40.0], ROWS)
    return table(
        time=[f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in moments],
        customer=some(random, "abcdefgh"),
        card=some(random, "0123456789"),
        device=some(random, "uvwxyz", missing=0.4),
        merchant=some(random, "klmnop"),
        merchant_category=some(random, "qrs"),
        channel=some(random, "wi"),
        country=[{"P": "FR", "L": "GB", "V": "AT"}.get(name or "") for name in city],
        city=city,
        currency=some(random, "EU", missing=0.02),
        amount=[None if random.random() < 0.05 else float(each) for each in amounts],
        latitude=[None if np.isnan(each) else float(each) for each in here[:, 0]],
        longitude=[None if np.isnan(each) else float(each) for each in here[:, 1]],
    )


def published(payments: Table, engine: DuckDBEngine) -> tuple[Any, int]:
    """The rows as a plan reads them, and the places after the point of their amounts."""
    line = timeline(payments)
    frame = line.frame.with_columns(
        pl.Series("time_us", line.time_us), pl.Series("amount_minor", line.amount_minor)
    )
    return engine.publish(frame.drop("time").with_row_index("row").cast({"row": pl.Int64})), (
        line.decimals
    )


@pytest.fixture(scope="module")
def by_window(payments: Table, engine: DuckDBEngine) -> pl.DataFrame:
    rows, decimals = published(payments, engine)
    return engine.fetch(behaviour_plan(rows, payments.roles, decimals=decimals)).sort("row")


@pytest.fixture(scope="module")
def by_polars(payments: Table) -> pl.DataFrame:
    return behaviour(payments)


FAMILIES = (
    *("count_10m", "count_1h", "count_1d", "count_1m", "sum_10m", "sum_1h", "sum_1d"),
    *("rows_before", "seconds_since_last", "pair_before", "same_amount", "burst_10m", "new_"),
    *("seen_before", "known_days", "countries_", "merchants_", "cards_", "customers_", "devices_"),
    *("km_", "amount_own_rows", "amount_own_median", "amount_own_times"),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_feature_is_the_same_by_window_and_by_polars(
    family: str, by_window: pl.DataFrame, by_polars: pl.DataFrame
) -> None:
    names = [name for name in by_window.columns if family in name and name != "row"]
    assert names
    for name in names:
        ours, theirs = (each[name].cast(pl.Float64) for each in (by_window, by_polars))
        assert ours.is_null().equals(theirs.is_null()), name
        assert ours.null_count() < ROWS, name
        largest = ((ours - theirs).abs() / theirs.abs().clip(1.0)).max()
        assert isinstance(largest, float)
        assert largest <= 1e-9, name


def test_every_feature_of_the_plan_is_one_of_the_documented(by_window: pl.DataFrame) -> None:
    assert set(by_window.columns) - {"row"} <= set(FEATURES)
    assert by_window["row"].to_list() == list(range(ROWS))


def test_every_feature_of_counts_windows_firsts_and_travel_has_a_plan(
    by_window: pl.DataFrame, by_polars: pl.DataFrame
) -> None:
    told = (name for name in by_polars.columns if any(each in name for each in FAMILIES))
    assert set(told) <= set(by_window.columns)


def test_roles_that_are_missing_have_no_columns(table: MakeTable, engine: DuckDBEngine) -> None:
    small = table(
        time=["2026-01-01T10:00:00", "2026-01-01T10:05:00", "2026-01-01T10:05:00"],
        card=["a", "a", "a"],
    )
    line = timeline(small)
    frame = line.frame.with_columns(pl.Series("time_us", line.time_us)).drop("time")
    rows = engine.publish(frame.with_row_index("row").cast({"row": pl.Int64}))
    found = engine.fetch(behaviour_plan(rows, small.roles, decimals=2)).sort("row")
    assert found["card_count_10m"].to_list() == [1, 2, 3]
    assert found["burst_10m"].to_list() == [3, 3, 3]
    assert found["seconds_since_last"].to_list() == [None, 300.0, 0.0]
    assert not [name for name in found.columns if "amount" in name or "km_" in name]


def test_the_plan_is_one_that_spark_can_run(payments: Table, engine: DuckDBEngine) -> None:
    import ibis

    rows, decimals = published(payments, engine)
    unbound = ibis.table(rows.schema(), name="payments")
    text = ibis.to_sql(
        behaviour_plan(unbound, payments.roles, decimals=decimals), dialect="databricks"
    )
    assert "RANGE BETWEEN" in text
