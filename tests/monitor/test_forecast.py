"""Limits by AutoARIMA and ETS, on verdicts made by hand and in a monitor."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.monitor.chosen_spec import ForecastSpec
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.forecast import Forecasts
from tieout.monitor.limits import FloatArray
from tieout.monitor.snapshot import restored, saved
from tieout.monitor.spec import MetricSpec, MonitorSpec
from tieout.monitor.verdict import Limits, Verdict

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]
START = 29_000_160  # A midnight.
DAY = 1440
KEEP = np.ones(2, dtype=np.bool_)
LIMITS = Limits(np.full((2, 1), 1e-4), (1, 5, 15), 20, 3.0)


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


def waves(minutes: int, seed: int) -> tuple[FloatArray, np.random.Generator]:
    """Events a minute over days with a quiet night, and chance."""
    hours = np.arange(minutes) / 60.0
    return np.asarray(40.0 - 25.0 * np.cos(hours * np.pi / 12)), np.random.default_rng(seed)


def watched(spec: MonitorSpec, verdicts: list[Verdict]) -> Iterator[tuple[int, Verdict]]:
    """Each verdict after the forecasts had their say; minutes are learnt fifteen later."""
    forecasts = Forecasts(spec)
    for minute, verdict in enumerate(verdicts, start=START):
        forecasts.apply(minute, verdict, LIMITS)
        forecasts.learn(minute - 15, KEEP & ~verdict.breached[:, 0])
        yield minute - START, verdict


def rates(share: float, at: range, times: float, days: int = 4) -> list[Verdict]:
    level, chance = waves(days * DAY, 5)
    found = []
    for minute, usual in enumerate(level):
        total = chance.poisson([usual, usual / 2]).astype(np.float64)
        risen = share * (times if minute in at else 1.0)
        count = chance.binomial(total.astype(np.int64), risen).astype(np.float64)
        found.append(verdict_of("denied_rate", count, total, count / np.maximum(total, 1)))
    return found


def volumes(metric: str, at: range, times: float, days: int = 4) -> list[Verdict]:
    level, chance = waves(days * DAY, 6)
    found = []
    for minute, usual in enumerate(level):
        now = usual * (times if minute in at else 1.0)
        count = chance.poisson([now, now / 2]).astype(np.float64)
        found.append(verdict_of(metric, count, np.maximum(count, 1.0), count))
    return found


def latencies(metric: str, at: range, times: float, days: int = 4) -> list[Verdict]:
    level, chance = waves(days * DAY, 7)
    found = []
    for minute, usual in enumerate(level):
        total = np.full(2, np.rint(usual))
        usual_ms = 800.0 * (1.0 + 0.2 * np.sin(minute / DAY * 2 * np.pi))
        slower = usual_ms * (times if minute in at else 1.0)
        observed = slower * np.exp(chance.normal(0, 1.0 / np.sqrt(usual), 2))
        found.append(verdict_of(metric, np.zeros(2), total, observed))
    return found


NONE = range(0)
NOON = range(3 * DAY + 700, 3 * DAY + 740)
INCIDENTS = [
    ("denied_rate", rates, (0.05, NOON, 3.0)),
    ("volume_drop", volumes, ("volume_drop", NOON, 0.4)),
    ("volume_surge", volumes, ("volume_surge", NOON, 2.0)),
    ("latency_p95", latencies, ("latency_p95", NOON, 1.8)),
    ("amount", latencies, ("amount", NOON, 0.5)),
]


@pytest.mark.parametrize("method", ["arima", "ets"])
@pytest.mark.parametrize(("metric", "made", "how"), INCIDENTS)
def test_an_incident_is_found_soon_and_nothing_else_is(metric, made, how, method) -> None:  # type: ignore[no-untyped-def]
    seen = [m for m, each in watched(spec_of(metric, method), made(*how)) if each.breached[0, 0]]
    assert NOON.start <= seen[0] <= NOON.start + 5
    assert NOON.start <= seen[-1] <= NOON.stop + 1
    assert len(seen) > 25


@pytest.mark.parametrize("method", ["arima", "ets"])
@pytest.mark.parametrize(("metric", "made", "how"), INCIDENTS)
def test_a_quiet_day_is_silent(metric, made, how, method) -> None:  # type: ignore[no-untyped-def]
    calm = made(*(NONE if each is NOON else each for each in how))
    assert [m for m, each in watched(spec_of(metric, method), calm) if each.breached.any()] == []


def test_what_is_told_of_a_window_is_what_was_foreseen() -> None:
    told = dict(watched(spec_of("denied_rate", "ets"), rates(0.05, NOON, 3.0)))
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
    made = rates(0.05, early, 5.0, days=3)
    assert not any(each.breached.any() for _, each in watched(spec_of("denied_rate", "ets"), made))


def test_only_the_busiest_cells_have_forecasts() -> None:
    spec = spec_of("denied_rate", "ets").model_copy(update={"forecast": ForecastSpec(series_max=1)})
    forecasts = Forecasts(spec)
    for minute, verdict in enumerate(rates(0.05, NONE, 1.0, days=4)[: 3 * DAY + 90]):
        forecasts.apply(START + minute, verdict, LIMITS)
        forecasts.learn(START + minute - 15, KEEP)
    assert forecasts.charts["denied_rate"].cells == [0]
    assert forecasts.charts["denied_rate"].hours.sums.shape[1] == 1


def test_without_the_extra_a_monitor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieout.monitor.outlook.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"tieout\[forecast\]"):
        Monitor(spec_of("denied_rate", "arima"))
    assert Monitor(spec_of("denied_rate", "sigma")).closed < 0


def test_forecasts_that_were_restored_go_on_as_they_would_have() -> None:
    made = rates(0.05, NOON, 3.0)
    cut = 3 * DAY + 300
    monitor = Monitor(spec_of("denied_rate", "ets"))
    whole = monitor.forecasts
    for minute, verdict in enumerate(made[:cut], start=START):
        whole.apply(minute, verdict, LIMITS)
        whole.learn(minute - 15, KEEP)
    again = restored(saved(monitor)).forecasts
    assert again.charts["denied_rate"].cells == [0, 1]
    for minute, verdict in enumerate(made[cut:], start=START + cut):
        other = replace(verdict, breached=verdict.breached.copy(), p_value=verdict.p_value.copy())
        for forecasts, said in ((whole, verdict), (again, other)):
            forecasts.apply(minute, said, LIMITS)
            forecasts.learn(minute - 15, KEEP)
        assert said.p_value.tobytes() == verdict.p_value.tobytes()
    assert made[NOON.start + 20].breached[0, 0]


def test_a_monitor_judges_by_what_was_foreseen(rows: Rows, watch: Watch, start: int) -> None:
    level, chance = waves(3 * DAY + 400, 8)
    share = np.where(np.arange(len(level)) >= 3 * DAY + 370, 0.3, 0.05)
    counts = {
        "approved": chance.poisson(level * (1 - share)).tolist(),
        "denied": chance.poisson(level * share).tolist(),
    }
    monitor, _ = watch(rows(counts), spec_of("denied_rate", "ets"))
    found = [each for each in monitor.episodes.everything() if each.metric == "denied_rate"]
    [episode] = found
    assert monitor.forecasts.charts["denied_rate"].cells == [0]
    assert 0 <= episode.detected - start - 3 * DAY - 370 <= 3
    assert abs(episode.started - start - 3 * DAY - 370) <= 2
