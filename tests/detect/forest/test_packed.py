import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import IsolationForest

from tieout.detect.forest import packed as packed_module
from tieout.detect.forest.packed import PackedForest, packed

EQUAL = 1e-12


def gaussian(rows: int, seed: int, columns: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, columns))


def fitted(rows: np.ndarray, **options: Any) -> Any:
    return IsolationForest(**{"n_estimators": 30, "random_state": 1, **options}).fit(rows)


def assert_equal_scores(forest: Any, rows: np.ndarray) -> None:
    ours, theirs = packed(forest).score_samples(rows), forest.score_samples(rows)
    assert np.abs(ours - theirs).max() < EQUAL
    assert ((ours < forest.offset_) == (theirs < forest.offset_)).all()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_features": 2},
        {"max_features": 0.5, "bootstrap": True},
        {"max_samples": 2},
        {"max_samples": 700},
        {"n_estimators": 1},
        {"contamination": 0.05},
    ],
)
def test_scores_and_flags_are_those_of_scikit_learn(options: dict[str, Any]) -> None:
    forest = fitted(gaussian(1_000, 2), **options)
    assert_equal_scores(forest, gaussian(500, 3))


def test_a_row_alone_scores_as_in_company() -> None:
    rows = gaussian(50, 4)
    forest = packed(fitted(gaussian(600, 5)))
    together = forest.score_samples(rows)
    assert [forest.score_samples(rows[i : i + 1])[0] for i in range(50)] == together.tolist()


def test_values_on_a_threshold_go_where_scikit_learn_sends_them() -> None:
    """float32 values are compared to float64 thresholds, many of which no float32 equals."""
    rows = np.random.default_rng(6).integers(0, 4, (600, 3)) / 10.0
    forest = fitted(rows)
    thresholds = np.concatenate([tree.tree_.threshold for tree in forest.estimators_])
    for column in range(3):
        judged = np.repeat(rows[:1], len(thresholds), axis=0)
        judged[:, column] = thresholds
        assert_equal_scores(forest, judged)
        judged[:, column] = np.nextafter(thresholds.astype(np.float32), np.float32(np.inf))
        assert_equal_scores(forest, judged)


def test_missing_values_go_where_scikit_learn_sends_them() -> None:
    random = np.random.default_rng(7)
    rows, judged = gaussian(800, 8), gaussian(400, 9)
    whole = fitted(rows)
    judged[random.random(judged.shape) < 0.2] = np.nan
    assert_equal_scores(whole, judged)
    rows[random.random(rows.shape) < 0.2] = np.nan
    assert_equal_scores(fitted(rows), judged)
    assert_equal_scores(fitted(rows), gaussian(100, 10))


def test_rows_of_all_one_value_score_alike() -> None:
    rows = np.full((300, 2), 7.0)
    assert_equal_scores(fitted(rows), np.array([[7.0, 7.0], [8.0, 6.0]]))


def test_a_forest_of_one_row_scores_half() -> None:
    forest = fitted(np.array([[1.0, 2.0]]))
    assert_equal_scores(forest, np.array([[1.0, 2.0], [5.0, 5.0]]))
    assert packed(forest).score_samples(np.array([[1.0, 2.0]])).tolist() == [-0.5]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**31 - 1),
    st.integers(2, 60),
    st.integers(1, 3),
    st.sampled_from([1.0, 1e-30, 1e30]),
)
def test_any_forest_is_walked_as_scikit_learn_walks_it(
    seed: int, rows: int, columns: int, scale: float
) -> None:
    random = np.random.default_rng(seed)
    history = random.standard_cauchy((rows, columns)) * scale
    forest = fitted(history, n_estimators=5, random_state=seed % 1_000)
    assert_equal_scores(forest, random.standard_cauchy((20, columns)) * scale)


def test_scores_do_not_depend_on_the_number_of_threads() -> None:
    rows = gaussian(20_000, 11)
    forest = packed(fitted(gaussian(500, 12)))
    one = forest.score_samples(rows, threads=1)
    assert (forest.score_samples(rows, threads=2) == one).all()
    assert (forest.score_samples(rows, threads=7) == one).all()


def test_both_walks_go_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = gaussian(3_000, 13)
    forest = packed(fitted(gaussian(500, 14)))
    by_level = forest.score_samples(rows)
    monkeypatch.setattr(packed_module, "_FEW_ROWS", 10**9)
    assert (forest.score_samples(rows) == by_level).all()


def test_trees_add_up_to_the_forest() -> None:
    rows = gaussian(40, 15)
    forest = packed(fitted(gaussian(500, 16)))
    exponents = [np.log2(-tree.score_samples(rows)) for tree in forest.trees()]
    assert len(exponents) == 30
    together = -(2.0 ** np.mean(exponents, axis=0))
    assert together.tolist() == pytest.approx(forest.score_samples(rows).tolist())


def test_no_rows_get_no_scores() -> None:
    assert packed(fitted(gaussian(100, 17))).score_samples(np.zeros((0, 4))).shape == (0,)


def test_rows_of_another_width_are_refused() -> None:
    forest = packed(fitted(gaussian(100, 18)))
    with pytest.raises(ValueError, match=r"rows have the shape \(1, 3\), not \(n, 4\)"):
        forest.score_samples(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"not \(n, 4\)"):
        forest.score_samples(np.zeros(4))


def test_values_beyond_single_precision_are_walked() -> None:
    scores = packed(fitted(gaussian(100, 19))).score_samples(np.array([[1e300, -1e300, 0.0, 0.0]]))
    assert np.isfinite(scores).all()


def test_a_restored_forest_scores_the_same() -> None:
    rows = gaussian(60, 20)
    forest = packed(fitted(gaussian(500, 21)))
    restored = PackedForest.restored(forest.state())
    assert restored.score_samples(rows).tolist() == forest.score_samples(rows).tolist()


def test_a_restored_forest_needs_no_scikit_learn() -> None:
    forest = packed(fitted(gaussian(300, 22), n_estimators=3))
    state = {
        key: value.tolist() if isinstance(value, np.ndarray) else value
        for key, value in forest.state().items()
    }
    program = (
        "import sys, numpy as np\n"
        "from tieout.detect.forest.packed import PackedForest\n"
        f"forest = PackedForest.restored(eval({str(state)!r}, {{'inf': float('inf')}}))\n"
        "score = forest.score_samples(np.array([[0.5, -1.0, 2.0, 0.0]]))[0]\n"
        "print(score, 'sklearn' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    score = forest.score_samples(np.array([[0.5, -1.0, 2.0, 0.0]]))[0]
    assert run.stdout.split() == [str(score), "False"]
