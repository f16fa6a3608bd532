"""The monitor: rows in, closed minutes judged, episodes and alerts out. No clock, no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tieout.monitor.amounts import Amounts
from tieout.monitor.book import EpisodeBook, Sent
from tieout.monitor.causes import LOOKBACK_MINUTES, explain
from tieout.monitor.cells import ALL, CellBook
from tieout.monitor.charge import charge
from tieout.monitor.forecast import Forecasts
from tieout.monitor.latency import METRICS, Latencies
from tieout.monitor.leaves import Leaves
from tieout.monitor.limits import FloatArray, share_of
from tieout.monitor.multiple import keep_discoveries
from tieout.monitor.pattern import Patterns
from tieout.monitor.rates import Rates
from tieout.monitor.ring import Ring, grown
from tieout.monitor.shewhart import Shewhart
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.statuses import StatusBook, rate_name
from tieout.monitor.tally import COUNT, MINUTE, PARTITION, Folded, Ints, Tally, fold, tally_folded
from tieout.monitor.verdict import Limits, Mask, Verdict
from tieout.monitor.volume import VOLUME, Volumes, silent
from tieout.monitor.watermark import NEVER, Watermark

if TYPE_CHECKING:
    import polars as pl

MISSING_DATA = "missing_data"
GAP_MINUTES_MAX = 1440
SILENT_MINUTES_MIN = 2
_RING_MINUTES_MIN = 64
_STATUS_BLOCK = 8
_TOP_SHARE = 0.5
RATES, VOLUMES, OVER = 0, 1, 2


@dataclass(frozen=True)
class Minute:
    """A minute that was judged.

    verdicts: what was said of every series. alerts: what is to be told. missing: nothing was heard
    of the source, though something should have been.
    """

    minute: int
    verdicts: tuple[Verdict, ...]
    alerts: tuple[Sent, ...]
    missing: bool
    alpha: float


@dataclass
class Fed:
    """What became of the rows of a batch: late ones were counted into minutes already judged.

    too_late: places of rows that came later than `revise_minutes`; they are counted nowhere.
    lost: events in them.
    """

    rows: int = 0
    late: int = 0
    too_late: list[int] = field(default_factory=list)
    lost: int = 0


@dataclass
class Monitor:
    """All state of watching one stream."""

    spec: MonitorSpec
    dimensions: Sequence[str] = ()
    cells: CellBook = field(init=False)
    statuses: StatusBook = field(init=False)
    ring: Ring = field(init=False)
    watermark: Watermark = field(init=False)
    episodes: EpisodeBook = field(init=False)
    late: int = 0
    _shallow: list[int] = field(default_factory=list)
    _looked_at: int = 0

    def __post_init__(self) -> None:
        """Nothing has been seen."""
        windows = self.spec.windows
        self.cells = CellBook(self.dimensions, windows.pairs, windows.values_max, windows.pairs_max)
        self.statuses = StatusBook(self.spec.statuses)
        self._span = max(windows.minutes)
        self._long = max(windows.long_minutes, default=0)
        reach = windows.revise_minutes + 2 * max(self._span, self._long) + 2
        self.ring = Ring(max(_RING_MINUTES_MIN, reach))
        self.watermark = Watermark(windows.grace_minutes)
        self.episodes = EpisodeBook(self.spec)
        self.rates = Rates(self.spec)
        self.volumes = Volumes(self.spec)
        self.latencies = Latencies(self.spec)
        self.amounts = Amounts(self.spec)
        self.forecasts = Forecasts(self.spec)
        self.patterns = Patterns(self.spec)
        self.shewhart = Shewhart(self.spec)
        self.leaves = Leaves(self.dimensions, LOOKBACK_MINUTES, windows.values_max)
        self._gates = np.zeros((3, self.ring.minutes, 1), dtype=np.bool_)
        self._pending: dict[int, list[Tally]] = {}
        self._late: dict[int, list[Tally]] = {}
        self.closed = int(NEVER)
        self._heard = int(NEVER)

    @property
    def bytes(self) -> int:
        """Size of the arrays that grow with the number of series."""
        return (
            self.ring.bytes
            + self.rates.season.bytes
            + self.volumes.season.bytes
            + self.rates.trailing.count.nbytes * 2
            + self.rates.wander.squares.nbytes * 3
            + self.volumes.trailing.moments.nbytes
            + self.volumes.wander.squares.nbytes * 3
            + self.latencies.usual.nbytes
            + self._gates.nbytes
            + self.leaves.bytes
        )

    def take(self, frame: "pl.DataFrame") -> Fed:
        """Count rows; `judge` then closes the minutes that they end.

        frame: the columns of `tally`, and `partition` where there is one, in order of arrival.
        """
        if frame.is_empty():
            return Fed()
        minutes = frame[MINUTE].to_numpy()
        partitions = frame[PARTITION].to_numpy() if PARTITION in frame.columns else None
        closed = self.watermark.follow(minutes, partitions)
        is_late = minutes <= closed
        fed = Fed(rows=frame.height)
        if not is_late.any():
            self._count(fold(frame, self.dimensions))
            return fed
        # Cells and statuses are numbered in the order of the rows, however late these are.
        overflow = dict(self.cells.overflow)
        tally_folded(fold(frame, self.dimensions), self.cells, self.statuses)
        self.cells.overflow = overflow
        self._count(fold(frame.filter(~is_late), self.dimensions))
        too_late = closed - minutes > self.spec.windows.revise_minutes
        fed.too_late = np.flatnonzero(too_late).tolist()
        wanted = is_late & ~too_late
        fed.late = int(wanted.sum())
        self.late += fed.late
        for after in np.unique(closed[wanted]).tolist():
            part = fold(frame.filter(wanted & (closed == after)), self.dimensions)
            counted = tally_folded(part, self.cells, self.statuses)
            self._late.setdefault(after, []).append(counted)
        return fed

    def take_folded(self, folded: Folded, partition: str = "") -> Fed:
        """Count a batch of one partition that was folded elsewhere.

        Late is what was late before the batch came, whatever the order within it. The places in
        `too_late` are those of rows of counts, not of events.
        """
        folded = folded.by(self.dimensions)
        minutes = folded.counts[MINUTE].to_numpy()
        if not len(minutes):
            return Fed()
        closed = max(self.watermark.closed, self.closed)
        latest = int(minutes.max())
        self.watermark.follow(np.array([latest], dtype=np.int64), np.array([partition]))
        events = folded.counts[COUNT].to_numpy()
        fed = Fed(rows=int(events.sum()))
        oldest = max(closed - self.spec.windows.revise_minutes, 0)
        late = (minutes <= closed) & (minutes >= oldest)
        fed.late = int(events[late].sum())
        stale = (minutes < oldest) & (closed > 0)
        fed.too_late, fed.lost = np.flatnonzero(stale).tolist(), int(events[stale].sum())
        self.late += fed.late
        if fed.late:
            revised = tally_folded(folded.within(oldest, closed), self.cells, self.statuses)
            self._late.setdefault(closed, []).append(revised)
            if self.closed == closed:
                self._revise(closed)
        if latest > closed:
            after = max(closed + 1, 0)
            self._count(folded.within(after, latest))
        return fed

    def judge(self, until: int | None = None) -> Iterator[Minute]:
        """Close and judge minutes, oldest first: all that the watermark has passed, or `until`."""
        last = self.watermark.closed if until is None else until
        if self.closed == NEVER:
            if not self._pending or min(self._pending) > last:
                return
            self.closed = min(self._pending) - 1
            self._heard = self.closed
            self._revise(self.closed)
        while self.closed < last:
            yield self._close(self._after(self.closed, last))

    def finish(self) -> Iterator[Minute]:
        """Close all minutes of which there are rows, the last one too."""
        if self._pending:
            yield from self.judge(max(self._pending))

    def _after(self, minute: int, last: int) -> int:
        """The next minute; after a day of silence, the first one of which anything is known."""
        if minute - self._heard <= GAP_MINUTES_MAX:
            return minute + 1
        following = min([*self._pending, last])
        if following > minute + 1:
            self.ring.clear()
            self.leaves.clear(minute)
        return following

    def _count(self, folded: Folded) -> None:
        counted = tally_folded(folded, self.cells, self.statuses)
        self.leaves.add(folded.counts, self.statuses)
        for minute, part in counted.by_minute():
            self._pending.setdefault(minute, []).append(part)

    def _revise(self, closed: int) -> None:
        """Count late rows into minutes that are judged; nothing is judged anew."""
        for counted in self._late.pop(closed, []):
            for minute, part in counted.by_minute():
                if minute > closed - self.ring.minutes:
                    self.ring.add(minute, part, known_from=closed + 1)

    def _close(self, minute: int) -> Minute:
        self.ring.begin(minute)
        for part in self._pending.pop(minute, []):
            self.ring.add(minute, part, known_from=minute)
        if self.ring.reported[minute % self.ring.minutes]:
            self._heard = minute
        self.closed = minute
        self.leaves.settle(minute)
        known = np.flatnonzero(self.ring.first <= minute)
        judged = self._judged(minute, known)
        self._revise(minute)
        return judged

    def _judged(self, minute: int, cells: Ints) -> Minute:
        size = int(cells.max()) + 1
        self._gates = grown(self._gates, 2, size)
        self._gates[:, minute % self.ring.minutes] = False
        limits = self._limits(minute, cells, size)
        expected = self.volumes.expected(minute, size, self.ring, self._gates[VOLUMES])
        missing = self._missing(minute, limits, float(expected[0, ALL, 0]))
        verdicts: tuple[Verdict, ...] = ()
        if not missing:
            verdicts = self._verdicts(minute, cells, limits, expected)
            for verdict in verdicts:
                self.shewhart.apply(minute, verdict)
                self.episodes.follow(minute, verdict, self.cells)
        else:
            self.episodes.freeze()
        explain(self.episodes, minute, self.leaves, self.statuses)
        charge(self.episodes, minute, self.leaves, self.cells, self.statuses)
        for (_, cell), episode in self.episodes.ended_now():
            first = max(episode.started, minute - self._long)
            rows = np.arange(first, episode.last_breach + 1) % self.ring.minutes
            self._gates[OVER, rows, slice(None) if cell == ALL else cell] = True
        alerts = self.episodes.tell(minute)
        self._learn(minute, cells, size)
        return Minute(minute, verdicts, alerts, missing, float(limits.alpha[ALL, 0]))

    def _verdicts(
        self, minute: int, cells: Ints, limits: Limits, expected: FloatArray
    ) -> tuple[Verdict, ...]:
        block = _STATUS_BLOCK
        columns = (len(self.statuses.names) // block + 1) * block
        self.ring.widen(columns)
        names = [*self.statuses.names, *([""] * (columns - len(self.statuses.names)))]
        found: list[Verdict | None] = [
            self.rates.judge(
                minute,
                self.ring,
                cells,
                names,
                limits,
                left_out=self._gates[RATES],
                over=self._gates[OVER],
            ),
            self.volumes.judge(
                minute,
                self.ring,
                cells,
                limits,
                mean=expected,
                left_out=self._gates[VOLUMES],
            ),
            self.latencies.judge(minute, self.ring, cells, limits),
            self.amounts.judge(minute, self.ring, cells, limits),
        ]
        verdicts = tuple(each for each in found if each is not None)
        pattern = self.patterns.judge(
            minute, verdicts, self._shallow_known(minute), self.ring, limits
        )
        for verdict in verdicts:
            self.forecasts.apply(minute, verdict, limits)
        verdicts = (*verdicts, pattern) if pattern is not None else verdicts
        if self.spec.limits.control == "fdr":
            keep_discoveries(verdicts, float(limits.share[ALL, 0]))
        return verdicts

    def _missing(self, minute: int, limits: Limits, rate: float) -> bool:
        """Whether the source has gone silent; that is an episode of its own."""
        row = minute % self.ring.minutes
        if not self.spec.metric(MISSING_DATA).enabled:
            self.ring.counted[row] = True
            return False
        phi = float(self.volumes.wander.phi(np.full((1, 1, 1), rate))[0, ALL, 0])
        found = silent(self.ring, minute, rate, phi, self.ring.minutes)
        unheard = found.minutes > 0 and bool(found.p_value < limits.alpha[ALL, 0])
        self.ring.counted[row] |= not unheard
        # A single minute without a row is a gap in the data sooner than an outage.
        missing = unheard and found.minutes >= SILENT_MINUTES_MIN
        self.episodes.follow_silence(minute, found, missing=missing)
        return unheard

    def _limits(self, minute: int, cells: Ints, size: int) -> Limits:
        """The level of each series: half for the whole, half for all other cells together."""
        series = self._series(minute)
        wanted = self.spec.limits
        others = len(cells) - 1
        if wanted.control == "fdr":
            others, series = 0, 1
        share = _TOP_SHARE if others else 1.0
        level = np.full((size, 1), share_of(wanted.false_alarms_per_day * share, series))
        if others:
            budget = wanted.false_alarms_per_day * (1.0 - share)
            level[1:] = share_of(budget, series * others)
        return Limits(
            level,
            self.spec.windows.minutes,
            wanted.sample_min,
            wanted.excess_min,
            self.spec.windows.long_minutes,
        )

    def _series(self, minute: int) -> int:
        """How many metrics a cell is judged by: rates, volume either way, latency, amount."""
        statuses = max(int((self.ring.first_status[1:] <= minute).sum()), 1)
        timed = len(METRICS) if self.latencies.usual.any() else 0
        together = int(self.spec.forest is not None)
        return statuses + 2 + timed + int(self.amounts.usual.any()) + together

    def _shallow_known(self, minute: int) -> Ints:
        """The cells of at most one dimension that are known, where the forest asks for them."""
        if self.spec.forest is None:
            return np.zeros(1, dtype=np.int64)
        for cell in range(self._looked_at, len(self.cells)):
            if self.cells.depth(cell) <= 1:
                self._shallow.append(cell)
        self._looked_at = len(self.cells)
        found = np.array(self._shallow, dtype=np.int64)
        found = found[found < len(self.ring.first)]
        return found[self.ring.first[found] <= minute]

    def _learn(self, minute: int, cells: Ints, size: int) -> None:
        """Minutes in episodes are left out of the baselines, which follow a window behind."""
        for episode, cell in self.episodes.breached_at(minute):
            since = max(episode.started, minute - max(self._span, self._long))
            rows = np.arange(since, minute + 1) % self.ring.minutes
            where = slice(None) if cell == ALL else cell
            if not episode.metric.startswith(VOLUME):
                self._gates[RATES, rows, where] = True
            if minute - episode.started < self.volumes.frozen_minutes:
                self._gates[VOLUMES, rows, where] = True
        if self._long:
            self._learn_long(minute - self._long, cells, size)
        past = minute - self._span
        row = past % self.ring.minutes
        if not self.ring.counted[row]:
            return
        keep: Mask = np.zeros(size, dtype=np.bool_)
        keep[cells] = self.ring.first[cells] <= past
        in_limits = keep & ~self._gates[RATES, row, :size]
        self.rates.learn(past, self.ring, in_limits, self.ring.statuses)
        self.latencies.learn(past, self.ring, in_limits)
        self.amounts.learn(past, self.ring, in_limits)
        self.forecasts.learn(past, in_limits)
        self.patterns.learn(past, in_limits, self._shallow_known(past))
        self.shewhart.learn(past, in_limits)
        self.volumes.learn(past, self.ring, keep & ~self._gates[VOLUMES, row, :size])

    def _learn_long(self, past: int, cells: Ints, size: int) -> None:
        row = past % self.ring.minutes
        if self.ring.counted[row]:
            keep: Mask = np.zeros(size, dtype=np.bool_)
            keep[cells] = self.ring.first[cells] <= past
            keep &= ~self._gates[RATES, row, :size]
            self.rates.learn_long(past, self.ring, keep, self.ring.statuses)

    def metric_names(self) -> list[str]:
        """Rates that have been seen, in a fixed order."""
        return sorted(rate_name(name) for name in self.statuses.names[1:])
