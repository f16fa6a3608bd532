import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.novelty.margins import TAIL_SHARE, Margins, pareto


def column(values: object) -> np.ndarray:
    return np.asarray(values, dtype=np.float64).reshape(-1, 1)


def test_normal_values_keep_their_normal_scores() -> None:
    # A normal tail is shorter than the shortest law allowed, so that 3 sigma count as 2.8.
    margins = Margins.fitted(column(np.random.default_rng(0).normal(size=20_000)))
    scores = margins.scores(column([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]))
    assert scores.ravel() == pytest.approx([-3, -2, -1, 0, 1, 2, 3], abs=0.25)


def test_far_out_in_a_wild_column_is_less_odd_than_in_a_tame_one() -> None:
    random = np.random.default_rng(1)
    margins = Margins.fitted(
        np.column_stack([random.standard_t(2.0, 5_000), random.uniform(-1.0, 1.0, 5_000)])
    )
    wild, tame = margins.scores(np.array([[6.0, 6.0]]))[0]
    assert wild < 3.0 < 2.0 * wild < tame


def test_tail_scores_have_the_probability_of_the_law_they_came_from() -> None:
    law = stats.t(3.0)
    margins = Margins.fitted(column(law.rvs(50_000, random_state=2)))
    for probability in (1e-2, 1e-3, 1e-4):
        score = margins.scores(column([law.isf(probability)]))[0, 0]
        assert np.log10(stats.norm.sf(score)) == pytest.approx(np.log10(probability), abs=0.2)


def test_both_tails_of_a_skewed_column_have_laws_of_their_own() -> None:
    margins = Margins.fitted(column(np.exp(np.random.default_rng(3).normal(size=20_000))))
    high, low = margins.scores(column([np.exp(3.0), np.exp(-3.0)])).ravel()
    assert high == pytest.approx(3.0, abs=0.3)
    assert low < -1.5


def test_a_gap_between_clusters_stays_a_gap() -> None:
    random = np.random.default_rng(4)
    values = np.concatenate([random.normal(-10, 0.1, 700), random.normal(10, 0.1, 300)])
    left, between, right = Margins.fitted(column(values)).scores(column([-10, 0, 10])).ravel()
    assert between - left > 0.3
    assert right - between > 0.3


def test_missing_values_and_the_median_score_zero() -> None:
    margins = Margins.fitted(column([1.0, 2.0, 3.0, np.nan]))
    assert margins.scores(column([2.0, np.nan])).ravel().tolist() == [0.0, 0.0]
    assert margins.filled(column([np.nan, 9.0])).ravel().tolist() == [2.0, 9.0]


def test_a_rare_flag_is_as_odd_as_it_is_rare() -> None:
    flags = column([0.0] * 990 + [1.0] * 10)
    flag, usual = Margins.fitted(flags).scores(column([1.0, 0.0])).ravel()
    assert usual == 0.0
    assert 2.3 < flag < 3.0


def test_the_first_value_below_all_others_is_rarer_than_one_in_all() -> None:
    amounts = np.concatenate([np.zeros(300), np.random.default_rng(5).exponential(size=700)])
    score = Margins.fitted(column(amounts)).scores(column([-0.01]))[0, 0]
    assert stats.norm.cdf(score) <= 0.5 / 1_000


def test_a_common_largest_value_is_not_odd() -> None:
    capped = np.minimum(np.random.default_rng(6).normal(size=1_000), 0.5)
    assert Margins.fitted(column(capped)).scores(column([0.5]))[0, 0] < 1.3


def test_absurd_values_have_finite_scores() -> None:
    margins = Margins.fitted(column(np.random.default_rng(7).normal(size=500)))
    scores = margins.scores(column([1e300, -1e300])).ravel()
    assert np.isfinite(scores).all()
    assert scores[0] > 10 > -10 > scores[1]


def test_straight_distances_do_not_know_the_tails() -> None:
    values = column(np.random.default_rng(8).normal(size=10_000))
    margins = Margins.fitted(values)
    assert margins.straight(column([50.0, np.nan])).ravel() == pytest.approx([50.0, 0.0], rel=0.1)


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=60).filter(
        lambda found: min(found) < max(found)
    ),
    st.lists(st.floats(-1e7, 1e7, width=32), min_size=2, max_size=20),
)
def test_a_larger_value_never_has_a_smaller_score(learnt: list[float], new: list[float]) -> None:
    margins = Margins.fitted(column(learnt))
    scores = margins.scores(column(sorted(new))).ravel()
    assert np.isfinite(scores).all()
    assert (np.diff(scores) >= -1e-9).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=40).filter(lambda v: min(v) < max(v)))
def test_saved_and_restored_it_scores_the_same(learnt: list[float]) -> None:
    margins = Margins.fitted(column(learnt))
    again = Margins.restored(margins.state())
    new = column([*learnt, 1e4, -1e4])
    assert again.scores(new).tolist() == margins.scores(new).tolist()
    assert again.straight(new).tolist() == margins.straight(new).tolist()


def test_a_tenth_of_the_values_are_in_either_tail() -> None:
    margins = Margins.fitted(column(np.random.default_rng(9).normal(size=1_000)))
    assert np.exp(margins.upper.log_share)[0] == pytest.approx(TAIL_SHARE, abs=0.002)
    assert np.exp(margins.lower.log_share)[0] == pytest.approx(TAIL_SHARE, abs=0.002)


def test_the_law_of_excesses_is_found_again() -> None:
    excess = stats.genpareto(0.3, scale=2.0).rvs(50_000, random_state=1)
    shape, scale = pareto(np.sort(excess))
    assert shape == pytest.approx(0.3, abs=0.05)
    assert scale == pytest.approx(2.0, rel=0.05)


def test_short_tails_are_taken_for_exponential_ones() -> None:
    shape, scale = pareto(np.sort(np.random.default_rng(2).uniform(0.0, 1.0, 10_000)))
    assert shape == 0.0
    assert scale == pytest.approx(0.5, abs=0.02)


def test_one_excess_is_its_own_scale() -> None:
    assert pareto(np.array([3.0])) == (0.0, 3.0)


def test_equal_excesses_have_their_size_as_scale() -> None:
    assert pareto(np.full(5, 2.0)) == (0.0, 2.0)
