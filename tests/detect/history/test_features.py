"""Features by Polars against the same by hand, one break at a time."""

import statistics
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.history.features import (
    RECENT,
    TREND,
    WINDOW,
    WINDOW_MIN,
    break_features,
    describe,
    describe_at,
    row_features,
)

Break = tuple[int, int, float]


def frame_of(breaks: list[Break]) -> pl.DataFrame:
    """Breaks of (key, day, difference) in the order that features need."""
    rows = sorted((code, day, row, value) for row, (code, day, value) in enumerate(breaks))
    return pl.DataFrame(
        {
            "code": [row[0] for row in rows],
            "at": [row[1] for row in rows],
            "row": [row[2] for row in rows],
            "quantity": [row[3] for row in rows],
            "units": [round(row[3] * 100) for row in rows],
            "is_break": [row[3] != 0 for row in rows],
        },
        schema={
            "code": pl.UInt32,
            "at": pl.Int32,
            "row": pl.Int64,
            "quantity": pl.Float64,
            "units": pl.Int64,
            "is_break": pl.Boolean,
        },
    )


def by_hand(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """What the docstring promises, read literally: earlier days only, twenty of their breaks."""
    found: list[dict[str, Any]] = []
    rows = frame.to_dicts()
    for row in rows:
        mine = [each for each in rows if each["code"] == row["code"]]
        earlier = [each for each in mine if each["at"] < row["at"]]
        window = [each["quantity"] for each in earlier[-WINDOW:]]
        enough = len(window) >= WINDOW_MIN
        place = mine.index(row)
        recent = [each["quantity"] for each in mine[place - RECENT + 1 : place + 1]]
        found.append(
            {
                "before": len(earlier),
                "median": statistics.median(window) if enough else None,
                "mean": statistics.fmean(window) if enough else None,
                "std": statistics.stdev(window) if enough else None,
                "low": min(window) if enough else None,
                "high": max(window) if enough else None,
                "last_at": earlier[-1]["at"] if earlier else None,
                "on_day": sum(each["at"] == row["at"] for each in mine),
                "days_before": len({each["at"] for each in earlier}),
                "median_recent": statistics.median(recent) if place + 1 >= RECENT else None,
                "run_same": run(mine, place, lambda each: each["units"]),
                "run_sign": run(mine, place, lambda each: sign(each["units"])),
            }
        )
    return found


def sign(units: int) -> int:
    """-1, 0 or 1."""
    return (units > 0) - (units < 0)


def run(mine: list[dict[str, Any]], place: int, value: Any) -> int:
    """How many breaks in a row, up to this one, have the same value."""
    length = 1
    while place - length >= 0 and value(mine[place - length]) == value(mine[place]):
        length += 1
    return length


def close(found: Any, expected: Any) -> bool:
    """Equal, nulls included, to nine digits."""
    if found is None or expected is None:
        return found is expected
    return bool(found == pytest.approx(expected, rel=1e-9, abs=1e-9))


amounts = st.integers(-500, 500).map(lambda cents: cents / 100)
histories = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), amounts), max_size=80)


@settings(max_examples=60, deadline=None)
@given(breaks=histories)
def test_each_break_sees_what_was_before_its_day_and_nothing_else(breaks: list[Break]) -> None:
    frame = frame_of(breaks)
    found = describe(break_features(frame)).to_dicts()
    expected = by_hand(frame)
    for mine, theirs in zip(found, expected, strict=True):
        for name, value in theirs.items():
            assert close(mine[name], value), (name, mine, theirs)


@settings(max_examples=40, deadline=None)
@given(breaks=histories)
def test_the_scatter_is_of_residuals_that_never_saw_themselves(breaks: list[Break]) -> None:
    found = break_features(frame_of(breaks)).to_dicts()
    for row in found:
        mine = [each for each in found if each["code"] == row["code"]]
        earlier = [each for each in mine if each["at"] < row["at"]][-WINDOW:]
        residuals = [abs(each["residual"]) for each in earlier if each["residual"] is not None]
        expected = statistics.median(residuals) if len(residuals) >= WINDOW_MIN else None
        assert close(row["mad"], expected)


