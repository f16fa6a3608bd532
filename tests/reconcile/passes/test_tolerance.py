"""Equal where it must be, near where it may be."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Run = Callable[..., Any]
Records = Callable[..., pl.DataFrame]


def near(*, on: tuple[str, ...] = ("key", "currency"), **fields: Any) -> dict[str, Any]:
    """A tolerance pass without a date window unless the test names one."""
    return {"tolerance": {"on": list(on), "days": None, **fields}}


def cents(amount: str) -> dict[str, Any]:
    """A tolerance pass by key with an absolute limit."""
    return near(amount={"absolute": amount})


@pytest.mark.parametrize(
    ("other", "matches"),
    [("10.01", True), ("9.99", True), ("10.02", False), ("9.98", False), ("-10.00", False)],
)
def test_a_cent_matches_at_a_tolerance_of_a_cent(
    run: Run, records: Records, other: str, matches: bool
) -> None:
    left = records("key amount\nA 10.00")
    found = run(left, records(f"key amount\nA {other}"), cents("0.01"))
    assert found.pairs == ([(1, 1)] if matches else [])


def test_the_difference_is_left_minus_right_in_units(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nB -3.00")
    right = records("key amount\nA 10.04\nB -3.05")
    assert run(left, right, cents("0.05")).differences == [-4, 5]


def test_a_limit_finer_than_a_unit_permits_no_difference(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00")
    assert run(left, records("key amount\nA 10.01"), cents("0.009")).pairs == []
    assert run(left, left, cents("0.009")).pairs == [(1, 1)]


def test_units_follow_the_scale_of_the_run(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.000", scale=3)
    right = records("key amount\nA 10.010", scale=3)
    assert run(left, right, cents("0.01"), scale=3).pairs == [(1, 1)]
    assert run(left, right, cents("0.009"), scale=3).pairs == []


@pytest.mark.parametrize(
    ("other", "matches"), [("103.09", True), ("103.10", False), ("97.00", True), ("96.99", False)]
)
def test_a_percentage_is_of_the_larger_amount(
    run: Run, records: Records, other: str, matches: bool
) -> None:
    left = records("key amount\nA 100.00")
    found = run(left, records(f"key amount\nA {other}"), near(amount={"percent": "3"}))
    assert bool(found.pairs) is matches


def test_a_percentage_with_decimals_is_exact(run: Run, records: Records) -> None:
    left = records("key amount\nA 1000000.00\nB 1000000.00")
    right = records("key amount\nA 999999.00\nB 998999.99")
    found = run(left, right, near(amount={"percent": "0.0001"}))
    assert found.pairs == [(1, 1)]


def test_the_larger_of_both_limits_counts(run: Run, records: Records) -> None:
    left = records("key amount\nA 1.00\nB 1000.00")
    right = records("key amount\nA 1.05\nB 1009.00")
    found = run(left, right, near(amount={"absolute": "0.05", "percent": "1"}))
    assert found.pairs == [(1, 1), (2, 2)]


def test_a_currency_has_its_own_limit(run: Run, records: Records) -> None:
    left = records("""
        key amount  currency
        A   10.00   EUR
        B   1000.00 JPY
        C   10.00   USD
    """)
    right = records("""
        key amount  currency
        A   10.05   EUR
        B   1005.00 JPY
        C   10.05   USD
    """)
    limits = {"absolute": "0.01", "by_currency": {"jpy": "5", "USD": "0.05"}}
    found = run(left, right, near(amount=limits))
    assert found.pairs == [(2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("day_left", "day_right", "matches"),
    [
        ("2024-03-01", "2024-03-04", True),  # Friday to Monday is one business day.
        ("2024-03-01", "2024-03-06", True),
        ("2024-03-01", "2024-03-07", False),
        ("2024-03-04", "2024-03-01", True),  # One back, as permitted.
        ("2024-03-05", "2024-03-01", False),
        ("2024-03-02", "2024-03-03", True),  # Saturday and Sunday are the same business day.
        ("2024-02-29", "2024-03-05", True),  # A leap day is a day.
    ],
)
def test_a_window_of_days_is_asymmetric_and_skips_weekends(
    run: Run, records: Records, day_left: str, day_right: str, matches: bool
) -> None:
    left = records(f"key amount date\nA 10.00 {day_left}")
    right = records(f"key amount date\nA 10.00 {day_right}")
    found = run(left, right, near(days={"before": 1, "after": 3}))
    assert bool(found.pairs) is matches


@pytest.mark.parametrize(
    ("calendar", "day_right", "matches"),
    [
        (None, "2024-04-01", False),
        ("US", "2024-04-01", False),
        ("GB", "2024-04-01", True),  # Good Friday is free in all of it,
        ("GB", "2024-04-02", False),
        ("GB-ENG", "2024-04-02", True),  # Easter Monday in England.
        ("ECB", "2024-04-02", True),
    ],
)
def test_a_window_of_days_skips_the_holidays_of_its_calendar(
    run: Run, records: Records, calendar: str | None, day_right: str, matches: bool
) -> None:
    left = records("key amount date\nA 10.00 2024-03-28")
    right = records(f"key amount date\nA 10.00 {day_right}")
    found = run(left, right, near(days={"after": 1}, calendar=calendar))
    assert bool(found.pairs) is matches


def test_rows_without_a_date_never_fall_in_a_window(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 -\nB 1.00 2024-01-02")
    right = records("key amount date\nA 10.00 -\nB 1.00 2024-01-02")
    assert run(left, right, near(days={"after": 3})).pairs == [(2, 2)]


def test_days_do_not_matter_without_a_window(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 2024-01-02")
    right = records("key amount date\nA 10.00 2025-01-02")
    assert run(left, right, near()).pairs == [(1, 1)]


def test_the_nearest_amount_is_chosen_then_the_nearest_date(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 2024-01-02\nB 5.00 2024-01-02")
    right = records("""
        key amount date
        A   10.02  2024-01-02
        A   10.01  2024-01-04
        B   5.00   2024-01-04
        B   5.00   2024-01-03
    """)
    found = run(left, right, near(amount={"absolute": "0.05"}, days={"after": 3}))
    assert found.pairs == [(1, 2), (2, 4)]
    assert found.open_right == [1, 3]


def test_two_equally_good_counterparts_are_withheld_with_a_reason(
    run: Run, records: Records
) -> None:
    left = records("key amount\nA 10.00\nB 7.00")
    right = records("key amount\nA 10.01\nA 9.99\nB 7.01")
    found = run(left, right, cents("0.01"))
    assert found.pairs == [(2, 3)]
    assert found.withheld == [([1], [1, 2], "more than one counterpart is equally good")]
    assert (found.open_left, found.open_right) == ([1], [1, 2])


def test_withheld_rows_stay_open_in_later_passes(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00")
    right = records("key amount\nA 10.01\nA 9.99")
    assert run(left, right, cents("0.01"), cents("0.01")).pairs == []


def test_twins_within_tolerance_are_matched(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA 10.00")
    right = records("key amount\nA 10.01\nA 10.01")
    found = run(left, right, cents("0.01"))
    assert found.pairs == [(1, 1), (2, 2)]
    assert found.withheld == []


def test_one_of_two_twins_is_matched_and_the_other_left(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00")
    right = records("key amount\nA 10.01\nA 10.01")
    found = run(left, right, cents("0.01"))
    assert found.pairs == [(1, 1)]
    assert found.open_right == [2]


def test_twins_are_not_alike_when_no_key_tells_what_they_are(run: Run, records: Records) -> None:
    left = records("amount\n10.00\n10.00")
    right = records("amount\n10.01\n10.01")
    found = run(left, right, near(on=("currency",), amount={"absolute": "0.01"}))
    assert found.pairs == []
    assert [group[:2] for group in found.withheld] == [([1, 2], [1, 2])]


def test_rows_of_different_keys_are_not_alike_when_a_pass_leaves_the_key_out(
    run: Run, records: Records
) -> None:
    left = records("key account amount\nA acc 10.00\nB acc 10.00")
    right = records("key account amount\nC acc 10.01\nD acc 10.01")
    found = run(left, right, near(on=("account", "currency"), amount={"absolute": "0.01"}))
    assert found.pairs == []
    assert found.open_left == [1, 2]


def test_more_pairs_come_before_nearer_pairs(run: Run, records: Records) -> None:
    # Taking 10.00 = 10.00 first would leave 10.02 and 9.98 without a counterpart.
    left = records("key amount\nA 10.00\nA 10.02")
    right = records("key amount\nA 10.00\nA 9.98")
    assert run(left, right, cents("0.02")).pairs == [(1, 2), (2, 1)]


def test_a_chain_is_matched_as_a_whole(run: Run, records: Records) -> None:
    amounts_left = [1000 + 20 * step for step in range(8)]
    amounts_right = [1010 + 20 * step for step in range(8)]
    left = records("key amount\n" + "\n".join(f"A {each / 100:.2f}" for each in amounts_left))
    right = records("key amount\n" + "\n".join(f"A {each / 100:.2f}" for each in amounts_right))
    found = run(left, right, cents("0.10"))
    assert found.pairs == [(row, row) for row in range(1, 9)]


def test_an_uncontested_pair_beside_a_contested_one_stands(run: Run, records: Records) -> None:
    left = records("key amount\nA 10.00\nA 11.00")
    right = records("key amount\nA 10.01\nA 10.02\nA 11.00")
    found = run(left, right, cents("0.05"))
    assert found.pairs == [(1, 1), (2, 3)]
    assert found.open_right == [2]


def test_currencies_are_never_mixed_unless_the_pass_leaves_them_out(
    run: Run, records: Records
) -> None:
    left = records("key amount currency\nA 10.00 EUR")
    right = records("key amount currency\nA 10.00 USD")
    assert run(left, right, cents("0.01")).pairs == []
    assert run(left, right, near(on=("key",))).pairs == [(1, 1)]


def test_rows_without_a_key_are_left_out_of_a_keyed_pass(run: Run, records: Records) -> None:
    left = records("key amount\n- 10.00")
    assert run(left, left, cents("0.01")).pairs == []


def test_no_candidates_are_no_pairs(run: Run, records: Records) -> None:
    left = records("key amount date\nA 10.00 2024-01-02")
    window = near(days={"after": 1}, amount={"absolute": "1"})
    assert run(left, left.clear(), window).open_left == [1]
    assert run(left.clear(), left.clear(), window).pairs == []


def test_amounts_of_any_size_are_compared_exactly(run: Run, records: Records) -> None:
    left = records("key amount\nA 90071992547409.93\nB 10.00")
    right = records("key amount\nA 90071992547409.94\nB 92233720368547758.07")
    assert run(left, right, cents("0.01")).pairs == [(1, 1)]
    assert run(left, right, cents("0.00")).pairs == []
    assert run(left, right, near(amount={"percent": "0.01"})).pairs == [(1, 1)]


def test_opposite_ends_of_what_an_amount_can_be_are_only_far_apart(
    run: Run, records: Records
) -> None:
    left = records("key amount\nA 92233720368547758.07\nB 1.00")
    right = records("key amount\nA -92233720368547758.07\nB 1.00")
    assert run(left, right, near(amount={"absolute": "1", "percent": "1"})).pairs == [(2, 2)]


AMOUNTS = st.lists(st.integers(100, 112), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None)
@given(left=AMOUNTS, right=AMOUNTS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(
    run: Run, left: list[int], right: list[int], order: Any
) -> None:
    def side(amounts: list[tuple[int, int]]) -> pl.DataFrame:
        frame = pl.DataFrame(
            {"row": [row for row, _ in amounts], "amount": [amount for _, amount in amounts]},
            schema={"row": pl.Int64, "amount": pl.Int64},
        )
        texts = [pl.lit("A").alias("key"), pl.lit("EUR").alias("currency")]
        return frame.with_columns(*texts, pl.lit(None, dtype=pl.Int32).alias("date"))

    numbered = [list(enumerate(amounts, 1)) for amounts in (left, right)]
    straight = run(*(side(rows) for rows in numbered), cents("0.03"))
    shuffled = [order.sample(rows, len(rows)) for rows in numbered]
    assert run(*(side(rows) for rows in shuffled), cents("0.03")) == straight
