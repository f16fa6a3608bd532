import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.grouped import GroupedValues

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-5, 5).map(float)), min_size=1, max_size=30
)


def others_by_hand(rows: list[tuple[int, float]], group: int, value: float) -> list[float]:
    others = [other for code, other in rows if code == group]
    if value in others:
        others.remove(value)
    return others


def grouped(rows: list[tuple[int, float]]) -> GroupedValues:
    codes = np.array([code for code, _ in rows])
    return GroupedValues.of(codes, np.array([value for _, value in rows]), 3)


@given(ROWS, st.integers(0, 2), st.integers(-6, 6).map(float))
def test_the_median_is_that_of_the_others(
    rows: list[tuple[int, float]], group: int, value: float
) -> None:
    others = grouped(rows).others(np.array([group]), np.array([value]))
    expected = others_by_hand(rows, group, value)
    assert others.count[0] == len(expected)
    if expected:
        assert others.median()[0] == pytest.approx(np.median(expected))
    else:
        assert np.isnan(others.median()[0])


@given(ROWS, st.integers(0, 2), st.integers(-6, 6).map(float), st.floats(-9, 9))
def test_the_mad_is_that_of_the_others(
    rows: list[tuple[int, float]], group: int, value: float, centre: float
) -> None:
    others = grouped(rows).others(np.array([group]), np.array([value]))
    expected = others_by_hand(rows, group, value)
    if expected:
        mad = float(np.median(np.abs(np.array(expected) - centre)))
        assert others.mad(np.array([centre]))[0] == pytest.approx(mad)
    else:
        assert np.isnan(others.mad(np.array([centre]))[0])


@given(ROWS, st.integers(0, 2), st.integers(-6, 6).map(float))
def test_mean_and_deviation_are_those_of_the_others(
    rows: list[tuple[int, float]], group: int, value: float
) -> None:
    others = grouped(rows).others(np.array([group]), np.array([value]))
    mean, std = others.mean_std()
    expected = others_by_hand(rows, group, value)
    if expected:
        assert mean[0] == pytest.approx(np.mean(expected), abs=1e-9)
    else:
        assert np.isnan(mean[0])
    if len(expected) > 1:
        assert std[0] == pytest.approx(np.std(expected, ddof=1), abs=1e-7)
    else:
        assert np.isnan(std[0])


def test_a_giant_value_leaves_the_others_exact() -> None:
    rows = [(0, 1.0), (0, 2.0), (0, 3.0), (0, 1e15)]
    mean, std = grouped(rows).others(np.array([0]), np.array([1e15])).mean_std()
    assert mean[0] == pytest.approx(2.0, rel=1e-12)
    assert std[0] == pytest.approx(1.0, rel=1e-12)


def test_equal_others_have_no_spread_at_all() -> None:
    rows = [(0, 0.1), (0, 0.1), (0, 0.1), (0, 7.3)]
    others = grouped(rows).others(np.array([0]), np.array([7.3]))
    assert others.mad(others.median())[0] == 0.0
    assert others.mean_deviation()[0] == 0.0


def test_only_one_of_equal_values_is_taken_out() -> None:
    rows = [(0, 5.0), (0, 5.0), (0, 5.0), (0, 9.0)]
    others = grouped(rows).others(np.array([0]), np.array([5.0]))
    assert others.count[0] == 3
    assert others.median()[0] == 5.0
    assert others.mean_std()[0][0] == pytest.approx(19.0 / 3.0)


def test_the_mean_deviation_is_from_the_median_of_the_group() -> None:
    rows = [(0, 0.0), (0, 0.0), (0, 0.0), (0, 4.0), (0, 8.0)]
    others = grouped(rows).others(np.array([0, 0]), np.array([8.0, 3.0]))
    assert others.mean_deviation().tolist() == [1.0, 12.0 / 5.0]


def test_a_value_of_another_group_is_not_taken_out() -> None:
    rows = [(0, 5.0), (0, 6.0), (1, 7.0)]
    others = grouped(rows).others(np.array([0]), np.array([7.0]))
    assert others.count[0] == 2


def test_missing_values_are_no_part_of_a_group() -> None:
    values = GroupedValues.of(np.array([0, 0, 1]), np.array([1.0, np.nan, np.nan]), 2)
    assert values.counts.tolist() == [1, 0]


def test_no_history_has_no_others() -> None:
    values = GroupedValues.of(np.zeros(0, dtype=np.int64), np.zeros(0), 1)
    others = values.others(np.array([0]), np.array([3.0]))
    assert others.count[0] == 0
    assert np.isnan(others.median()[0])
    assert np.isnan(others.mad(np.array([0.0]))[0])
    assert np.isnan(others.mean_deviation()[0])
