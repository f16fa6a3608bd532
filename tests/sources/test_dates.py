"""Dates as text to epoch days and seconds of the day."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.formats import DateFormat
from tieout.sources.dates import DAYS_MAX, DAYS_MIN, epoch_days, seconds_of_day

EPOCH = date(1970, 1, 1)


Read = Callable[..., tuple[list[int | None], list[int | None]]]


@pytest.fixture(scope="module")
def read(engine: DuckDBEngine) -> Read:
    """Days and seconds as the plan answers them on DuckDB: read(values, pattern, ...)."""

    def run(values: list[str | None], *patterns: str) -> tuple[list[int | None], list[int | None]]:
        frame = pl.DataFrame({"text": values}, schema={"text": pl.String}).with_row_index("row")
        table = engine.publish(frame)
        text = table["text"]
        known = DateFormat(patterns=patterns)
        plan = table.select(
            "row", days=epoch_days(text, known), seconds=seconds_of_day(text, known)
        )
        rows = engine.fetch(plan).sort("row")
        assert rows.schema["days"] == rows.schema["seconds"] == pl.Int32
        return rows["days"].to_list(), rows["seconds"].to_list()

    return run


def days(year: int, month: int, day: int) -> int:
    """Epoch days of a date."""
    return (date(year, month, day) - EPOCH).days


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-01-31", "%Y-%m-%d"),
        ("2024-1-31", "%Y-%m-%d"),
        ("31/01/2024", "%d/%m/%Y"),
        ("31/1/2024", "%d/%m/%Y"),
        ("01/31/2024", "%m/%d/%Y"),
        ("31-01-2024", "%d-%m-%Y"),
        ("31.01.2024", "%d.%m.%Y"),
        ("31.01.24", "%d.%m.%y"),
        ("2024/01/31", "%Y/%m/%d"),
        ("20240131", "%Y%m%d"),
        ("31 Jan 2024", "%d %b %Y"),
        ("31 JAN 2024", "%d %b %Y"),
        ("31 January 2024", "%d %B %Y"),
        ("Jan 31, 2024", "%b %d, %Y"),
        ("31-Jan-24", "%d-%b-%y"),
    ],
)
def test_it_reads_a_date_by_its_pattern(read: Read, text: str, pattern: str) -> None:
    assert read([text], pattern) == ([days(2024, 1, 31)], [None])


@pytest.mark.parametrize(
    ("text", "pattern", "seconds"),
    [
        ("2024-01-31 13:45:00", "%Y-%m-%d %H:%M:%S", 49_500),
        ("2024-01-31T13:45:00", "%Y-%m-%dT%H:%M:%S", 49_500),
        ("2024-01-31T13:45:00.123456Z", "%Y-%m-%dT%H:%M:%S", 49_500),
        ("2024-01-31 13:45", "%Y-%m-%d %H:%M:%S", 49_500),
        ("2024-01-31 00:00:00", "%Y-%m-%d %H:%M:%S", 0),
        ("31/01/2024 13:45", "%d/%m/%Y %H:%M", 49_500),
        ("31/01/2024 13:45:00.5", "%d/%m/%Y %H:%M:%S.%f", 49_500),
        ("01/31/2024 1:45 PM", "%m/%d/%Y %I:%M %p", 49_500),
        ("01/31/2024 1:45PM", "%m/%d/%Y %I:%M%p", 49_500),
        ("2024-01-31 01:45 PM", "%Y-%m-%d %I:%M %p", 49_500),
        ("2024-01-31 12:00 AM", "%Y-%m-%d %I:%M %p", 0),
        ("20240131134500", "%Y%m%d%H%M%S", 49_500),
    ],
)
def test_it_reads_date_and_time(read: Read, text: str, pattern: str, seconds: int) -> None:
    assert read([text], pattern) == ([days(2024, 1, 31)], [seconds])


def test_a_time_zone_is_read_over_and_never_applied(read: Read) -> None:
    texts: list[str | None] = ["2024-01-31 23:30:00+05:00", "2024-01-31 00:30:00-08:00"]
    assert read(texts, "%Y-%m-%d %H:%M:%S") == ([days(2024, 1, 31)] * 2, [84_600, 1_800])


def test_a_date_without_time_has_no_seconds_although_others_have(read: Read) -> None:
    texts: list[str | None] = ["2024-01-31", "2024-01-31 00:00:01"]
    assert read(texts, "%Y-%m-%d %H:%M:%S")[1] == [None, 1]


def test_days_are_read_from_iso_texts_with_time_by_the_plain_pattern_too(read: Read) -> None:
    assert read(["2024-01-31 10:00:00"], "%Y-%m-%d") == ([days(2024, 1, 31)], [None])


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-02-30", "%Y-%m-%d"),
        ("2023-02-29", "%Y-%m-%d"),
        ("30/02/2024", "%d/%m/%Y"),
        ("31/04/2024", "%d/%m/%Y"),
        ("13/13/2024", "%d/%m/%Y"),
        ("20240230", "%Y%m%d"),
        ("2024013113450", "%Y%m%d%H%M%S"),
        ("30 Feb 2024", "%d %b %Y"),
    ],
)
def test_a_date_that_does_not_exist_is_null_and_never_wraps(
    read: Read, text: str, pattern: str
) -> None:
    assert read([text], pattern) == ([None], [None])


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("31/01/24", "%d/%m/%Y"),
        ("24-01-31", "%Y-%m-%d"),
        ("2024013", "%Y%m%d"),
        ("202401311", "%Y%m%d"),
        ("31/01/2024", "%d/%m/%y"),
        ("epoch", "%Y-%m-%d"),
        ("infinity", "%Y-%m-%d"),
        ("epoch", "%d/%m/%Y"),
        ("-infinity", "%d %b %Y"),
        ("2024-01-31x", "%Y-%m-%d"),
        ("9024-01-31", "%Y-%m-%d"),
        ("", "%Y-%m-%d"),
        ("n/a", "%d/%m/%Y"),
    ],
)
def test_what_does_not_have_the_pattern_is_null(read: Read, text: str, pattern: str) -> None:
    assert read([text], pattern) == ([None], [None])


def test_the_first_of_january_1900_is_a_date_like_any_other(read: Read) -> None:
    assert read(["01/01/1900"], "%d/%m/%Y")[0] == [days(1900, 1, 1)]


def test_two_digit_years_reach_from_1969_to_2068(read: Read) -> None:
    found, _ = read(["01.01.69", "01.01.68", "01.01.00"], "%d.%m.%y")
    assert found == [days(1969, 1, 1), days(2068, 1, 1), days(2000, 1, 1)]


def test_several_patterns_are_tried_in_order(read: Read) -> None:
    texts: list[str | None] = ["2024-01-31", "31/01/2024", "01/02/2024", "12/31/2024", None]
    found, seconds = read(texts, "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y")
    assert found == [
        days(2024, 1, 31),
        days(2024, 1, 31),
        days(2024, 2, 1),
        days(2024, 12, 31),
        None,
    ]
    assert seconds == [None] * 5


def test_seconds_come_from_the_patterns_that_have_a_time(read: Read) -> None:
    texts: list[str | None] = ["31/01/2024", "31/01/2024 00:10", "31/01/2024 00:10:30"]
    patterns = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
    assert read(texts, *patterns) == ([days(2024, 1, 31)] * 3, [None, 600, 630])


@given(
    st.lists(st.integers(DAYS_MIN, DAYS_MAX), min_size=1, max_size=50),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %b %Y"]),
)
@settings(max_examples=40, deadline=None)
def test_every_written_date_comes_back(read: Read, numbers: list[int], pattern: str) -> None:
    texts: list[str | None] = [(EPOCH + timedelta(days=n)).strftime(pattern) for n in numbers]
    assert read(texts, pattern)[0] == numbers
