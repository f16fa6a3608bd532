"""What is told of an episode, and when: each severity once, and its end once."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tieout.monitor.episodes import Episode, Severity, State
from tieout.monitor.flags import Flags


class AlertKind(StrEnum):
    """Why an alert is sent."""

    NOTICE = "notice"
    FIRED = "fired"
    ESCALATED = "escalated"
    REMINDER = "reminder"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Told:
    """What has been told of an episode so far."""

    severity: Severity = Severity.NONE
    noticed: bool = False
    resolved: bool = False
    minute: int | None = None

    @property
    def anything(self) -> bool:
        """Whether an alert has been sent."""
        return self.noticed or self.severity is not Severity.NONE

    def after(self, kind: AlertKind, severity: Severity, minute: int) -> "Told":
        """What has been told with one more alert."""
        return Told(
            severity=max(self.severity, severity, key=lambda each: each.rank),
            noticed=self.noticed or kind is AlertKind.NOTICE,
            resolved=self.resolved or kind is AlertKind.RESOLVED,
            minute=minute,
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """When to tell: an early notice after so many breached minutes, reminders after so many."""

    notice_minutes: int | None = None
    reminder_minutes: int | None = None


def alert_of(
    episode: Episode, told: Told, flags: Flags, minute: int, policy: Policy
) -> tuple[AlertKind | None, Told]:
    """The alert that is due after a minute, if any, and what has been told with it.

    Never the same severity of one episode twice, and none while a minute is in limits. What is
    held back by a flag is not told; if the flag goes while the episode goes on, the severity of
    then is told. An end is told only of what was told before, whatever the flags: who was called
    must hear that it is over.
    """
    if episode.state is State.RESOLVED:
        if told.anything and not told.resolved:
            return AlertKind.RESOLVED, replace(told, resolved=True, minute=minute)
        return None, told
    if flags.holds_back(minute) or episode.last_breach != minute:
        return None, told
    return _of_breach(episode, told, minute, policy)


def _of_breach(
    episode: Episode, told: Told, minute: int, policy: Policy
) -> tuple[AlertKind | None, Told]:
    if episode.severity.rank > told.severity.rank:
        first = told.severity is Severity.NONE
        kind = AlertKind.FIRED if first else AlertKind.ESCALATED
        return kind, replace(told, severity=episode.severity, minute=minute)
    if _is_noticed(episode, told, policy):
        return AlertKind.NOTICE, replace(told, noticed=True, minute=minute)
    if _is_due(episode, told, minute, policy):
        return AlertKind.REMINDER, replace(told, minute=minute)
    return None, told


def _is_noticed(episode: Episode, told: Told, policy: Policy) -> bool:
    return (
        policy.notice_minutes is not None
        and episode.severity is Severity.NONE
        and not told.noticed
        and episode.breached_minutes >= policy.notice_minutes
    )


def _is_due(episode: Episode, told: Told, minute: int, policy: Policy) -> bool:
    return (
        policy.reminder_minutes is not None
        and told.minute is not None
        and episode.state is State.FIRING
        and minute - told.minute >= policy.reminder_minutes
    )
