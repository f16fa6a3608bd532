"""The bucket of a break whose two amounts prove one."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.pipeline.analyze_buckets import explain_breaks


def breaks_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Breaks of left and right in cents; the rest is filled in."""
    filled = [
        {"row": number, "key": f"K{number}", "id": "", "currency": "EUR", "date": 20_000, **row}
        for number, row in enumerate(rows, start=1)
    ]
    for row in filled:
        if "units" not in row:
            row["units"] = (row["left"] or 0) - (row["right"] or 0)
    schema = {"row": pl.Int64, "left": pl.Int64, "right": pl.Int64, "date": pl.Int32}
    return pl.DataFrame(filled, schema_overrides={**schema, "units": pl.Int64})


def buckets_of(*rows: dict[str, Any], balances: bool = False) -> list[str]:
    """The bucket of each break."""
    return explain_breaks(breaks_of(list(rows)), scale=2, balances=balances)["bucket"].to_list()


@pytest.mark.parametrize(
    ("left", "right", "bucket"),
    [
        (12_345, -12_345, "sign_flip"),
        (123_456, 132_456, "transposition"),
        (987_600, 9_876, "transposition"),
        (50_001, 50_000, "rounding"),
        (50_000, 31_234, "partial_payment"),
        (50_000, None, "missing_right"),
        (None, 50_000, "missing_left"),
    ],
)
def test_a_form_that_fits_names_its_bucket(
    left: int | None, right: int | None, bucket: str
) -> None:
    assert buckets_of({"left": left, "right": right}) == [bucket]


def test_balances_are_not_paid_in_part() -> None:
    assert buckets_of({"left": 50_000, "right": 31_234}, balances=True) == ["unknown"]


def test_a_difference_alone_proves_nothing() -> None:
    found = explain_breaks(
        breaks_of([{"left": None, "right": None, "units": -1_250}]), scale=2, balances=False
    )
    assert found.rows() == [("unknown", 0.3, "difference -12.50; no amounts to compare")]


def test_what_unrelated_amounts_do_as_well_proves_nothing() -> None:
    # Two-digit numbers in thousands: each is another with its digits swapped every so often.
    random = np.random.default_rng(1)
    pairs = random.integers(10, 99, (3_000, 2)) * 100_000
    rows = [{"left": int(a), "right": int(b)} for a, b in pairs if a != b]
    found = explain_breaks(breaks_of(rows), scale=2, balances=True)
    swapped = found.filter(pl.col("evidence").str.contains("swapped"))
    assert swapped.height > 10
    assert set(swapped["bucket"]) == {"unknown"}
    assert swapped["evidence"].str.ends_with("unrelated amounts of this file fit it as well").all()


def test_what_only_these_amounts_do_is_believed() -> None:
    random = np.random.default_rng(2)
    amounts = random.integers(1_000_000, 9_000_000, 400)
    rows = [
        {
            "left": int(a),
            "right": -int(a) if n % 4 == 0 else int(a) - int(random.integers(100_000, 900_000)),
        }
        for n, a in enumerate(amounts)
    ]
    found = explain_breaks(breaks_of(rows), scale=2, balances=True)
    assert (found["bucket"] == "sign_flip").sum() == 100
    flipped = found.filter(pl.col("bucket") == "sign_flip")
    assert (flipped["bucket_confidence"] > 0.9).all()


def test_a_fee_that_many_pay_is_found() -> None:
    random = np.random.default_rng(3)
    gross = random.integers(10_000, 900_000, 300)
    fee = (gross * 29 // 1_000) + 30
    rows = [{"left": int(g), "right": int(g - f)} for g, f in zip(gross, fee, strict=True)]
    buckets = buckets_of(*rows)
    assert buckets.count("fee_or_tax") > 250


def test_what_is_there_twice_to_the_last_field_is_a_duplicate() -> None:
    same = {"key": "A", "left": 500, "right": 400}
    found = explain_breaks(breaks_of([same, {"left": 1, "right": 9}, same]), scale=2, balances=True)
    assert found["bucket"].to_list()[2] == "duplicate"
    assert found["bucket"].to_list()[0] != "duplicate"
    assert found["evidence"].to_list()[2] == "the same key, amounts and date as row 1"


def test_two_records_with_numbers_of_their_own_are_no_duplicates() -> None:
    same = {"key": "A", "left": 500, "right": 400}
    assert "duplicate" not in buckets_of({**same, "id": "T1"}, {**same, "id": "T2"})


def test_the_answer_is_in_the_order_of_the_breaks() -> None:
    rows: list[dict[str, Any]] = [
        {"left": None, "right": 5},
        {"left": 700, "right": -700},
        {"left": 9, "right": None},
        {"left": 90_001, "right": 90_000},
    ]
    assert buckets_of(*rows) == ["missing_left", "sign_flip", "missing_right", "rounding"]


def test_no_breaks_need_no_bucket() -> None:
    empty = breaks_of([{"left": 1, "right": 2}]).clear()
    assert explain_breaks(empty, scale=2, balances=False).height == 0


def test_confidence_is_a_share() -> None:
    random = np.random.default_rng(4)
    rows = [{"left": int(a), "right": int(b)} for a, b in random.integers(-500, 500, (200, 2))]
    found = explain_breaks(breaks_of(rows), scale=2, balances=False)
    assert found["bucket_confidence"].is_between(0.0, 1.0).all()
    assert found.null_count().row(0) == (0, 0, 0)
