"""Selectable limits: mean + k sigma, EWMA, and so many minutes in a row."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tieout.monitor.cells import ALL
from tieout.monitor.limits import FloatArray, normal_p
from tieout.monitor.multiple import NO_TEST
from tieout.monitor.ring import grown
from tieout.monitor.spec import MetricSpec, MonitorSpec
from tieout.monitor.tally import Ints
from tieout.monitor.verdict import Mask, Verdict

CHARTS: Final = ("sigma", "ewma")
DOWN: Final = ("volume_drop",)
BOTH: Final = ("amount",)
_WEIGHT_MIN = 15.0


@dataclass
class _Chart:
    """One metric: decayed weight, sum and sum of squares by cell, and what waits to be learnt."""

    span: int
    moments: FloatArray = field(default_factory=lambda: np.zeros((3, 1)))
    smoothed: FloatArray = field(default_factory=lambda: np.full(1, np.nan))
    run: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    recent: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Nothing waits."""
        self.recent = np.full((self.span + 1, 1), np.nan)

    def fit(self, size: int) -> None:
        self.moments = grown(self.moments, 1, size)
        self.smoothed = grown(self.smoothed, 0, size, np.nan)
        self.run = grown(self.run, 0, size)
        self.recent = grown(self.recent, 1, size, np.nan)


@dataclass
class Shewhart:
    """Judges metrics whose spec asks for `sigma` (Shewhart 1931) or `ewma` (Roberts 1959).

    A value is out of limits at mean + k sigma of past minutes in limits; its EWMA at k times
    sigma * sqrt(smoothing / (2 - smoothing)). Both take a value of a minute as it is, whatever the
    number of events behind it. `consecutive` holds for any method.
    """

    spec: MonitorSpec
    charts: dict[str, _Chart] = field(default_factory=dict)

    def apply(self, minute: int, verdict: Verdict) -> None:
        """Replace what was said of the metrics that ask for it."""
        for column, name in enumerate(verdict.metrics):
            wanted = self.spec.metric(name)
            charted = wanted.method in CHARTS
            if name in NO_TEST or not (charted or wanted.consecutive > 1):
                continue
            chart = self._chart(name)
            chart.fit(int(verdict.cells.max()) + 1)
            if charted:
                self._judge(minute, name, wanted, (verdict, column, chart))
            cells = verdict.cells
            run = np.where(verdict.breached[:, column], chart.run[cells] + 1, 0)
            chart.run[cells] = run
            verdict.breached[:, column] &= run >= wanted.consecutive

    def learn(self, minute: int, keep: Mask) -> None:
        """Take a past minute into the means, of the cells in `keep`."""
        for chart in self.charts.values():
            size = min(len(keep), chart.recent.shape[1])
            value = chart.recent[minute % len(chart.recent), :size]
            kept = keep[:size] & np.isfinite(value)
            stay = np.where(kept, 1.0 - 1.0 / self.spec.limits.memory_minutes, 1.0)
            sound = np.where(kept, value, 0.0)
            chart.moments[:, :size] *= stay
            chart.moments[:, :size] += np.stack([kept.astype(np.float64), sound, sound**2])

    def _chart(self, name: str) -> _Chart:
        return self.charts.setdefault(name, _Chart(max(self.spec.windows.minutes)))

    def _judge(
        self, minute: int, name: str, wanted: MetricSpec, found: tuple[Verdict, int, _Chart]
    ) -> None:
        verdict, column, chart = found
        cells = verdict.cells
        value = verdict.observed[:, column]
        chart.recent[minute % len(chart.recent)] = np.nan
        chart.recent[minute % len(chart.recent), cells] = value
        weight, total, squares = chart.moments[:, cells]
        with np.errstate(all="ignore"):
            mean = total / weight
            sigma = np.sqrt(np.maximum(squares / weight - mean**2, 0.0))
            judged, before = value, mean
            if wanted.method == "ewma":
                before = np.where(np.isfinite(chart.smoothed[cells]), chart.smoothed[cells], mean)
                judged = wanted.smoothing * value + (1.0 - wanted.smoothing) * before
                chart.smoothed[cells] = np.where(np.isfinite(judged), judged, before)
                sigma = sigma * np.sqrt(wanted.smoothing / (2.0 - wanted.smoothing))
            z = (judged - mean) / sigma
        z = -z if name in DOWN else np.abs(z) if name in BOTH else z
        known = (weight >= _WEIGHT_MIN) & np.isfinite(z)
        z = np.where(known, z, 0.0)
        verdict.breached[:, column] = known & (z > wanted.k)
        verdict.p_value[:, column] = normal_p(z)
        verdict.value[:, column] = judged
        verdict.baseline[:, column] = mean
        verdict.n[:, column] = verdict.total[:, column]
        verdict.window[:, column] = 1
        edge = _edge(name, wanted, (mean, sigma, before))
        whole = known & (cells == ALL) & np.isfinite(edge)
        counts = verdict.total[:, column] if name.endswith("_rate") else np.ones(len(cells))
        verdict.limit[:, column] = np.where(whole, edge * counts, np.nan)


def _edge(
    name: str, wanted: MetricSpec, past: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """The value of a minute beyond which it is out of limits; NaN where there are two, or none.

    past: mean and sigma of what is judged, and the EWMA before this minute.
    """
    mean, sigma, before = past
    if name in BOTH or name.startswith("latency_"):
        return np.full(len(mean), np.nan)
    away = wanted.k * sigma
    with np.errstate(all="ignore"):
        edge = mean - away if name in DOWN else mean + away
        if wanted.method == "ewma":
            edge = (edge - (1.0 - wanted.smoothing) * before) / wanted.smoothing
    return np.maximum(edge, 0.0)
