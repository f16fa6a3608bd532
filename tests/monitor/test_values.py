"""Latencies and amounts: quantiles against what is usual or an SLA, typical amounts."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.spec import LimitSpec, MonitorSpec

Watch = Callable[..., tuple[Monitor, list[Minute]]]
PER_MINUTE = 60


def events(start: int, minutes: int, name: str, values: np.ndarray) -> pl.DataFrame:
    """Sixty approved payments a minute, each with a value."""
    return pl.DataFrame(
        {
            "minute": np.repeat(np.arange(start, start + minutes), PER_MINUTE),
            "status": ["approved"] * minutes * PER_MINUTE,
            "count": np.ones(minutes * PER_MINUTE, dtype=np.int64),
            name: values,
        }
    )


def lognormal(minutes: int, median: float) -> np.ndarray:
    """Values of so many minutes."""
    generator = np.random.default_rng(11)
    return np.asarray(median * np.exp(generator.normal(0, 0.4, minutes * PER_MINUTE)))


def slowed(values: np.ndarray, first: int, minutes: int, times: float) -> np.ndarray:
    """The values, larger in some minutes."""
    changed = values.copy()
    changed[first * PER_MINUTE : (first + minutes) * PER_MINUTE] *= times
    return changed


def test_a_service_that_slows_down_is_found(watch: Watch, start: int) -> None:
    frame = events(start, 300, "latency_ms", slowed(lognormal(300, 400), 200, 30, 2.5))
    monitor, _ = watch(frame)
    by_metric = {each.metric: each for each in monitor.episodes.everything()}
    assert {"latency_p50", "latency_p95"} <= set(by_metric)
    p50 = by_metric["latency_p50"]
    assert p50.detected <= start + 202
    assert p50.value == pytest.approx(1000, rel=0.15)
    assert p50.baseline == pytest.approx(400, rel=0.15)


def test_a_steady_service_is_left_alone(watch: Watch, start: int) -> None:
    monitor, _ = watch(events(start, 1440, "latency_ms", lognormal(1440, 400)))
    assert monitor.episodes.everything() == []


def test_an_sla_is_a_limit_whatever_is_usual(watch: Watch, start: int) -> None:
    spec = MonitorSpec(sla_ms={"p95": 500.0})
    monitor, _ = watch(events(start, 120, "latency_ms", lognormal(120, 400)), spec)
    found = [each for each in monitor.episodes.everything() if each.metric == "latency_p95"]
    assert len(found) == 1
    assert found[0].baseline == 500.0
    assert found[0].value > 500.0


def test_within_the_sla_nothing_is_said(watch: Watch, start: int) -> None:
    spec = MonitorSpec(sla_ms={"p50": 2000.0, "p95": 2000.0, "p99": 3000.0})
    frame = events(start, 300, "latency_ms", slowed(lognormal(300, 400), 200, 30, 1.4))
    monitor, _ = watch(frame, spec)
    assert monitor.episodes.everything() == []


@pytest.mark.parametrize(("times", "value"), [(3.0, 60.0), (0.3, 6.0)])
def test_amounts_that_rise_or_fall_are_found(
    watch: Watch, start: int, times: float, value: float
) -> None:
    frame = events(start, 300, "amount", slowed(lognormal(300, 20), 200, 30, times))
    monitor, _ = watch(frame)
    [episode] = monitor.episodes.everything()
    assert episode.metric == "amount"
    assert episode.started == start + 200
    assert episode.value == pytest.approx(value, rel=0.15)
    assert episode.baseline == pytest.approx(20, rel=0.1)


def test_values_that_are_missing_are_no_values(watch: Watch, start: int) -> None:
    values = lognormal(120, 20)
    values[::2] = np.nan
    monitor, _ = watch(events(start, 120, "amount", values))
    assert monitor.ring.amount[(start + 100) % monitor.ring.minutes, 0, 0] == PER_MINUTE // 2


def test_few_events_say_nothing(watch: Watch, start: int) -> None:
    spec = MonitorSpec(limits=LimitSpec(sample_min=10_000))
    frame = events(start, 300, "amount", slowed(lognormal(300, 20), 200, 30, 5.0))
    monitor, _ = watch(frame, spec)
    assert monitor.episodes.everything() == []
