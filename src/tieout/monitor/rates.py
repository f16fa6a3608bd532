"""Rates of statuses against what is usual."""

from dataclasses import dataclass, field

import numpy as np

from tieout.monitor.baseline import LONG_MEMORY, SLOW_MEMORY, TrailingRate
from tieout.monitor.cells import ALL
from tieout.monitor.dispersion import Wander, usual_windows
from tieout.monitor.limits import FloatArray, ratio_or_zero, rise_limit, rise_p
from tieout.monitor.ring import Ring
from tieout.monitor.season import Season
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.statuses import rate_name
from tieout.monitor.tally import Ints
from tieout.monitor.verdict import Best, Limits, Mask, Verdict, mask_of

EFFECT_MIN = 1.3
_PRIOR = 0.5
_WANDER = 0.01
_WANDER_LONG = 0.02
_PHI_MIN = 1.1


@dataclass
class Rates:
    """Judges the share of each status but approved in all events of a cell."""

    spec: MonitorSpec
    trailing: TrailingRate = field(init=False)
    season: Season = field(init=False)
    wander: Wander = field(init=False)
    _seasonal: bool = False

    def __post_init__(self) -> None:
        """Nothing is known."""
        limits = self.spec.limits
        self.trailing = TrailingRate(limits.memory_minutes)
        self.season = Season(limits.season_days, limits.season_weeks)
        windows = self.spec.windows
        short, long = len(windows.minutes), len(windows.long_minutes)
        self.wander = Wander((_WANDER,) * short + (_WANDER_LONG,) * long)

    def judge(
        self,
        minute: int,
        ring: Ring,
        cells: Ints,
        statuses: list[str],
        limits: Limits,
        *,
        left_out: Mask,
        over: Mask,
    ) -> Verdict:
        """Judge every series at a minute; rows are the cells asked for, columns the statuses.

        left_out: minutes of episodes, (minutes, cells). over: those of which have ended; long
        windows leave them out.
        """
        size, columns = int(cells.max()) + 1, len(statuses)
        shape = (size, columns)
        level = self._level(minute, shape)
        effect = self._effects(statuses)
        best = Best.none(shape, limits.windows)
        recent = self.trailing.recent(shape)
        rate = _rate(*recent)
        one = ring.events[minute % ring.minutes, :size, :columns].astype(np.float64)
        long_rate = _rate(*self.trailing.of(LONG_MEMORY, shape))
        short = len(limits.windows)
        count = counted(ring, minute, limits, shape, over)
        total = count.sum(axis=2, keepdims=True)
        expose = total * level
        expected = np.concatenate([expose[:short] * rate, expose[short:] * long_rate])
        phi = np.maximum(self.wander.phi(expected), _PHI_MIN)
        p = self._p(count, expose, limits, phi, recent)
        out = p < limits.alpha[:size]
        out &= count >= effect * expected
        out &= count - expected >= limits.excess_min
        out &= total >= limits.sample_min
        out[:, :, 0] = False  # Approved.
        windows = (*limits.windows, *limits.long)
        for place, window in enumerate(windows):
            values = (count[place], expected[place], total[place])
            best.consider(window, p[place], out[place], values)
        usual = usual_windows(ring, minute, windows, left_out[:, :size])[:, :, None]
        usual = usual & ~out.any(axis=0) & (total > 0)
        self.wander.learn(count, np.where(usual, expected, 0.0), p)
        by_long = best.window > max(limits.windows)
        if by_long.any():
            with np.errstate(all="ignore"):
                shift = np.where(by_long, np.nan_to_num(long_rate / rate, posinf=1.0), 1.0)
            best.recent = (best.recent[0], best.recent[1] * shift)
            rate = rate * shift
        alpha = float(limits.alpha[ALL, 0])
        return self._verdict(minute, ring, cells, (statuses, one, best, level, rate), alpha)

    def _verdict(
        self,
        minute: int,
        ring: Ring,
        cells: Ints,
        found: tuple[list[str], FloatArray, Best, FloatArray, FloatArray],
        alpha: float,
    ) -> Verdict:
        statuses, one, best, level, rate = found
        shape = (one.shape[0], one.shape[1])
        total = np.broadcast_to(one.sum(axis=1, keepdims=True), shape)
        expected = total * level * rate
        breached = best.confirmed(one, expected)
        with np.errstate(all="ignore"):
            observed = one / total
        value, base, n = observed.copy(), level * rate, total.copy()
        if breached.any():
            with np.errstate(all="ignore"):
                value = np.where(breached, best.count / best.n, value)
                base = np.where(breached, best.expected / best.n, base)
            n = np.where(breached, best.n, total)

        def trail(row: int, column: int, minutes: int) -> tuple[FloatArray, FloatArray]:
            rows = ring.rows(minute, minutes)
            events = ring.events[rows, row, : shape[1]].astype(np.float64)
            return events[:, column], events.sum(axis=1) * (level * rate)[row, column]

        known = (total > 0) & mask_of(cells, shape[0])[:, None]
        return Verdict(
            metrics=tuple(map(rate_name, statuses)),
            cells=np.arange(shape[0]),
            known=known,
            breached=breached & known,
            p_value=best.p_any,
            value=value,
            baseline=base,
            n=n,
            window=best.window,
            observed=observed,
            count=one,
            total=total,
            expected=expected,
            limit=self._limit(total, level, shape, alpha),
            trail=trail,
            tests=self.wander.windows,
        )

    def _limit(
        self, total: FloatArray, level: FloatArray, shape: tuple[int, int], alpha: float
    ) -> FloatArray:
        """The count of this minute from which each status of the whole is out of limits."""
        base, exposed = self.trailing.recent(shape)
        exposure = total * level
        limit = np.full(shape, np.nan)
        phi = np.maximum(self.wander.phi((exposure * _rate(base, exposed))[None])[0], _PHI_MIN)
        limit[ALL] = rise_limit(exposure[ALL], base[ALL], exposed[ALL], phi[ALL], alpha)
        return limit

    def learn(self, minute: int, ring: Ring, keep: Mask, columns: int) -> None:
        """Take a past minute into the baselines, of the cells in `keep`."""
        shape = (len(keep), columns)
        count = ring.events[minute % ring.minutes, : shape[0], :columns].astype(np.float64)
        total = count.sum(axis=1, keepdims=True)
        kept = np.broadcast_to(keep[:, None], shape)
        self.trailing.learn(count, total * self._level(minute, shape), kept)
        self.season.learn(minute, count * keep[:, None], total * keep[:, None])

    def learn_long(self, minute: int, ring: Ring, keep: Mask, columns: int) -> None:
        """Take a minute that the long windows have passed into the long memory."""
        shape = (len(keep), columns)
        count = ring.events[minute % ring.minutes, : shape[0], :columns].astype(np.float64)
        exposed = count.sum(axis=1, keepdims=True) * self._level(minute, shape)
        kept = np.broadcast_to(keep[:, None], shape)
        self.trailing.learn(count, exposed, kept, (LONG_MEMORY,))

    def _p(
        self,
        count: FloatArray,
        expose: FloatArray,
        limits: Limits,
        phi: FloatArray,
        recent: tuple[FloatArray, FloatArray],
    ) -> FloatArray:
        """Short windows against `recent` and the slow memory, long ones against the long memory."""
        shape = (count.shape[1], count.shape[2])
        long = self.trailing.of(LONG_MEMORY, shape)
        windows = len(limits.windows)
        base, exposed = (
            np.stack([first] * windows + [second] * (len(count) - windows))
            for first, second in zip(recent, long, strict=True)
        )
        p = rise_p(count, expose, base, exposed, phi)
        doubted = p < limits.alpha[: shape[0]]
        doubted[len(limits.windows) :] = False
        if doubted.any():
            slow, exposed = self.trailing.of([SLOW_MEMORY] * len(count), shape)
            p[doubted] = np.maximum(
                p[doubted],
                rise_p(
                    count[doubted], expose[doubted], slow[doubted], exposed[doubted], phi[doubted]
                ),
            )
        return p

    def _effects(self, statuses: list[str]) -> FloatArray:
        return np.array(
            [self.spec.metric(rate_name(name)).effect_min or EFFECT_MIN for name in statuses]
        )

    def _level(self, minute: int, shape: tuple[int, int]) -> FloatArray:
        level = fitted(self.season.level(minute), shape)
        if level is None:
            return np.ones(shape)
        if not self._seasonal:
            self._seasonal = True
            self.trailing.rescale(level)
        return level


