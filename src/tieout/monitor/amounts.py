"""Amounts: whether a window's typical amount departs from what is usual."""

from dataclasses import dataclass, field

import numpy as np

from tieout.monitor.limits import FloatArray, normal_p
from tieout.monitor.ring import Ring, grown
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import AMOUNT_UNIT, Ints
from tieout.monitor.verdict import Best, Limits, Mask, Verdict

METRIC = "amount"
EFFECT_MIN = 1.3
_BASE_MIN = 200.0
_MEMORIES = 4.0


@dataclass
class Amounts:
    """Judges the mean log of amounts, up or down, by a z-test of two means.

    usual: decayed count, sum and sum of squares of logs, (slots, 3). The spread of a window's mean
    is that of single amounts over the root of their number, widened by the mean square of what
    earlier windows departed by.
    """

    spec: MonitorSpec
    usual: FloatArray = field(init=False)
    phi: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is known."""
        self.usual = np.zeros((1, 3))
        self.phi = np.full((1, len(self.spec.windows.minutes)), 1.3)

    def judge(self, minute: int, ring: Ring, cells: Ints, limits: Limits) -> Verdict | None:
        """Judge every cell that has amounts; None where there are none."""
        cells = cells[ring.slots[cells] >= 0]
        if not len(cells) or not ring.amount.shape[1]:
            return None
        slots = ring.slots[cells]
        base, mean, variance = self._baseline(slots)
        shape = (len(cells), 1)
        best, value = Best.none(shape, limits.windows), np.full(shape, np.nan)
        alpha = limits.alpha_short[cells]
        effect = np.log(self.spec.metric(METRIC).effect_min or EFFECT_MIN)
        for place, window in enumerate(limits.windows):
            rows = ring.rows(minute, window)
            sums = ring.amount[np.ix_(rows, slots)].sum(axis=0).astype(np.float64)
            n = sums[:, 0]
            with np.errstate(all="ignore"):
                shift = sums[:, 1] * AMOUNT_UNIT / n - mean
                error = np.sqrt(variance * (1.0 / n + 1.0 / base))
                z = np.abs(shift) / error
            sound = (n >= limits.sample_min) & (base >= _BASE_MIN) & np.isfinite(z)
            phi = self.phi[slots, place]
            wide = np.where(sound, z, 0.0) / np.sqrt(np.maximum(phi, 1.0))
            p = np.where(sound, np.minimum(2.0 * normal_p(wide), 1.0), 1.0)[:, None]
            out = (p < alpha) & (np.abs(shift) >= effect)[:, None]
            better = out & (p < best.p)
            value[better] = (shift + mean)[:, None][better]
            best.consider(window, p, out, (n[:, None], n[:, None], n[:, None]))
            calm = sound & (p[:, 0] >= alpha[:, 0])
            square = np.minimum(np.where(calm, z, 0.0) ** 2, 16.0 * np.maximum(phi, 1.0))
            self.phi[slots, place] += np.where(calm, (square - phi) / 720.0, 0.0)
        return self._verdict(minute, ring, cells, (mean, value), best)

    def _verdict(
        self, minute: int, ring: Ring, cells: Ints, found: tuple[FloatArray, FloatArray], best: Best
    ) -> Verdict:
        mean, value = found
        sums = ring.amount[minute % ring.minutes, ring.slots[cells]].astype(np.float64)
        n = sums[:, :1]
        with np.errstate(all="ignore"):
            own = sums[:, 1:2] * AMOUNT_UNIT / n
            nearer = np.abs(own - value) < np.abs(own - mean[:, None])
        breached = (best.window > 0) & nearer
        typical = np.where(breached, value, own)

        def trail(row: int, column: int, minutes: int) -> tuple[FloatArray, FloatArray]:
            del column
            counts = ring.amount[ring.rows(minute, minutes), ring.slots[cells[row]], 0]
            return counts.astype(np.float64), counts.astype(np.float64)

        return Verdict(
            metrics=(METRIC,),
            cells=cells,
            known=n > 0,
            breached=breached,
            p_value=best.p_any,
            value=np.expm1(typical),
            baseline=np.expm1(mean)[:, None],
            n=np.where(breached, best.n, n),
            window=best.window,
            observed=np.expm1(own),
            count=n,
            total=n,
            expected=n,
            limit=np.full(n.shape, np.nan),
            trail=trail,
            tests=self.phi.shape[1],
        )

    def learn(self, minute: int, ring: Ring, keep: Mask) -> None:
        """Take a past minute into the baseline, of the cells in `keep`."""
        cells = np.flatnonzero(keep & (ring.slots[: len(keep)] >= 0))
        if not len(cells) or not ring.amount.shape[1]:
            return
        slots = ring.slots[cells]
        self.usual = grown(self.usual, 0, int(slots.max()) + 1)
        new = ring.amount[minute % ring.minutes, slots].astype(np.float64)
        stay = 1.0 - 1.0 / (_MEMORIES * self.spec.limits.memory_minutes)
        self.usual[slots] = self.usual[slots] * np.where(new[:, :1] > 0, stay, 1.0) + new

    def _baseline(self, slots: Ints) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Events, mean log and variance of logs of each slot."""
        self.usual = grown(self.usual, 0, int(slots.max()) + 1)
        self.phi = grown(self.phi, 0, int(slots.max()) + 1, 1.3)
        n, total, squares = self.usual[slots].T
        with np.errstate(all="ignore"):
            mean = total * AMOUNT_UNIT / n
            variance = squares * AMOUNT_UNIT**2 / n - mean**2
        return n, mean, np.maximum(variance, 1e-4)
