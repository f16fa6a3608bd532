"""Breaks as the contract has them."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.buckets import NEXT_STEP, Bucket
from tieout.reconcile.breaks import break_numbers, finish_breaks, in_order
from tieout.reconcile.records import BREAK_SCHEMA

CONTRACT = {
    "break_id": pl.String,
    "side": pl.String,
    "left_rows": pl.List(pl.Int64),
    "right_rows": pl.List(pl.Int64),
    "key": pl.String,
    "amount_left": pl.Decimal(38, 2),
    "amount_right": pl.Decimal(38, 2),
    "difference": pl.Decimal(38, 2),
    "currency": pl.String,
    "date_left": pl.Date,
    "date_right": pl.Date,
    "age_days": pl.Int32,
    "bucket": pl.String,
    "bucket_confidence": pl.Float64,
    "evidence": pl.String,
    "candidates": pl.List(pl.String),
    "score": pl.Float64,
    "p_value": pl.Float64,
    "anomalous": pl.Boolean,
    "reasons": pl.List(pl.String),
    "incident_id": pl.String,
    "severity": pl.String,
    "resolution": pl.String,
    "proposal": pl.String,
}
DAY = 19_783  # 2024-03-01


def found(*breaks: dict[str, Any]) -> pl.DataFrame:
    """Breaks of one left row each, but for what the test names."""
    plain = {
        "side": "left",
        "left_rows": [1],
        "right_rows": [],
        "key": "A",
        "amount_left": 1000,
        "amount_right": None,
        "difference": 1000,
        "currency": "EUR",
        "date_left": DAY,
        "date_right": None,
        "bucket": "missing_right",
        "bucket_confidence": 0.9,
        "evidence": "left 10.00 - right 0.00 = 10.00",
        "candidates": [],
    }
    return pl.DataFrame([plain | each for each in breaks], schema=BREAK_SCHEMA)


def finish(frame: pl.DataFrame, **more: Any) -> pl.DataFrame:
    """Finish with the usual options."""
    options: dict[str, Any] = {
        "reconciliation": "bank_vs_books",
        "scale": 2,
        "as_of": date(2024, 3, 31),
    }
    return finish_breaks(frame, **options | more)


def test_the_columns_and_types_are_those_of_the_contract() -> None:
    assert dict(finish(found({})).schema) == CONTRACT
    assert dict(finish(found()).schema) == CONTRACT


def test_what_judging_fills_is_empty_before_it() -> None:
    row = finish(found({})).row(0, named=True)
    empty = ("score", "p_value", "anomalous", "reasons", "incident_id", "severity", "proposal")
    assert all(row[name] is None for name in empty)


@pytest.mark.parametrize("bucket", list(Bucket))
def test_every_bucket_comes_with_its_next_step(bucket: Bucket) -> None:
    assert finish(found({"bucket": bucket.value}))["resolution"][0] == NEXT_STEP[bucket]


def test_amounts_are_exact_decimals_in_the_scale_of_the_run() -> None:
    units = {"amount_left": 30, "amount_right": 10, "difference": 20}
    row = finish(found(units)).row(0, named=True)
    assert (row["amount_left"], row["difference"]) == (Decimal("0.30"), Decimal("0.20"))
    row = finish(found(units), scale=3).row(0, named=True)
    assert str(row["amount_left"]) == "0.030"
    row = finish(found(units), scale=0).row(0, named=True)
    assert str(row["amount_left"]) == "30"


@settings(max_examples=40, deadline=None)
@given(units=st.integers(-(2**63) + 1, 2**63 - 1), scale=st.integers(0, 6))
def test_no_amount_is_too_large_or_too_small_to_be_exact(units: int, scale: int) -> None:
    frame = finish(found({"amount_left": units, "difference": units}), scale=scale)
    assert frame["amount_left"][0] == Decimal(units).scaleb(-scale)
    assert frame.schema["amount_left"] == pl.Decimal(38, scale)


def test_breaks_stand_in_the_order_of_their_first_left_then_right_row() -> None:
    frame = found(
        {"left_rows": [], "right_rows": [2], "side": "right", "key": "c"},
        {"left_rows": [9, 10], "key": "b"},
        {"left_rows": [], "right_rows": [1, 5], "side": "right", "key": "d"},
        {"left_rows": [3], "right_rows": [7], "side": "both", "key": "a"},
    )
    assert finish(frame)["key"].to_list() == ["a", "b", "d", "c"]


def test_a_break_has_the_same_identity_in_every_run() -> None:
    first = finish(found({}))["break_id"][0]
    later = finish(found({"left_rows": [812]}), as_of=date(2025, 1, 1))["break_id"][0]
    assert first == later
    assert len(first) == 32


def test_an_identity_does_not_change_from_version_to_version() -> None:
    # People's decisions hang on it.
    assert finish(found({}))["break_id"][0] == "d2d1dcf4e1ae863eb244acf910958630"


def test_an_identity_is_about_what_the_break_is_not_what_was_said_about_it() -> None:
    said = {"bucket": "timing", "evidence": "other", "candidates": ["x"], "bucket_confidence": 0.1}
    assert finish(found(said))["break_id"][0] == finish(found({}))["break_id"][0]


@pytest.mark.parametrize(
    "other",
    [
        {"key": "B"},
        {"amount_left": 1001},
        {"amount_right": 0},
        {"currency": "USD"},
        {"date_left": DAY + 1},
        {"date_right": DAY},
        {"side": "both"},
        {"key": "A\x1f1000"},
    ],
)
def test_another_key_amount_date_or_side_is_another_break(other: dict[str, Any]) -> None:
    assert finish(found(other))["break_id"][0] != finish(found({}))["break_id"][0]


def test_another_reconciliation_is_another_break() -> None:
    other = finish(found({}), reconciliation="bank_vs_card")["break_id"][0]
    assert other != finish(found({}))["break_id"][0]


def test_genuine_twins_stay_two() -> None:
    frame = finish(found({"left_rows": [4]}, {"left_rows": [2]}, {"key": "B", "left_rows": [3]}))
    assert frame["break_id"].n_unique() == 3


def test_the_identities_of_twins_do_not_depend_on_the_order_of_rows() -> None:
    one = finish(found({"left_rows": [2]}, {"left_rows": [4]}, {"left_rows": [6]}))
    other = finish(found({"left_rows": [6]}, {"left_rows": [2]}, {"left_rows": [4]}))
    assert one.equals(other)


def test_one_twin_more_keeps_the_identities_of_the_others() -> None:
    two = set(finish(found({"left_rows": [2]}, {"left_rows": [4]}))["break_id"])
    three = set(finish(found(*({"left_rows": [row]} for row in (2, 4, 6))))["break_id"])
    assert two < three


@pytest.mark.parametrize(
    ("dates", "age"),
    [
        ({"date_left": DAY}, 30),
        ({"date_left": None, "date_right": DAY + 30}, 0),
        ({"date_left": DAY + 10, "date_right": DAY}, 30),
        ({"date_left": DAY + 40}, 0),  # Dated after the day from which ages count.
        ({"date_left": None, "date_right": None}, None),
    ],
)
def test_age_counts_from_the_earlier_date(dates: dict[str, Any], age: int | None) -> None:
    assert finish(found(dates))["age_days"][0] == age


def test_without_a_day_to_count_from_there_is_no_age() -> None:
    assert finish(found({}), as_of=None)["age_days"][0] is None


def test_dates_are_dates() -> None:
    row = finish(found({"date_right": -1})).row(0, named=True)
    assert (row["date_left"], row["date_right"]) == (date(2024, 3, 1), date(1969, 12, 31))


CLAIMS = {"at": pl.UInt32, "break_id": pl.String, "number": pl.Int64}


def numbered(frame: pl.DataFrame, *claims: tuple[int, str, int]) -> tuple[list[int], list[bool]]:
    """Occurrence numbers, and which were kept."""
    told = pl.DataFrame(list(claims), schema=CLAIMS, orient="row")
    numbers, kept = break_numbers(in_order(frame), "bank_vs_books", told)
    return numbers.to_list(), kept.to_list()


def test_a_break_keeps_the_number_that_an_earlier_run_gave_it() -> None:
    twins = found({"left_rows": [1]}, {"left_rows": [2]}, {"left_rows": [3]})
    identities = finish(twins)["break_id"].to_list()
    assert numbered(twins) == ([0, 1, 2], [False, False, False])
    assert numbered(twins, (2, identities[0], 0)) == ([1, 2, 0], [False, False, True])
    assert numbered(twins, (0, identities[2], 2)) == ([2, 0, 1], [True, False, False])
    numbers, _ = break_numbers(
        twins, "bank_vs_books", pl.DataFrame([(2, identities[0], 0)], CLAIMS, orient="row")
    )
    assert finish(twins, numbers=numbers)["break_id"].to_list() == [
        identities[1], identities[2], identities[0],
    ]  # fmt: skip


def test_a_number_is_kept_once_and_only_by_what_is_the_same_still() -> None:
    twins = found({"left_rows": [1]}, {"left_rows": [2]})
    identities = finish(twins)["break_id"].to_list()
    both = [(0, identities[1], 1), (1, identities[1], 1)]
    assert numbered(twins, *both) == ([1, 0], [True, False])
    other = found({"left_rows": [1], "amount_left": 999}, {"left_rows": [2]})
    assert numbered(other, (0, identities[0], 0)) == ([0, 0], [False, False])
