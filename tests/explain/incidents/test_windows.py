"""The span in which findings crowd."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.incidents.windows import best_window, crowded_window


def slots(*counts: int) -> np.ndarray:
    """A slot for each place, as often as its count."""
    return np.repeat(np.arange(len(counts)), counts).astype(np.int64)


def test_the_span_is_where_findings_are_frequent_among_records() -> None:
    window = best_window(slots(0, 1, 9, 10, 0, 1), slots(10, 10, 10, 10, 10, 10))
    assert window is not None
    assert (window.first, window.last) == (2, 3)
    assert window.evidence > 5


def test_busy_hours_are_no_span() -> None:
    window = best_window(slots(1, 1, 20, 20, 1), slots(10, 10, 200, 200, 10))
    assert window is None or window.evidence < 1


def test_findings_without_a_moment_are_left_out() -> None:
    undated = np.full(5, -1, dtype=np.int64)
    assert best_window(undated, undated) is None
    window = best_window(np.concatenate([undated, slots(0, 8, 0)]), slots(9, 9, 9))
    assert window is not None
    assert (window.first, window.last) == (1, 1)


def test_years_between_findings_change_nothing_but_the_slots() -> None:
    found, among = slots(1, 9, 10, 1), slots(10, 10, 10, 10)
    near = best_window(found, among)
    # The last stands for a date that somebody mistyped.
    places = np.array([0, 1, 2, 70_000_000])
    far = best_window(places[found], places[among])
    assert near is not None
    assert far is not None
    assert (far.first, far.last) == (near.first, near.last) == (1, 2)


def test_time_without_findings_counts_as_other_time() -> None:
    few = best_window(slots(0, 8), slots(0, 8))
    many = best_window(slots(0, 8), slots(100, 8, 100))
    assert few is None
    assert many is not None
    assert many.evidence > 10


@pytest.mark.parametrize("length", [300, 2_000])
def test_long_stretches_of_time_are_searched_too(length: int) -> None:
    every = np.arange(length, dtype=np.int64)
    burst = np.repeat(np.arange(length // 2, length // 2 + 30), 20).astype(np.int64)
    window = best_window(np.concatenate([every, burst]), np.repeat(every, 20))
    assert window is not None
    assert abs(window.first - length // 2) <= length // 100
    assert abs(window.last - length // 2 - 29) <= length // 100


def test_of_two_bursts_one_is_chosen_and_not_the_span_of_both() -> None:
    records = slots(*[100] * 40)
    findings = slots(*[0] * 10, 100, *[3] * 8, 90, *[0] * 20)
    both = best_window(findings, records)
    assert both is not None
    assert (both.first, both.last) == (10, 19)
    one = crowded_window(findings, records, evidence_min=5.0, ratio_min=3.0)
    assert one is not None
    assert (one.first, one.last) == (10, 10)


def test_a_span_that_is_a_little_uneven_stays_whole() -> None:
    records = slots(*[100] * 20)
    findings = slots(*[0] * 8, 95, 60, 98, *[0] * 9)
    window = crowded_window(findings, records, evidence_min=5.0, ratio_min=3.0)
    assert window is not None
    assert (window.first, window.last) == (8, 10)


@given(
    st.lists(st.integers(-1, 60), max_size=60),
    st.lists(st.integers(-1, 60), max_size=200),
)
def test_a_span_begins_and_ends_with_a_finding(found: list[int], others: list[int]) -> None:
    findings, records = np.array(found, dtype=np.int64), np.array(others, dtype=np.int64)
    window = crowded_window(findings, records, evidence_min=5.0, ratio_min=3.0)
    if window is not None:
        assert 0 <= window.first <= window.last
        assert {window.first, window.last} <= set(found)
    turned = crowded_window(findings[::-1], records[::-1], evidence_min=5.0, ratio_min=3.0)
    assert turned == window
