"""Volumes that rise in the morning and fall in the evening, before any hour of the day is known."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tieout.monitor.engine import Minute, Monitor

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def morning(per_minute: float, growth: float, minutes: int = 300) -> Floats:
    """Two level hours, and then growth by that share of itself a minute, at most eightfold."""
    since = np.maximum(np.arange(minutes) - 120.0, 0.0)
    found: Floats = per_minute * np.clip(np.exp(growth * since), 1 / 8, 8)
    return found


def counted(mean: Floats, seed: int) -> list[int]:
    """Counts that are as bursty as real ones."""
    random = np.random.default_rng(seed)
    return [int(each) for each in random.poisson(mean * random.gamma(50, 1 / 50, len(mean)))]


def of_volume(monitor: Monitor, start: int) -> list[tuple[str, int, int]]:
    """Episodes of the volume: which, and the minutes of beginning and detection."""
    return [
        (each.metric, each.started - start, each.detected - start)
        for each in monitor.episodes.everything()
        if each.metric.startswith("volume")
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("first", "left"), [(200, 0.3), (240, 0.35)])
def test_a_drop_on_a_steep_morning_is_found(
    first: int, left: float, seed: int, rows: Rows, watch: Watch, start: int
) -> None:
    mean = morning(15.0, 0.015)
    mean[first : first + 30] *= left
    monitor, _ = watch(rows({"approved": counted(mean, seed)}))
    metric, started, detected = of_volume(monitor, start)[0]
    assert metric == "volume_drop"
    assert abs(started - first) <= 2
    assert detected <= first + 6


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("per_minute", "growth"), [(15.0, 0.015), (120.0, -0.018)])
def test_a_morning_or_an_evening_is_no_episode(
    per_minute: float, growth: float, seed: int, rows: Rows, watch: Watch, start: int
) -> None:
    monitor, _ = watch(rows({"approved": counted(morning(per_minute, growth), seed)}))
    assert of_volume(monitor, start) == []


def test_an_outage_does_not_widen_the_limits_of_the_next(rows: Rows, watch: Watch) -> None:
    mean = np.full(300, 40.0)
    before, _ = watch(rows({"approved": counted(mean, 4)}))
    mean[150:190] *= 0.3
    after, _ = watch(rows({"approved": counted(mean, 4)}))
    usual, now = (each.volumes.wander.of((1, 1))[:, 0, 0] for each in (before, after))
    assert now == pytest.approx(usual, abs=0.01)


def test_a_jump_of_denials_does_not_hide_the_next(rows: Rows, watch: Watch, start: int) -> None:
    denied = np.full(360, 1.2)
    denied[180:205] *= 4
    denied[270:300] *= 3
    counts = {"approved": [25] * 360, "denied": counted(denied, 7)}
    monitor, _ = watch(rows(counts))
    found = [each.detected - start for each in monitor.episodes.everything()]
    assert [180 <= minute <= 190 for minute in found] == [True, False]
    assert 270 <= found[1] <= 285
