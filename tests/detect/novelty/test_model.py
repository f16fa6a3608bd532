from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.novelty.model import KEPT_SHARE, NoveltyModel
from tieout.detect.rerank.validation import average_precision

Rows = Callable[[int, int], np.ndarray]


def wild_and_tame(rows: int, seed: int) -> np.ndarray:
    """Three columns with very heavy tails and three with light ones."""
    random = np.random.default_rng(seed)
    return np.column_stack([random.standard_t(1.5, (rows, 3)), random.normal(size=(rows, 3))])


def test_usual_rows_score_about_nothing(correlated: Rows) -> None:
    model = NoveltyModel.fitted(correlated(1_500, 0))
    assert float(np.median(model.scores(correlated(500, 1)))) == pytest.approx(0.0, abs=0.1)


def test_a_row_that_breaks_a_correlation_is_odd_though_each_value_is_usual(
    correlated: Rows,
) -> None:
    model = NoveltyModel.fitted(correlated(1_500, 0))
    follows, breaks = model.scores(np.array([[1.2, 1.2, 0.0, 1.0], [1.2, -1.2, 0.0, 1.0]]))
    assert breaks > follows + 0.5


def test_anomalies_in_tame_columns_stand_above_wild_but_usual_rows() -> None:
    model = NoveltyModel.fitted(wild_and_tame(2_000, 0))
    usual = wild_and_tame(500, 1)
    odd = wild_and_tame(50, 2)
    odd[:, 3:] += np.array([5.0, -5.0, 5.0])
    truth = np.repeat([False, True], [500, 50])
    found = average_precision(truth, model.scores(np.concatenate([usual, odd])))
    # Plain distance cannot do it: the wild columns drown the tame ones.
    plain = average_precision(truth, np.linalg.norm(np.concatenate([usual, odd]), axis=1))
    assert plain < 0.6
    assert found > 0.95


def test_anomalies_in_history_do_not_vouch_for_one_another() -> None:
    random = np.random.default_rng(3)
    history = random.normal(size=(1_000, 5))
    history[:60] = random.normal(6.0, 0.1, (60, 5))
    more = random.normal(6.0, 0.1, (10, 5))
    scores = NoveltyModel.fitted(history).scores(
        np.concatenate([random.normal(size=(200, 5)), more])
    )
    assert scores[200:].min() > scores[:200].max()


def test_a_tenth_of_history_is_no_neighbour_of_anything(correlated: Rows) -> None:
    history = correlated(1_000, 4)
    model = NoveltyModel.fitted(history)
    assert len(model.usual) == pytest.approx(KEPT_SHARE * len(history), abs=2)
    assert np.abs(model.usual[:, 2]).max() < np.abs(history[:, 2]).max()


def test_a_long_history_is_compared_with_in_part(correlated: Rows) -> None:
    history = correlated(1_000, 5)
    model = NoveltyModel.fitted(history, reference_rows=100, seed=1)
    assert model.usual.shape == (100, 4)
    again = NoveltyModel.fitted(history, reference_rows=100, seed=1)
    other = NoveltyModel.fitted(history, reference_rows=100, seed=2)
    assert again.usual.tolist() == model.usual.tolist()
    assert other.usual.tolist() != model.usual.tolist()


def test_units_do_not_matter(correlated: Rows) -> None:
    history, new = correlated(800, 6), correlated(100, 7)
    scale, shift = np.array([1_000.0, 0.01, 5.0, 1e6]), np.array([5.0, -2.0, 0.0, 1e7])
    plain = NoveltyModel.fitted(history).scores(new)
    scaled = NoveltyModel.fitted(history * scale + shift).scores(new * scale + shift)
    assert scaled == pytest.approx(plain, rel=1e-6, abs=1e-6)


def test_the_order_of_history_does_not_matter(correlated: Rows) -> None:
    history, new = correlated(800, 8), correlated(100, 9)
    turned = NoveltyModel.fitted(history[::-1].copy())
    assert turned.scores(new) == pytest.approx(NoveltyModel.fitted(history).scores(new))


def test_missing_values_stand_at_the_median(correlated: Rows) -> None:
    history = correlated(800, 10)
    model = NoveltyModel.fitted(history)
    row = np.array([[0.3, 0.3, np.nan, 1.0]])
    filled = np.where(np.isnan(row), np.median(history, axis=0), row)
    assert model.scores(row)[0] == model.scores(filled)[0]


def test_a_row_without_numbers_has_no_score(correlated: Rows) -> None:
    scores = NoveltyModel.fitted(correlated(300, 11)).scores(np.full((1, 4), np.nan))
    assert np.isnan(scores).all()


def test_a_history_with_gaps_is_learnt_from(correlated: Rows) -> None:
    history = correlated(800, 12)
    history[np.random.default_rng(0).random(history.shape) < 0.2] = np.nan
    assert np.isfinite(NoveltyModel.fitted(history).scores(correlated(100, 13))).all()


def test_saved_and_restored_it_scores_the_same(correlated: Rows) -> None:
    model = NoveltyModel.fitted(correlated(300, 14))
    again = NoveltyModel.restored(model.state())
    new = correlated(50, 15)
    assert again.scores(new).tolist() == model.scores(new).tolist()


def test_blocks_change_nothing(correlated: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    model = NoveltyModel.fitted(correlated(300, 16))
    new = correlated(100, 17)
    whole = model.scores(new)
    monkeypatch.setattr("tieout.detect.novelty.model._BLOCK_ROWS", 7)
    assert model.scores(new).tolist() == whole.tolist()
    assert model.scores(new[:0]).tolist() == []
