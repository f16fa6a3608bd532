from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.detectors import kmeans
from tieout.detect.detectors.kmeans import KMeansDistance
from tieout.model.table import Table

CENTRES = np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 30.0]])


def clusters(rows: int, seed: int, shares: tuple[float, ...] = (0.5, 0.3, 0.2)) -> np.ndarray:
    random = np.random.default_rng(seed)
    of = random.choice(3, rows, p=shares)
    return np.asarray(CENTRES[of] + random.normal(size=(rows, 2)))


def as_columns(matrix: np.ndarray) -> dict[str, np.ndarray]:
    return {"amount": matrix[:, 0], "quantity": matrix[:, 1]}


def test_clusters_are_labelled_by_size(make_table: Callable[..., Table]) -> None:
    detector = KMeansDistance(clusters=3).fit(make_table(as_columns(clusters(900, 1))))
    assert detector.labels(make_table(as_columns(CENTRES))).tolist() == [0, 1, 2]


def test_a_row_without_numbers_has_no_cluster(make_table: Callable[..., Table]) -> None:
    detector = KMeansDistance(clusters=3).fit(make_table(as_columns(clusters(900, 1))))
    current = make_table({"amount": [np.nan, np.nan], "quantity": [np.nan, 30.0]})
    assert detector.labels(current)[0] == -1
    scores = detector.score(current)
    assert np.isnan(scores.score[0])
    assert scores.log_p[0] == 0.0


def test_the_score_is_the_distance_in_widths_of_the_cluster(
    make_table: Callable[..., Table],
) -> None:
    history = clusters(900, 2)
    detector = KMeansDistance(clusters=3).fit(make_table(as_columns(history)))
    judged = np.array([[25.0, 3.0]])
    scale = history.std(axis=0)
    members = history[detector.labels(make_table(as_columns(history))) == 1] / scale
    distances = np.sqrt(((members - members.mean(axis=0)) ** 2).sum(axis=1))
    gap = np.sqrt(((judged / scale - members.mean(axis=0)) ** 2).sum())
    expected = np.log1p(gap / np.median(distances))
    score = detector.score(make_table(as_columns(judged))).score
    assert score[0] == pytest.approx(expected, rel=1e-6)


def test_a_few_odd_rows_are_no_cluster_of_their_own(make_table: Callable[..., Table]) -> None:
    history = np.concatenate([clusters(900, 3), [[300.0, 300.0]] * 3])
    table = make_table(as_columns(history))
    detector = KMeansDistance(clusters=4).fit(table)
    scores = detector.score(table)
    assert set(np.argsort(-scores.score)[:3]) == {900, 901, 902}
    assert (np.exp(scores.log_p[900:]) < 0.01).all()


def test_p_values_of_new_rows_are_as_rare_as_they_say(make_table: Callable[..., Table]) -> None:
    detector = KMeansDistance(clusters=3).fit(make_table(as_columns(clusters(2_000, 4))))
    p = np.exp(detector.score(make_table(as_columns(clusters(4_000, 5)))).log_p)
    for level in (0.02, 0.1, 0.3):
        assert (p <= level).mean() == pytest.approx(level, rel=0.4)


def test_a_large_history_is_drawn_down(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kmeans, "ROWS_MAX", 300)
    detector = KMeansDistance(clusters=3).fit(make_table(as_columns(clusters(900, 6))))
    assert np.asarray(detector.state()["calibration.scores"]).shape == (300,)


def test_rows_that_are_all_equal_are_one_cluster(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [0.1] * 30, "quantity": [7.0] * 30})
    detector = KMeansDistance().fit(table)
    assert detector.labels(table).tolist() == [0] * 30
    assert detector.score(table).score.tolist() == [0.0] * 30


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    history = clusters(900, 7)
    table = make_table(as_columns(history))
    detector = KMeansDistance(clusters=3).fit(table)
    current = make_table({"amount": [20.0, 0.0], "quantity": [9.0, 0.0]})
    told = detector.reasons(current, [0, 1])
    scale = history.std(axis=0)
    members = history[detector.labels(table) == 1]
    middle = members.mean(axis=0)
    distances = np.sqrt((((members - middle) / scale) ** 2).sum(axis=1))
    gap = np.sqrt((((np.array([20.0, 9.0]) - middle) / scale) ** 2).sum())
    times = gap / np.median(distances)
    (reason,) = told[0]
    assert reason.values == pytest.approx((1, times, 9.0, middle[1]), rel=1e-6)
    assert reason.text.startswith(
        f"{times:,.1f} times as far from the middle of cluster 1 as its median row; "
        "furthest off: quantity 9.00, in the middle "
    )
    assert told[1] == ()
