"""Episodes, alerts, cases and deliveries that a judged batch gave; inside its transaction."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from tieout.monitor.alerts import AlertKind
from tieout.monitor.book import Sent
from tieout.monitor.episodes import Episode as Watched
from tieout.monitor.grouping import Incident, incidents
from tieout.monitor.money import amounts
from tieout.monitor.route_spec import RouteSpec
from tieout.monitor.routing import Routed, routed
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.result import alert_object
from tieout.pipeline.monitoring.store import Judged
from tieout.server.alerts.models import Alert, Episode, Monitor
from tieout.server.alerts.moments import at_minute, minute_of
from tieout.server.cases.models import Case
from tieout.server.cases.services import open_case
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.services import enqueue

if TYPE_CHECKING:
    from django.db.models import QuerySet

Way = tuple[str, str, tuple[str, ...]]

# Severities of episodes in the words of cases.
CASE_SEVERITIES: Final = {
    "": "low", "info": "low", "warning": "medium", "critical": "high", "severe": "critical",
}  # fmt: skip
_SUBJECT: Final = "episode"
_OPENING: Final = (AlertKind.NOTICE, AlertKind.FIRED, AlertKind.ESCALATED)


def keep_episodes(monitor: Monitor, judged: Judged) -> None:
    """Write down the episodes that have changed."""
    book = judged.monitor.episodes
    first = judged.minutes[0].minute
    unresolved = set(
        monitor.episodes.exclude(state="resolved").values_list("episode_id", flat=True)
    )
    over = [each for each in book.over if each.episode_id in unresolved or each.detected >= first]
    within = judged.monitor.spec.episodes.group_minutes
    groups = incidents(book.everything(), within_minutes=within)
    member = {e.episode_id: group for group in groups for e in group.episodes}
    for episode in (*over, *book.open.values()):
        _keep(monitor, episode, member[episode.episode_id])


def tell(monitor: Monitor, sent: Sent, spec: MonitorSpec) -> None:
    """Write an alert down, hand it to the outbox by its routes, and put it into the queue."""
    episode = Episode.objects.get(monitor=monitor, episode_id=sent.episode.episode_id)
    payload = alert_object(sent, episode.incident_id)
    alert, is_new = Alert.objects.get_or_create(
        monitor=monitor,
        alert_id=sent.alert_id,
        defaults={
            "episode": episode,
            "kind": str(sent.kind),
            "severity": str(sent.episode.severity),
            "minute": sent.minute,
            "at": at_minute(sent.minute),
            "payload": payload,
        },
    )
    if not is_new:
        return
    over = sent.kind is AlertKind.RESOLVED
    for number, way in enumerate(_told(alert, sent, spec) if over else _routed(sent, spec)):
        _deliver(alert, way, number)
    if sent.kind in _OPENING:
        _open_case(monitor, episode, payload, at_minute(sent.minute).date())


def _keep(monitor: Monitor, episode: Watched, incident: Incident) -> None:
    facts = ("value", "baseline", "p_value", "excess", "breached_minutes", "window_minutes")
    known = {
        **{name: getattr(episode, name) for name in facts},
        "n": int(episode.n),
        "root_cause": incident.cause[:500],
        "money_at_risk": amounts(episode.money),
        "metric": episode.metric,
        "dimensions": episode.dimensions,
        "state": str(episode.state),
        "severity": str(episode.severity),
        "started_at": at_minute(episode.started),
        "detected_at": at_minute(episode.detected),
        "ended_at": None if episode.ended is None else at_minute(episode.ended),
    }
    # An episode stays in the incident in which it was first seen.
    Episode.objects.update_or_create(
        monitor=monitor,
        episode_id=episode.episode_id,
        defaults=known,
        create_defaults={**known, "incident_id": incident.incident_id},
    )


def way_of(delivery: Delivery) -> Way:
    """By which channel, and to whom."""
    to = delivery.payload.get("to") or ()
    return delivery.channel, str(delivery.payload.get("target", "")), tuple(to)


def _routed(sent: Sent, spec: MonitorSpec) -> tuple[Routed, ...]:
    """Quiet hours are those of the people who are told: of the clock, not of the stream."""
    return routed(sent, spec.routes, minute_of(timezone.now()))


def _told(alert: Alert, sent: Sent, spec: MonitorSpec) -> tuple[Routed, ...]:
    """The ways by which somebody heard of the episode, or will: they hear that it is over."""
    now = {_way(routed.route): routed for routed in _routed(sent, spec)}
    ways = dict.fromkeys(way_of(each) for each in _deliveries(alert).order_by("pk"))
    return tuple(now.get(way) or Routed(_route(way), wait_minutes=0) for way in ways)


def _way(route: RouteSpec) -> Way:
    return route.channel, route.target, route.to


def _route(way: Way) -> RouteSpec:
    channel, target, to = way
    return RouteSpec.model_validate({"channel": channel, "target": target, "to": to})


def _deliveries(alert: Alert) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(subject_kind=_SUBJECT, subject_id=str(alert.episode_id)).exclude(
        state=Delivery.State.DISCARDED
    )


def _deliver(alert: Alert, way: Routed, number: int) -> None:
    after = timezone.now() + timedelta(minutes=way.wait_minutes)
    if alert.kind == AlertKind.RESOLVED:
        # The end of what waits does not come before it.
        waiting = _deliveries(alert).filter(state=Delivery.State.WAITING)
        after = max(
            [after, *(each.run_after for each in waiting if way_of(each) == _way(way.route))]
        )
    enqueue(
        channel=way.channel,
        payload=way.payload(alert.payload, alert.monitor.name),
        # Two monitors may tell the same of the same minute.
        idempotency_key=f"{alert.monitor_id}-{alert.alert_id}-{number}",
        subject=(_SUBJECT, alert.episode_id),
        run_after=after,
    )


def _open_case(monitor: Monitor, episode: Episode, payload: dict[str, Any], day: date) -> None:
    """One case for an incident, however many of its episodes are told of."""
    # A stream of the past that is replayed is as old as it was then.
    is_past = day < timezone.localdate() - timedelta(days=1)
    where = f" of {episode.dimensions}" if episode.dimensions else ""
    open_case(
        Case.Kind.ALERT,
        f"{monitor.name}/{episode.incident_id}"[:120],
        f"{episode.metric}{where} out of limits",
        actor=None,
        severity=CASE_SEVERITIES[episode.severity],
        source=monitor.name,
        summary=payload["text"],
        key=episode.dimensions[:300],
        happened_on=episode.started_at.date(),
        as_of=day if is_past else None,
    )
