"""Whether confidence means what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.words.calibration import Calibration, expected_calibration_error

ANSWERS = st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=40)


def error(confidence: list[float], right: list[bool]) -> float:
    """The expected calibration error of plain lists."""
    return expected_calibration_error(np.array(confidence), np.array(right))


def test_sure_and_right_has_no_error() -> None:
    assert error([1.0, 1.0], [True, True]) == 0.0


def test_sure_and_wrong_is_all_error() -> None:
    assert error([1.0, 1.0], [False, False]) == 1.0


def test_three_of_four_at_three_quarters_has_no_error() -> None:
    assert error([0.75] * 4, [True, True, True, False]) == 0.0


def test_errors_of_different_bands_do_not_cancel() -> None:
    too_low, too_high = [0.25] * 2, [0.75] * 2
    assert error(too_low + too_high, [True, True, False, False]) == pytest.approx(0.75)


def test_errors_within_a_band_cancel() -> None:
    assert error([0.52, 0.58], [True, False]) == pytest.approx(0.05)


def test_no_answers_have_no_error() -> None:
    assert expected_calibration_error(np.zeros(0), np.zeros(0, dtype=np.bool_)) == 0.0


@given(ANSWERS)
def test_the_error_is_a_share(answers: list[tuple[float, bool]]) -> None:
    confidence, right = zip(*answers, strict=True)
    assert 0.0 <= error(list(confidence), list(right)) <= 1.0


@given(ANSWERS)
def test_it_is_at_least_the_gap_of_the_averages(answers: list[tuple[float, bool]]) -> None:
    confidence, right = zip(*answers, strict=True)
    gap = abs(float(np.mean(confidence)) - float(np.mean(right)))
    assert error(list(confidence), list(right)) >= gap - 1e-9


def test_it_is_measured_with_its_parts() -> None:
    found = Calibration.measured(
        np.array([0.9, 0.9, 0.5, 0.5]), np.array([True, True, True, False])
    )
    assert found == Calibration(texts=4, accuracy=0.75, confidence=0.7, error=0.05)
