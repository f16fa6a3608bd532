"""All episodes of a stream: open ones by series, and those that are over."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tieout.monitor.alerts import AlertKind, Policy, Told, alert_of
from tieout.monitor.cells import ALL, CellBook
from tieout.monitor.episodes import (
    Breach,
    Episode,
    State,
    breached,
    ended,
    goes_on,
    graded,
    opened,
    quiet,
    without_data,
)
from tieout.monitor.flags import Flags, Silence, inhibitor, is_flapping, silenced, silences_of
from tieout.monitor.grouping import order
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.verdict import Verdict, onset
from tieout.monitor.volume import Silent

MISSING = "missing_data"
Series = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert as it was decided. `alert_id` is the same whenever the same is decided again."""

    alert_id: str
    kind: AlertKind
    minute: int
    episode: Episode


@dataclass
class EpisodeBook:
    """Follows the series that are or were out of limits; the others cost nothing.

    charged: excess of an episode whose money was counted, and the minute from which it was not.
    Each change goes through the pure functions of `episodes`, `flags` and `alerts`.
    """

    spec: MonitorSpec
    open: dict[Series, Episode] = field(default_factory=dict)
    over: list[Episode] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    flags: dict[str, Flags] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    starts: dict[Series, list[int]] = field(default_factory=dict)
    renewed: dict[Series, int] = field(default_factory=dict)
    last_ends: dict[Series, int] = field(default_factory=dict)
    charged: dict[str, tuple[float, int]] = field(default_factory=dict)
    _just_over: list[tuple[Series, Episode]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Silences of the spec as minutes."""
        self._silences = silences_of(self.spec.silences)

    def everything(self) -> list[Episode]:
        """Over and open, in the order in which they were detected."""
        return sorted([*self.over, *self.open.values()], key=order)

    def follow(self, minute: int, verdict: Verdict, cells: CellBook) -> None:
        """Take in what was said of some series at a minute."""
        columns = {name: column for column, name in enumerate(verdict.metrics)}
        followed = [each for each in self.open if each[0] in columns]
        cells_now = verdict.cells.tolist() if followed else []
        places = {cell: row for row, cell in enumerate(cells_now)}
        for series in followed:
            row, column = places.get(series[1]), columns[series[0]]
            if row is None or not verdict.known[row, column]:
                self.open[series] = without_data(self.open[series])
            elif not verdict.breached[row, column]:
                self._keep(series, quiet(self.open[series], self.spec.episodes))
        breached_now = np.argwhere(verdict.breached).tolist() if verdict.breached.any() else []
        for row, column in breached_now:
            series = (verdict.metrics[column], int(verdict.cells[row]))
            if self.spec.metric(series[0]).enabled:
                breach = self._breach(minute, verdict, row, column)
                self._breached(series, cells.words(series[1]), minute, breach)

    def follow_silence(self, minute: int, found: Silent, *, missing: bool) -> None:
        """Take in whether the source itself is heard."""
        series = (MISSING, ALL)
        if missing:
            rate = found.expected / max(found.minutes, 1)
            breach = Breach(
                value=0.0,
                baseline=rate,
                n=0.0,
                p_value=found.p_value,
                excess=-rate,
                onset=minute - found.minutes + 1,
                minutes=found.minutes,
                window_minutes=found.minutes,
            )
            self._breached(series, "", minute, breach)
        elif series in self.open:
            self._keep(series, quiet(self.open[series], self.spec.episodes))

    def freeze(self) -> None:
        """A minute of which nothing is known: all stand still but the silence itself."""
        for series, episode in self.open.items():
            if series[0] != MISSING:
                self.open[series] = without_data(episode)

    def tell(self, minute: int) -> tuple[Sent, ...]:
        """The alerts that are due after a minute."""
        due = [*self._just_over, *self.open.items()]
        self._just_over = []
        sent: list[Sent] = []
        for series, episode in sorted(due, key=lambda each: order(each[1])):
            told = self.told.get(episode.episode_id, Told())
            metric = self.spec.metric(episode.metric)
            policy = Policy(metric.notice_minutes, self.spec.episodes.reminder_minutes)
            kind, after = alert_of(episode, told, Flags(), minute, policy)
            if kind is None:
                continue
            flags = self._flags(series, episode, minute)
            self.flags[episode.episode_id] = flags
            kind, after = alert_of(episode, told, flags, minute, policy)
            self.told[episode.episode_id] = after
            if kind is not None:
                sent.append(Sent(_identity(episode, kind, after), kind, minute, episode))
        return tuple(sent)

    def ended_now(self) -> Sequence[tuple[Series, Episode]]:
        """Episodes that have ended and were not told of yet."""
        return self._just_over

    def breached_at(self, minute: int) -> Iterator[tuple[Episode, int]]:
        """Episodes that were breached at a minute, and their cells."""
        for (_, cell), episode in self.open.items():
            if episode.last_breach == minute:
                yield episode, cell

    def hear(self, silences: Sequence[Silence], acknowledged: Mapping[str, int]) -> None:
        """Take in what people say, beside the silences of the spec."""
        self._silences = (*silences_of(self.spec.silences), *silences)
        self.acknowledged = dict(acknowledged)

    def take_on(self, left: Sequence[Episode]) -> None:
        """Episodes that were open before all was learnt anew.

        What is out of limits again goes on as the episode that it was; the others end, since nobody
        can say any more whether they last, and who was told of them hears so.
        """
        known = {each.episode_id for each in (*self.over, *self.open.values())}
        begun = {(each.metric, each.dimensions): series for series, each in self.open.items()}
        for episode in left:
            if episode.episode_id in known:
                continue
            series = begun.get((episode.metric, episode.dimensions))
            if series is not None:
                self.open[series] = goes_on(episode, self.open[series])
                continue
            gone = ended(episode)
            self.over.append(gone)
            self._just_over.append(((gone.metric, ALL), gone))

    def forget(self, before: int) -> None:
        """Let go of episodes that were over before a minute, and of what was told of them."""
        gone = {each.episode_id for each in self.over if each.last_breach < before}
        self.over = [each for each in self.over if each.episode_id not in gone]
        for kept in (self.told, self.flags, self.charged):
            for episode in gone & kept.keys():
                del kept[episode]

    def acknowledge(self, episode_id: str, until: int) -> None:
        """Somebody has it, up to a minute."""
        self.acknowledged[episode_id] = until

    def _flags(self, series: Series, episode: Episode, minute: int) -> Flags:
        starts = self.starts.get(series, [])
        return Flags(
            acknowledged_until=self.acknowledged.get(episode.episode_id),
            silenced=silenced(episode, minute, self._silences),
            inhibited_by=inhibitor(episode, self.open.values()),
            flapping=is_flapping(starts, minute, self.spec.episodes),
        )

    def _breach(self, minute: int, verdict: Verdict, row: int, column: int) -> Breach:
        window = int(verdict.window[row, column])
        counts, expected = verdict.trail(row, column, max(window, *self.spec.windows.minutes))
        near = slice(-window, None)
        whole = float(expected[near].sum())
        ratio = float(counts[near].sum()) / whole if whole > 0 else np.inf
        back, minutes, excess = onset(counts[near], expected[near], min(ratio, 1e6))
        return Breach(
            value=float(verdict.value[row, column]),
            baseline=float(verdict.baseline[row, column]),
            n=float(verdict.n[row, column]),
            p_value=float(verdict.p_value[row, column]),
            excess=excess,
            onset=minute - back,
            minutes=minutes,
            window_minutes=window,
        )

    def _breached(self, series: Series, words: str, minute: int, breach: Breach) -> None:
        limits = self.spec.severities(series[0])
        episode = self.open.get(series)
        if minute < self.renewed.get(series, minute):
            return
        if episode is None:
            since = self.last_ends.get(series, breach.onset)
            onset_minute = max(breach.onset, since)
            begun = opened(series[0], words, minute, replace(breach, onset=onset_minute))
            self.starts.setdefault(series, []).append(minute)
            self.open[series] = graded(begun, limits)
            return
        last = replace(breach, excess=breach.excess / max(breach.minutes, 1))
        self.open[series] = breached(episode, minute, last, limits)
        if minute - episode.started >= self.spec.limits.renew_minutes:
            self.renewed[series] = minute + 2 * self.spec.limits.memory_minutes
            self._keep(series, ended(self.open[series]))

    def _keep(self, series: Series, episode: Episode) -> None:
        if episode.state is State.RESOLVED:
            del self.open[series]
            self.over.append(episode)
            self._just_over.append((series, episode))
            self.last_ends[series] = episode.ended or episode.last_breach + 1
        else:
            self.open[series] = episode


def _identity(episode: Episode, kind: AlertKind, told: Told) -> str:
    again = told.minute if kind is AlertKind.REMINDER else ""
    text = f"{episode.episode_id}\n{kind}\n{episode.severity}\n{again}"
    return f"al-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
