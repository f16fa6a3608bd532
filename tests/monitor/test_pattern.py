"""An Isolation Forest over all metrics of a minute, on verdicts made by hand and in a monitor."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest

from tieout.monitor.chosen_spec import ForestSpec
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.limits import FloatArray
from tieout.monitor.pattern import Patterns
from tieout.monitor.ring import Ring
from tieout.monitor.snapshot import restored, saved
from tieout.monitor.spec import MetricSpec, MonitorSpec
from tieout.monitor.verdict import Limits, Verdict

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]
START = 29_000_160
MINUTES = 2400
FOREST = ForestSpec(warmup_minutes=1440, refit_minutes=600, trees=50)
SPEC = MonitorSpec(forest=FOREST)
CELLS = np.arange(2)
KEEP = np.ones(2, dtype=np.bool_)
LIMITS = Limits(np.full((2, 1), 1e-4), (1, 5, 15), 20, 3.0, (30, 60))
METRICS = ("denied_rate", "failed_rate", "reversed_rate", "volume_drop", "latency_p95", "amount")
INCIDENT = range(2000, 2040)


def verdict_of(counts: FloatArray, expected: FloatArray, observed: FloatArray) -> Verdict:
    """What was said of two cells and all metrics; nothing is out of limits."""
    still = np.zeros(counts.shape)
    return Verdict(
        metrics=METRICS,
        cells=CELLS,
        known=np.ones(counts.shape, dtype=np.bool_),
        breached=np.zeros(counts.shape, dtype=np.bool_),
        p_value=still + 1.0,
        value=still,
        baseline=still + 50.0,
        n=still + 100.0,
        window=np.zeros(counts.shape, dtype=np.int64),
        observed=observed,
        count=counts,
        total=still + 100.0,
        expected=expected,
        limit=still,
        trail=lambda row, column, minutes: (np.ones(minutes), np.ones(minutes)),
        tests=3,
    )


def stream(times: dict[str, float], minutes: int = MINUTES, seed: int = 4) -> Iterator[Verdict]:
    """Poisson counts of each metric; some are so many times the usual during the incident."""
    chance = np.random.default_rng(seed)
    usual = np.array([5.0, 2.0, 3.0, 100.0, 5.0, 100.0])
    for minute in range(minutes):
        factors = np.ones(len(METRICS))
        for name, factor in times.items():
            factors[METRICS.index(name)] = factor if minute in INCIDENT else 1.0
        expected = np.tile(usual, (2, 1))
        counts = chance.poisson(expected * factors).astype(np.float64)
        counts[:, -1] = 100.0
        observed = counts.copy()
        observed[:, -1] = 50.0 * factors[-1] * np.exp(chance.normal(0, 0.1, 2))
        yield verdict_of(counts, expected, observed)


def ring_of() -> Ring:
    """A hundred events in every minute of both cells."""
    ring = Ring(64)
    ring.events = np.full((64, 2, 2), 50, dtype=np.uint32)
    return ring


def found(
    verdicts: Iterator[Verdict], patterns: Patterns | None = None, first: int = 0
) -> list[tuple[int, Verdict]]:
    """What the forest said of each minute; minutes are learnt fifteen later."""
    watching, ring = patterns or Patterns(SPEC), ring_of()
    said = []
    for minute, verdict in enumerate(verdicts, start=START + first):
        pattern = watching.judge(minute, [verdict], CELLS, ring, LIMITS)
        watching.learn(minute - 15, KEEP, CELLS)
        if pattern is not None:
            said.append((minute - START, pattern))
    return said


@pytest.mark.parametrize(
    "times",
    [
        {"denied_rate": 3.0},
        {"volume_drop": 0.3},
        {"latency_p95": 4.0},
        {"amount": 3.0},
        {"denied_rate": 1.8, "failed_rate": 2.0, "reversed_rate": 1.8},
    ],
)
def test_an_incident_is_found_and_nothing_else_is(times: dict[str, float]) -> None:
    seen = [minute for minute, each in found(stream(times)) if each.breached[0, 0]]
    assert INCIDENT.start + 3 <= seen[0] <= INCIDENT.start + 25
    assert seen[-1] <= INCIDENT.stop + 20
    assert len(seen) >= 12


def test_a_quiet_day_is_silent() -> None:
    said = found(stream({}, minutes=1440 + 1500, seed=9))
    assert len(said) >= 1440
    assert not any(each.breached.any() for _, each in said)


def test_it_waits_for_its_minutes_and_is_grown_anew_after_so_many() -> None:
    patterns = Patterns(SPEC)
    said = found(stream({}), patterns)
    assert said[0][0] == pytest.approx(1440 + 15, abs=1)
    assert patterns.due == START + said[0][0] + 2 * FOREST.refit_minutes
    assert set(patterns.grown_on) == set(METRICS)


def test_the_same_stream_is_judged_the_same_and_another_seed_otherwise() -> None:
    whole = [found(stream({}, 1600)), found(stream({}, 1600))]
    first, second = (np.concatenate([each.value for _, each in said]) for said in whole)
    assert first.tobytes() == second.tobytes()
    other = Patterns(MonitorSpec(forest=FOREST.model_copy(update={"seed": 1})))
    third = np.concatenate([each.value for _, each in found(stream({}, 1600), other)])
    assert third.tobytes() != first.tobytes()


def test_what_is_unknown_is_as_usual() -> None:
    verdicts = list(stream({}, 1700))
    for verdict in verdicts[1600:]:
        verdict.expected[:, 1] = np.nan
        verdict.known[:, 2] = False
        verdict.observed[:, -1] = np.nan
    said = found(iter(verdicts))
    assert all(np.isfinite(each.value).all() for _, each in said)
    assert not any(each.breached.any() for _, each in said)


def test_too_few_events_are_not_judged() -> None:
    patterns, ring = Patterns(SPEC), ring_of()
    found(stream({}, 1500), patterns)
    ring.events[:] = 1
    known = []
    for minute, verdict in enumerate(stream({}, 10, seed=5), start=START + 1500):
        said = patterns.judge(minute, [verdict], CELLS, ring, LIMITS)
        assert said is not None
        known.append(bool(said.known.any()))
    # While the last five minutes still have events from before, then not.
    assert known == [True] * 4 + [False] * 6


def test_without_a_forest_in_the_spec_nothing_is_kept() -> None:
    patterns = Patterns(MonitorSpec())
    assert found(stream({}, 30), patterns) == []
    assert patterns.history.size == 0


def test_a_forest_that_was_restored_goes_on_as_it_would_have() -> None:
    verdicts = list(stream({"denied_rate": 3.0}))
    monitor = Monitor(SPEC)
    found(iter(verdicts[:1800]), monitor.patterns)
    again = restored(saved(monitor)).patterns
    whole = found(iter(verdicts[1800:]), monitor.patterns, 1800)
    other = found(iter(verdicts[1800:]), again, 1800)
    assert [each.p_value.tobytes() for _, each in whole] == [
        each.p_value.tobytes() for _, each in other
    ]
    assert any(each.breached.any() for _, each in other)


def test_a_monitor_has_an_episode_of_the_pattern(rows: Rows, watch: Watch, start: int) -> None:
    chance = np.random.default_rng(11)
    share = np.where(np.arange(1000) >= 940, 0.4, 0.05)
    counts = {
        "approved": chance.poisson(100 * (1 - share)).tolist(),
        "denied": chance.poisson(100 * share).tolist(),
    }
    alone = {"*": MetricSpec(enabled=False), "pattern": MetricSpec()}
    forest = ForestSpec(warmup_minutes=600, trees=50)
    monitor, _ = watch(rows(counts), MonitorSpec(metrics=alone, forest=forest))
    [episode] = monitor.episodes.everything()
    assert (episode.metric, episode.dimensions) == ("pattern", "")
    assert 940 <= episode.started - start <= 945
    assert episode.detected - start <= 955
