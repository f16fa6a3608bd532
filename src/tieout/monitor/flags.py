"""What people and other episodes say about an episode, apart from its state. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tieout.monitor.cells import is_within
from tieout.monitor.episodes import Episode
from tieout.monitor.spec import EpisodeSpec, SilenceSpec, in_utc

_SLACK_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Silence:
    """No alerts from minute `start` to before `until`; None fits any metric or dimensions."""

    metric: str | None
    dimensions: str | None
    start: int
    until: int
    reason: str

    def covers(self, episode: Episode, minute: int) -> bool:
        """Whether an alert of this episode is kept back at a minute."""
        return (
            self.start <= minute < self.until
            and self.metric in {None, episode.metric}
            and self.dimensions in {None, episode.dimensions}
        )


@dataclass(frozen=True, slots=True)
class Flags:
    """Each may hold at once. Alerts go out where none does.

    acknowledged_until: minute up to which somebody has it. inhibited_by: the episode whose alerts
    speak for this one. silenced: why.
    """

    acknowledged_until: int | None = None
    silenced: str | None = None
    inhibited_by: str | None = None
    flapping: bool = False

    def holds_back(self, minute: int) -> bool:
        """Whether nothing is to be sent at a minute."""
        acknowledged = self.acknowledged_until is not None and minute < self.acknowledged_until
        return (
            acknowledged
            or self.silenced is not None
            or self.inhibited_by is not None
            or self.flapping
        )


def silences_of(specs: Sequence[SilenceSpec]) -> tuple[Silence, ...]:
    """Silences as minutes."""
    return tuple(
        Silence(each.metric, each.dimensions, _minute(each.start), _minute(each.until), each.reason)
        for each in specs
    )


def _minute(text: str) -> int:
    return int(in_utc(text).timestamp() // 60)


def silenced(episode: Episode, minute: int, silences: Iterable[Silence]) -> str | None:
    """Why an episode is silenced at a minute; None where it is not."""
    return next((each.reason for each in silences if each.covers(episode, minute)), None)


def inhibitor(episode: Episode, others: Iterable[Episode]) -> str | None:
    """The open episode whose alerts speak for this one, if any; of several the widest.

    That is one of the same metric in a cell around this one that has lasted about as long, or an
    earlier one of the same cell, where both are quantiles of one latency.
    """
    found = [other for other in others if _speaks_for(other, episode)]
    if not found:
        return None
    return min(found, key=lambda each: (each.dimensions.count("="), _turn(each))).episode_id


def _speaks_for(other: Episode, episode: Episode) -> bool:
    if _family(other.metric) != _family(episode.metric):
        return False
    if other.dimensions == episode.dimensions:
        return _turn(other) < _turn(episode)
    lasted = other.breached_minutes + _SLACK_MINUTES >= episode.breached_minutes
    return lasted and is_within(episode.dimensions, other.dimensions)


def _turn(episode: Episode) -> tuple[int, str]:
    return episode.detected, episode.metric


def _family(metric: str) -> str:
    return "latency" if metric.startswith("latency_") else metric


def is_flapping(starts: Sequence[int], minute: int, limits: EpisodeSpec) -> bool:
    """Whether a series has begun so many episodes of late that its alerts say nothing new.

    starts: minutes at which its episodes were detected, this one included.
    """
    recent = [start for start in starts if minute - start < limits.flapping_minutes]
    return len(recent) > limits.flapping_count
