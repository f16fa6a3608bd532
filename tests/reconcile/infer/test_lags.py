"""Lags between the dates of equal records."""

from datetime import date, timedelta

import polars as pl

from tieout.reconcile.infer.lags import Lags, measure_lags

MONDAY = (date(2024, 1, 8) - date(1970, 1, 1)).days


def lags_of(*later: int | None, start: int = MONDAY, keyed: bool = True) -> Lags:
    """Lags of rows whose right date is some calendar days after the left one."""
    left = pl.Series([start] * len(later), dtype=pl.Int32)
    right = pl.Series([None if n is None else start + n for n in later], dtype=pl.Int32)
    return measure_lags(left, right, keyed=keyed)


def test_equal_dates_leave_the_default() -> None:
    found = lags_of(*[0] * 50)
    assert (found.differing, found.before, found.after, found.settlement) == (0, 0, 0, 3)
    assert not found.by_nature


def test_lags_count_business_days() -> None:
    friday = MONDAY + 4
    found = lags_of(*[3] * 20, start=friday)
    assert (found.before, found.after) == (0, 1)
    assert found.by_nature


def test_the_window_covers_the_usual_lag_and_not_the_strays() -> None:
    found = lags_of(*[0] * 50, *[1] * 30, *[2] * 19, 28)
    assert found.after == 2
    assert found.before == 0


def test_lags_in_both_directions_open_the_window_to_both() -> None:
    found = lags_of(*[-1] * 20, *[0] * 20, *[2] * 20, start=MONDAY + 1)
    assert (found.before, found.after) == (1, 2)


def test_without_a_key_a_window_is_at_most_ten_business_days() -> None:
    found = lags_of(*[21] * 30, keyed=False)
    assert found.after == 10
    assert found.settlement == 10


def test_with_a_key_it_is_as_long_as_customers_take_to_pay() -> None:
    found = lags_of(*[21] * 30)
    assert found.after == 15
    assert found.settlement == 15


def test_few_differences_are_exceptions() -> None:
    found = lags_of(*[0] * 90, *[1] * 10)
    assert not found.by_nature


def test_a_fifth_of_the_rows_differ_by_nature() -> None:
    assert lags_of(*[0] * 80, *[1] * 20).by_nature


def test_four_rows_are_too_few_to_tell() -> None:
    assert not lags_of(1, 1, 1, 1).by_nature


def test_settlement_follows_long_lags() -> None:
    assert lags_of(*[7] * 40).settlement == 5


def test_rows_without_a_date_are_left_out() -> None:
    assert lags_of(None, None, 0).rows == 1
    assert lags_of().rows == 0


def test_sunday_to_monday_is_no_business_day() -> None:
    found = lags_of(*[-1] * 20)
    assert (found.before, found.after, found.by_nature) == (0, 0, True)


def test_a_weekend_apart_differs_although_no_business_day_lies_between() -> None:
    saturday = MONDAY + 5
    assert date(1970, 1, 1) + timedelta(days=saturday) == date(2024, 1, 13)
    found = lags_of(*[1] * 10, start=saturday)
    assert found.differing == 10
