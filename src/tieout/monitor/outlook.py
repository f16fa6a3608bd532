"""Hours ahead by AutoARIMA or ETS, from the hours before (statsforecast)."""

from importlib.util import find_spec
from typing import Final, Literal

import numpy as np

from tieout.model.errors import InputError
from tieout.monitor.limits import FloatArray

DAY_HOURS: Final = 24
Model = Literal["arima", "ets"]
_LEVEL: Final = 95
_SIGMAS: Final = 1.959964
_ORDER_MAX: Final = 2
_SEASONAL_MAX: Final = 1
_KNOWN_MIN: Final = 0.5


def require_statsforecast() -> None:
    """Raise InputError where the extra is not installed, with one line that says what to do."""
    if find_spec("statsforecast") is None:
        raise InputError(
            "the limits `arima` and `ets` need statsforecast: pip install 'tieout[forecast]'"
        )


def outlook(values: FloatArray, hours: int, model: Model) -> tuple[FloatArray, FloatArray] | None:
    """Mean and standard deviation of each of the hours to come; None where there is no telling.

    values: one an hour, NaN where unknown; at most half of them are. The period is a day. Orders
    of ARIMA are chosen by AICc in steps (Hyndman and Khandakar, J. Stat. Softw. 27, 2008), at most
    2 and seasonal 1; the form of exponential smoothing by AICc (Hyndman et al., Int. J. Forecast.
    18, 2002). The same values give the same answer.
    """
    if np.isfinite(values).mean() < _KNOWN_MIN:
        return None
    known = filled(values)
    if float(np.ptp(known)) < 1e-12:
        return np.full(hours, known[-1]), np.zeros(hours)
    found = _forecast(known, hours, model)
    if found is None or not all(np.isfinite(each).all() for each in found):
        return None
    return found


def filled(values: FloatArray) -> FloatArray:
    """Gaps as the day before had it, else the day after, else on a line between neighbours.

    >>> filled(np.array([1.0, np.nan, 3.0]))
    array([1., 2., 3.])
    """
    answer = values.copy()
    for shift in (DAY_HOURS, -DAY_HOURS):
        places = np.flatnonzero(np.isnan(answer))
        for place in places if shift > 0 else places[::-1]:
            if 0 <= place - shift < len(answer):
                answer[place] = answer[place - shift]
    known = np.isfinite(answer)
    where = np.arange(len(answer))
    return np.interp(where, where[known], answer[known])


def _forecast(known: FloatArray, hours: int, model: Model) -> tuple[FloatArray, FloatArray] | None:
    import warnings

    require_statsforecast()
    from statsforecast.models import AutoARIMA, AutoETS

    chosen = (
        AutoETS(season_length=DAY_HOURS)
        if model == "ets"
        else AutoARIMA(
            season_length=DAY_HOURS,
            approximation=True,
            max_p=_ORDER_MAX,
            max_q=_ORDER_MAX,
            max_P=_SEASONAL_MAX,
            max_Q=_SEASONAL_MAX,
        )
    )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = chosen.forecast(y=known, h=hours, level=[_LEVEL])
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            # A series that no model fits, such as one that is zero but for one hour.
            return None
    mean = np.asarray(found["mean"], dtype=np.float64)
    return mean, (np.asarray(found[f"hi-{_LEVEL}"], dtype=np.float64) - mean) / _SIGMAS
