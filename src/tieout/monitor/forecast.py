"""Selectable limits: what AutoARIMA or ETS foresaw for the hour, and what departs from it."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tieout.monitor import amounts, latency, rates, volume
from tieout.monitor.dispersion import Dispersion
from tieout.monitor.hours import HOUR_MINUTES, Hours
from tieout.monitor.limits import FloatArray, high_p, low_p, normal_p
from tieout.monitor.multiple import NO_TEST
from tieout.monitor.outlook import DAY_HOURS, Model, outlook, require_statsforecast
from tieout.monitor.ring import grown
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import Ints
from tieout.monitor.verdict import Best, Limits, Mask, Trail, Verdict

MODELS: Final = ("arima", "ets")
_DAYS_MIN: Final = 3
_MEAN_MIN: Final = 1e-9
_UNIT_MINUTES: Final = 720.0
_UNIT_WEIGHT_MIN: Final = 60.0
_SQUARE_MAX: Final = 6.0


@dataclass
class _Chart:
    """One metric: hours of the past, the hours foreseen, and the minutes just judged.

    cells: those that are forecast, in the order of the columns of `hours`; empty before the first
    fit. mean, sigma: of each hour from `since` on, (hours, cells), of the root of a rate or volume
    or the log of a value. recent: sum, weight, expected of the last minutes, (span, 3, cells).
    unit: decayed weight and sum of what single events scatter by, (2, windows, cells), of values.
    """

    metric: str
    span: int
    hours: Hours
    dispersion: Dispersion
    busy: FloatArray = field(default_factory=lambda: np.zeros(1))
    cells: list[int] = field(default_factory=list)
    mean: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    sigma: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    since: int = 0
    due: int = 0
    recent: FloatArray = field(init=False)
    unit: FloatArray = field(init=False)
    stamps: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was judged."""
        self.recent = np.zeros((self.span + 1, 3, 1))
        self.unit = np.zeros((2, self.dispersion.windows, 0))
        self.stamps = np.full(self.span + 1, -1, dtype=np.int64)

    @property
    def counts(self) -> bool:
        """Whether events are counted, as opposed to values that are measured."""
        return not self.metric.startswith(("latency_", amounts.METRIC))

    def foreseen(self, minute: int) -> tuple[FloatArray, FloatArray]:
        """Mean and relative sigma of each cell at a minute; NaN where nothing was foreseen."""
        place = (minute - HOUR_MINUTES / 2) / HOUR_MINUTES - self.since
        place = max(place, 0.0)
        before = int(place)
        if before + 1 >= len(self.mean):
            unknown = np.full(len(self.cells), np.nan)
            return unknown, unknown
        share = place - before
        mean = (1 - share) * self.mean[before] + share * self.mean[before + 1]
        sigma = np.maximum(self.sigma[before], self.sigma[before + 1])
        if not self.counts:
            return mean, sigma
        root = np.maximum(mean, 0.0)
        level = np.maximum(root**2 + sigma**2, _MEAN_MIN)
        return level, np.sqrt(4 * root**2 * sigma**2 + 2 * sigma**4) / level


