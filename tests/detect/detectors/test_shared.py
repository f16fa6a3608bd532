"""What detectors of one kind have in common: scaling, and how columns are put together."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.detectors.deviation import Baseline
from tieout.detect.detectors.ecod import Ecod
from tieout.detect.detectors.robust_z import RobustZ
from tieout.detect.detectors.vectors import Scaling
from tieout.detect.detectors.zscore import ZScore
from tieout.model.table import Table

COLUMN = st.lists(st.integers(-10_000, 10_000).map(float), min_size=2, max_size=40)


@given(COLUMN)
def test_scaled_columns_have_mean_zero_and_deviation_one(values: list[float]) -> None:
    matrix = np.array(values)[:, None]
    scaled = Scaling.of(matrix).apply(matrix)
    assert scaled.mean() == pytest.approx(0.0, abs=1e-9)
    assert scaled.std() == pytest.approx(0.0 if len(set(values)) == 1 else 1.0)


def test_a_column_that_never_varies_is_nothing() -> None:
    scaling = Scaling.of(np.full((10, 1), 0.1))
    assert scaling.apply(np.array([[0.1], [99.0]])).tolist() == [[0.0], [0.0]]


def test_missing_values_are_the_middle() -> None:
    scaling = Scaling.of(np.array([[1.0], [np.nan], [3.0]]))
    assert scaling.apply(np.array([[np.nan], [2.0], [3.0]])).tolist() == [[0.0], [0.0], [1.0]]


def test_a_column_without_any_value_is_nothing() -> None:
    scaling = Scaling.of(np.full((3, 1), np.nan))
    assert scaling.apply(np.array([[5.0]])).tolist() == [[0.0]]


def test_scaled_values_can_be_squared() -> None:
    scaling = Scaling.of(np.array([[1.0], [1e308], [-1e308]]))
    assert np.isfinite(scaling.apply(np.array([[1e308]])) ** 2).all()
    small = Scaling.of(np.array([[1e-300], [2e-300]]))
    assert np.isfinite(small.apply(np.array([[1e300]])) ** 2).all()


def test_a_restored_scaling_is_the_same() -> None:
    scaling = Scaling.of(np.array([[1.0, 5.0], [2.0, 7.0]]))
    restored = Scaling.restored(scaling.state())
    judged = np.array([[9.0, 9.0]])
    assert restored.apply(judged).tolist() == scaling.apply(judged).tolist()


def test_deviations_keep_their_sign() -> None:
    baseline = Baseline(np.array([10.0, 10.0]), np.array([2.0, 2.0]), np.array([9, 9]))
    assert baseline.deviations(np.array([14.0, 4.0])).tolist() == [2.0, -3.0]


def test_without_a_spread_there_is_no_deviation() -> None:
    baseline = Baseline(np.zeros(3), np.array([0.0, np.nan, 1.0]), np.array([9, 9, 9]))
    assert np.isnan(baseline.deviations(np.array([1.0, 1.0, np.nan]))).all()


def wide(rows: int, seed: int) -> dict[str, list[float]]:
    random = np.random.default_rng(seed)
    return {f"c{i}": list(random.normal(100.0, 1.0, rows)) for i in range(5)}


def test_at_most_three_of_the_odd_columns_are_told(
    make_table: Callable[..., Table],
) -> None:
    columns = wide(3_000, 1)
    for place, value in enumerate((110.0, 150.0, 130.0, 140.0)):
        columns[f"c{place}"][7] = value
    table = make_table(columns)
    for detector in (ZScore(), RobustZ()):
        told = detector.fit(table).reasons(table, [7])[0]
        assert {reason.text.split()[0] for reason in told} < {"c0", "c1", "c2", "c3"}
        assert len(told) == 3
    tails = Ecod().fit(table).reasons(table, [7])[0]
    assert {reason.text.split()[0] for reason in tails} <= {"c0", "c1", "c2", "c3"}
    assert len(tails) == 3


def test_the_oddest_column_is_told_first(make_table: Callable[..., Table]) -> None:
    columns = wide(3_000, 6)
    columns["c0"][7], columns["c3"][7] = 103.5, 190.0
    table = make_table(columns)
    for detector in (ZScore(), RobustZ()):
        told = detector.fit(table).reasons(table, [7])[0]
        assert [reason.text.split()[0] for reason in told] == ["c3", "c0"]


def test_only_columns_that_are_odd_by_themselves_are_told(
    make_table: Callable[..., Table],
) -> None:
    columns = wide(3_000, 2)
    for values in columns.values():
        values[7] = 100.0
    columns["c3"][7] = 90.0
    table = make_table(columns)
    told = ZScore().fit(table).reasons(table, [7])[0]
    assert [reason.text.split()[0] for reason in told] == ["c3"]
    assert "below" in told[0].text
    assert told[0].values[1] < 0.0


def test_chosen_columns_alone_are_judged(make_table: Callable[..., Table]) -> None:
    columns = wide(3_000, 3)
    columns["c0"][7] = 900.0
    table = make_table(columns)
    scores = ZScore(["c1", "c2"]).fit(table).score(table)
    assert np.nanargmax(scores.score) != 7
    assert ZScore(["c0"]).fit(table).score(table).score.argmax() == 7


def test_more_columns_do_not_make_more_alarms(make_table: Callable[..., Table]) -> None:
    history, current = wide(5_000, 4), wide(5_000, 5)
    for detector in (ZScore(), ZScore(["c0"])):
        p = np.exp(detector.fit(make_table(history)).score(make_table(current)).log_p)
        assert (p <= 0.01).mean() == pytest.approx(0.01, abs=0.006)


def test_a_time_is_not_asked_of_detectors_that_need_none(
    make_table: Callable[..., Table],
) -> None:
    table = make_table({"amount": [1.0, 2.0, 3.0, 4.0, 5.0, 60.0]})
    restored = ZScore.restored(ZScore().fit(table).state())
    assert restored.score(table).score.tolist() == ZScore().fit(table).score(table).score.tolist()