def _rate(count: FloatArray, exposure: FloatArray) -> FloatArray:
    return ratio_or_zero(count + _PRIOR, exposure)


def fitted(level: FloatArray | None, shape: tuple[int, int]) -> FloatArray | None:
    """A level with a row for every cell and a column for every status, 1 for new ones."""
    if level is None:
        return None
    if level.shape == shape:
        return level
    answer = np.ones(shape)
    rows, columns = min(shape[0], level.shape[0]), min(shape[1], level.shape[1])
    answer[:rows, :columns] = level[:rows, :columns]
    return answer


def counted(
    ring: Ring, minute: int, limits: Limits, shape: tuple[int, int], over: Mask
) -> FloatArray:
    """Events of each window, (windows, cells, statuses); of long ones but of minutes `over`."""
    cells, statuses = shape

    def events(rows: Ints) -> Ints:
        return ring.events[rows, :cells, :statuses]  # type: ignore[return-value]

    def lasting(rows: Ints) -> Ints:
        return np.where(over[rows, :cells, None], 0, events(rows))

    windows = (*limits.windows, *limits.long)
    count = ring.windows(minute, windows, events)
    if limits.long and over[ring.rows(minute, max(limits.long))].any():
        count[len(limits.windows) :] = ring.windows(minute, limits.long, lasting)
    return count.astype(np.float64)
