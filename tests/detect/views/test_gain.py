import numpy as np
import pytest
from scipy import stats

from tieout.detect.views.gain import Gain, gain_over, held_out_density
from tieout.detect.views.peers import Coded, Shrinkage
from tieout.detect.views.quantities import Form, Quantity
from tieout.detect.views.sampling import halves

ROWS = 8_000
FOLDS = halves(ROWS, seed=0)
RAW = Quantity(Form.RAW, ("x",))


def density(values: np.ndarray[tuple[int], np.dtype[np.float64]], *levels: Coded) -> float:
    found = held_out_density(values, levels, FOLDS, shrinkage=Shrinkage())
    return float(np.nanmean(found))


def test_true_peers_gain_the_logarithm_of_how_much_narrower_they_are() -> None:
    random = np.random.default_rng(1)
    groups = Coded(random.integers(0, 20, ROWS), 20)
    values = random.normal(0.0, 3.0, 20)[groups.codes] + random.normal(0.0, 0.3, ROWS)
    spread = values.std()
    gained = density(values, groups) - density(values)
    assert gained == pytest.approx(np.log(spread / 0.3), abs=0.15)


def test_peers_by_chance_gain_nothing() -> None:
    random = np.random.default_rng(2)
    groups = Coded(random.integers(0, 400, ROWS), 400)
    values = random.normal(0.0, 1.0, ROWS)
    assert density(values, groups) - density(values) < 0.0


def test_a_column_that_names_each_row_gains_nothing() -> None:
    values = np.random.default_rng(3).normal(0.0, 1.0, ROWS)
    each = Coded(np.arange(ROWS), ROWS)
    assert density(values, each) == pytest.approx(density(values), abs=1e-9)


def test_the_density_of_a_normal_law_is_nearly_its_own() -> None:
    values = np.random.default_rng(4).normal(5.0, 2.0, ROWS)
    own = stats.norm.logpdf(values, 5.0, 2.0).mean()
    assert density(values) == pytest.approx(own, abs=0.02)


def test_a_missing_value_has_no_density() -> None:
    values = np.random.default_rng(5).normal(0.0, 1.0, ROWS)
    values[:100] = np.nan
    found = held_out_density(values, [], FOLDS, shrinkage=Shrinkage())
    assert np.isnan(found[:100]).all()
    assert not np.isnan(found[100:]).any()


def test_a_quantity_that_is_always_missing_or_equal_has_no_density() -> None:
    for values in (np.full(ROWS, np.nan), np.full(ROWS, 4.0)):
        assert np.isnan(held_out_density(values, [], FOLDS, shrinkage=Shrinkage())).all()


def test_the_density_of_a_logarithm_is_carried_over_to_its_column() -> None:
    # A log-normal column: what its logarithm says, in units of the column, is its own density.
    x = np.exp(np.random.default_rng(6).normal(2.0, 1.0, ROWS))
    log = Quantity(Form.LOG, ("x",))
    found = held_out_density(log.values({"x": x}), [], FOLDS, shrinkage=Shrinkage())
    gain = gain_over(log, found, {"x": x}, {"x": np.zeros(ROWS)})
    own = stats.lognorm.logpdf(x, 1.0, scale=np.exp(2.0)).mean()
    assert gain.nats == pytest.approx(own, abs=0.02)


def test_a_ratio_takes_the_lesser_gain_over_its_two_columns() -> None:
    ratio = Quantity(Form.RATIO, ("x", "y"))
    columns = {"x": np.full(4, 10.0), "y": np.full(4, 2.0)}
    alone = {"x": np.full(4, -3.0), "y": np.full(4, -1.0)}
    gain = gain_over(ratio, np.full(4, 0.5), columns, alone)
    over_x, over_y = 0.5 - np.log(10.0) + 3.0, 0.5 - np.log(2.0) + 1.0
    assert gain.nats == pytest.approx(min(over_x, over_y))


def test_rows_without_the_quantity_gain_nothing() -> None:
    columns = {"x": np.ones(4)}
    half = gain_over(RAW, np.array([1.0, 1.0, np.nan, np.nan]), columns, {"x": np.zeros(4)})
    assert half.nats == 0.5


def test_nothing_known_is_no_gain() -> None:
    columns = {"x": np.ones(3)}
    assert gain_over(RAW, np.full(3, np.nan), columns, {"x": np.zeros(3)}) == Gain(0.0, 0.0)
    assert gain_over(RAW, np.ones(3), columns, {"x": np.full(3, np.nan)}) == Gain(0.0, 0.0)


def test_a_gain_is_sure_two_standard_errors_below_its_mean() -> None:
    found = np.array([0.0, 1.0, 2.0, 3.0])
    gain = gain_over(RAW, found, {"x": np.ones(4)}, {"x": np.zeros(4)})
    assert gain.error == pytest.approx(found.std() / 2.0)
    assert gain.sure == pytest.approx(1.5 - 2.0 * gain.error)
