import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tieout.detect.views.student import HalfStudent, two_sided_log_p


@pytest.mark.parametrize(("freedom", "scale"), [(1.0, 0.2), (3.0, 5.0), (8.0, 1.0)])
def test_it_finds_the_law_that_distances_came_from(freedom: float, scale: float) -> None:
    drawn = np.abs(np.random.default_rng(1).standard_t(freedom, 40_000)) * scale
    law = HalfStudent.fitted(drawn)
    assert law.scale == pytest.approx(scale, rel=0.05)
    assert law.freedom == pytest.approx(freedom, rel=0.3)


def test_a_fit_does_not_depend_on_the_order_of_rows() -> None:
    drawn = np.abs(np.random.default_rng(2).standard_t(3, 5_000))
    assert HalfStudent.fitted(drawn) == HalfStudent.fitted(drawn[::-1].copy())


def test_few_distances_are_taken_as_they_are() -> None:
    law = HalfStudent.fitted(np.array([1.0, 2.0, 3.0]))
    assert 1.0 < law.scale < 3.0


def test_distances_that_are_all_zero_give_a_law_that_is_finite() -> None:
    law = HalfStudent.fitted(np.zeros(50))
    assert np.isfinite([law.freedom, law.scale]).all()
    assert law.scale > 0.0


@pytest.mark.parametrize("freedom", [0.5, 1.0, 2.8, 16.0, 64.0])
def test_the_tail_is_that_of_students_t(freedom: float) -> None:
    ratio = np.array([0.0, 0.01, 0.5, 1.0, 2.0, 5.0, 30.0, 1e3, 1e5])
    expected = np.log(2.0) + stats.t.logsf(ratio, freedom)
    finite = np.isfinite(expected)
    got = two_sided_log_p(ratio, freedom)
    assert got[finite] == pytest.approx(expected[finite], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("freedom", [1.0, 3.36, 22.6])
def test_the_table_is_as_good_as_the_tail_it_holds(freedom: float) -> None:
    distances = np.exp(np.random.default_rng(3).normal(0.0, 3.0, 2_000))
    law = HalfStudent(freedom, 2.0)
    exact = two_sided_log_p(distances / 2.0, freedom)
    assert law.log_p(distances) == pytest.approx(exact, abs=2e-5, rel=1e-5)


def test_distances_beyond_the_table_follow_the_power_law() -> None:
    law = HalfStudent(3.0, 1.0)
    far = law.log_p(np.array([1e8, 1e9, 1e300]))
    assert far[1] - far[0] == pytest.approx(-3.0 * np.log(10.0), rel=1e-6)
    assert far[2] < far[1]
    assert np.isfinite(far).all()


def test_where_floats_underflow_the_logarithm_still_tells_rows_apart() -> None:
    # The p-value itself is below the smallest float: exp of the result is zero.
    law = HalfStudent(64.0, 1.0)
    near, far = law.log_p(np.array([1e7, 1e8]))
    assert np.exp(near) == 0.0
    assert far < near


def test_a_missing_distance_has_no_p_value() -> None:
    assert np.isnan(HalfStudent(3.0, 1.0).log_p(np.array([np.nan, 1.0]))).tolist() == [True, False]


@given(
    freedom=st.floats(0.5, 64.0),
    scale=st.floats(1e-6, 1e6),
    distances=st.lists(st.floats(0.0, 1e12), min_size=2, max_size=20),
)
def test_larger_distances_are_never_likelier(
    freedom: float, scale: float, distances: list[float]
) -> None:
    log_p = HalfStudent(freedom, scale).log_p(np.sort(np.array(distances)))
    assert (np.diff(log_p) <= 1e-12).all()
    assert (log_p <= 1e-12).all()


def test_the_density_is_that_of_students_t() -> None:
    at = np.array([0.0, 0.3, 2.0, 40.0])
    expected = stats.t.logpdf(at, 4.0, scale=1.7)
    assert HalfStudent(4.0, 1.7).log_density(at) == pytest.approx(expected)


def test_the_fit_has_the_best_likelihood_among_laws_near_it() -> None:
    drawn = np.abs(np.random.default_rng(4).standard_t(4, 1_000)) * 3.0
    law = HalfStudent.fitted(drawn)
    best = law.log_density(drawn).mean()
    for freedom in (law.freedom / 1.5, law.freedom * 1.5):
        for scale in (law.scale / 1.1, law.scale * 1.1):
            assert HalfStudent(freedom, scale).log_density(drawn).mean() < best
