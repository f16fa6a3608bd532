"""How many events there are: too few, too many, none at all."""

from dataclasses import dataclass, field

import numpy as np

from tieout.monitor.baseline import TrailingVolume
from tieout.monitor.cells import ALL
from tieout.monitor.dispersion import Wander, usual_windows
from tieout.monitor.limits import FloatArray, high_p, low_limit, low_p
from tieout.monitor.rates import fitted
from tieout.monitor.ring import Ring
from tieout.monitor.season import Season
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import Ints
from tieout.monitor.verdict import Best, Limits, Mask, Verdict, mask_of

VOLUME = "volume_"
DROP = "volume_drop"
SURGE = "volume_surge"
EFFECT_MIN = 1.5
EFFECTS_UNSEASONAL_MIN = {DROP: 1.8, SURGE: 2.5}
EFFECT_MINUTE_MIN = 3.0
_WEIGHT_MIN = 10.0
_WANDER_MIN = 0.005  # Bursts of 7 %.
_GROWTH = 0.008  # Twice as much in an hour and a half.
_GROWTH_SEASONAL = 0.002


@dataclass
class Volumes:
    """Judges the events of each cell against the forecast of level, trend and season."""

    spec: MonitorSpec
    trailing: TrailingVolume = field(init=False)
    season: Season = field(init=False)
    wander: Wander = field(init=False)
    _seasonal: bool = False

    def __post_init__(self) -> None:
        """Nothing is known."""
        limits = self.spec.limits
        self.trailing = TrailingVolume(max(limits.memory_minutes // 2, 5))
        self.season = Season(limits.season_days, limits.season_weeks)
        self.wander = Wander((_WANDER_MIN,) * len(self.spec.windows.minutes), _WANDER_MIN)

    @property
    def frozen_minutes(self) -> int:
        """How long an episode keeps its minutes out of the baseline.

        Without a season a level that has changed for an hour may as well be the hour of the day.
        """
        limits = self.spec.limits
        return limits.renew_minutes if self._seasonal else limits.memory_minutes

    def expected(self, minute: int, size: int, ring: Ring, left_out: Mask) -> FloatArray:
        """Events a minute that each window should have, (windows, cells, 3); NaN where unknown.

        By level and trend; the least and the most of that and of what half of the trend gives.
        Where a rise or fall bends, the trend overshoots, and only what is beyond both is out of
        limits. A window is judged by minutes before it, short ones by those before the middle one.
        left_out: minutes of episodes, (minutes, cells).
        """
        windows = self.spec.windows.minutes
        level = self._level(minute, size)
        middle = windows[len(windows) // 2]
        nearer = self.trailing
        if not self._seasonal and middle < windows[-1]:
            rows = ring.rows(minute - middle, windows[-1] - middle)
            events = ring.events[rows, :size].sum(axis=2, dtype=np.int64).astype(np.float64)
            keep = ring.counted[rows, None] & ~left_out[rows, :size]
            nearer = self.trailing.later(events, keep & (ring.first[:size] <= minute - middle))
        found = []
        for window in windows:
            since = windows[-1] if nearer is self.trailing else max(window, middle)
            known = self.trailing if since == windows[-1] else nearer
            ahead = since - (window - 1) / 2.0
            found.append(self._forecast(known, size, ahead) * level[:, None])
        return np.stack(found)

    def _forecast(self, known: TrailingVolume, size: int, ahead_minutes: float) -> FloatArray:
        phi = self.wander.phi(known.level(size)[None, :, None])[0, :, 0]
        usual = _GROWTH_SEASONAL if self._seasonal else _GROWTH
        risen, flat = known.forecast(size, ahead_minutes, phi, usual)
        half = np.sqrt(risen * flat)
        enough = min(_WEIGHT_MIN, known.memory_minutes / 2)
        limits = np.stack([risen, np.minimum(risen, half), np.maximum(risen, half)], axis=1)
        return np.where(known.moments[0, :size, None] >= enough, limits, np.nan)

    def judge(
        self,
        minute: int,
        ring: Ring,
        cells: Ints,
        limits: Limits,
        *,
        mean: FloatArray,
        left_out: Mask,
    ) -> Verdict:
        """Judge every cell at a minute; columns are drop and surge.

        mean, left_out: of and as for `expected`.
        """
        size = int(cells.max()) + 1
        alpha = limits.alpha_short[:size]
        best = Best.none((size, 2), limits.windows)
        one = ring.events[minute % ring.minutes, :size].sum(axis=1, dtype=np.int64)
        count, minutes = self._counted(minute, ring, limits, size)
        expected = mean * minutes[:, None, None]
        p = self._p(count, expected)
        both = np.broadcast_to(count[:, :, None], p.shape)
        wanted = _or_zero(expected[:, :, 1:])
        effects = self._effects(limits)
        out = p < alpha
        out &= np.abs(both - wanted) >= limits.excess_min
        out &= wanted >= limits.sample_min
        out[:, :, 0] &= count * effects[:, :1] <= wanted[:, :, 0]
        out[:, :, 1] &= count >= wanted[:, :, 1] * effects[:, 1:]
        for place, window in enumerate(limits.windows):
            best.consider(window, p[place], out[place], (both[place], wanted[place], wanted[place]))
        usual = usual_windows(ring, minute, limits.windows, left_out[:, :size])
        usual &= ~out.any(axis=(0, 2))
        between = np.sqrt(expected[:, :, 1] * expected[:, :, 2])
        between = np.where(usual, between, np.nan)[:, :, None]
        self.wander.learn(count[:, :, None], between, p.min(axis=2)[:, :, None])
        found = (one.astype(np.float64), mean[0], best)
        return self._verdict(minute, ring, cells, found, float(alpha[ALL, 0]))

    def _counted(
        self, minute: int, ring: Ring, limits: Limits, size: int
    ) -> tuple[FloatArray, FloatArray]:
        """Events of each window, (windows, cells), and how many of its minutes were counted."""

        def events(rows: Ints) -> Ints:
            kept = ring.events[rows[ring.counted[rows]], :size]
            return np.asarray(kept.sum(axis=2, dtype=np.int64))

        count = ring.windows(minute, limits.windows, events).astype(np.float64)
        minutes = ring.windows(minute, limits.windows, ring.counted.__getitem__)
        return count, minutes.astype(np.float64)

    def _p(self, count: FloatArray, expected: FloatArray) -> FloatArray:
        """Of too few and of too many, (windows, cells, 2)."""
        phi = self.wander.phi(expected[:, :, :1])[:, :, 0]
        low, high = expected[:, :, 1], expected[:, :, 2]
        return np.stack([low_p(count, low, phi), high_p(count, high, phi)], axis=2)

    def _verdict(
        self,
        minute: int,
        ring: Ring,
        cells: Ints,
        found: tuple[FloatArray, FloatArray, Best],
        alpha: float,
    ) -> Verdict:
        one, mean, best = found
        shape = (len(one), 2)
        count = np.stack([one, one], axis=1)
        known = np.isfinite(mean[:, 0]) & mask_of(cells, len(one))
        expected = _or_zero(mean[:, 1:])
        breached = best.confirmed(count, expected)
        span = np.maximum(best.window, 1)
        value, base, n = count.copy(), expected.copy(), count.copy()
        if breached.any():
            value = np.where(breached, best.count / span, count)
            base = np.where(breached, best.expected / span, expected)
            n = np.where(breached, best.count, count)

        def trail(row: int, column: int, minutes: int) -> tuple[FloatArray, FloatArray]:
            rows = ring.rows(minute, minutes)
            events = ring.events[rows, row].sum(axis=1, dtype=np.int64).astype(np.float64)
            return events, np.where(ring.counted[rows], expected[row, column], 0.0)

        return Verdict(
            metrics=(DROP, SURGE),
            cells=np.arange(shape[0]),
            known=np.broadcast_to(known[:, None], shape),
            breached=breached & known[:, None],
            p_value=best.p_any,
            value=value,
            baseline=base,
            n=n,
            window=best.window,
            observed=count,
            count=count,
            total=count,
            expected=expected,
            limit=self._limit(expected, alpha),
            trail=trail,
            tests=self.wander.windows,
        )

    def _limit(self, expected: FloatArray, alpha: float) -> FloatArray:
        """The count of this minute below which the whole has dropped out of limits."""
        limit = np.full(expected.shape, np.nan)
        phi = self.wander.phi(expected[None, :, :1])[0, :1, 0]
        limit[ALL, 0] = low_limit(expected[:1, 0], phi, alpha)[0]
        return limit

    def learn(self, minute: int, ring: Ring, keep: Mask) -> None:
        """Take a past minute into the baseline, of the cells in `keep`."""
        size = len(keep)
        events = ring.events[minute % ring.minutes, :size].sum(axis=1, dtype=np.int64)
        count = events.astype(np.float64)
        self.trailing.learn(count / self._level(minute, size), keep)
        kept = np.where(keep, count, 0.0)[:, None]
        self.season.learn(minute, kept, keep[:, None].astype(np.float64))

    def _effects(self, limits: Limits) -> FloatArray:
        """By window, for drop and surge."""
        usual = np.array([[self._effect(name) for name in (DROP, SURGE)]])
        is_one = np.array(limits.windows)[:, None] == 1
        return np.where(is_one, np.maximum(usual, EFFECT_MINUTE_MIN), usual)

    def _effect(self, name: str) -> float:
        """Before the hours of the day are known, a morning may be steep."""
        usual = EFFECT_MIN if self._seasonal else EFFECTS_UNSEASONAL_MIN[name]
        return self.spec.metric(name).effect_min or usual

    def _level(self, minute: int, size: int) -> FloatArray:
        level = fitted(self.season.level(minute), (size, 1))
        if level is None:
            return np.ones(size)
        if not self._seasonal:
            self._seasonal = True
            moments = self.trailing.moments
            have = min(size, moments.shape[1])
            moments[3:, :have] /= level[:have, 0]
        return level[:, 0]


def _or_zero(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), 0.0, values)


@dataclass(frozen=True)
class Silent:
    """How long nothing has been heard of the source, and how likely that is by chance."""

    minutes: int
    expected: float
    p_value: float


def silent(ring: Ring, minute: int, expected: float, phi: float, minutes_max: int) -> Silent:
    """The run of minutes without a row that ends now, against a Poisson count."""
    if ring.reported[minute % ring.minutes]:
        return Silent(0, 0.0, 1.0)
    rows = ring.rows(minute, minutes_max)[::-1]
    heard = np.flatnonzero(ring.reported[rows])
    run = int(heard[0]) if len(heard) else minutes_max
    if not np.isfinite(expected):
        return Silent(run, 0.0, 1.0)
    whole = np.array([expected * run])
    return Silent(run, float(whole[0]), float(low_p(np.zeros(1), whole, np.array([phi]))[0]))
