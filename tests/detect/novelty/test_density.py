import numpy as np
import pytest
from sklearn.neighbors import LocalOutlierFactor

from tieout.detect.novelty.density import NEIGHBOURS, RESOLUTION, LocalDensity


def test_new_rows_get_the_factor_that_scikit_learn_gives_them() -> None:
    random = np.random.default_rng(0)
    usual, new = random.normal(size=(400, 3)), random.normal(size=(200, 3)) * 2.0
    ours = LocalDensity.fitted(usual).judged(new).odd
    theirs = LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True).fit(usual)
    assert ours == pytest.approx(-theirs.score_samples(new), rel=1e-6)


def test_a_row_of_the_reference_is_judged_without_itself() -> None:
    usual = np.random.default_rng(1).normal(size=(300, 2))
    ours = LocalDensity.fitted(usual).judged(usual).odd
    theirs = LocalOutlierFactor(n_neighbors=NEIGHBOURS).fit(usual)
    assert ours == pytest.approx(-theirs.negative_outlier_factor_, rel=1e-6)


def test_the_nearest_is_another_row_not_the_row_itself() -> None:
    usual = np.array([[0.0], [1.0], [3.0], [7.0]])
    found = LocalDensity.fitted(usual).judged(usual)
    assert found.distance[:, 0].tolist() == [1.0, 1.0, 2.0, 4.0]
    assert found.position[:, 0].tolist() == [1, 0, 1, 2]


def test_repeated_rows_have_themselves_for_company() -> None:
    usual = np.zeros((50, 2))
    found = LocalDensity.fitted(usual).judged(np.array([[0.0, 0.0], [1.0, 0.0]]))
    assert found.odd[0] == pytest.approx(1.0)
    # One away, where everything else is within the resolution, which is the same place.
    assert found.odd[1] == pytest.approx(1.0 / (RESOLUTION * np.sqrt(2.0)))


def test_what_lies_between_clusters_is_odd_though_it_is_in_the_middle() -> None:
    random = np.random.default_rng(2)
    usual = np.concatenate([random.normal(-8, 1, (300, 2)), random.normal(8, 1, (300, 2))])
    density = LocalDensity.fitted(usual)
    middle, member = density.judged(np.array([[0.0, 0.0], [8.0, 8.0]])).odd
    assert middle > 3.0
    assert member == pytest.approx(1.0, abs=0.3)


def test_the_same_distance_is_odder_beside_a_dense_cluster() -> None:
    random = np.random.default_rng(3)
    usual = np.concatenate([random.normal(0, 0.2, (300, 1)), random.normal(50, 4, (300, 1))])
    dense, loose = LocalDensity.fitted(usual).judged(np.array([[2.0], [64.0]])).odd
    assert dense > loose


def test_two_rows_are_enough() -> None:
    density = LocalDensity.fitted(np.array([[0.0], [1.0]]))
    assert density.neighbours == 1
    assert density.judged(np.array([[0.5], [9.0]])).odd.tolist() == [1.0, 8.0]


def test_saved_and_restored_it_judges_the_same() -> None:
    random = np.random.default_rng(4)
    density = LocalDensity.fitted(random.normal(size=(100, 2)))
    again = LocalDensity.restored(density.state())
    new = random.normal(size=(20, 2))
    assert again.judged(new).odd.tolist() == density.judged(new).odd.tolist()


def test_a_row_is_judged_alone_as_in_company() -> None:
    random = np.random.default_rng(5)
    density = LocalDensity.fitted(random.normal(size=(200, 4)))
    new = random.normal(size=(64, 4))
    together = density.judged(new).odd
    assert [float(density.judged(row[None]).odd[0]) for row in new] == together.tolist()
