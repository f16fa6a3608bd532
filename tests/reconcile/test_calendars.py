"""Business days."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.reconcile.calendars import NO_DATE, BusinessCalendar, business_ordinals

_DAYS = st.integers(min_value=-20_000, max_value=40_000)


def _days(*texts: str) -> np.ndarray:
    epoch = date(1970, 1, 1).toordinal()
    return np.array([date.fromisoformat(text).toordinal() - epoch for text in texts], np.int64)


def _dates(days: np.ndarray) -> list[str]:
    return [str(np.datetime64(int(day), "D")) for day in days]


@pytest.mark.parametrize(
    ("first", "last", "gap"),
    [
        ("2024-03-01", "2024-03-04", 1),  # Friday to Monday
        ("2024-03-04", "2024-03-01", -1),
        ("2024-03-02", "2024-03-03", 0),  # Saturday to Sunday
        ("2024-03-04", "2024-03-04", 0),
        ("2024-03-04", "2024-03-08", 4),
        ("2024-03-04", "2024-03-11", 5),
    ],
)
def test_it_counts_business_days_between_dates(first: str, last: str, gap: int) -> None:
    calendar = BusinessCalendar.of(None)

    assert calendar.between(_days(first), _days(last)).tolist() == [gap]


def test_it_leaves_out_the_holidays_of_a_country() -> None:
    # Good Friday and Easter Monday.
    first, last = _days("2024-03-28"), _days("2024-04-02")

    assert BusinessCalendar.of("GB-ENG").between(first, last).tolist() == [1]
    assert BusinessCalendar.of(None).between(first, last).tolist() == [3]


def test_it_knows_parts_of_countries_and_markets() -> None:
    lincoln, friday = _days("2024-02-12"), _days("2024-02-13")

    assert BusinessCalendar.of("US-NY").between(lincoln, friday).tolist() == [0]
    assert BusinessCalendar.of("ECB").between(_days("2024-05-01"), _days("2024-05-02")) == [0]


def test_it_refuses_a_calendar_that_nobody_keeps() -> None:
    with pytest.raises(InputError, match="calendar 'XX' is not known"):
        BusinessCalendar.of("XX")


def test_it_refuses_an_unknown_part_of_a_country() -> None:
    with pytest.raises(InputError, match="'US-ZZ'"):
        BusinessCalendar.of("US-ZZ")


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2024-03-05", 3, "2024-03-08"),
        ("2024-03-07", 3, "2024-03-12"),
        ("2024-03-09", 3, "2024-03-14"),  # a Saturday counts as its Monday
        ("2024-03-08", 0, "2024-03-08"),
    ],
)
def test_it_adds_business_days(start: str, count: int, due: str) -> None:
    assert _dates(BusinessCalendar.of(None).add(_days(start), count)) == [due]


def test_it_adds_business_days_over_holidays() -> None:
    assert _dates(BusinessCalendar.of("GB").add(_days("2024-12-24"), 1)) == ["2024-12-27"]


def test_it_takes_no_days_at_all() -> None:
    nothing = np.zeros(0, np.int64)

    assert BusinessCalendar.of("GB").ordinals(nothing).tolist() == []
    assert BusinessCalendar.of("GB").add(nothing, 2).tolist() == []


def test_ordinals_of_a_series_keep_its_nulls() -> None:
    days = pl.Series("date", [19783, None, 19786], dtype=pl.Int32)

    counted = business_ordinals(days, calendar=None)

    assert counted.name == "date"
    assert counted.dtype == pl.Int32
    assert counted[2] - counted[0] == 1
    assert counted[1] is None


def test_a_missing_date_counts_as_the_first_day() -> None:
    days = np.array([NO_DATE, 0], np.int64)

    first, second = BusinessCalendar.of(None).ordinals(days)

    assert first == second


@given(first=_DAYS, last=_DAYS)
def test_the_way_back_is_as_long(first: int, last: int) -> None:
    calendar = BusinessCalendar.of(None)
    one, two = np.array([first]), np.array([last])

    assert calendar.between(one, two) == -calendar.between(two, one)


@given(start=_DAYS, count=st.integers(min_value=0, max_value=30))
def test_what_is_added_can_be_counted(start: int, count: int) -> None:
    calendar, day = BusinessCalendar.of(None), np.array([start])

    assert calendar.between(day, calendar.add(day, count)) == [count]


@given(days=st.lists(_DAYS, min_size=1, max_size=20))
def test_ordinals_never_fall(days: list[int]) -> None:
    ordinals = BusinessCalendar.of(None).ordinals(np.array(sorted(days)))

    assert (np.diff(ordinals) >= 0).all()
