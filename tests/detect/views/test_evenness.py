import numpy as np
import pytest

from tieout.detect.views.evenness import even_alpha

ROWS = 40_000


def test_deviations_in_proportion_to_the_scale_are_divided_by_all_of_it() -> None:
    random = np.random.default_rng(1)
    scale = np.exp(random.normal(0.0, 1.0, ROWS))
    assert even_alpha(scale * random.standard_t(4, ROWS), scale) == pytest.approx(1.0, abs=0.1)


def test_deviations_that_do_not_know_the_scale_are_not_divided() -> None:
    random = np.random.default_rng(2)
    scale = np.exp(random.normal(0.0, 1.0, ROWS))
    assert even_alpha(random.standard_t(4, ROWS), scale) == pytest.approx(0.0, abs=0.1)


def test_a_power_between_is_found() -> None:
    random = np.random.default_rng(3)
    scale = np.exp(random.normal(0.0, 1.5, ROWS))
    alpha = even_alpha(scale**0.4 * random.standard_t(4, ROWS), scale)
    assert alpha == pytest.approx(0.4, abs=0.1)


def test_extremes_are_then_about_as_frequent_at_every_scale() -> None:
    random = np.random.default_rng(4)
    scale = np.exp(random.normal(0.0, 1.0, ROWS))
    deviation = scale**0.6 * random.standard_t(4, ROWS)
    residual = np.abs(deviation) / scale ** even_alpha(deviation, scale)
    extreme = residual >= np.quantile(residual, 0.99)
    by_half = [extreme[scale < np.median(scale)].sum(), extreme[scale >= np.median(scale)].sum()]
    assert by_half[0] == pytest.approx(by_half[1], rel=0.3)


@pytest.mark.parametrize("scale", [np.ones(100), np.zeros(100), np.linspace(0.0, 1.0, 100)])
def test_scales_that_are_equal_or_zero_divide_nothing(
    scale: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    assert even_alpha(np.arange(100.0), scale) == 0.0


def test_no_rows_divide_nothing() -> None:
    assert even_alpha(np.zeros(0), np.zeros(0)) == 0.0


def test_zero_deviations_are_no_error() -> None:
    scale = np.repeat([1.0, 2.0], 50)
    assert 0.0 <= even_alpha(np.zeros(100), scale) <= 1.0
