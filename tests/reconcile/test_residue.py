"""What is left after the passes, with what is needed to say why."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile import residue as residue_module
from tieout.reconcile.records import Residue
from tieout.reconcile.residue import build_residue
from tieout.reconcile.run import run_passes
from tieout.reconcile.spec import Spec

Records = Callable[..., pl.DataFrame]
Build = Callable[..., Residue]


@pytest.fixture(scope="module")
def build(engine: DuckDBEngine) -> Build:
    """Runs an exact pass on two frames and builds the residue."""

    def carry_out(
        left: pl.DataFrame,
        right: pl.DataFrame,
        *,
        on: tuple[str, ...] = ("key", "currency", "amount"),
        side: dict[str, Any] | None = None,
        **more: Any,
    ) -> Residue:
        both = {"name": "side", "key": ["key"], "amount": "amount", **(side or {})}
        spec = Spec.model_validate(
            {"left": both, "right": both, "passes": [{"exact": {"on": list(on)}}]} | more
        )
        tables = engine.publish(left), engine.publish(right)
        tied = run_passes(*tables, spec, scale=2, engine=engine)
        return build_residue(*tables, tied, spec, scale=2, engine=engine)

    return carry_out


def test_unmatched_rows_come_sorted_with_all_their_fields(build: Build, records: Records) -> None:
    left = records("""
        row key amount date       comment
        9   C   1.00   2024-01-03 rent
        2   B   2.00   2024-01-02 -
        5   A   3.00   2024-01-01 -
    """)
    right = records("key amount\nA 3.00")
    found = build(left, right)
    assert found.left["row"].to_list() == [2, 9]
    assert found.left["comment"].to_list() == ["", "rent"]
    assert found.left.columns == left.columns
    assert found.right.is_empty()
    assert found.scale == 2


def test_matched_rows_of_the_same_key_are_kin(build: Build, records: Records) -> None:
    left = records("key amount\nA 10.00\nA 5.00\nB 1.00")
    right = records("key amount\nA 10.00\nB 1.00\nC 7.00")
    found = build(left, right)
    assert found.left["row"].to_list() == [2]
    assert found.kin_left["row"].to_list() == [1]
    assert found.kin_right["row"].to_list() == [1]
    assert found.kin_left.columns == ["row", "key", "amount", "currency", "date"]


def test_rows_without_a_key_have_no_kin(build: Build, records: Records) -> None:
    left = records("key amount\n- 10.00\n- 5.00")
    right = records("key amount\n- 10.00")
    found = build(left, right, on=("amount",))
    assert found.left["row"].to_list() == [2]
    assert found.kin_left.is_empty()


def test_a_key_that_a_comment_names_brings_its_kin(build: Build, records: Records) -> None:
    left = records("key amount comment\nINV0012 10.00 -\nRET1 -10.00 reversal_of_inv-0012")
    left = left.with_columns(pl.col("comment").str.replace_all("_", " "))
    right = records("key amount\nINV0012 10.00")
    found = build(left, right, normalise={"key": ["upper", "punctuation"]})
    assert found.left["row"].to_list() == [2]
    assert found.kin_left["row"].to_list() == [1]
    assert found.kin_right["row"].to_list() == [1]


def test_steps_of_normalising_do_not_hide_what_a_comment_names(
    build: Build, records: Records
) -> None:
    left = records("key amount comment\nINV0012 10.00 -\nRET1 -10.00 returned_INV0012")
    left = left.with_columns(pl.col("comment").str.replace_all("_", " "))
    right = records("key amount\nINV0012 10.00")
    found = build(
        left,
        right,
        side={"key": ["key"], "criteria": {}},
        normalise={"key": ["strip"]},
    )
    assert found.kin_left["row"].to_list() == [1]


def test_all_rows_are_counted_by_date(build: Build, records: Records) -> None:
    left = records("""
        key amount date
        A   1.00   2024-01-01
        B   2.00   2024-01-01
        C   3.00   2024-01-03
        D   4.00   -
    """)
    right = records("key amount date\nA 1.00 2024-01-02")
    found = build(left, right)
    assert found.days_left.rows() == [(19723, 2, 300, 1), (19725, 1, 300, 1)]
    assert found.days_right.rows() == [(19724, 1, 100, 0)]


def test_ties_come_with_the_values_of_both_sides(build: Build, records: Records) -> None:
    left = records("""
        key amount account original_amount original_currency criteria_desk
        A   1.00   acc     2.00            USD               FX
        B   9.00   acc     2.00            USD               FX
    """)
    right = records("""
        key amount account original_amount original_currency criteria_desk
        A   1.00   other   3.00            GBP               Cash
    """)
    found = build(left, right, side={"criteria": {"desk": "d"}})
    assert found.tied.to_dicts() == [
        {
            "left_row": 1,
            "right_row": 1,
            "currency": "EUR",
            "amount_left": 100,
            "date_left": None,
            "account_left": "acc",
            "original_amount_left": 200,
            "original_currency_left": "USD",
            "criteria_desk_left": "FX",
            "amount_right": 100,
            "date_right": None,
            "account_right": "other",
            "original_amount_right": 300,
            "original_currency_right": "GBP",
            "criteria_desk_right": "Cash",
        }
    ]


def test_of_many_ties_an_even_sample_is_kept(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residue_module, "TIED_ROWS_MAX", 10)
    rows = pl.int_range(1, 101, eager=True)
    side = pl.DataFrame(
        {"row": rows, "key": rows.cast(pl.String), "amount": rows, "currency": "EUR"}
    ).with_columns(
        pl.lit(None, dtype=pl.Int32).alias("date"),
        pl.lit("").alias("account"),
        pl.lit("").alias("comment"),
        pl.lit("").alias("party"),
        pl.lit("").alias("original_currency"),
        pl.lit(None, dtype=pl.Int64).alias("original_amount"),
    )
    found = build(side, side)
    assert found.tied["left_row"].to_list() == list(range(10, 101, 10))


def test_ambiguous_groups_are_handed_on(build: Build, records: Records) -> None:
    left = records("amount\n1.00\n1.00")
    found = build(left, left, on=("amount",))
    assert found.ambiguous.select("left_rows", "right_rows").rows() == [([1, 2], [1, 2])]
    assert found.left.height == found.right.height == 2


def test_nothing_left_is_empty_frames_of_the_same_shape(build: Build, records: Records) -> None:
    left = records("key amount\nA 1.00")
    found = build(left, left)
    assert found.left.is_empty()
    assert found.left.columns == left.columns
    assert found.kin_left.is_empty()
    assert found.days_left.is_empty()


def test_twins_are_matched_rows_that_say_what_an_open_one_says(
    build: Build, records: Records
) -> None:
    left = records("""
        key amount date       comment
        -   3.00   2024-01-03 rent
        -   3.00   2024-01-03 rent
        -   7.00   2024-01-03 lamp
        -   9.00   2024-01-03 desk
    """)
    right = records("""
        key amount date       comment
        -   3.00   2024-01-03 rent
        -   7.00   2024-01-03 lamp
        -   9.00   2024-01-03 desk
    """)
    found = build(left, right, passes=[{"keyless": {"on": []}}])
    assert found.left["row"].to_list() == [2]
    assert found.twins_left.rows() == [(1, "EUR", 300, 19_725, "rent", "")]
    assert found.twins_right.is_empty()


def test_a_side_of_which_most_rows_are_lines_of_totals_is_told(
    build: Build, records: Records
) -> None:
    left = records("key amount\nA 1.00\nA 2.00\nA 3.00\nB 9.00")
    right = records("key amount\nA 6.00\nB 9.00")
    group = {"group": {"on": ["key"], "shapes": ["many_to_one"]}}
    exact = {"exact": {"on": ["key", "amount"]}}
    assert build(left, right, passes=[exact, group]).lines == {"left"}
    assert build(left, right, passes=[exact]).lines == frozenset()
    more = records("key amount\nA 1.00\nA 5.00\nB 9.00\nC 1.00\nD 1.00")
    other = records("key amount\nA 6.00\nB 9.00\nC 1.00\nD 1.00")
    assert build(more, other, passes=[exact, group]).lines == frozenset()
