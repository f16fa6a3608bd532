"""What is known of breaks from their past, as windows on a real Spark: what Polars computes."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.detect.history.features import break_features, describe, row_features
from tieout.detect.history.known import known_of_breaks, known_of_rows
from tieout.engines.duckdb import DuckDBEngine
from tieout.engines.spark import SparkEngine

COUNTS = (
    *("before", "before_old", "on_day", "days_before", "run_same", "run_sign"),
    *("last_at", "gap_days", "recent_since", "trend_since", "same_since", "sign_since"),
)
MEASURES = (
    *("mean", "std", "low", "high", "ewma", "median", "residual", "mad"),
    *("median_recent", "median_old", "mad_old", "slope", "slope_t"),
)


@pytest.fixture(scope="module")
def history() -> pl.DataFrame:
    """A key of 500 rows, others of few and of one, several rows a day, runs of equal amounts."""
    random = np.random.default_rng(3)
    codes = [*[0] * 500, *random.integers(1, 30, 290).tolist(), *range(30, 40)]
    units = np.where(random.random(800) < 0.3, 2_500, random.integers(-20_000, 20_000, 800))
    return pl.DataFrame(
        {
            "code": codes,
            "at": pl.Series(random.integers(20_000, 20_300, 800), dtype=pl.Int32),
            # History and present number their rows apart.
            "row": [*range(400), *range(400)],
            "units": units,
            "quantity": units / 100.0,
            "is_break": random.random(800) < 0.7,
        }
    ).sort("code", "at", "row")


@pytest.fixture(scope="module")
def known(spark: SparkEngine, history: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The features of every break by both ways."""
    return known_of_breaks(history, spark), describe(break_features(history))


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_or_a_day_is_the_same(name: str, known: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    by_window, by_polars = (frame[name].cast(pl.Int64) for frame in known)
    assert by_window.equals(by_polars, null_equal=True)
    assert by_window.n_unique() > 1


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_the_same(name: str, known: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    by_window, by_polars = (frame[name] for frame in known)
    assert by_window.is_null().equals(by_polars.is_null())
    apart = ((by_window - by_polars).abs() / by_polars.abs().clip(lower_bound=1.0)).max()
    assert isinstance(apart, float)
    assert apart <= 1e-9


def test_rows_and_breaks_before_are_counted_alike(
    spark: SparkEngine, history: pl.DataFrame
) -> None:
    assert known_of_rows(history, spark).equals(row_features(history))


def test_on_one_machine_polars_does_it(engine: DuckDBEngine, history: pl.DataFrame) -> None:
    assert known_of_breaks(history, engine).equals(known_of_breaks(history))
    assert known_of_rows(history, engine).equals(row_features(history))


def test_an_analysis_on_spark_judges_alike(
    spark: SparkEngine, spark_address: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(8)
    first = date(2026, 1, 1)
    rows = [
        (f"{first + timedelta(days=day)}", f"ACC-{key}", f"{amount:.2f}")
        for day in range(60)
        for key in range(8)
        for amount in [random.normal(100 * key, 5) if (day, key) != (59, 3) else 9_000.0]
    ]
    frame = pl.DataFrame(rows, schema=["day", "account", "difference"], orient="row")
    frame.write_csv(tmp_path / "found.csv")
    found = {}
    for name, engine in (("spark", spark_address), ("duckdb", "duckdb")):
        words = ["analyze", str(tmp_path / "found.csv"), "--engine", engine, "--json"]
        where = ["--out", str(tmp_path / name), "--workspace", str(tmp_path)]
        said = CliRunner().invoke(app, [*words, *where], catch_exceptions=False)
        assert said.exit_code == 0, said.output
        assert json.loads(said.stdout)["conservation"] is True
        found[name] = pl.read_parquet(tmp_path / name / "breaks.parquet")
    assert found["spark"]["anomalous"].any()
    assert_frame_equal(found["spark"], found["duckdb"], rel_tol=1e-9)
    manifest = json.loads((tmp_path / "spark" / "run.json").read_text())
    assert manifest["options"]["judged_by"] == "history"
    assert manifest["versions"]["pyspark"]
