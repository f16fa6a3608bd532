"""Probabilities out of measures of fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.explain.words.choice import ConditionalLogit
from tieout.explain.words.similarity import FloatArray

SEEDS = st.integers(0, 10_000)


def fitted(
    measures: FloatArray,
    truth: list[int],
    *,
    start: FloatArray | None = None,
    free: tuple[int, ...] = (),
    importance: FloatArray | None = None,
) -> ConditionalLogit:
    """With every text as important as the next, starting at nothing."""
    return ConditionalLogit.fitted(
        measures,
        np.array(truth, dtype=np.intp),
        importance=np.ones(len(truth)) if importance is None else importance,
        start=np.zeros(measures.shape[2]) if start is None else start,
        free=free,
    )


def towards_first(texts: int) -> FloatArray:
    """One measure that is 1 for the first of two buckets, whatever the text."""
    measures = np.zeros((texts, 2, 1))
    measures[:, 0, 0] = 1.0
    return measures


def test_the_chance_is_the_share_that_was_seen() -> None:
    found = fitted(towards_first(100), [0] * 75 + [1] * 25)
    assert found.weights[0] == pytest.approx(np.log(3.0), abs=0.01)
    assert found.probabilities(towards_first(1))[0] == pytest.approx([0.75, 0.25], abs=0.005)


def test_important_texts_count_more() -> None:
    importance = np.array([3.0] * 50 + [1.0] * 50)
    found = fitted(towards_first(100), [0] * 50 + [1] * 50, importance=importance)
    assert found.probabilities(towards_first(1))[0, 0] == pytest.approx(0.75, abs=0.005)


def test_a_measure_that_misleads_gets_no_weight() -> None:
    assert fitted(towards_first(40), [1] * 40).weights[0] == 0.0


def test_a_free_measure_may_speak_against_its_bucket() -> None:
    assert fitted(towards_first(40), [0] * 10 + [1] * 30, free=(0,)).weights[0] < -1.0


def test_without_a_word_against_it_the_start_holds() -> None:
    silent = np.concatenate([towards_first(40), np.zeros((40, 2, 1))], axis=2)
    found = fitted(silent, [0] * 20 + [1] * 20, start=np.array([0.0, 5.0]))
    assert found.weights[1] == pytest.approx(5.0, abs=1e-6)


def test_texts_speak_louder_than_the_start() -> None:
    found = fitted(towards_first(400), [0] * 200 + [1] * 200, start=np.array([5.0]))
    assert found.weights[0] < 0.2


def test_the_measure_that_tells_buckets_apart_gets_the_weight() -> None:
    generator = np.random.default_rng(4)
    truth = generator.integers(0, 3, 300)
    telling = np.eye(3)[truth] + generator.normal(0.0, 0.4, (300, 3))
    noise = generator.normal(0.0, 0.4, (300, 3))
    found = fitted(np.stack([telling, noise], axis=-1), truth.tolist())
    assert found.weights[0] > 5 * found.weights[1]
    chances = found.probabilities(np.stack([telling, noise], axis=-1))
    assert (chances.argmax(axis=1) == truth).mean() > 0.85


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(2, 5), st.integers(1, 4))
def test_probabilities_sum_to_one_and_weights_are_not_negative(
    seed: int, buckets: int, measures: int
) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(30, buckets, measures))
    found = fitted(values, generator.integers(0, buckets, 30).tolist())
    chances = found.probabilities(values)
    assert np.all(found.weights >= 0.0)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0)
    assert np.all(chances >= 0.0)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_fit_beats_guessing_on_what_it_learnt(seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(40, 3, 2))
    truth = generator.integers(0, 3, 40)
    chances = fitted(values, truth.tolist()).probabilities(values)
    loss = -np.log(chances[np.arange(40), truth]).mean()
    assert loss <= np.log(3.0) + 1e-9


def test_huge_scores_do_not_overflow() -> None:
    found = ConditionalLogit(np.array([1e6]))
    assert found.probabilities(towards_first(1))[0].tolist() == [1.0, 0.0]
