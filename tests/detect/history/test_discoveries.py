"""Which p-values are small enough, many being looked at."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.history.discoveries import discoveries, p_of

log_ps = st.lists(st.floats(-700, 0), max_size=60).map(np.array)


def by_definition(p_values: np.ndarray) -> list[bool]:
    """Benjamini and Hochberg, literally: the largest k with p(k) <= 0.05 k / m."""
    ordered, rows = np.sort(p_values), len(p_values)
    passing = [p for k, p in enumerate(ordered, start=1) if p <= 0.05 * k / rows]
    limit = min(max(passing, default=-1.0), 0.01)
    return [bool(p <= limit) for p in p_values]


@given(log_p=log_ps)
def test_they_are_those_of_the_definition_and_never_above_one_percent(log_p: np.ndarray) -> None:
    assert discoveries(log_p).tolist() == by_definition(np.exp(log_p))


def test_one_small_value_among_many_has_to_be_very_small() -> None:
    rest = np.log(np.linspace(0.1, 1.0, 99))
    assert discoveries(np.append(rest, math.log(4e-4)))[-1]
    assert not discoveries(np.append(rest, math.log(6e-4)))[-1]


def test_where_most_are_odd_what_is_usual_stays_usual() -> None:
    log_p = np.log(np.array([1e-9] * 99 + [0.02]))
    found = discoveries(log_p)
    assert found[:99].all()
    assert not found[-1]


def test_nothing_among_nothing() -> None:
    assert discoveries(np.zeros(0)).tolist() == []


def test_a_p_value_is_never_zero() -> None:
    assert p_of(np.array([-1e6, 0.0, math.log(0.25)])).tolist() == pytest.approx(
        [math.exp(-690), 1.0, 0.25]
    )
    assert p_of(np.array([-1e6]))[0] > 0
