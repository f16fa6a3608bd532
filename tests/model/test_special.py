"""What is computed one by one is what SciPy computes."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tieout.model.special import FEW_MAX, chance_above, log_beta, normal_below

_SIZES = st.floats(min_value=1e-3, max_value=1e6)


@given(first=st.lists(_SIZES, min_size=1, max_size=5), second=_SIZES)
def test_the_beta_function_is_scipys(first: list[float], second: float) -> None:
    expected = special.betaln(first, second)

    assert log_beta(first, second) == pytest.approx(expected, rel=1e-9, abs=1e-7)


@given(numbers=st.lists(st.floats(min_value=-37, max_value=37), min_size=1, max_size=5))
def test_the_normal_distribution_is_scipys_far_into_its_tails(numbers: list[float]) -> None:
    assert normal_below(numbers) == pytest.approx(special.ndtr(numbers), rel=1e-11, abs=0)


@given(
    count=st.integers(min_value=0, max_value=3_000),
    mean=st.floats(min_value=1e-12, max_value=3_000),
)
def test_the_chance_of_more_events_is_scipys(count: int, mean: float) -> None:
    expected = float(special.pdtrc(count, mean))

    assert chance_above(count, mean) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_the_beta_function_of_nothing_is_infinite() -> None:
    assert log_beta([0.0, 1.0], [1.0, 0.0]).tolist() == [math.inf, math.inf]


def test_more_than_less_than_nothing_is_certain() -> None:
    assert chance_above(-1, 0.5) == 1.0


def test_few_and_many_numbers_have_the_same_values_and_shapes() -> None:
    many = np.linspace(0.5, 40.0, 2 * FEW_MAX).reshape(2, FEW_MAX)
    few = many[:, :3]

    assert log_beta(few, 2.0).shape == normal_below(few).shape == (2, 3)
    assert log_beta(many, 2.0).shape == (2, FEW_MAX)
    assert log_beta(few, 2.0) == pytest.approx(log_beta(many, 2.0)[:, :3], rel=1e-12)
    assert float(normal_below(0.0)) == 0.5


def test_few_numbers_do_not_load_scipy() -> None:
    asked = (
        "import sys; from tieout.model.special import *;"
        "log_beta(1.0, 2.0), normal_below(1.0), chance_above(1, 2.0);"
        "sys.exit('scipy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
