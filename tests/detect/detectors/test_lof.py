from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neighbors import LocalOutlierFactor as Peer

from tieout.detect.detectors import lof
from tieout.detect.detectors.lof import LocalOutlierFactor, Neighbourhood
from tieout.model.table import Table


def blobs(rows: int, seed: int) -> np.ndarray:
    """A dense cluster and a wide one."""
    random = np.random.default_rng(seed)
    half = rows // 2
    return np.concatenate(
        [random.normal(0.0, 0.1, (half, 2)), random.normal(5.0, 1.0, (rows - half, 2))]
    )


def as_columns(matrix: np.ndarray) -> dict[str, np.ndarray]:
    return {f"c{i}": column for i, column in enumerate(matrix.T)}


def scaled(matrix: np.ndarray, by: np.ndarray) -> np.ndarray:
    return np.asarray((matrix - by.mean(axis=0)) / by.std(axis=0))


def test_scores_of_new_rows_are_those_of_scikit_learn(make_table: Callable[..., Table]) -> None:
    history, current = blobs(400, 1), blobs(60, 2)
    detector = LocalOutlierFactor().fit(make_table(as_columns(history)))
    score = detector.score(make_table(as_columns(current))).score
    peer = Peer(novelty=True).fit(scaled(history, history))
    expected = -peer.score_samples(scaled(current, history))
    assert np.exp(score).tolist() == pytest.approx(expected.tolist(), rel=1e-6)


def test_rows_of_history_are_judged_without_themselves(make_table: Callable[..., Table]) -> None:
    history = blobs(400, 3)
    table = make_table(as_columns(history))
    score = LocalOutlierFactor().fit(table).score(table).score
    peer = Peer(novelty=False).fit(scaled(history, history))
    expected = -peer.negative_outlier_factor_
    assert np.exp(score).tolist() == pytest.approx(expected.tolist(), rel=1e-6)


def test_a_row_is_compared_with_its_own_surroundings(make_table: Callable[..., Table]) -> None:
    detector = LocalOutlierFactor().fit(make_table(as_columns(blobs(600, 4))))
    current = make_table({"c0": [1.0, 6.0], "c1": [1.0, 6.0]})
    by_the_dense, in_the_wide = detector.score(current).score
    assert by_the_dense > np.log(4.0)
    assert in_the_wide < np.log(1.5)


def test_copies_of_one_row_are_no_obstacle(make_table: Callable[..., Table]) -> None:
    table = make_table({"c0": [1.0] * 60 + [2.0, 3.0], "c1": [5.0] * 62})
    score = LocalOutlierFactor(neighbours=5).fit(table).score(table).score
    assert np.isfinite(score).all()
    assert score[0] == pytest.approx(0.0, abs=1e-6)
    assert score[61] > score[0]


def test_missing_values_stand_in_the_middle(make_table: Callable[..., Table]) -> None:
    history = blobs(300, 5)
    detector = LocalOutlierFactor().fit(make_table(as_columns(history)))
    missing = detector.score(make_table({"c0": [5.0], "c1": [np.nan]})).score
    middle = detector.score(make_table({"c0": [5.0], "c1": [history[:, 1].mean()]})).score
    assert missing[0] == pytest.approx(middle[0])


def test_a_large_history_is_drawn_down_and_calibrated_on_the_rest(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lof, "ROWS_MAX", 500)
    monkeypatch.setattr(lof, "_HELD_OUT_MIN", 200)
    detector = LocalOutlierFactor().fit(make_table(as_columns(blobs(1_200, 6))))
    assert np.asarray(detector.state()["model.points"]).shape == (500, 2)
    assert np.asarray(detector.state()["calibration.scores"]).shape == (500,)
    p = np.exp(detector.score(make_table(as_columns(blobs(2_000, 7)))).log_p)
    assert (p <= 0.1).mean() == pytest.approx(0.1, abs=0.04)


def test_p_values_of_new_rows_are_as_rare_as_they_say(make_table: Callable[..., Table]) -> None:
    detector = LocalOutlierFactor().fit(make_table(as_columns(blobs(1_500, 8))))
    p = np.exp(detector.score(make_table(as_columns(blobs(3_000, 9)))).log_p)
    for level in (0.02, 0.1, 0.3):
        assert (p <= level).mean() == pytest.approx(level, rel=0.5)


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    history = blobs(400, 10)
    detector = LocalOutlierFactor(neighbours=12).fit(make_table(as_columns(history)))
    told = detector.reasons(make_table({"c0": [2.0, 5.0], "c1": [-2.0, 5.0]}), [0, 1])
    peer = Peer(n_neighbors=12, novelty=True).fit(scaled(history, history))
    times = -peer.score_samples(scaled(np.array([[2.0, -2.0]]), history))[0]
    (reason,) = told[0]
    assert reason.values == pytest.approx((12, times), rel=1e-6)
    assert reason.text == (
        f"its 12 nearest rows lie {times:,.1f} times as close to their own neighbours as it does"
    )


def test_one_row_has_no_neighbours() -> None:
    model = Neighbourhood.of(np.array([[1.0]]), 20)
    assert model.oddness(np.array([[1.0], [9.0]])).tolist() == [0.0, 0.0]
