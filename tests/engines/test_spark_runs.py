"""`tieout reconcile --engine spark://…` gives what DuckDB gives, on a real cluster."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from tieout.cli.main import app
from tieout.engines.base import Engine
from tieout.engines.duckdb import DuckDBEngine
from tieout.engines.spark import SparkEngine
from tieout.reconcile.passes.outcome import PassOutcome
from tieout.reconcile.records import RECORD_SCHEMA
from tieout.reconcile.run import Tied, run_passes
from tieout.reconcile.spec import Spec

ROWS = 1_500
BUCKETS = 16


def _tieout(*words: str) -> dict[str, Any]:
    said = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found


@pytest.fixture(scope="module")
def runs(
    spark: SparkEngine, spark_address: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """The folders of one reconciliation on Spark and on DuckDB, with every bucket in it."""
    folder = tmp_path_factory.mktemp("runs")
    data = folder / "data"
    _tieout("generate", "breaks", "--rows", str(ROWS), "--seed", "5", "--out", str(data))
    sides = [str(data / "left.csv"), str(data / "right.csv")]
    for name, engine in (("spark", spark_address), ("duckdb", "duckdb")):
        out = ["--out", str(folder / name), "--workspace", str(folder), "--engine", engine]
        found = _tieout("reconcile", *sides, *out)
        assert found["conservation"] is True
        assert len(found["breaks"]["by_bucket"]) == BUCKETS
    return folder / "spark", folder / "duckdb"


@pytest.mark.parametrize("name", ["matches", "breaks"])
def test_a_run_on_spark_gives_the_same_table(name: str, runs: tuple[Path, Path]) -> None:
    on_spark, on_duckdb = (pl.read_parquet(run / f"{name}.parquet") for run in runs)
    assert on_spark.height > ROWS / 10
    assert_frame_equal(on_spark, on_duckdb)


def test_its_manifest_says_where_it_ran_and_counts_the_same(runs: tuple[Path, Path]) -> None:
    on_spark, on_duckdb = (json.loads((run / "run.json").read_text()) for run in runs)
    assert on_spark["options"]["engine"].startswith("spark://127.0.0.1:")
    assert on_spark["versions"]["pyspark"]
    assert on_spark["counts"] == on_duckdb["counts"]
    assert on_spark["conservation"] == on_duckdb["conservation"]


def test_typed_files_with_rejects_are_read_in_this_process_and_matched_there(
    spark: SparkEngine, spark_address: str, tmp_path: Path
) -> None:
    numbers = range(1, 41)
    left = pl.DataFrame(
        {
            "ref": [f"A-{number}" for number in numbers],
            "amount": ["x" if number == 3 else f"{number}0.00" for number in numbers],
            "booked": [f"2026-01-{number % 28 + 1:02d}" for number in numbers],
        }
    )
    right = left.with_columns(amount=pl.Series([10.0 * number for number in numbers]))
    left.write_parquet(tmp_path / "left.parquet")
    right.write_parquet(tmp_path / "right.parquet")
    sides = [str(tmp_path / f"{side}.parquet") for side in ("left", "right")]
    out = ["--out", str(tmp_path / "run"), "--workspace", str(tmp_path), "--engine", spark_address]
    found = _tieout("reconcile", *sides, *out)
    assert found["rejected"] == {"left": 1, "right": 0}
    assert found["matched"]["groups"] == 39
    assert found["conservation"] is True


# Each spec reaches what the inferred one above does not.
PASSES: dict[str, tuple[list[dict[str, Any]], list[list[Any]], list[list[Any]]]] = {
    "contested, by percent and days": (
        [
            {
                "tolerance": {
                    "on": ["key"],
                    "amount": {"percent": 2},
                    "days": {"before": 2, "after": 3},
                    "calendar": "DE",
                }
            }
        ],
        [["A", 10_000, 20_400], ["A", 10_050, 20_401], ["B", 500, 20_403], ["C", 7, None]],
        [["A", 10_060, 20_402], ["A", 9_990, 20_400], ["B", 505, 20_404], ["C", 7, 20_400]],
    ),
    "without a key, in bands": (
        [{"tolerance": {"on": ["currency"], "amount": {"absolute": "0.03"}, "days": None}}],
        [["", 100, 1], ["", 200, 2], ["", -301, 3], ["", 100, 9]],
        [["", 103, 1], ["", 197, 2], ["", -300, 3], ["", 900, 4]],
    ),
    "a crowd without a key": (
        [{"exact": {"on": ["currency", "amount", "date"]}}],
        [*[["", 500, 3]] * 31, ["", 7, 1], ["", 8, None]],
        [*[["", 500, 3]] * 30, ["", 7, 1], ["", 8, None]],
    ),
    "sums of many within days": (
        [{"group": {"on": ["key"], "days": {"before": 1, "after": 4}}}],
        [["A", 150, 20_400], ["B", 30, 20_400], ["D", 5, 20_400]],
        [["A", 75, 20_402], ["A", 75, 20_401], ["B", 10, 20_401], ["B", 20, 20_420], ["D", 6, 1]],
    ),
    "one side against itself": (
        [{"netting": {"on": ["key"]}}],
        [["A", 100, 5], ["A", -100, 6], ["B", 3, 7]],
        [["C", -9, 1], ["C", 9, 1], ["B", -3, 7], ["B", 3, 7]],
    ),
    "likely pairs without a key": (
        [{"keyless": {"on": ["currency"], "days": {"before": 2, "after": 2}}}],
        [["", 100 * n + 7, 20_400 + n] for n in range(1, 25)],
        [["", 100 * n + 7, 20_400 + n + n % 2] for n in range(1, 25)],
    ),
}


def _records(rows: list[list[Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["key", "amount", "date"], orient="row").with_row_index(
        "row", offset=1
    )
    empty = {name: "" for name, kind in RECORD_SCHEMA.items() if kind is pl.String}
    filled = frame.with_columns(
        *(
            pl.lit(empty.get(name)).alias(name)
            for name in RECORD_SCHEMA
            if name not in frame.columns
        ),
    ).with_columns(currency=pl.lit("EUR"), key_text=pl.col("key"))
    return filled.select(pl.col(name).cast(kind) for name, kind in RECORD_SCHEMA.items())


def _tied(name: str, engine: Engine) -> tuple[Tied, list[pl.DataFrame]]:
    passes, left, right = PASSES[name]
    side = {"name": "side", "key": ["key"], "amount": "amount", "date": "date"}
    spec = Spec.model_validate({"left": side, "right": side, "passes": passes})
    tables = [engine.publish(_records(rows)) for rows in (left, right)]
    tied = run_passes(tables[0], tables[1], spec, scale=2, engine=engine)
    return tied, [
        *(_pairs(outcome, engine) for outcome in tied.outcomes),
        *(outcome.groups for outcome in tied.outcomes),
        tied.withheld,
        *(engine.fetch(each).sort("row") for each in (tied.left, tied.right)),
    ]


def _pairs(outcome: PassOutcome, engine: Engine) -> pl.DataFrame:
    if outcome.pairs is None:
        return pl.DataFrame()
    # A pass hands its pairs on in the order of their left rows.
    found = engine.fetch(outcome.pairs, keep_order=True)
    assert found["left_row"].is_sorted()
    return found.with_columns(pl.col("currency").cast(pl.String))


@pytest.mark.parametrize("name", list(PASSES))
def test_a_pass_finds_the_same(name: str, spark: SparkEngine, engine: DuckDBEngine) -> None:
    tied, on_spark = _tied(name, spark)
    _, on_duckdb = _tied(name, engine)
    found = tied.outcomes[0]
    assert found.pairs is not None or found.groups.height or tied.withheld.height
    for first, second in zip(on_spark, on_duckdb, strict=True):
        assert_frame_equal(first, second)