@settings(max_examples=40, deadline=None)
@given(breaks=histories, day=st.integers(0, 30))
def test_what_comes_later_changes_nothing_that_was_said_before(
    breaks: list[Break], day: int
) -> None:
    until = [each for each in breaks if each[1] <= day]
    known = [place for place, each in enumerate(breaks) if each[1] <= day]
    then = describe(break_features(frame_of(until))).sort("row").drop("row")
    now = describe(break_features(frame_of(breaks)))
    now = now.filter(pl.col("row").is_in(known)).sort("row").drop("row")
    assert then.equals(now)


@settings(max_examples=40, deadline=None)
@given(breaks=histories, chosen=st.sets(st.integers(0, 79)))
def test_a_few_described_are_as_when_all_are(breaks: list[Break], chosen: set[int]) -> None:
    frame = frame_of(breaks)
    places = np.array(sorted(place for place in chosen if place < frame.height), dtype=np.int64)
    few, all_rows = describe_at(frame, places), describe(frame)[places]
    assert few.select(frame.columns).equals(all_rows.select(frame.columns))
    for name in ("mean", "std", "low", "high"):
        pairs = zip(few[name], all_rows[name], strict=True)
        assert all(close(mine, theirs) for mine, theirs in pairs)


def test_a_straight_line_has_its_slope_and_no_scatter() -> None:
    frame = frame_of([(0, day, 100.0 + 7.5 * day) for day in range(15)])
    last = break_features(frame).to_dicts()[-1]
    assert last["slope"] == pytest.approx(7.5)
    assert last["slope_t"] == 1e6
    assert (last["trend_since"], last["recent_since"]) == (15 - TREND, 15 - RECENT)


def test_a_slope_is_that_of_least_squares() -> None:
    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0]
    last = break_features(frame_of([(0, day, v) for day, v in enumerate(values)])).to_dicts()[-1]
    slope, intercept = statistics.linear_regression(range(10), values)
    rest = sum((v - intercept - slope * x) ** 2 for x, v in enumerate(values))
    assert last["slope"] == pytest.approx(slope)
    assert last["slope_t"] == pytest.approx(slope / (rest / 8 / 82.5) ** 0.5)


def test_a_difference_that_never_changes_has_no_slope_and_a_long_run() -> None:
    last = break_features(frame_of([(0, day, 5.0) for day in range(12)])).to_dicts()[-1]
    assert (last["slope"], last["slope_t"]) == (0.0, 0.0)
    assert (last["run_same"], last["same_since"], last["sign_since"]) == (12, 0, 0)


def test_the_gap_is_in_days_since_the_day_before() -> None:
    found = break_features(frame_of([(0, 3, 1.0), (0, 10, 2.0), (0, 10, 3.0), (1, 10, 4.0)]))
    assert found["gap_days"].to_list() == [None, 7, 7, None]


def test_the_average_that_forgets_starts_with_the_first_break() -> None:
    found = describe(frame_of([(0, 0, 10.0), (0, 1, 20.0), (0, 2, 0.5), (1, 0, 7.0)]))
    assert found["ewma"].to_list() == [None, 10.0, 12.0, None]


def test_no_breaks_have_no_features() -> None:
    assert break_features(frame_of([])).height == 0
    assert describe(break_features(frame_of([]))).height == 0
    assert row_features(frame_of([])).height == 0


@settings(max_examples=40, deadline=None)
@given(rows=histories)
def test_rows_and_breaks_of_earlier_days_are_counted(rows: list[Break]) -> None:
    frame = frame_of(rows)
    found = row_features(frame).to_dicts()
    for row in found:
        earlier = [e for e in found if e["code"] == row["code"] and e["at"] < row["at"]]
        assert row["rows_before"] == len(earlier)
        assert row["breaks_before"] == sum(e["is_break"] for e in earlier)