@dataclass
class Forecasts:
    """Judges the metrics whose spec asks for `arima` or `ets`, in the busiest cells.

    Hours are forecast, `refit_minutes` ahead, from hours whose minutes were in limits; a minute
    lies on the line between the middles of its hours. A window is out of limits where chance (a
    quasi-Poisson count, a normal mean) and what the forecast may err by do not explain it, at the
    level that all limits share. Before three days of history (or `season_days`), and in other
    cells, the binomial limits hold.
    """

    spec: MonitorSpec
    charts: dict[str, _Chart] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Say at once what lacks."""
        if any(each.method in MODELS for each in self.spec.metrics.values()):
            require_statsforecast()

    def apply(self, minute: int, verdict: Verdict, limits: Limits) -> None:
        """Replace what was said of the metrics that ask for it."""
        for column, name in enumerate(verdict.metrics):
            method = self.spec.metric(name).method
            if method not in MODELS or name in NO_TEST or not self.spec.metric(name).enabled:
                continue
            chart = self._chart(name)
            self._note(minute, verdict, column, chart)
            if minute >= chart.due and chart.hours.whole >= DAY_HOURS * self._days:
                self._refit(minute, chart, "arima" if method == "arima" else "ets")
            if chart.cells:
                self._judge(minute, verdict, column, chart, limits)

    def learn(self, minute: int, keep: Mask) -> None:
        """Take a past minute into the hours, of the cells in `keep`."""
        for chart in self.charts.values():
            row = minute % len(chart.stamps)
            if chart.stamps[row] != minute:
                continue
            size = min(len(keep), chart.recent.shape[2])
            sums, weights = chart.recent[row, :2, :size]
            kept = keep[:size]
            chart.busy = grown(chart.busy, 0, size)
            chart.busy[:size] += np.where(kept, weights, 0.0)
            if chart.cells:
                held = [cell for cell in chart.cells if cell < size]
                sums, weights, kept = sums[held], weights[held], kept[held]
            chart.hours.learn(minute, sums, weights, kept)

    @property
    def _days(self) -> int:
        return max(self.spec.limits.season_days, _DAYS_MIN)

    def _chart(self, name: str) -> _Chart:
        if name not in self.charts:
            windows = self.spec.windows.minutes
            hours = Hours(self.spec.forecast.history_days * DAY_HOURS + 1)
            self.charts[name] = _Chart(name, max(windows), hours, Dispersion(len(windows)))
        return self.charts[name]

    def _note(self, minute: int, verdict: Verdict, column: int, chart: _Chart) -> None:
        """Keep a minute as sum and weight: events of how many, or logs of values and of how many.

        A volume is a count of events of one minute.
        """
        cells = verdict.cells
        chart.recent = grown(chart.recent, 2, int(cells.max()) + 1)
        row = minute % len(chart.stamps)
        chart.stamps[row] = minute
        chart.recent[row] = 0.0
        known = verdict.known[:, column]
        count, total = verdict.count[:, column], verdict.total[:, column]
        if not chart.counts:
            with np.errstate(all="ignore"):
                logs = np.log1p(verdict.observed[:, column])
            known = known & np.isfinite(logs)
            count = np.where(known, logs, 0.0) * total
        elif chart.metric.startswith(volume.VOLUME):
            total = np.ones(len(cells))
        chart.recent[row, 0, cells] = np.where(known, count, 0.0)
        chart.recent[row, 1, cells] = np.where(known, total, 0.0)

    def _refit(self, minute: int, chart: _Chart, model: Model) -> None:
        wanted = self.spec.forecast
        chart.due = minute + wanted.refit_minutes
        if not chart.cells:
            order = np.argsort(-chart.busy, kind="stable")[: wanted.series_max]
            chart.cells = sorted(int(cell) for cell in order if chart.busy[cell] > 0)
            if not chart.cells:
                return
            chart.hours.keep_only(chart.cells)
            chart.unit = np.zeros((2, chart.dispersion.windows, len(chart.cells)))
        chart.since = chart.hours.next_hour
        ahead = chart.due // HOUR_MINUTES + 2 - chart.since
        chart.mean = np.full((ahead, len(chart.cells)), np.nan)
        chart.sigma = np.full((ahead, len(chart.cells)), np.nan)
        for place in range(len(chart.cells)):
            past = chart.hours.means(place)
            found = outlook(np.sqrt(past) if chart.counts else past, ahead, model)
            if found is not None:
                chart.mean[:, place], chart.sigma[:, place] = found

    def _judge(
        self, minute: int, verdict: Verdict, column: int, chart: _Chart, limits: Limits
    ) -> None:
        places = {int(cell): row for row, cell in enumerate(verdict.cells)}
        asked = [place for place, cell in enumerate(chart.cells) if cell in places]
        cells = np.array(chart.cells, dtype=np.int64)
        chart.recent = grown(chart.recent, 2, int(cells.max()) + 1)
        level, error = chart.foreseen(minute)
        now = chart.recent[minute % len(chart.stamps)]
        now[2, cells] = np.nan_to_num(level) * now[1, cells]
        best = Best.none((len(cells), 1), limits.windows)
        alpha = limits.alpha_short[cells]
        for window, length in enumerate(limits.windows):
            rows = np.arange(minute - length + 1, minute + 1)
            rows = rows[chart.stamps[rows % len(chart.stamps)] == rows] % len(chart.stamps)
            sums, weights, expected = chart.recent[rows][:, :, cells].sum(axis=0)
            p, fits = self._p(chart, window, (sums, weights, expected, error), alpha[:, 0])
            out = (p < alpha[:, 0]) & fits
            out &= self._is_large(chart.metric, length, (sums, weights, expected))
            if chart.counts:
                out &= np.abs(sums - expected) >= limits.excess_min
            sized = expected if chart.metric.startswith(volume.VOLUME) else weights
            out &= np.isfinite(level) & (sized >= limits.sample_min)
            best.consider(length, p[:, None], out[:, None], _columns(sums, expected, weights))
        rows = np.array([places[chart.cells[place]] for place in asked], dtype=np.int64)
        told = rows[np.isfinite(level[asked])]
        mine = np.array(asked, dtype=np.int64)[np.isfinite(level[asked])]
        if len(mine):
            self._tell(verdict, column, chart, best, (told, mine, now[:, cells], level))

    def _p(
        self,
        chart: _Chart,
        window: int,
        found: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
        alpha: FloatArray,
    ) -> tuple[FloatArray, Mask]:
        """How unlikely the sums of a window are, and where that can be told."""
        sums, weights, expected, error = found
        if chart.counts:
            learnt = chart.dispersion.of(window, (len(sums), 1))[:, 0]
            phi = np.maximum(learnt, 1.0 + expected * np.nan_to_num(error) ** 2)
            tail = low_p if chart.metric == volume.DROP else high_p
            p = tail(sums, expected, phi)
            shown = np.where(weights > 0, expected, 0.0)
            chart.dispersion.learn(window, sums[:, None], shown[:, None], p[:, None])
            return p, weights > 0
        weight, squares = chart.unit[:, window]
        known = weights > 0
        with np.errstate(all="ignore"):
            square = (sums - expected) ** 2 / weights
            variance = np.maximum(squares / weight, 1e-4) + error**2 * weights
            z = np.where(known, (sums - expected) / np.sqrt(weights * variance), 0.0)
        z = np.abs(z) if chart.metric == amounts.METRIC else z
        p = normal_p(np.nan_to_num(z)) * (2.0 if chart.metric == amounts.METRIC else 1.0)
        enough = weight >= _UNIT_WEIGHT_MIN
        calm = known & np.isfinite(square) & ~(enough & (p < alpha))
        with np.errstate(all="ignore"):
            most = np.where(enough, _SQUARE_MAX * squares / weight, np.inf)
        stay = np.where(calm, 1.0 - 1.0 / _UNIT_MINUTES, 1.0)
        chart.unit[:, window] *= stay
        chart.unit[0, window] += calm
        chart.unit[1, window] += np.where(calm, np.fmin(square, most), 0.0)
        return p, known & enough

    def _is_large(
        self, metric: str, length: int, found: tuple[FloatArray, FloatArray, FloatArray]
    ) -> Mask:
        """Where a window is as far from the usual as its metric has to be."""
        sums, weights, expected = found
        wanted = self.spec.metric(metric).effect_min
        if metric.startswith(volume.VOLUME):
            least = wanted or volume.EFFECT_MIN
            times = max(least, volume.EFFECT_MINUTE_MIN) if length == 1 else least
            is_drop = metric == volume.DROP
            return np.asarray(sums * times <= expected if is_drop else sums >= expected * times)
        if metric.startswith("latency_"):
            least = float(np.log(wanted or latency.EFFECT_MIN))
            return np.asarray(sums - expected >= weights * least)
        if metric == amounts.METRIC:
            least = float(np.log(wanted or amounts.EFFECT_MIN))
            return np.asarray(np.abs(sums - expected) >= weights * least)
        return np.asarray(sums >= expected * (wanted or rates.EFFECT_MIN))

    def _tell(
        self,
        verdict: Verdict,
        column: int,
        chart: _Chart,
        best: Best,
        found: tuple[Ints, Ints, FloatArray, FloatArray],
    ) -> None:
        """Write what was found over what the binomial limits had said."""
        rows, mine, now, level = found
        sums, weights, expected = now
        if chart.counts:
            breached = best.confirmed(sums[:, None], expected[:, None])[:, 0]
        else:
            with np.errstate(all="ignore"):
                away = (sums - expected) * (best.count - best.expected)[:, 0]
            breached = (best.window[:, 0] > 0) & (away > 0)
        with np.errstate(all="ignore"):
            value = np.where(breached, best.count[:, 0] / best.n[:, 0], sums / weights)
            usual = np.where(breached, best.expected[:, 0] / best.n[:, 0], level)
        if not chart.counts:
            value, usual = np.expm1(value), np.expm1(usual)
        verdict.breached[rows, column] = breached[mine] & verdict.known[rows, column]
        verdict.p_value[rows, column] = best.p_any[mine, 0]
        verdict.value[rows, column] = value[mine]
        verdict.baseline[rows, column] = usual[mine]
        verdict.window[rows, column] = best.window[mine, 0]
        events = best.count if chart.metric.startswith(volume.VOLUME) else best.n
        verdict.n[rows, column] = np.where(
            breached[mine], events[mine, 0], verdict.total[rows, column]
        )
        verdict.limit[rows, column] = np.nan
        if chart.counts:
            before = np.maximum(verdict.expected[rows, column], _MEAN_MIN)
            factor = np.maximum(expected[mine], _MEAN_MIN) / before
            factors = dict(zip(rows.tolist(), factor.tolist(), strict=True))
            verdict.trail = _scaled(verdict.trail, column, factors)
            verdict.expected[rows, column] = expected[mine]


def _columns(*arrays: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    first, second, third = (array[:, None] for array in arrays)
    return first, second, third


def _scaled(trail: Trail, column: int, factors: dict[int, float]) -> Trail:
    """The trail with the expected counts of one column as they were foreseen."""

    def scaled(row: int, asked: int, minutes: int) -> tuple[FloatArray, FloatArray]:
        counts, expected = trail(row, asked, minutes)
        return counts, expected * (factors.get(row, 1.0) if asked == column else 1.0)

    return scaled
