import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.views.ranks import average_ranks, rank_correlation


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=30))
def test_ranks_are_those_of_the_textbook(values: list[int]) -> None:
    numbers = np.array(values, dtype=np.float64)
    assert average_ranks(numbers).tolist() == stats.rankdata(numbers).tolist()


def test_a_missing_value_ranks_midway() -> None:
    assert average_ranks(np.array([10.0, np.nan, 30.0, 20.0])).tolist() == [1.0, 2.0, 3.0, 2.0]


def test_nothing_known_has_ranks_too() -> None:
    assert average_ranks(np.array([np.nan, np.nan])).tolist() == [0.5, 0.5]


def test_the_correlation_is_spearmans_over_rows_that_both_know() -> None:
    random = np.random.default_rng(1)
    first = random.normal(size=200)
    second = first + random.normal(size=200)
    first[:20] = np.nan
    second[10:40] = np.nan
    known = slice(40, None)
    expected = stats.spearmanr(first[known], second[known]).statistic
    assert rank_correlation(first, second) == pytest.approx(expected)


def test_too_few_rows_or_equal_ones_do_not_correlate() -> None:
    assert rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.0
    assert rank_correlation(np.ones(9), np.arange(9.0)) == 0.0
