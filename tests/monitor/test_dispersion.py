"""How much more than dice counts scatter."""

import numpy as np
import pytest

from tieout.monitor.dispersion import Dispersion, Wander, usual_windows
from tieout.monitor.ring import Ring


def one(value: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[value]])


def cube(value: float) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    return np.array([[[value]]])


@pytest.mark.parametrize("phi", [1.0, 3.0])
def test_dispersion_is_the_variance_over_that_of_poisson_counts(phi: float) -> None:
    random = np.random.default_rng(2)
    found = Dispersion(1)
    for _ in range(6000):
        mean = 50.0 * random.gamma(50.0 / max(phi - 1.0, 1e-3), max(phi - 1.0, 1e-3) / 50.0)
        found.learn(0, one(float(random.poisson(mean))), one(50.0), one(0.5))
    assert found.of(0, (1, 1))[0, 0] == pytest.approx(phi, rel=0.2)


def test_what_is_suspect_hardly_widens_its_own_limit() -> None:
    found = Dispersion(1)
    for _ in range(30):
        found.learn(0, one(300.0), one(50.0), one(1e-9))
    assert found.of(0, (1, 1))[0, 0] < 1.5


def test_dispersion_is_never_below_that_of_a_poisson_count() -> None:
    found = Dispersion(1)
    for _ in range(3000):
        found.learn(0, one(50.0), one(50.0), one(0.5))
    assert found.of(0, (1, 1))[0, 0] == 1.0


def test_windows_learn_together_as_they_do_alone() -> None:
    random = np.random.default_rng(4)
    alone, together = Dispersion(3), Dispersion(3)
    for _ in range(50):
        count, p = random.poisson(20, (3, 2, 4)).astype(float), random.random((3, 2, 4))
        expected = np.where(random.random((3, 2, 4)) < 0.1, np.nan, 20.0)
        together.learn(slice(None), count, expected, p)
        for window in range(3):
            alone.learn(window, count[window], expected[window], p[window])
    assert np.array_equal(alone.phi, together.phi)
    assert np.array_equal(alone.of(slice(None), (2, 4))[1], together.of(1, (2, 4)))


def wandering(share: float, means: list[float], minutes: int = 6000) -> Wander:
    """What is learnt of counts whose means wander by a relative variance."""
    random, found = np.random.default_rng(3), Wander((0.01,))
    for minute in range(minutes):
        mean = means[minute % len(means)]
        count = float(random.poisson(mean * random.gamma(1 / share, share)))
        found.learn(cube(count), cube(mean), cube(0.5))
    return found


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_the_relative_variance_of_what_wanders_is_found(share: float) -> None:
    assert wandering(share, [100.0]).of((1, 1))[0, 0, 0] == pytest.approx(share, rel=0.3)


def test_a_busy_hour_says_little_of_a_quiet_one() -> None:
    found = wandering(0.04, [400.0])
    assert found.phi(cube(400.0))[0, 0, 0] == pytest.approx(17.0, rel=0.3)
    assert found.phi(cube(5.0))[0, 0, 0] == pytest.approx(1.2, rel=0.1)


def test_counts_that_scatter_as_dice_do_wander_as_little_as_is_allowed() -> None:
    random, found = np.random.default_rng(5), Wander((0.01, 0.02), 0.005)
    for _ in range(5000):
        count = random.poisson(10.0, (2, 1, 1)).astype(float)
        found.learn(count, np.full((2, 1, 1), 10.0), np.full((2, 1, 1), 0.5))
    assert found.of((1, 1))[:, 0, 0].tolist() == pytest.approx([0.005, 0.005], abs=0.006)
    assert found.of((1, 1)).min() >= 0.005


def test_a_series_begins_as_its_window_does() -> None:
    found = Wander((0.01, 0.02), 0.005)
    assert found.windows == 2
    assert found.of((3, 2))[:, 2, 1].tolist() == [0.01, 0.02]
    found.learn(np.full((2, 1, 1), 9.0), np.full((2, 1, 1), 10.0), np.full((2, 1, 1), 0.5))
    assert found.of((1, 1))[:, 0, 0].tolist() == pytest.approx([0.01, 0.02], abs=0.001)


def test_what_is_unknown_teaches_nothing() -> None:
    found = Wander((0.01,))
    for expected in (np.nan, 0.0):
        found.learn(cube(50.0), cube(expected), cube(1.0))
    assert found.of((1, 1))[0, 0, 0] == 0.01
    assert found.phi(cube(np.nan))[0, 0, 0] == 1.0


def test_an_outage_hardly_widens_its_own_limit_by_wandering() -> None:
    learnt, suspected = Wander((0.01,)), Wander((0.01,))
    for _ in range(30):
        learnt.learn(cube(300.0), cube(50.0), cube(0.5))
        suspected.learn(cube(300.0), cube(50.0), cube(1e-9))
    assert suspected.of((1, 1))[0, 0, 0] < 0.0125 < learnt.of((1, 1))[0, 0, 0]


def test_a_window_that_holds_a_minute_of_an_episode_is_not_usual() -> None:
    left_out = np.zeros((20, 2), dtype=np.bool_)
    left_out[4, 1] = True
    found = usual_windows(Ring(20), 8, (1, 5, 15), left_out)
    assert found.tolist() == [[True, True], [True, False], [True, False]]
    assert usual_windows(Ring(20), 3, (1, 3), left_out).all()
