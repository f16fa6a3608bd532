"""Kernel ridge regression and its leave-one-out values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.explain.words.ridge import KernelRidge
from tieout.explain.words.similarity import FloatArray


def problem(seed: int, texts: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A kernel of random vectors, targets of two kinds, and importances."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(texts, 3))
    targets = np.eye(2)[generator.integers(0, 2, texts)]
    return vectors @ vectors.T, targets, generator.uniform(0.5, 3.0, texts)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.floats(0.05, 5.0))
def test_leaving_one_out_equals_learning_without_it(seed: int, texts: int, penalty: float) -> None:
    kernel, targets, importance = problem(seed, texts)
    fitted = KernelRidge.fitted(kernel, targets, importance=importance, penalty=penalty)
    for left_out in range(texts):
        rest = np.arange(texts) != left_out
        without = KernelRidge.fitted(
            kernel[np.ix_(rest, rest)], targets[rest], importance=importance[rest], penalty=penalty
        )
        expected = without.values(kernel[left_out, rest][None, :])[0]
        np.testing.assert_allclose(fitted.left_out[left_out], expected, atol=1e-7)


def test_a_text_of_double_importance_counts_like_two() -> None:
    kernel, targets, _ = problem(7, 5)
    twice = [0, 1, 2, 3, 4, 4]
    importance = np.array([1.0, 1.0, 1.0, 1.0, 2.0])
    once = KernelRidge.fitted(kernel, targets, importance=importance, penalty=0.4)
    both = KernelRidge.fitted(
        kernel[np.ix_(twice, twice)], targets[twice], importance=np.ones(6), penalty=0.4
    )
    new = np.array([[0.3, -1.0, 0.5, 0.0, 2.0]])
    np.testing.assert_allclose(once.values(new), both.values(new[:, twice]), atol=1e-9)


def test_a_small_penalty_repeats_what_was_learnt() -> None:
    fitted = KernelRidge.fitted(np.eye(3), np.eye(3), importance=np.ones(3), penalty=1e-9)
    np.testing.assert_allclose(fitted.values(np.eye(3)), np.eye(3), atol=1e-6)


def test_a_large_penalty_believes_nothing() -> None:
    fitted = KernelRidge.fitted(np.eye(3), np.eye(3), importance=np.ones(3), penalty=1e9)
    assert np.abs(fitted.values(np.eye(3))).max() < 1e-6


def test_a_text_like_no_other_is_given_nothing_when_left_out() -> None:
    fitted = KernelRidge.fitted(np.eye(2), np.eye(2), importance=np.ones(2), penalty=0.5)
    assert fitted.left_out == pytest.approx(np.zeros((2, 2)), abs=1e-12)


def test_two_equal_texts_of_two_kinds_share() -> None:
    kernel = np.ones((2, 2))
    fitted = KernelRidge.fitted(kernel, np.eye(2), importance=np.ones(2), penalty=0.1)
    first, second = fitted.values(np.ones((1, 2)))[0]
    assert first == pytest.approx(second)
    assert 0.4 < first < 0.5
