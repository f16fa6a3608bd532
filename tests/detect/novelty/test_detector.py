from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tieout.detect.detector import Detector
from tieout.detect.novelty import Novelty, NoveltyModel, cross_scores
from tieout.detect.novelty.detector import ROWS_MIN
from tieout.model.table import Table

Rows = Callable[[int, int], np.ndarray]
Made = Callable[..., Table]
NAMES = ("first", "second", "wild", "skewed")


def columns(values: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, values.T, strict=True))


@pytest.fixture(scope="module")
def history(number_table: Made, correlated: Rows) -> Table:
    return number_table(columns(correlated(2_000, 0)))


@pytest.fixture(scope="module")
def fitted(history: Table) -> Novelty:
    return Novelty(seed=1).fit(history)


def test_it_has_the_shape_of_a_detector(fitted: Novelty) -> None:
    detector: Detector = fitted
    assert detector.name == "novelty"
    assert detector.version == 1


def test_p_values_of_usual_rows_are_uniform(
    fitted: Novelty, number_table: Made, correlated: Rows
) -> None:
    p = np.exp(fitted.score(number_table(columns(correlated(4_000, 1)))).log_p)
    assert stats.kstest(p, "uniform").statistic < 0.06
    assert (p <= 0.01).mean() == pytest.approx(0.01, abs=0.006)


def test_an_odd_row_has_a_small_p_value(fitted: Novelty, number_table: Made) -> None:
    odd = number_table(columns(np.array([[1.5, -1.5, 0.0, 1.0], [0.1, 0.1, 0.2, 1.0]])))
    found = fitted.score(odd)
    assert found.log_p[0] < np.log(0.005) < np.log(0.05) < found.log_p[1]
    assert found.score[0] > found.score[1]


def test_missing_values_never_raise(fitted: Novelty, number_table: Made) -> None:
    nan = np.nan
    current = number_table(columns(np.array([[nan, nan, nan, nan], [0.1, nan, nan, 1.0]])))
    found = fitted.score(current)
    assert np.isnan(found.score).tolist() == [True, False]
    assert found.log_p[0] == 0.0
    assert fitted.reasons(current, [0])[0] == ()


def test_a_missing_column_counts_as_missing_values(
    fitted: Novelty, number_table: Made, correlated: Rows
) -> None:
    values = correlated(20, 2)
    gone = number_table({name: v for name, v in columns(values).items() if name != "wild"})
    values[:, 2] = np.nan
    assert fitted.score(gone).score.tolist() == (
        fitted.score(number_table(columns(values))).score.tolist()
    )


def test_a_row_scores_alone_as_in_company(
    fitted: Novelty, number_table: Made, correlated: Rows
) -> None:
    current = number_table(columns(correlated(50, 3)))
    together = fitted.score(current)
    for index in (0, 17, 49):
        alone = fitted.score(current.take(np.array([index])))
        assert alone.score[0] == together.score[index]
        assert alone.log_p[0] == together.log_p[index]


def test_equal_history_and_seed_give_equal_scores(
    fitted: Novelty, history: Table, number_table: Made, correlated: Rows
) -> None:
    current = number_table(columns(correlated(50, 4)))
    again = Novelty(seed=1).fit(history).score(current)
    assert again.log_p.tolist() == fitted.score(current).log_p.tolist()


def test_saved_and_restored_it_says_the_same(
    fitted: Novelty, number_table: Made, correlated: Rows
) -> None:
    current = number_table(columns(correlated(50, 5)))
    again = Novelty.restored(fitted.state())
    assert again.columns == fitted.columns
    assert again.score(current).score.tolist() == fitted.score(current).score.tolist()
    assert again.score(current).log_p.tolist() == fitted.score(current).log_p.tolist()
    assert again.reasons(current, [3, 8]) == fitted.reasons(current, [3, 8])


def test_its_state_holds_arrays_and_json_only(fitted: Novelty) -> None:
    plain = (str, int, float, bool, list, type(None))
    assert all(isinstance(v, (np.ndarray, *plain)) for v in fitted.state().values())


def test_a_history_that_is_judged_by_itself_finds_its_own_anomalies(
    number_table: Made, correlated: Rows
) -> None:
    values = correlated(1_000, 6)
    values[:10, :2] = [1.5, -1.5]
    values[:10] += np.random.default_rng(0).normal(0, 0.05, (10, 4))
    table = number_table(columns(values))
    found = Novelty().fit(table).score(table).log_p
    assert set(np.argsort(found)[:10].tolist()) == set(range(10))


def test_a_short_history_says_nothing(number_table: Made, correlated: Rows) -> None:
    table = number_table(columns(correlated(ROWS_MIN - 1, 7)))
    detector = Novelty().fit(table)
    found = detector.score(table)
    assert np.isnan(found.score).all()
    assert found.log_p.tolist() == [0.0] * table.height
    assert detector.reasons(table, [0, 1]) == [(), ()]
    assert Novelty.restored(detector.state()).score(table).log_p.tolist() == found.log_p.tolist()


def test_thirty_rows_are_enough(number_table: Made, correlated: Rows) -> None:
    table = number_table(columns(correlated(ROWS_MIN, 8)))
    assert np.isfinite(Novelty().fit(table).score(table).score).all()


def test_history_without_numbers_is_refused(number_table: Made) -> None:
    with pytest.raises(ValueError, match="no column of numbers"):
        Novelty().fit(number_table({"same": np.ones(100)}))


def test_a_long_history_is_learnt_from_in_part(number_table: Made, correlated: Rows) -> None:
    table = number_table(columns(correlated(500, 9)))
    detector = Novelty(fit_rows_max=100, reference_rows_max=40).fit(table)
    assert np.asarray(detector.state()["model.usual"]).shape == (40, 4)
    assert np.isfinite(detector.score(table).score).all()


def test_a_column_that_is_constant_in_the_part_learnt_from_is_left_out(
    number_table: Made, correlated: Rows
) -> None:
    rare = np.zeros(2_000)
    rare[1_234] = 1.0
    table = number_table({**columns(correlated(2_000, 10)), "rare": rare})
    assert Novelty(fit_rows_max=50).fit(table).columns == NAMES
    assert Novelty().fit(table).columns == (*NAMES, "rare")


def test_rows_are_scored_by_models_that_have_not_seen_them() -> None:
    seen: list[set[float]] = []

    def spy(values: np.ndarray) -> NoveltyModel:
        seen.append(set(values[:, 0].tolist()))
        return NoveltyModel.fitted(values)

    values = np.random.default_rng(11).normal(size=(80, 2))
    scores = cross_scores(values, spy, folds=4, seed=0)
    assert np.isfinite(scores).all()
    assert [len(rows) for rows in seen] == [60] * 4
    assert sorted(v for rows in seen for v in set(values[:, 0]) - rows) == sorted(values[:, 0])


def test_a_column_that_is_constant_in_a_fold_is_left_out_there() -> None:
    values = np.random.default_rng(12).normal(size=(80, 2))
    values[:, 1] = 0.0
    values[5, 1] = 1.0
    assert np.isfinite(cross_scores(values, NoveltyModel.fitted, folds=4, seed=0)).all()


def test_no_rows_score_nothing(fitted: Novelty, history: Table) -> None:
    empty = history.take(np.array([], dtype=np.int64))
    assert fitted.score(empty).score.tolist() == []
    assert fitted.reasons(empty, []) == []
