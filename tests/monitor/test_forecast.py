"""Limits by AutoARIMA and ETS, on verdicts made by hand and in a monitor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.monitor.chosen_spec import ForecastSpec
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.forecast import Forecasts
from tieout.monitor.limits import FloatArray
from tieout.monitor.outlook import Model, outlook
from tieout.monitor.snapshot import restored, saved
from tieout.monitor.spec import LimitSpec, MetricSpec, MonitorSpec
from tieout.monitor.verdict import Limits, Verdict

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]
Made = Callable[..., Iterator[Verdict]]
START = 29_000_160  # A midnight.
DAY = 1440
KEEP = np.ones(2, dtype=np.bool_)
LIMITS = Limits(np.full((2, 1), 1e-4), (1, 5, 15), 20, 3.0)
Foreseen = tuple[FloatArray, FloatArray] | None


@cache
def _outlook(past: bytes, hours: int, model: Model) -> Foreseen:
    return outlook(np.frombuffer(past), hours, model)


@pytest.fixture(autouse=True)
def _each_past_is_fitted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day and an incident have their mornings in common, and fits are what takes time."""

    def kept(values: FloatArray, hours: int, model: Model) -> Foreseen:
        return _outlook(values.tobytes(), hours, model)

    monkeypatch.setattr("tieout.monitor.forecast.outlook", kept)


def spec_of(metric: str, method: str, **settings: object) -> MonitorSpec:
    wanted = MetricSpec.model_validate({"method": method, **settings})
    return MonitorSpec(metrics={metric: wanted})


def verdict_of(metric: str, count: FloatArray, total: FloatArray, observed: FloatArray) -> Verdict:
    """What was said of two cells: nothing is out of limits."""
    shape = (2, 1)
    still = np.zeros(shape)
    return Verdict(
        metrics=(metric,),
        cells=np.arange(2),
        known=(total > 0)[:, None],
        breached=np.zeros(shape, dtype=np.bool_),
        p_value=np.ones(shape),
        value=observed[:, None].copy(),
        baseline=still.copy(),
        n=total[:, None].copy(),
        window=np.zeros(shape, dtype=np.int64),
        observed=observed[:, None],
        count=count[:, None],
        total=total[:, None],
        expected=np.maximum(count, 1.0)[:, None],
        limit=np.full(shape, np.nan),
        trail=lambda row, column, minutes: (np.ones(minutes), np.ones(minutes)),
        tests=3,
    )


def waves(minutes: int) -> FloatArray:
    """Events a minute over days with a quiet night."""
    hours = np.arange(minutes) / 60.0
    return np.asarray(40.0 - 25.0 * np.cos(hours * np.pi / 12))


def chance(seed: int, day: int) -> np.random.Generator:
    """A day's own, so that a fourth day needs no drawing of the first three."""
    return np.random.default_rng([seed, day])


def minutes_of(day: int) -> Iterator[tuple[int, float]]:
    """Each minute of a day, counted from the first one, and the events that are usual then."""
    return zip(range(day * DAY, (day + 1) * DAY), waves(DAY).tolist(), strict=True)


def rates(share: float, at: range, times: float, days: Sequence[int]) -> Iterator[Verdict]:
    for day in days:
        drawn = chance(5, day)
        for minute, usual in minutes_of(day):
            total = drawn.poisson([usual, usual / 2]).astype(np.float64)
            risen = share * (times if minute in at else 1.0)
            count = drawn.binomial(total.astype(np.int64), risen).astype(np.float64)
            yield verdict_of("denied_rate", count, total, count / np.maximum(total, 1))


def volumes(metric: str, at: range, times: float, days: Sequence[int]) -> Iterator[Verdict]:
    for day in days:
        drawn = chance(6, day)
        for minute, usual in minutes_of(day):
            now = usual * (times if minute in at else 1.0)
            count = drawn.poisson([now, now / 2]).astype(np.float64)
            yield verdict_of(metric, count, np.maximum(count, 1.0), count)


def latencies(metric: str, at: range, times: float, days: Sequence[int]) -> Iterator[Verdict]:
    for day in days:
        drawn = chance(7, day)
        for minute, usual in minutes_of(day):
            total = np.full(2, np.rint(usual))
            usual_ms = 800.0 * (1.0 + 0.2 * np.sin(minute / DAY * 2 * np.pi))
            slower = usual_ms * (times if minute in at else 1.0)
            observed = slower * np.exp(drawn.normal(0, 1.0 / np.sqrt(usual), 2))
            yield verdict_of(metric, np.zeros(2), total, observed)


NONE = range(0)
NOON = range(3 * DAY + 700, 3 * DAY + 740)
PAST, LAST = range(3), (3,)
INCIDENTS = [
    ("denied_rate", rates, (0.05, NOON, 3.0)),
    ("volume_drop", volumes, ("volume_drop", NOON, 0.4)),
    ("volume_surge", volumes, ("volume_surge", NOON, 2.0)),
    ("latency_p95", latencies, ("latency_p95", NOON, 1.8)),
    ("amount", latencies, ("amount", NOON, 0.5)),
]


def fed(forecasts: Forecasts, verdicts: Iterable[Verdict], first: int) -> Iterator[Verdict]:
    """Each verdict after the forecasts had their say; minutes are learnt fifteen later."""
    for minute, verdict in enumerate(verdicts, start=START + first):
        forecasts.apply(minute, verdict, LIMITS)
        forecasts.learn(minute - 15, KEEP & ~verdict.breached[:, 0])
        yield verdict


@cache
def _three_days(metric: str, made: Made, how: tuple[object, ...]) -> Forecasts:
    forecasts = Forecasts(spec_of(metric, "ets"))
    assert not any(each.breached.any() for each in fed(forecasts, made(*how, days=PAST), 0))
    assert forecasts.charts[metric].cells == [], "no method had its say yet"
    return forecasts


