"""Latency quantiles, judged as the share of requests beyond the usual quantile or an SLA."""

from dataclasses import dataclass, field

import numpy as np

from tieout.monitor.dispersion import Dispersion
from tieout.monitor.limits import FloatArray, ratio_or_zero, rise_p
from tieout.monitor.ring import Ring, grown
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import LATENCY_BINS, LATENCY_RATIO, Ints
from tieout.monitor.verdict import Best, Limits, Mask, Verdict

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
METRICS = tuple(f"latency_{name}" for name in QUANTILES)
EFFECT_MIN = 1.25
_BASE_MIN = 200.0


@dataclass
class Latencies:
    """Judges how many requests take longer than what 50, 5 or 1 % usually do.

    A slower service moves requests beyond its usual quantile: that share is a rate, with the same
    limits as any other (a binomial test, no assumption on the shape of latencies). Out of limits
    is only what moves the quantile itself by a quarter too. With an SLA, the share beyond the SLA
    is judged against the share that it allows.
    """

    spec: MonitorSpec
    usual: FloatArray = field(init=False)
    dispersion: Dispersion = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known."""
        self.usual = np.zeros((1, LATENCY_BINS))
        self.dispersion = Dispersion(len(self.spec.windows.minutes))

    def judge(self, minute: int, ring: Ring, cells: Ints, limits: Limits) -> Verdict | None:
        """Judge every cell that has durations; None where there are none."""
        cells = cells[ring.slots[cells] >= 0]
        if not len(cells):
            return None
        slots = ring.slots[cells]
        self.usual = grown(self.usual, 0, int(slots.max()) + 1)
        base = self.usual[slots]
        cuts, tails, whole = self._baseline(base)
        shape = (len(cells), len(METRICS))
        phis = int(ring.slots.max()) + 1
        best = Best.none(shape, limits.windows)
        alpha = limits.alpha_short[cells]
        best_value = np.zeros(shape)
        usual = self._usual_ms(base)
        limits_ms = self._limits_ms(usual)

        def events(rows: Ints) -> Ints:
            return ring.latency[rows[:, None], slots]  # type: ignore[return-value]

        summed = ring.windows(minute, limits.windows, events).astype(np.float64)
        for place, window in enumerate(limits.windows):
            counts = summed[place]
            total = counts.sum(axis=1, keepdims=True)
            beyond = _beyond(counts, cuts)
            expected = ratio_or_zero(total * tails, whole)
            phi = self.dispersion.of(place, (phis, shape[1]))[slots]
            expose = np.broadcast_to(total, shape)
            p = rise_p(beyond, expose, tails, np.broadcast_to(whole, shape), phi)
            out = p < alpha
            out &= total >= limits.sample_min
            out &= beyond - expected >= limits.excess_min
            value = _quantiles(counts) if out.any() else limits_ms
            out &= value >= limits_ms
            better = out & (p < best.p)
            best_value[better] = value[better]
            best.consider(window, p, out, (beyond, expected, expose))
            self._learn_phi(place, slots, (beyond, expected, p), phis)
        one = ring.latency[minute % ring.minutes, slots].astype(np.float64)
        return self._verdict(
            minute,
            ring,
            cells,
            (one, cuts, tails / np.maximum(whole, 1.0), np.stack([best_value, usual])),
            best,
        )

    def _verdict(
        self,
        minute: int,
        ring: Ring,
        cells: Ints,
        found: tuple[FloatArray, Ints, FloatArray, FloatArray],
        best: Best,
    ) -> Verdict:
        one, cuts, share, (best_value, usual) = found
        slots = ring.slots[cells]
        total = np.broadcast_to(one.sum(axis=1, keepdims=True), share.shape)
        count = _beyond(one, cuts)
        expected = total * share
        breached = best.confirmed(count, expected)
        observed = _quantiles(one)

        def trail(row: int, column: int, minutes: int) -> tuple[FloatArray, FloatArray]:
            events = ring.latency[ring.rows(minute, minutes), slots[row]].astype(np.float64)
            beyond = events[:, cuts[row, column] :].sum(axis=1)
            return beyond, events.sum(axis=1) * share[row, column]

        return Verdict(
            metrics=METRICS,
            cells=cells,
            known=total > 0,
            breached=breached,
            p_value=best.p_any,
            value=np.where(breached, best_value, observed),
            baseline=usual,
            n=np.where(breached, best.n, total),
            window=best.window,
            observed=observed,
            count=count,
            total=total,
            expected=expected,
            limit=np.full(share.shape, np.nan),
            trail=trail,
            tests=len(self.dispersion.phi),
        )

    def learn(self, minute: int, ring: Ring, keep: Mask) -> None:
        """Take a past minute into the baseline, of the cells in `keep`."""
        cells = np.flatnonzero(keep & (ring.slots[: len(keep)] >= 0))
        if not len(cells):
            return
        slots = ring.slots[cells]
        self.usual = grown(self.usual, 0, int(slots.max()) + 1)
        new = ring.latency[minute % ring.minutes, slots].astype(np.float64)
        stay = 1.0 - 1.0 / (4.0 * self.spec.limits.memory_minutes)
        heard = new.sum(axis=1, keepdims=True) > 0
        self.usual[slots] = self.usual[slots] * np.where(heard, stay, 1.0) + new

    def _learn_phi(
        self, place: int, slots: Ints, window: tuple[FloatArray, FloatArray, FloatArray], size: int
    ) -> None:
        shape = (size, len(METRICS))
        count, expected, p_value = np.zeros(shape), np.zeros(shape), np.ones(shape)
        count[slots], expected[slots], p_value[slots] = window
        self.dispersion.learn(place, count, expected, p_value)

    def _baseline(self, base: FloatArray) -> tuple[Ints, FloatArray, FloatArray]:
        """First bin beyond each quantile, events in it and above, all events."""
        whole = base.sum(axis=1, keepdims=True)
        tail = np.cumsum(base[:, ::-1], axis=1)[:, ::-1]
        cuts = np.zeros((len(base), len(METRICS)), dtype=np.int64)
        for column, (name, quantile) in enumerate(QUANTILES.items()):
            sla = self.spec.sla_ms.get(name)  # type: ignore[call-overload]
            if sla is None:
                over = tail > (1.0 - quantile) * whole
                cuts[:, column] = np.minimum(over.sum(axis=1), LATENCY_BINS - 1)
            else:
                cuts[:, column] = min(_bin(sla), LATENCY_BINS - 1)
        tails = np.take_along_axis(tail, cuts, axis=1)
        for column, (name, quantile) in enumerate(QUANTILES.items()):
            if name in self.spec.sla_ms:
                tails[:, column] = (1.0 - quantile) * np.maximum(whole[:, 0], _BASE_MIN)
        enough = whole >= _BASE_MIN
        has_sla = np.array([name in self.spec.sla_ms for name in QUANTILES])
        known = enough | has_sla[None, :]
        return (
            cuts,
            np.where(known, tails, 0.0),
            np.where(has_sla[None, :], np.maximum(whole, _BASE_MIN), np.where(enough, whole, 0.0)),
        )

    def _usual_ms(self, base: FloatArray) -> FloatArray:
        usual = _quantiles(base)
        for column, name in enumerate(QUANTILES):
            sla = self.spec.sla_ms.get(name)  # type: ignore[call-overload]
            if sla is not None:
                usual[:, column] = sla
        return usual

    def _limits_ms(self, usual: FloatArray) -> FloatArray:
        limits = usual.copy()
        for column, name in enumerate(QUANTILES):
            if name not in self.spec.sla_ms:
                effect = self.spec.metric(f"latency_{name}").effect_min or EFFECT_MIN
                limits[:, column] *= effect
        return limits


def _bin(duration_ms: float) -> int:
    return int(np.ceil(np.log(max(duration_ms, 1.0)) / np.log(LATENCY_RATIO)))


def _beyond(counts: FloatArray, cuts: Ints) -> FloatArray:
    tail = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.take_along_axis(tail, cuts, axis=1), dtype=np.float64)


def _quantiles(counts: FloatArray) -> FloatArray:
    """The quantiles of histograms in ms: the geometric middle of the bin that holds them."""
    whole = counts.sum(axis=1, keepdims=True)
    risen = np.cumsum(counts, axis=1)
    answer = np.zeros((len(counts), len(QUANTILES)))
    for column, quantile in enumerate(QUANTILES.values()):
        below = (risen < quantile * whole).sum(axis=1)
        answer[:, column] = LATENCY_RATIO ** (np.minimum(below, LATENCY_BINS - 1) + 0.5)
    return np.where(whole > 0, answer, np.nan)
