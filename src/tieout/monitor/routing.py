"""Where an alert goes: routes by metric and severity, and hours in which it waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from tieout.monitor.alerts import AlertKind
from tieout.monitor.book import Sent
from tieout.monitor.episodes import Severity
from tieout.monitor.route_spec import RouteSpec

_DAY_MINUTES: Final = 1440


@dataclass(frozen=True)
class Routed:
    """An alert on its way by a route."""

    route: RouteSpec
    wait_minutes: int

    @property
    def channel(self) -> str:
        """The channel of the outbox."""
        return self.route.channel

    def payload(self, alert: Mapping[str, Any], monitor: str) -> dict[str, Any]:
        """What the channel gets of an alert as in `alerts.jsonl`, of the monitor of that name."""
        text = f"{monitor}: {alert['text']}"
        if self.channel == "email":
            head = f"{alert['kind']} {alert['severity']}: {alert['metric']} {alert['dimensions']}"
            subject = " ".join(f"{monitor}: {head}".split())
            return {"to": list(self.route.to), "subject": subject, "text": text}
        target = {"target": self.route.target}
        if self.channel == "slack":
            return {**target, "text": f"{alert['kind']}: {text}"}
        if self.channel == "events":
            over = alert["kind"] == AlertKind.RESOLVED
            return {
                **target,
                "event_action": "resolve" if over else "trigger",
                # What two streams have in the same minute are two alerts.
                "dedup_key": f"{monitor}/{alert['episode_id']}",
                "summary": text,
                "source": f"tieout monitor {monitor}",
                "severity": alert["severity"] or "info",
                "details": {"monitor": monitor, **alert},
            }
        return {**target, "body": {"event": "alert", "monitor": monitor, **alert}}


def routed(sent: Sent, routes: Sequence[RouteSpec], minute: int) -> tuple[Routed, ...]:
    """The ways that an alert of this severity takes at a minute of the clock on the wall."""
    severity = sent.episode.severity
    return tuple(
        Routed(route, wait_minutes(route, minute, severity))
        for route in routes
        if fnmatchcase(sent.episode.metric, route.metric)
        and severity.rank >= Severity(route.severity).rank
    )


def wait_minutes(route: RouteSpec, minute: int, severity: Severity) -> int:
    """How long an alert of this severity waits at a minute since 1970, by a route's quiet hours."""
    if not route.quiet or severity.rank >= Severity(route.quiet_below).rank:
        return 0
    first, last = (_of_day(text) for text in route.quiet.split("-"))
    now, length = minute % _DAY_MINUTES, (last - first) % _DAY_MINUTES
    into = (now - first) % _DAY_MINUTES
    return length - into if into < length else 0


def _of_day(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
