from collections.abc import Callable

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest as Forest

from tieout.detect.detectors.isolation_forest import TREE_ROWS, IsolationForest
from tieout.model.table import Table


def columns(rows: int, seed: int) -> dict[str, list[float]]:
    random = np.random.default_rng(seed)
    return {
        "amount": list(np.exp(random.normal(5.0, 1.0, rows))),
        "quantity": list(random.normal(10.0, 2.0, rows)),
    }


def matrix(table: dict[str, list[float]]) -> np.ndarray:
    return np.column_stack(list(table.values()))


def test_scores_are_those_of_scikit_learn(make_table: Callable[..., Table]) -> None:
    history, current = columns(2_000, 1), columns(300, 2)
    score = IsolationForest(seed=7).fit(make_table(history)).score(make_table(current)).score
    forest = Forest(max_samples=TREE_ROWS, random_state=7).fit(matrix(history))
    assert np.abs(score + forest.score_samples(matrix(current))).max() < 1e-12


def test_p_values_of_new_rows_are_uniform(make_table: Callable[..., Table]) -> None:
    for rows in (600, 4_000):
        detector = IsolationForest().fit(make_table(columns(rows, 3)))
        p = np.exp(detector.score(make_table(columns(4_000, 4))).log_p)
        for level in (0.05, 0.2, 0.5):
            assert (p <= level).mean() == pytest.approx(level, rel=0.35)


def test_a_remembered_row_does_not_look_more_usual(make_table: Callable[..., Table]) -> None:
    """Every row of a short history is in half of the trees; p-values come from the other half."""
    random = np.random.default_rng(5)
    history = {f"c{i}": list(random.normal(size=120)) for i in range(8)}
    current = {f"c{i}": list(random.normal(size=4_000)) for i in range(8)}
    detector = IsolationForest().fit(make_table(history))
    p = np.exp(detector.score(make_table(current)).log_p)
    assert (p <= 0.1).mean() == pytest.approx(0.1, abs=0.07)


def test_reasons_can_be_recomputed(make_table: Callable[..., Table]) -> None:
    history = columns(3_000, 6)
    current = {"amount": [50_000.0, 148.0], "quantity": [10.5, 10.0]}
    detector = IsolationForest().fit(make_table(history))
    told = detector.reasons(make_table(current), [0, 1])
    assert told[1] == ()
    forest = Forest(max_samples=TREE_ROWS, random_state=0).fit(matrix(history))
    median = float(np.median(history["amount"]))

    def cuts(amount: float, quantity: float) -> float:
        score = forest.score_samples(np.array([[amount, quantity]]))[0]
        # The expected path among 256 rows, by which the score is normed.
        norm = 2 * (np.log(255) + np.euler_gamma) - 2 * 255 / 256
        return float(-np.log2(-score) * norm)

    (reason,) = told[0]
    row, usual, value, centre, without = reason.values
    assert row == pytest.approx(cuts(50_000.0, 10.5))
    assert (value, centre) == pytest.approx((50_000.0, median))
    assert without == pytest.approx(cuts(median, 10.5))
    assert reason.text == (
        f"{row:.1f} cuts set it apart, where the median row takes {usual:.1f}; with amount "
        f"{median:,.2f} in place of 50,000.00 it would take {without:.1f}"
    )
    norm = 2 * (np.log(255) + np.euler_gamma) - 2 * 255 / 256
    scores = np.asarray(detector.state()["calibration.scores"], dtype=np.float64)
    assert usual == pytest.approx(-np.log2(np.median(scores)) * norm)


def test_missing_values_are_followed_as_scikit_learn_does(
    make_table: Callable[..., Table],
) -> None:
    history = columns(1_000, 8)
    history["amount"][::9] = [np.nan] * len(history["amount"][::9])
    current = {"amount": [np.nan, 100.0], "quantity": [10.0, np.nan]}
    score = IsolationForest().fit(make_table(history)).score(make_table(current)).score
    forest = Forest(max_samples=TREE_ROWS, random_state=0).fit(matrix(history))
    assert np.abs(score + forest.score_samples(matrix(current))).max() < 1e-12


def test_values_beyond_single_precision_are_no_obstacle(make_table: Callable[..., Table]) -> None:
    history = columns(500, 9)
    history["amount"][3] = 1e300
    table = make_table(history)
    assert np.isfinite(IsolationForest().fit(table).score(table).score).all()
