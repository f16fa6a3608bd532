"""When the books will be closed, with how sure that is, from how long tasks took before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work

# An estimate counts as much as two periods, and is off by a third until periods say otherwise.
_PRIOR_PERIODS: Final = 2.0
_PRIOR_SPREAD: Final = 0.35
_SHORTEST_DAYS: Final = 1e-3
DRAWS_DEFAULT: Final = 2_000
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long a task takes: mean and standard deviation of the logarithm of its workdays."""

    log_mean: float
    log_deviation: float


@dataclass(frozen=True)
class Outlook:
    """Quantiles of the end in workdays, and how often each task was on the critical path."""

    early: float
    middle: float
    late: float
    criticality: tuple[float, ...]


def learn(estimate_days: float, past_days: Sequence[float]) -> Spread:
    """A lognormal law from past periods, drawn towards the estimate while they are few.

    >>> round(math.exp(learn(1.0, [2.0] * 18).log_mean), 2)
    1.87
    """
    prior = math.log(max(estimate_days, _SHORTEST_DAYS))
    logs = [math.log(max(days, _SHORTEST_DAYS)) for days in past_days]
    weight = _PRIOR_PERIODS + len(logs)
    mean = (_PRIOR_PERIODS * prior + sum(logs)) / weight
    squares = sum((each - mean) ** 2 for each in logs)
    variance = (_PRIOR_PERIODS * _PRIOR_SPREAD**2 + squares) / weight
    return Spread(mean, math.sqrt(variance))


def simulate(
    graph: TaskGraph,
    work: Sequence[Work],
    spreads: Sequence[Spread],
    *,
    seed: int,
    draws: int = DRAWS_DEFAULT,
    now: float = -math.inf,
) -> Outlook:
    """Draw the durations of all open tasks and plan each draw (Van Slyke 1963).

    Equal arguments give equal answers. Quantiles are those of 10, 50 and 90 %.
    """
    generator = np.random.default_rng(seed)
    start: list[FloatArray] = [np.empty(0)] * len(work)
    finish: list[FloatArray] = [np.empty(0)] * len(work)
    for place in graph.order:
        task, spread = work[place], spreads[place]
        drawn = np.exp(generator.normal(spread.log_mean, spread.log_deviation, draws))
        if task.finished is not None:
            begin = task.finished - task.days if task.started is None else task.started
            start[place], finish[place] = np.full(draws, begin), np.full(draws, task.finished)
            continue
        if task.started is not None:
            start[place] = np.full(draws, task.started)
            finish[place] = np.maximum(task.started + drawn, now)
            continue
        released = max(now, 0.0) if task.released == -math.inf else max(task.released, now)
        begins = np.full(draws, released)
        for earlier in graph.before[place]:
            np.maximum(begins, finish[earlier], out=begins)
        start[place], finish[place] = begins, begins + drawn
    end = np.max(finish, axis=0) if finish else np.zeros(draws)
    early, middle, late = (float(each) for each in np.quantile(end, (0.1, 0.5, 0.9)))
    return Outlook(early, middle, late, _criticality(graph, work, start, finish, end))


def _criticality(
    graph: TaskGraph,
    work: Sequence[Work],
    start: Sequence[FloatArray],
    finish: Sequence[FloatArray],
    end: FloatArray,
) -> tuple[float, ...]:
    shares = [0.0] * len(work)
    latest_start: list[FloatArray] = [np.empty(0)] * len(work)
    for place in reversed(graph.order):
        latest = end.copy()
        for later in graph.after[place]:
            if work[later].started is None and work[later].finished is None:
                np.minimum(latest, latest_start[later], out=latest)
        latest_start[place] = latest - (finish[place] - start[place])
        if work[place].finished is None:
            shares[place] = float(np.mean(latest - finish[place] < 1e-9))
    return tuple(shares)
