"""What a judged minute said, as JSON: for the charts, and for `GET /monitor`."""

import math
from typing import Any

import numpy as np

from tieout.monitor.cells import ALL
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.episodes import Episode, Severity
from tieout.monitor.statuses import APPROVED, rate_name
from tieout.server.alerts.moments import at_minute

_UNUSED = ("", rate_name(""), rate_name(APPROVED))


def minute_metrics(minute: Minute) -> dict[str, list[float | None]]:
    """Of each metric of the whole: value, limit, usual value, events, and 1 where out of limits."""
    found: dict[str, list[float | None]] = {}
    for verdict in minute.verdicts:
        rows = np.flatnonzero(verdict.cells == ALL)
        if not len(rows):
            continue
        row = int(rows[0])
        for column, metric in enumerate(verdict.metrics):
            if metric in _UNUSED:
                continue
            total = float(verdict.total[row, column])
            is_rate = metric.endswith("_rate")
            scale = total if is_rate and total > 0 else 1.0
            usual = verdict.expected[row, column] / scale if is_rate else None
            usual = verdict.baseline[row, column] if usual is None else usual
            found[metric] = [
                _number(verdict.observed[row, column]),
                _number(verdict.limit[row, column] / scale),
                _number(usual),
                _number(total),
                float(verdict.breached[row, column]),
            ]
    return found


def current_of(minute: Minute, monitor: Monitor) -> dict[str, Any]:
    """`current_minute`, `metrics`, `thresholds` and `persistence_analysis` after a minute."""
    metrics = minute_metrics(minute)
    opened = [each for each in monitor.episodes.open.values() if not each.dimensions]
    by_metric = {each.metric: each for each in opened}
    names = sorted({*metrics, *by_metric})
    return {
        "current_minute": f"{at_minute(minute.minute):%Y-%m-%dT%H:%M}",
        "missing_data": bool(minute.missing),
        "metrics": {name: _metric(values) for name, values in metrics.items()},
        "thresholds": {name: _threshold(name, metrics.get(name), monitor) for name in names},
        "persistence_analysis": {
            name: persistence_of(by_metric.get(name), monitor, name) for name in names
        },
        "series": len(monitor.cells) * (len(monitor.metric_names()) + 2),
        "late": monitor.late,
    }


def persistence_of(episode: Episode | None, monitor: Monitor, metric: str) -> dict[str, Any]:
    """How long a metric has been out of limits, and what comes next."""
    limits = monitor.spec.severities(metric)
    steps = {
        "info": limits.info,
        "warning": limits.warning,
        "critical": limits.critical,
        "severe": limits.severe,
    }
    minutes = episode.breached_minutes if episode else 0
    following = next((name for name, least in steps.items() if least > minutes), None)
    return {
        "state": str(episode.state) if episode else "ok",
        "severity": str(episode.severity if episode else Severity.NONE),
        "episode_id": episode.episode_id if episode else None,
        "breached_minutes": minutes,
        "quiet_minutes": episode.quiet_minutes if episode else 0,
        "since": f"{at_minute(episode.started):%Y-%m-%dT%H:%M}" if episode else None,
        "next_severity": following,
        "minutes_to_next": steps[following] - minutes if following else None,
    }


def _metric(values: list[float | None]) -> dict[str, Any]:
    value, _, usual, events, out = values
    return {"value": value, "usual": usual, "events": events, "out_of_limits": bool(out)}


def _threshold(metric: str, values: list[float | None] | None, monitor: Monitor) -> dict[str, Any]:
    limits = monitor.spec.severities(metric)
    return {
        "limit": values[1] if values else None,
        "method": monitor.spec.metric(metric).method,
        "windows_minutes": _windows(metric, monitor),
        "severity_minutes": limits.model_dump(),
    }


def _windows(metric: str, monitor: Monitor) -> list[int]:
    """Long windows are of rates alone."""
    windows = monitor.spec.windows
    return [*windows.minutes, *(windows.long_minutes if metric.endswith("_rate") else ())]


def _number(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None
