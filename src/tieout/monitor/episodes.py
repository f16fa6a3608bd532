"""One run of a metric out of limits, as a pure state machine over minutes of event time."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tieout.monitor.spec import EpisodeSpec, SeveritySpec


class State(StrEnum):
    """Where an episode is: `ok` before it begins, `no_data` while nothing is heard."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    NO_DATA = "no_data"


class Severity(StrEnum):
    """How long it has lasted, in breached minutes; NONE before the first limit."""

    NONE = ""
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """From 0, none, to 4, severe."""
        return _RANKS[self]


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Breach:
    """What a window said: value, baseline and p-value of the window, its events and its excess.

    onset: the first minute of the window that fits the breach better than the baseline.
    minutes: how many minutes from onset to now do.
    """

    value: float
    baseline: float
    n: float
    p_value: float
    excess: float
    onset: int
    minutes: int
    window_minutes: int


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode. Moments are minutes since 1970; `ended` is the minute after the last breach.

    value, baseline, n, p_value, window_minutes: of the least likely window so far.
    excess: events beyond the usual, over all breached minutes. cause: the combination of values
    that explains it, empty where unknown. money: what the excess amounts to, by currency, in 1e-3.
    resumes: the state to which it returns when data comes again.
    """

    episode_id: str
    metric: str
    dimensions: str
    state: State
    severity: Severity
    started: int
    detected: int
    last_breach: int
    breached_minutes: int
    quiet_minutes: int
    value: float
    baseline: float
    n: float
    p_value: float
    excess: float
    window_minutes: int
    ended: int | None = None
    resumes: State | None = None
    cause: str = ""
    money: tuple[tuple[str, int], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it has not been resolved."""
        return self.state is not State.RESOLVED

    @property
    def has_fired(self) -> bool:
        """Whether it ever lasted long enough to have a severity."""
        return self.severity is not Severity.NONE


def episode_id(metric: str, dimensions: str, started: int) -> str:
    """The identity of an episode: what, where and since when.

    >>> episode_id("denied_rate", "", 29_000_000)
    'ep-33449207a15e'
    """
    text = f"{metric}\n{dimensions}\n{started}"
    return f"ep-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def severity_of(breached_minutes: int, limits: SeveritySpec) -> Severity:
    """The severity of so many breached minutes.

    >>> severity_of(44, SeveritySpec())
    <Severity.WARNING: 'warning'>
    """
    found = Severity.NONE
    for severity, least in (
        (Severity.INFO, limits.info),
        (Severity.WARNING, limits.warning),
        (Severity.CRITICAL, limits.critical),
        (Severity.SEVERE, limits.severe),
    ):
        if breached_minutes >= least:
            found = severity
    return found


def opened(metric: str, dimensions: str, minute: int, breach: Breach) -> Episode:
    """A new episode; pending until it has lasted long enough."""
    return Episode(
        episode_id=episode_id(metric, dimensions, breach.onset),
        metric=metric,
        dimensions=dimensions,
        state=State.PENDING,
        severity=Severity.NONE,
        started=breach.onset,
        detected=minute,
        last_breach=minute,
        breached_minutes=breach.minutes,
        quiet_minutes=0,
        value=breach.value,
        baseline=breach.baseline,
        n=breach.n,
        p_value=breach.p_value,
        excess=breach.excess,
        window_minutes=breach.window_minutes,
    )


def breached(episode: Episode, minute: int, breach: Breach, limits: SeveritySpec) -> Episode:
    """The episode after one more breached minute. Severity only rises."""
    worst = breach if breach.p_value < episode.p_value else None
    after = replace(
        _resumed(episode),
        last_breach=minute,
        breached_minutes=episode.breached_minutes + 1,
        quiet_minutes=0,
        excess=episode.excess + breach.excess,
    )
    if worst is not None:
        after = replace(
            after,
            value=worst.value,
            baseline=worst.baseline,
            n=worst.n,
            p_value=worst.p_value,
            window_minutes=worst.window_minutes,
        )
    return graded(after, limits)


def graded(episode: Episode, limits: SeveritySpec) -> Episode:
    """The state and severity that the breached minutes give."""
    severity = max(
        severity_of(episode.breached_minutes, limits), episode.severity, key=lambda each: each.rank
    )
    state = State.PENDING if severity is Severity.NONE else State.FIRING
    return replace(episode, severity=severity, state=state)


def quiet(episode: Episode, limits: EpisodeSpec) -> Episode:
    """The episode after a minute in limits: it counts towards the end, but resets nothing."""
    resumed = _resumed(episode)
    after = replace(resumed, quiet_minutes=resumed.quiet_minutes + 1)
    if after.quiet_minutes >= limits.resolved_minutes:
        return ended(after)
    if after.quiet_minutes >= limits.recovering_minutes and after.state is State.FIRING:
        return replace(after, state=State.RECOVERING)
    return after


def goes_on(episode: Episode, found: Episode) -> Episode:
    """An episode that was found anew, as the one that it was known as before."""
    fires = episode.has_fired and found.state is State.PENDING
    return replace(
        episode,
        state=State.FIRING if fires else found.state,
        resumes=found.resumes,
        last_breach=found.last_breach,
        quiet_minutes=found.quiet_minutes,
    )


def without_data(episode: Episode) -> Episode:
    """The episode after a minute of which nothing is known: all stands still."""
    if episode.state is State.NO_DATA:
        return episode
    return replace(episode, state=State.NO_DATA, resumes=episode.state)


def ended(episode: Episode) -> Episode:
    """The episode as it is kept."""
    return replace(episode, state=State.RESOLVED, resumes=None, ended=episode.last_breach + 1)


def _resumed(episode: Episode) -> Episode:
    if episode.state is State.NO_DATA:
        return replace(episode, state=episode.resumes or State.PENDING, resumes=None)
    return episode
