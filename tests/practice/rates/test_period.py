import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.rates.period import DAY_MINUTES, busyness, days_covered, hour_of, hump


@pytest.mark.parametrize(
    ("rows", "days"), [(1_000, 7), (97_999, 7), (112_000, 8), (200_000, 14), (10**9, 28)]
)
def test_more_rows_take_more_days_up_to_four_weeks(rows: int, days: int) -> None:
    assert days_covered(rows) == days


def test_hours_begin_again_each_day() -> None:
    assert hour_of(np.array([0, 90, DAY_MINUTES + 90])).tolist() == [0.0, 1.5, 1.5]


@given(hour=st.floats(0, 24), peak=st.floats(0, 24), width=st.floats(0.5, 5))
def test_a_hump_knows_no_midnight(hour: float, peak: float, width: float) -> None:
    height = hump(np.array([hour, (hour + 24) % 24]), peak, width)
    assert height[0] == pytest.approx(height[1])
    assert 0 <= height[0] <= 1
    late, early = hump(np.array([23.0, 1.0]), 0.0, width)
    assert late == pytest.approx(early)


def test_a_week_of_traffic_is_about_one_a_minute() -> None:
    busy = busyness(np.arange(7 * DAY_MINUTES))
    assert busy.shape == (7 * DAY_MINUTES, 4)
    assert busy.sum(axis=1).mean() == pytest.approx(1, abs=0.03)
    assert busy.min() > 0


def test_weeks_are_alike() -> None:
    minute = np.arange(1_000, 1_100)
    assert (busyness(minute) == busyness(minute + 7 * DAY_MINUTES)).all()
    assert (busyness(minute) != busyness(minute + DAY_MINUTES)).any()
