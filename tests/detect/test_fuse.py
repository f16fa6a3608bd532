import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tieout.detect import fuse as fusing
from tieout.detect.fuse import fuse, fuse_one, score_of

LOG_P = arrays.arrays(np.float64, 12, elements=st.floats(-5_000, 0))


def test_the_smallest_p_value_counts_once_for_each_channel() -> None:
    fused = fuse({"a": np.log([0.5, 0.001]), "b": np.log([0.01, 0.2])}, rows=2)
    assert np.exp(fused.log_p) == pytest.approx([0.02, 0.002])
    assert [fused.names[place] for place in fused.strongest] == ["b", "a"]


def test_a_channel_that_is_silent_everywhere_costs_the_others_nothing() -> None:
    fused = fuse({"a": np.log([0.5, 0.001]), "silent": np.zeros(2)}, rows=2)
    assert fused.names == ("a",)
    assert np.exp(fused.log_p) == pytest.approx([0.5, 0.001])


def test_a_row_of_which_nothing_is_said_has_no_strongest_channel() -> None:
    fused = fuse({"a": np.array([0.0, -3.0]), "b": np.array([0.0, -9.0])}, rows=2)
    assert fused.strongest.tolist() == [-1, 1]
    assert fused.score[0] == 0.0


def test_of_channels_that_are_equally_sure_the_first_is_the_strongest() -> None:
    fused = fuse(
        {"a": np.array([-9.0, 0.0, -8.0]), "b": np.array([-9.0, -7.0, 0.0])}, rows=3, counted=("a",)
    )

    assert fused.strongest.tolist() == [0, 1, 0]
    # What was not counted everywhere counts where it speaks.
    assert fused.log_p.tolist() == [-9.0 + np.log(2.0), -7.0 + np.log(2.0), -8.0]


@pytest.mark.parametrize("channels", [{}, {"silent": np.zeros(3)}])
def test_without_a_channel_nothing_is_odd(channels: dict[str, np.ndarray]) -> None:
    fused = fuse(channels, rows=3)
    assert fused.log_p.tolist() == fused.score.tolist() == [0.0, 0.0, 0.0]
    assert fused.strongest.tolist() == [-1, -1, -1]


def test_fused_p_values_of_usual_rows_are_no_smaller_than_they_say() -> None:
    random = np.random.default_rng(1)
    same = np.log(random.uniform(size=50_000))
    for other in (same, np.log(random.uniform(size=50_000))):
        p = np.exp(fuse({"a": same, "b": other}, rows=50_000).log_p)
        for level in (0.1, 0.01, 0.001):
            assert (p <= level).mean() <= level * 1.25


def test_scores_tell_apart_what_floats_near_one_could_not() -> None:
    scores = score_of(np.array([-40.0, -400.0, -4_000.0, -40_000.0]))
    assert (np.diff(scores) > 0).all()
    assert scores[-1] < 1.0


@given(LOG_P, st.integers(1, 8))
def test_scores_have_the_order_of_the_p_values_and_lie_between_0_and_1(
    log_p: np.ndarray, channels: int
) -> None:
    scores = score_of(log_p, channels=channels)
    order = np.argsort(log_p, kind="stable")
    assert (np.diff(scores[order]) <= 1e-15).all()
    assert ((scores >= 0.0) & (scores < 1.0)).all()


@given(LOG_P, LOG_P)
def test_the_order_of_channels_does_not_matter(one: np.ndarray, two: np.ndarray) -> None:
    forth, back = fuse({"a": one, "b": two}, rows=12), fuse({"b": two, "a": one}, rows=12)
    assert forth.log_p.tolist() == back.log_p.tolist()
    assert forth.score.tolist() == back.score.tolist()


def test_one_sure_channel_is_not_outvoted() -> None:
    sure = np.log([1e-9, 0.5])
    unsure = {f"unsure {number}": np.log([0.9, 0.04]) for number in range(5)}
    fused = fuse({"sure": sure, **unsure}, rows=2)
    assert fused.score[0] > fused.score[1]
    assert fused.log_p[0] == pytest.approx(math.log(6e-9))


def test_channels_that_count_do_so_whether_or_not_they_speak_of_a_row() -> None:
    channels = {"a": np.log([0.001, 0.5]), "b": np.array([0.0, 0.0]), "new": np.log([1.0, 0.01])}
    fused = fuse(channels, rows=2, counted=["a", "b"])
    assert np.exp(fused.log_p) == pytest.approx([0.002, 0.03])


@given(LOG_P, LOG_P)
def test_a_row_alone_has_the_score_that_it_has_in_company(one: np.ndarray, two: np.ndarray) -> None:
    together = fuse({"a": one, "b": two}, rows=12, counted=["a", "b"])
    for row in range(12):
        alone = fuse({"a": one[[row]], "b": two[[row]]}, rows=1, counted=["a", "b"])
        assert alone.log_p[0] == together.log_p[row]
        assert alone.score[0] == together.score[row]


@given(st.floats(-5_000, 0), st.integers(1, 4))
def test_one_channel_of_one_row_is_fused_to_the_same_bits(log_p: float, channels: int) -> None:
    counted = [f"channel {number}" for number in range(channels)]
    fused = fuse({counted[0]: np.array([log_p])}, rows=1, counted=counted)
    assert fuse_one(log_p, channels=channels) == (fused.log_p[0], fused.score[0])


def test_rows_are_fused_alike_however_many_are_taken_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(2)
    channels = {name: np.minimum(rng.normal(-1.0, 2.0, 1_000), 0.0) for name in "abc"}
    whole = fuse(channels, rows=1_000, counted=["a"])
    monkeypatch.setattr(fusing, "_CHUNK_ROWS", 7)
    parts = fuse(channels, rows=1_000, counted=["a"])

    assert parts.log_p.tolist() == whole.log_p.tolist()
    assert parts.score.tolist() == whole.score.tolist()
    assert parts.strongest.tolist() == whole.strongest.tolist()
