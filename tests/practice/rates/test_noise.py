import numpy as np
import pytest

from tieout.practice.breaks.arrays import Floats
from tieout.practice.rates.noise import wander


def correlation(one: Floats, other: Floats) -> float:
    matrix: Floats = np.asarray(np.corrcoef(one, other))
    return float(matrix[0, 1])


def test_levels_lie_around_one(generator: np.random.Generator) -> None:
    levels = wander(20_000, np.array([0.1, 0.4]), generator, memory=0.6)
    assert levels.shape == (20_000, 2)
    assert levels.mean(axis=0) == pytest.approx([1, 1], abs=0.05)
    assert levels.min() > 0


def test_a_wider_spread_wanders_further(generator: np.random.Generator) -> None:
    narrow, wide = wander(20_000, np.array([0.1, 0.4]), generator, memory=0.6).std(axis=0)
    assert wide > 3 * narrow > 0.2


def test_no_spread_stays_at_one(generator: np.random.Generator) -> None:
    assert (wander(50, np.array([0.0]), generator, memory=0.6) == 1).all()


def test_a_level_stays_for_a_while(generator: np.random.Generator) -> None:
    levels = np.log(wander(20_000, np.array([0.3]), generator, memory=0.9)[:, 0])
    near = correlation(levels[:-1], levels[1:])
    far = correlation(levels[:-300], levels[300:])
    assert near > 0.95
    assert abs(far) < 0.15


def test_series_do_not_follow_one_another(generator: np.random.Generator) -> None:
    levels = wander(20_000, np.array([0.3, 0.3]), generator, memory=0.6)
    assert abs(correlation(levels[:, 0], levels[:, 1])) < 0.1


@pytest.mark.parametrize("minutes", [1, 6, 7, 1_440])
def test_it_has_a_level_for_every_minute(generator: np.random.Generator, minutes: int) -> None:
    assert len(wander(minutes, np.array([0.2]), generator, memory=0.5)) == minutes
