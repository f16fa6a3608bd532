from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.novelty.whitening import SHRINKAGE, Whitening


def test_usual_rows_become_round_but_for_the_shrinkage() -> None:
    random = np.random.default_rng(0)
    mixing = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.2]])
    scores = random.normal(size=(5_000, 3)) @ mixing
    found = np.cov(Whitening.fitted(scores).coordinates(scores), rowvar=False)
    assert np.diag(found) == pytest.approx(np.ones(3), abs=0.25)
    assert found - np.diag(np.diag(found)) == pytest.approx(np.zeros((3, 3)), abs=0.1)


def test_breaking_a_correlation_is_farther_than_following_it() -> None:
    random = np.random.default_rng(1)
    first = random.normal(size=2_000)
    scores = np.column_stack([first, first + 0.05 * random.normal(size=2_000)])
    whitening = Whitening.fitted(scores)
    along, against = whitening.coordinates(np.array([[2.0, 2.0], [2.0, -2.0]]))
    assert np.linalg.norm(against) > 4.0 * np.linalg.norm(along)


def test_no_direction_is_stretched_beyond_what_the_shrinkage_allows() -> None:
    first = np.random.default_rng(2).normal(size=500)
    root = Whitening.fitted(np.column_stack([first, first, first])).root
    assert np.linalg.eigvalsh(root).max() <= 1.0 / np.sqrt(SHRINKAGE) + 1e-9


def test_a_column_that_hardly_varies_is_not_blown_up() -> None:
    random = np.random.default_rng(3)
    scores = np.column_stack([random.normal(size=500), np.zeros(500)])
    place = Whitening.fitted(scores).coordinates(np.array([[scores[:, 0].mean(), 1.0]]))
    assert abs(place[0, 1]) < 1.5


def test_one_column_is_enough() -> None:
    scores = np.random.default_rng(4).normal(5.0, 1.0, size=(200, 1))
    coordinates = Whitening.fitted(scores).coordinates(scores)
    assert coordinates.mean() == pytest.approx(0.0, abs=1e-9)
    assert coordinates.std() == pytest.approx(1.0, abs=0.1)


def test_more_columns_than_rows_are_no_obstacle() -> None:
    scores = np.random.default_rng(5).normal(size=(10, 40))
    assert np.isfinite(Whitening.fitted(scores).coordinates(scores)).all()


def test_a_row_has_the_same_coordinates_alone_as_in_company(
    correlated: Callable[[int, int], np.ndarray],
) -> None:
    scores = correlated(999, 6)
    whitening = Whitening.fitted(scores)
    together = whitening.coordinates(scores)
    assert all((whitening.coordinates(scores[i : i + 1])[0] == together[i]).all() for i in range(9))
    assert together == pytest.approx((scores - whitening.centre) @ whitening.root)


def test_each_coordinate_stays_that_of_one_column() -> None:
    random = np.random.default_rng(7)
    scores = random.normal(size=(3_000, 4)) @ (np.eye(4) + 0.2)
    whitened = Whitening.fitted(scores).coordinates(scores)
    between = np.corrcoef(scores.T, whitened.T)[:4, 4:]
    assert (between.argmax(axis=1) == np.arange(4)).all()
