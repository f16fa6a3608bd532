"""Reads of live monitors: what is out of limits now, and what was."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from tieout.monitor.money import in_words
from tieout.server.alerts.lines import lines_of, shown_first, width_of
from tieout.server.alerts.models import Alert, Episode, Monitor, Silence
from tieout.server.alerts.moments import at_minute

# One that is busy with a long batch renews its lease late.
_LEASE_GRACE: Final = timedelta(seconds=15)
WINDOWS_HOURS: Final = (6, 12, 24, 48, 0)


def current_status(name: str = "") -> dict[str, Any]:
    """What `GET /monitor` answers: of the monitor of that name, or of the one that moved last."""
    monitor = monitor_of(name)
    empty: dict[str, Any] = {
        "current_minute": None,
        "metrics": {},
        "thresholds": {},
        "persistence_analysis": {},
    }
    if monitor is None:
        nobody = {"monitor": None, "followed": False, "judged_at": None}
        return {**nobody, **empty, "episodes": [], "monitors": []}
    return {
        "monitor": monitor.name,
        "followed": is_followed(monitor),
        "judged_at": f"{monitor.updated_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        **(monitor.current or empty),
        "episodes": [episode_object(each) for each in open_episodes(monitor)],
        "monitors": list(Monitor.objects.values_list("name", flat=True)),
    }


def monitor_of(name: str = "") -> Monitor | None:
    """A monitor by its name, or the one that moved last."""
    rows = Monitor.objects.defer("snapshot")
    return (rows.filter(name=name) if name else rows.order_by("-updated_at")).first()


def is_followed(monitor: Monitor) -> bool:
    """Whether a process follows the stream: it renews its lease as long as it lives."""
    until = monitor.leader_until
    return until is not None and until > timezone.now() - _LEASE_GRACE


def open_episodes(monitor: Monitor) -> list[Episode]:
    """Those that are not over, the whole first, then the gravest."""
    rows = monitor.episodes.exclude(state="resolved").select_related("acknowledged_by")
    return sorted(rows, key=lambda each: (bool(each.dimensions), -each.breached_minutes, each.pk))


def episodes(monitor: Monitor | None = None, *, state: str = "") -> QuerySet[Episode]:
    """Episodes, the last first; `open` and `resolved`, or a state of its own."""
    rows = Episode.objects.select_related("monitor")
    rows = rows if monitor is None else rows.filter(monitor=monitor)
    if state == "open":
        return rows.exclude(state="resolved")
    return rows.filter(state=state) if state else rows


def episode_object(episode: Episode) -> dict[str, Any]:
    """An episode as JSON, with the fields of `episodes.csv` and what people said."""
    return {
        "episode_id": episode.episode_id,
        "incident_id": episode.incident_id,
        "metric": episode.metric,
        "dimensions": episode.dimensions,
        "state": episode.state,
        "severity": episode.severity,
        "started_at": _iso(episode.started_at),
        "detected_at": _iso(episode.detected_at),
        "ended_at": _iso(episode.ended_at),
        "value": episode.value,
        "baseline": episode.baseline,
        "n": episode.n,
        "p_value": episode.p_value,
        "excess": episode.excess,
        "breached_minutes": episode.breached_minutes,
        "root_cause": episode.root_cause,
        "money_at_risk": episode.money_at_risk,
        "acknowledged_until": _iso(episode.acknowledged_until),
    }


def alert_history(monitor: Monitor, most: int = 50) -> list[Alert]:
    """The last alerts."""
    return list(monitor.alerts.select_related("episode")[:most])


def silences(monitor: Monitor) -> list[Silence]:
    """Those that hold."""
    return list(monitor.silences.filter(until__gt=timezone.now()).select_related("author"))


def live_view(monitor: Monitor, hours: int) -> dict[str, Any]:
    """All that the live page shows of a window; 0 hours are all that is kept."""
    last = monitor.minutes.order_by("-minute").values_list("minute", flat=True).first()
    first = 0 if last is None or not hours else last - hours * 60 + 1
    rows = list(monitor.minutes.filter(minute__gte=first).values_list("minute", "metrics"))
    start = at_minute(rows[0][0]) if rows else None
    inside = monitor.episodes.all() if start is None else _since(monitor, start)
    shown = list(inside[:400])
    width = width_of(rows)
    return {
        "monitor": monitor.name,
        "minute": None if last is None else _iso(at_minute(last)),
        "hours": hours,
        "width": width,
        "series": lines_of(rows, width, shown_first(rows, shown)),
        "bands": [_band(each, last) for each in shown if not each.dimensions],
        "impact": _impact(shown),
        "persistence": _persistence(monitor),
        "open": [episode_object(each) for each in open_episodes(monitor)],
    }


def _since(monitor: Monitor, start: datetime) -> QuerySet[Episode]:
    return monitor.episodes.exclude(ended_at__lt=start)


def _band(episode: Episode, last: int | None) -> dict[str, Any]:
    end = episode.ended_at or (None if last is None else at_minute(last))
    return {
        "metric": episode.metric,
        "severity": episode.severity or "pending",
        "from": _iso(episode.started_at),
        "to": _iso(end),
    }


def _impact(shown: list[Episode]) -> list[dict[str, Any]]:
    """Cells of dimensions by events beyond the usual, all their episodes together.

    is_cause: it explains an incident.
    """
    by_cell: dict[str, dict[str, Any]] = {}
    for each in shown:
        if not each.dimensions:
            continue
        cell = by_cell.setdefault(
            each.dimensions,
            {
                "dimensions": each.dimensions, "excess": 0.0, "episodes": 0, "minutes": 0,
                "open": 0, "money": {}, "is_cause": False,
            },
        )  # fmt: skip
        for name, amount in each.money_at_risk.items():
            cell["money"][name] = cell["money"].get(name, Decimal(0)) + Decimal(amount)
        cell["is_cause"] |= each.dimensions in each.root_cause.split("; ")
        cell["excess"] += abs(each.excess)
        cell["episodes"] += 1
        cell["minutes"] += each.breached_minutes
        cell["open"] += each.is_open
    ranked = sorted(by_cell.values(), key=lambda each: (-each["excess"], each["dimensions"]))
    return [
        {**each, "excess": round(each["excess"]), "money": in_words(_texts(each["money"]))}
        for each in ranked[:15]
    ]


def _texts(money: dict[str, Decimal]) -> dict[str, str]:
    return {name: str(amount) for name, amount in money.items()}


def _persistence(monitor: Monitor) -> list[dict[str, Any]]:
    current = (monitor.current or {}).get("persistence_analysis", {})
    return [{"metric": name, **found} for name, found in sorted(current.items())]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M}"
