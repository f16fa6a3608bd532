"""Matches as the contract has them."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.matches import exact_decimal, write_matches
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome

CONTRACT = {
    "match_id": pl.String,
    "kind": pl.String,
    "pass": pl.String,
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "difference": pl.Decimal(38, 2),
    "currency": pl.String,
    "confidence": pl.Float64,
    "explanation": pl.String,
}


def pairs(
    engine: DuckDBEngine, *rows: tuple[int, int, int, str], name: str = "exact"
) -> PassOutcome:
    """One-to-one matches: left row, right row, difference, currency."""
    schema = {
        "left_row": pl.Int64,
        "right_row": pl.Int64,
        "difference": pl.Int64,
        "currency": pl.String,
    }
    return PassOutcome(name, engine.publish(pl.DataFrame(rows, schema=schema, orient="row")))


def groups(*rows: tuple[str, list[int], list[int], int, str], name: str = "group") -> PassOutcome:
    """Matches of several rows."""
    return PassOutcome(name, groups=pl.DataFrame(rows, schema=GROUP_SCHEMA, orient="row"))


def written(
    engine: DuckDBEngine, outcomes: Sequence[PassOutcome], path: Path, *, scale: int = 2
) -> pl.DataFrame:
    """Write and read back."""
    rows = write_matches(outcomes, path, scale=scale, engine=engine)
    frame = pl.read_parquet(path)
    assert frame.height == rows
    return frame


def test_the_columns_and_types_are_those_of_the_contract(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    outcomes = [pairs(engine, (1, 1, 0, "EUR")), groups(("one_to_many", [2], [2, 3], 0, "EUR"))]
    for chosen in (outcomes, outcomes[:1], outcomes[1:]):
        assert dict(written(engine, chosen, tmp_path / "m.parquet").schema) == CONTRACT


@pytest.mark.parametrize("kept", ["pairs", "groups"])
def test_no_match_at_all_is_a_file_without_rows(
    engine: DuckDBEngine, tmp_path: Path, kept: str
) -> None:
    outcomes = [pairs(engine)] if kept == "pairs" else [PassOutcome("group")]
    frame = written(engine, outcomes, tmp_path / "m.parquet")
    assert dict(frame.schema) == CONTRACT
    assert frame.is_empty()


def test_a_match_tells_its_pass_kind_rows_and_why(engine: DuckDBEngine, tmp_path: Path) -> None:
    outcomes = [
        pairs(engine, (7, 3, 0, "EUR")),
        pairs(engine, (2, 9, -1, "USD"), name="tolerance_2"),
        groups(("many_to_one", [4, 5], [1], 3, "EUR")),
    ]
    rows = written(engine, outcomes, tmp_path / "m.parquet").rows()
    near = "equal key fields, amount and date within tolerance"
    assert rows == [
        ("M2", "one_to_one", "tolerance_2", [2], [9], Decimal("-0.01"), "USD", 1.0, near),
        (
            *("M7", "one_to_one", "exact", [7], [3], Decimal("0.00"), "EUR", 1.0),
            "equal in every compared field",
        ),
        (
            *("M4", "many_to_one", "group", [4, 5], [1], Decimal("0.03"), "EUR", 1.0),
            "the sums of the rows of one key agree",
        ),
    ]


def test_pairs_stand_before_groups_each_in_the_order_of_their_first_left_row(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    first, second = (
        [(row, 1000 - row, 0, "EUR") for row in range(start, 1000, 4)] for start in (3, 1)
    )
    later = [("one_to_many", [row], [row, row + 5000], 0, "EUR") for row in range(2, 1000, 2)]
    outcomes = [pairs(engine, *first), pairs(engine, *second, name="tolerance"), groups(*later)]
    frame = written(engine, outcomes, tmp_path / "m.parquet")
    assert frame["left_rows"].list.first().to_list() == [*range(1, 1000, 2), *range(2, 1000, 2)]


def test_the_same_matches_are_the_same_bytes_at_any_number_of_threads(tmp_path: Path) -> None:
    rows = pl.int_range(1, 150_001, eager=True)
    frame = pl.DataFrame(
        {"left_row": rows, "right_row": rows.reverse(), "difference": rows % 7, "currency": "EUR"}
    ).sample(fraction=1, shuffle=True, seed=3)
    several: list[tuple[str, list[int], list[int], int, str]] = [
        ("one_to_many", [200_000 + n], [200_000 + n, 300_000 + n], 0, "EUR") for n in range(500)
    ]
    contents = set()
    for number, threads in enumerate((1, 2, 2)):
        with DuckDBEngine(threads=threads) as engine:
            outcomes = [PassOutcome("exact", engine.publish(frame)), groups(*several)]
            path = tmp_path / f"{number}.parquet"
            assert write_matches(outcomes, path, scale=2, engine=engine) == 150_500
            contents.add(path.read_bytes())
    assert len(contents) == 1


@settings(max_examples=30, deadline=None)
@given(
    units=st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=8),
    scale=st.integers(0, 6),
)
def test_units_become_decimals_without_a_rounding(
    engine: DuckDBEngine, units: list[int], scale: int
) -> None:
    table = engine.publish(pl.DataFrame({"units": units}, schema={"units": pl.Int64}))
    found: Any = engine.fetch(table.select(amount=exact_decimal(table["units"], scale)))["amount"]
    assert found.to_list() == [Decimal(each).scaleb(-scale) for each in units]
    assert found.dtype == pl.Decimal(38, scale)


def test_rows_of_one_side_that_cancel_are_called_by_their_own_side(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    netted = [("netting", [], [4, 5], 0, "EUR"), ("netting", [3, 9], [], 0, "EUR")]
    outcomes = [pairs(engine, (4, 3, 0, "EUR")), groups(*netted, name="netting")]
    frame = written(engine, outcomes, tmp_path / "m.parquet")
    assert frame["match_id"].to_list() == ["M4", "M3", "MR4"]
    assert frame["right_rows"].to_list() == [[3], [], [4, 5]]
    assert frame["explanation"].to_list()[1:] == ["rows of one side that add up to nothing"] * 2
