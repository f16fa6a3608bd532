"""What detectors make of TailCalibration: by group, and over columns."""

import numpy as np
import pytest
from scipy import stats

from tieout.detect.detectors.combined import Combined
from tieout.detect.detectors.group_calibration import GROUP_ROWS_MIN, GroupCalibration
from tieout.detect.detectors.keeping import (
    CALIBRATION_ROWS_MAX,
    calibrated,
    learnt,
    part,
    placed,
    texts,
)


def test_a_large_group_is_judged_by_its_own_scores() -> None:
    random = np.random.default_rng(1)
    codes = np.repeat([0, 1], 2_000)
    scores = np.concatenate([random.normal(0, 1, 2_000), random.normal(0, 10, 2_000)])
    calibration = GroupCalibration.fitted(codes, np.abs(scores))
    p = np.exp(calibration.log_p(np.array([0, 1]), np.array([5.0, 5.0])))
    assert p[0] < 0.001
    assert p[1] == pytest.approx(2 * stats.norm.sf(0.5), abs=0.05)


def test_small_groups_are_judged_by_all_scores() -> None:
    codes = np.repeat([0, 1, 2], [1_500, 1_500, GROUP_ROWS_MIN - 1])
    scores = np.arange(float(len(codes)))
    calibration = GroupCalibration.fitted(codes, scores)
    assert set(calibration.own) == {0, 1}
    assert calibration.of(2) is calibration.pooled
    assert calibration.of(7) is calibration.pooled


def test_one_group_alone_needs_no_calibration_of_its_own() -> None:
    calibration = GroupCalibration.fitted(np.zeros(3_000, dtype=np.int64), np.arange(3_000.0))
    assert calibration.own == {}


def test_groups_in_any_order_get_the_p_values_they_get_alone() -> None:
    random = np.random.default_rng(2)
    codes = np.repeat([0, 3], 1_500)
    calibration = GroupCalibration.fitted(codes, np.abs(random.normal(codes + 1.0)))
    judged, scores = random.integers(0, 5, 60), np.abs(random.normal(size=60))
    together = calibration.log_p(judged, scores)
    alone = [calibration.log_p(judged[i : i + 1], scores[i : i + 1])[0] for i in range(60)]
    assert together.tolist() == alone


def test_missing_scores_have_nothing_to_say_in_any_group() -> None:
    codes = np.repeat([0, 1], 1_500)
    calibration = GroupCalibration.fitted(codes, np.arange(3_000.0))
    assert calibration.log_p(np.array([0, 1]), np.array([np.nan, np.nan])).tolist() == [0.0, 0.0]


def test_scores_of_a_small_history_are_ranked_among_the_others() -> None:
    scores = np.array([1.0, 2.0, 3.0, np.nan])
    calibration = GroupCalibration.fitted(np.zeros(4, dtype=np.int64), scores)
    p = np.exp(calibration.log_p_of_history(np.zeros(4, dtype=np.int64), scores))
    # The largest of three has none of the other two above it: 1 / (2 + 1).
    assert p.tolist() == pytest.approx([3 / 3, 2 / 3, 1 / 3, 1.0])


def test_a_restored_group_calibration_says_the_same() -> None:
    codes = np.repeat([0, 4], 1_500)
    calibration = GroupCalibration.fitted(codes, np.arange(3_000.0))
    restored = GroupCalibration.restored(calibration.state())
    judged = np.array([0, 4, 9])
    scores = np.array([100.0, 4_000.0, 2_000.0])
    assert restored.log_p(judged, scores).tolist() == calibration.log_p(judged, scores).tolist()


def test_the_smallest_of_independent_p_values_is_calibrated_again() -> None:
    random = np.random.default_rng(3)
    combined = Combined.fitted(np.log(random.uniform(size=(20_000, 3))))
    p = np.exp(combined.log_p(np.log(random.uniform(size=(20_000, 3)))))
    assert stats.kstest(p, "uniform").statistic < 0.02


def test_columns_that_say_the_same_cost_nothing() -> None:
    random = np.random.default_rng(4)
    column = np.log(random.uniform(size=(20_000, 1)))
    combined = Combined.fitted(np.repeat(column, 5, axis=1))
    p = np.exp(combined.log_p(np.full((1, 5), np.log(0.01))))
    assert p[0] == pytest.approx(0.01, rel=0.2)


def test_a_single_column_keeps_its_p_values() -> None:
    log_p = np.log([[0.5], [0.001]])
    combined = Combined.fitted(np.log(np.linspace(0.1, 1.0, 50))[:, None])
    assert combined.log_p(log_p).tolist() == log_p[:, 0].tolist()


def test_rows_of_which_no_column_says_anything_stay_at_one() -> None:
    combined = Combined.fitted(np.log(np.full((50, 2), 0.5)))
    assert combined.log_p(np.zeros((3, 2))).tolist() == [0.0, 0.0, 0.0]


def test_no_columns_say_nothing() -> None:
    combined = Combined.fitted(np.zeros((4, 0)))
    assert combined.log_p(np.zeros((2, 0))).tolist() == [0.0, 0.0]


def test_many_scores_are_thinned_evenly() -> None:
    scores = np.arange(3.0 * CALIBRATION_ROWS_MAX)
    kept = calibrated(scores).scores
    assert len(kept) == CALIBRATION_ROWS_MAX
    assert np.diff(kept).tolist() == [3.0] * (len(kept) - 1)


def test_states_nest_by_prefix() -> None:
    state = {**placed("a", {"x": 1, "b.y": 2}), **placed("ab", {"x": 3})}
    assert part(state, "a") == {"x": 1, "b.y": 2}
    assert part(state, "ab") == {"x": 3}


def test_a_detector_that_was_not_fitted_says_so() -> None:
    with pytest.raises(ValueError, match="fit the detector first"):
        learnt(None)


def test_a_list_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="names is no list"):
        texts({"names": "a"}, "names")
