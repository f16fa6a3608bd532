from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tieout.detect.detectors import ecod
from tieout.detect.detectors.ecod import Ecod, Tails
from tieout.model.table import Table


def by_definition(matrix: np.ndarray) -> np.ndarray:
    """O-left, O-right and O-auto of the paper, per column the largest, summed."""
    total = np.zeros(len(matrix))
    for column in matrix.T:
        left = np.array([-np.log((column <= value).mean()) for value in column])
        right = np.array([-np.log((column >= value).mean()) for value in column])
        skew = np.sign(stats.skew(column))
        auto = {-1.0: left, 1.0: right, 0.0: left + right}[float(skew)]
        total += np.maximum(np.maximum(left, right), auto)
    return total


def test_scores_are_those_of_the_definition() -> None:
    random = np.random.default_rng(1)
    matrix = np.column_stack(
        [
            random.normal(size=200),
            np.exp(random.normal(size=200)),
            -np.exp(random.normal(size=200)),
            random.integers(0, 4, 200).astype(float),
            np.tile([-1.0, 1.0], 100),
        ]
    )
    assert Tails.of(matrix).oddness(matrix).tolist() == pytest.approx(by_definition(matrix))


def test_values_beyond_history_count_as_its_outermost() -> None:
    history = np.array([[1.0], [2.0], [5.0]])
    oddness = Tails.of(history).oddness(np.array([[1.0], [-50.0], [5.0], [50.0]]))
    assert oddness[0] == oddness[1]
    assert oddness[2] == oddness[3] == pytest.approx(np.log(3.0))


def test_missing_values_add_nothing() -> None:
    matrix = np.column_stack([np.arange(50.0), np.arange(50.0) ** 2])
    tails = Tails.of(matrix)
    judged = np.array([[49.0, np.nan], [49.0, 0.0]])
    low, high = tails.shares(judged)
    assert (low[0, 1], high[0, 1]) == (1.0, 1.0)
    alone = Tails.of(matrix[:, :1]).oddness(judged[:, :1])
    assert tails.oddness(judged)[0] == pytest.approx(alone[0])


def test_a_column_that_never_varies_adds_nothing() -> None:
    assert Tails.of(np.full((20, 1), 0.1)).oddness(np.array([[0.1]]))[0] == 0.0


def test_a_large_history_is_drawn_down(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ecod, "ROWS_MAX", 100)
    table = make_table({"amount": np.arange(5_000.0)})
    detector = Ecod(seed=3).fit(table)
    assert len(np.asarray(detector.state()["model.values"])) == 100
    assert detector.score(table).score[2_500] < 1.0


def test_reasons_count_the_tail(make_table: Callable[..., Table]) -> None:
    amounts = [float(value) for value in range(1, 201)]
    table = make_table({"amount": amounts, "quantity": amounts[::-1]})
    current = make_table({"amount": [198.0, 100.0], "quantity": [2.0, 100.0]})
    told = Ecod().fit(table).reasons(current, [0, 1])
    assert [reason.text for reason in told[0]] == [
        "quantity 2.00: 2 of 200 values are at least as small",
        "amount 198.00: 3 of 200 values are at least as large",
    ]
    assert [reason.values for reason in told[0]] == [(2.0, 2.0, 200.0), (198.0, 3.0, 200.0)]
    assert told[1] == ()
