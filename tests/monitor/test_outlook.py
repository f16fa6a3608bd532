"""Forecasts of hours."""

import importlib.util

import numpy as np
import pytest

from tieout.model.errors import InputError
from tieout.monitor.limits import FloatArray
from tieout.monitor.outlook import Model, filled, outlook, require_statsforecast

MODELS = ("arima", "ets")


def days(count: int, seed: int = 3, noise: float = 0.1) -> FloatArray:
    hours = np.arange(24 * count)
    noise_of = np.random.default_rng(seed).normal(0, noise, len(hours))
    return np.asarray(5.0 + 2.0 * np.sin(hours * np.pi / 12) + noise_of)


@pytest.mark.parametrize("model", MODELS)
def test_the_next_day_is_foreseen_within_what_is_said_of_it(model: Model) -> None:
    whole = days(5)
    found = outlook(whole[:96], 24, model)
    assert found is not None
    mean, sigma = found
    assert np.abs(mean - whole[96:]).max() < 1.0
    assert (np.abs(mean - whole[96:]) < 4 * sigma).all()
    assert (sigma > 0).all()
    assert (sigma < 0.8).all()


@pytest.mark.parametrize("model", MODELS)
def test_the_same_hours_give_the_same_forecast(model: Model) -> None:
    first, second = outlook(days(3), 4, model), outlook(days(3), 4, model)
    assert first is not None
    assert second is not None
    assert [each.tobytes() for each in first] == [each.tobytes() for each in second]


@pytest.mark.parametrize("model", MODELS)
def test_gaps_do_not_reach_the_forecast(model: Model) -> None:
    gappy = days(4)
    gappy[30:40] = np.nan
    gappy[-2:] = np.nan
    found = outlook(gappy, 6, model)
    assert found is not None
    assert np.isfinite(found[0]).all()


def test_nothing_is_foreseen_where_most_is_unknown() -> None:
    few = days(4)
    few[10:] = np.nan
    assert outlook(few, 6, "ets") is None


def test_what_never_changes_stays_as_it_is() -> None:
    found = outlook(np.full(48, 0.25), 3, "arima")
    assert found is not None
    assert [each.tolist() for each in found] == [[0.25] * 3, [0.0] * 3]


def test_a_gap_is_what_the_day_before_had() -> None:
    gappy = days(2, noise=0.0)
    gappy[30] = np.nan
    assert filled(gappy)[30] == gappy[6]
    gappy[6] = np.nan
    assert np.isfinite(filled(gappy)).all()


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieout.monitor.outlook.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'tieout\[forecast\]'"):
        require_statsforecast()
    assert importlib.util.find_spec("statsforecast") is not None
