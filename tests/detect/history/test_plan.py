"""Window expressions give what Polars gives."""

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.features import break_features, describe, row_features
from tieout.detect.history.plan import feature_plan, row_plan
from tieout.engines.duckdb import DuckDBEngine

FEATURES = (
    *("before", "mean", "std", "low", "high", "median", "residual", "mad"),
    *("last_at", "gap_days", "median_recent", "on_day", "ewma", "days_before"),
    *("median_old", "mad_old", "before_old", "recent_since", "trend_since"),
    *("slope", "slope_t", "run_same", "run_sign", "same_since", "sign_since"),
)


@pytest.fixture(scope="module")
def history() -> pl.DataFrame:
    """Sixty keys with several breaks on some days, some keys with hardly any."""
    random = np.random.default_rng(7)
    rows = 2_500
    return (
        pl.DataFrame(
            {
                "code": np.minimum(random.geometric(0.05, rows), 60),
                "at": random.integers(0, 70, rows).astype(np.int32),
                "row": np.arange(rows),
                "quantity": random.normal(0, 100, rows).round(2),
                "is_break": random.random(rows) < 0.6,
            }
        )
        .with_columns(units=(pl.col("quantity") * 100).round().cast(pl.Int64))
        .sort("code", "at", "row")
    )


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_the_same_by_window_and_by_polars(
    name: str, history: pl.DataFrame, engine: DuckDBEngine
) -> None:
    plan = feature_plan(engine.publish(history)).order_by(["code", "at", "row"])
    by_window = engine.fetch(plan)[name].cast(pl.Float64)
    by_polars = describe(break_features(history))[name].cast(pl.Float64)
    assert by_window.is_null().equals(by_polars.is_null())
    assert by_window.null_count() < history.height
    largest = (by_window - by_polars).abs().max()
    assert isinstance(largest, float)
    assert largest <= 1e-9


def test_counts_of_rows_are_the_same_by_window_and_by_polars(
    history: pl.DataFrame, engine: DuckDBEngine
) -> None:
    plan = row_plan(engine.publish(history)).order_by(["code", "at", "row"])
    names = ["row", "rows_before", "breaks_before"]
    assert engine.fetch(plan).select(names).equals(row_features(history).select(names))
