"""The moment that is asked about, and those before it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.model.table import Kind
from tieout.pipeline.rootcause_moments import MOMENTS_MAX, Moments, split_moments
from tieout.pipeline.rootcause_plan import Note

MINUTES = pl.Series("min", [60.0, 120.0, 180.0, 180.0, 240.0, 300.0])
HOURS = pl.Series(
    "ts", [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=6 * step) for step in range(16)]
).dt.replace_time_zone(None)


def split(
    times: pl.Series = MINUTES,
    *,
    at: str | None = None,
    before: str | None = None,
    after: str | None = None,
    notes: list[Note] | None = None,
) -> Moments:
    kind = Kind.NUMBER if times.dtype == pl.Float64 else Kind.TIME
    told: list[Note] = [] if notes is None else notes
    return split_moments(times, kind, at=at, before=before, after=after, notes=told)


def test_a_moment_is_compared_with_each_before_it() -> None:
    moments = split(at="240")
    assert moments.now.tolist() == [False, False, False, False, True, False]
    assert moments.past.tolist() == [0, 1, 2, 2, -1, -1]
    assert (moments.count, moments.at) == (3, "240")


def test_the_last_moment_is_the_default_and_said() -> None:
    notes: list[Note] = []
    moments = split(notes=notes)
    assert (moments.at, moments.count) == ("300", 4)
    assert [(note.subject, note.decision, note.certain) for note in notes] == [("at", "300", False)]


def test_a_day_is_all_of_it_and_compared_with_days() -> None:
    moments = split(HOURS, at="2026-01-04")
    assert moments.now.tolist() == [False] * 12 + [True] * 4
    assert moments.past.tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [-1] * 4
    assert moments.at == "2026-01-04 00:00:00..2026-01-04 18:00:00"


def test_a_moment_with_a_clock_is_one_moment() -> None:
    moments = split(HOURS, at="2026-01-02T06:00")
    assert moments.now.sum() == 1
    assert (moments.at, moments.count) == ("2026-01-02 06:00:00", 5)


def test_seconds_since_1970_name_a_moment_of_a_calendar() -> None:
    assert split(HOURS, at="1767333600").at == "2026-01-02 06:00:00"


def test_two_periods_are_compared() -> None:
    moments = split(HOURS, before="2026-01-01..2026-01-02", after="2026-01-03..2026-01-04")
    assert moments.now.sum() == 8
    assert (moments.past >= 0).tolist() == [True] * 8 + [False] * 8


def test_what_lies_between_two_periods_plays_no_part() -> None:
    moments = split(before="..120", after="240..")
    assert moments.now.tolist() == [False, False, False, False, True, True]
    assert (moments.past >= 0).tolist() == [True, True, False, False, False, False]


def test_a_period_may_be_compared_with_what_came_after_it() -> None:
    moments = split(at="120", before="180..300")
    assert moments.past.tolist() == [-1, -1, 0, 0, 1, 2]


def test_moments_without_a_time_play_no_part() -> None:
    moments = split(pl.Series("min", [60.0, None, 120.0]))
    assert moments.past.tolist() == [0, -1, -1]
    assert moments.now.tolist() == [False, False, True]


def test_only_the_latest_of_very_many_moments_are_looked_at() -> None:
    notes: list[Note] = []
    times = pl.Series("min", np.arange(MOMENTS_MAX + 50, dtype=np.float64))
    moments = split(times, at=str(MOMENTS_MAX + 49), notes=notes)
    assert moments.count == MOMENTS_MAX
    assert (moments.past == -1).sum() == 50
    assert moments.past.max() == MOMENTS_MAX - 1
    assert [note.subject for note in notes] == ["moments"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": "999"}, "has no such moment; it runs from 60 to 300"),
        ({"at": "60"}, "has nothing before 60"),
        ({"at": "noon"}, "--at noon: expected a moment such as 1566656280"),
        ({"after": "300..60"}, "ends before it begins"),
        ({"at": "60", "after": "60.."}, "give one"),
        ({"at": "240", "before": "900..999"}, "nothing before"),
    ],
)
def test_moments_that_cannot_be_are_refused(options: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        split(MINUTES, **options)  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_a_column_without_any_moment_is_refused() -> None:
    with pytest.raises(InputError, match="holds no moment"):
        split(pl.Series("min", [None, None], dtype=pl.Float64))