def after_three_days(spec: MonitorSpec, made: Made, how: tuple[object, ...]) -> Forecasts:
    """Forecasts of the one metric of a spec that know three days, learnt once for all methods."""
    [metric] = spec.metrics
    forecasts = deepcopy(_three_days(metric, made, how))
    forecasts.spec = spec
    return forecasts


def watched(
    spec: MonitorSpec, made: Made, how: tuple[object, ...]
) -> Iterator[tuple[int, Verdict]]:
    """The minutes of the fourth day and what is said of them."""
    forecasts = after_three_days(spec, made, how)
    return enumerate(fed(forecasts, made(*how, days=LAST), 3 * DAY), start=3 * DAY)


@pytest.mark.parametrize("method", ["arima", "ets"])
@pytest.mark.parametrize(("metric", "made", "how"), INCIDENTS)
def test_an_incident_is_found_soon_and_nothing_else_is(metric, made, how, method) -> None:  # type: ignore[no-untyped-def]
    seen = [m for m, each in watched(spec_of(metric, method), made, how) if each.breached[0, 0]]
    assert NOON.start <= seen[0] <= NOON.start + 5
    assert NOON.start <= seen[-1] <= NOON.stop + 1
    assert len(seen) > 25


@pytest.mark.parametrize("method", ["arima", "ets"])
@pytest.mark.parametrize(("metric", "made", "how"), INCIDENTS)
def test_a_quiet_day_is_silent(metric, made, how, method) -> None:  # type: ignore[no-untyped-def]
    calm = tuple(NONE if each is NOON else each for each in how)
    said = watched(spec_of(metric, method), made, calm)
    assert [m for m, each in said if each.breached.any()] == []


RISE = (0.05, NOON, 3.0)


def test_what_is_told_of_a_window_is_what_was_foreseen() -> None:
    told = dict(watched(spec_of("denied_rate", "ets"), rates, RISE))
    found = told[NOON.start + 20]
    assert found.baseline[0, 0] == pytest.approx(0.05, abs=0.01)
    assert found.value[0, 0] == pytest.approx(0.15, abs=0.05)
    assert found.window[0, 0] in {1, 5, 15}
    assert found.p_value[0, 0] < 1e-4
    assert found.n[0, 0] > found.total[0, 0]
    _, expected = found.trail(0, 0, 4)
    assert expected[0] == pytest.approx(found.expected[0, 0] / max(found.count[0, 0], 1.0))


def test_before_three_days_the_usual_limits_hold() -> None:
    early = range(2 * DAY + 1000, 2 * DAY + 1040)
    made = rates(0.05, early, 5.0, days=PAST)
    forecasts = Forecasts(spec_of("denied_rate", "ets"))
    assert not any(each.breached.any() for each in fed(forecasts, made, 0))


def test_only_the_busiest_cells_have_forecasts() -> None:
    spec = spec_of("denied_rate", "ets").model_copy(update={"forecast": ForecastSpec(series_max=1)})
    forecasts = after_three_days(spec, rates, RISE)
    assert len(list(fed(forecasts, islice(rates(*RISE, days=LAST), 90), 3 * DAY))) == 90
    assert forecasts.charts["denied_rate"].cells == [0]
    assert forecasts.charts["denied_rate"].hours.sums.shape[1] == 1


def test_without_the_extra_a_monitor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieout.monitor.outlook.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"tieout\[forecast\]"):
        Monitor(spec_of("denied_rate", "arima"))
    assert Monitor(spec_of("denied_rate", "sigma")).closed < 0


def test_forecasts_that_were_restored_go_on_as_they_would_have() -> None:
    monitor = Monitor(spec_of("denied_rate", "ets"))
    whole = monitor.forecasts = after_three_days(monitor.spec, rates, RISE)
    made = list(rates(*RISE, days=LAST))
    for minute, verdict in enumerate(made[:300], start=START + 3 * DAY):
        whole.apply(minute, verdict, LIMITS)
        whole.learn(minute - 15, KEEP)
    again = restored(saved(monitor)).forecasts
    assert again.charts["denied_rate"].cells == [0, 1]
    for minute, verdict in enumerate(made[300:], start=START + 3 * DAY + 300):
        other = replace(verdict, breached=verdict.breached.copy(), p_value=verdict.p_value.copy())
        for forecasts, said in ((whole, verdict), (again, other)):
            forecasts.apply(minute, said, LIMITS)
            forecasts.learn(minute - 15, KEEP)
        assert said.p_value.tobytes() == verdict.p_value.tobytes()
    assert made[720].breached[0, 0]


def test_a_monitor_judges_by_what_was_foreseen(
    rows: Rows, watch: Watch, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Days are judged minute by minute; that it takes three is shown above.
    monkeypatch.setattr("tieout.monitor.forecast._DAYS_MIN", 1)
    rises = DAY + 370
    level, drawn = waves(DAY + 400), chance(8, 0)
    share = np.where(np.arange(len(level)) >= rises, 0.3, 0.05)
    counts = {
        "approved": drawn.poisson(level * (1 - share)).tolist(),
        "denied": drawn.poisson(level * share).tolist(),
    }
    soon = MonitorSpec(
        metrics=spec_of("denied_rate", "ets").metrics, limits=LimitSpec(season_days=1)
    )
    monitor, _ = watch(rows(counts), soon)
    found = [each for each in monitor.episodes.everything() if each.metric == "denied_rate"]
    [episode] = found
    assert monitor.forecasts.charts["denied_rate"].cells == [0]
    assert 0 <= episode.detected - start - rises <= 3
    assert abs(episode.started - start - rises) <= 2
