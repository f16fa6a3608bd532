"""Time in slots, as people write it."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.incidents.model import Clock

DAY, HOUR = Clock(86_400), Clock(3_600)


def moments(*texts: str) -> pl.Series:
    """Moments as a column."""
    return pl.Series([datetime.fromisoformat(text) for text in texts], dtype=pl.Datetime("us"))


def test_midnights_alone_are_days() -> None:
    assert Clock.of(moments("2024-03-04", "2024-03-05")) == DAY
    assert Clock.of(moments("2024-03-04", "2024-03-05T10:00")) == HOUR
    assert Clock.of(pl.Series([None], dtype=pl.Datetime("us"))) == DAY


def test_a_moment_that_is_not_known_has_no_slot() -> None:
    column = pl.concat([moments("1970-01-03"), pl.Series([None], dtype=pl.Datetime("us"))])
    assert DAY.slots(column).tolist() == [2, -1]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2024-03-15T10:00", "2024-03-15T11:00", "2024-03-15 10:00 to 12:00"),
        ("2024-03-15T23:00", "2024-03-16T00:00", "2024-03-15 23:00 to 2024-03-16 01:00"),
        ("2024-03-15T00:00", "2024-03-15T23:00", "2024-03-15"),
        ("2024-03-15T00:00", "2024-03-16T23:00", "2024-03-15 to 2024-03-16"),
        ("2024-03-15T22:00", "2024-03-15T23:00", "2024-03-15 22:00 to 2024-03-16 00:00"),
    ],
)
def test_spans_of_hours_are_written_as_short_as_they_can_be(
    first: str, last: str, words: str
) -> None:
    start, end = HOUR.slots(moments(first, last)).tolist()
    assert HOUR.text(start, end) == words


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_moment_lies_in_its_slot(moment: datetime) -> None:
    column = pl.Series([moment], dtype=pl.Datetime("us"))
    for clock in (DAY, HOUR):
        slot = int(clock.slots(column)[0])
        assert clock.begin(slot) <= moment < clock.begin(slot + 1)
        assert clock.day(slot) == moment.date()
        assert isinstance(clock.day(slot), date)
