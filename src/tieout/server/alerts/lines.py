"""Lines of the live chart: minutes pooled until a person can read them, with their limits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tieout.export.pooled import WIDTHS, is_readable, pooled
from tieout.server.alerts.models import Episode
from tieout.server.alerts.moments import at_minute

# A minute as it is kept: value, limit, usual value and number of events of each metric.
Row = tuple[int, Mapping[str, Sequence[Any]]]

_POINTS_MAX: Final = 200
_SHOWN_MIN: Final = 3
_SHOWN_MAX: Final = 4
_GRAVITY: Final = ("severe", "critical", "warning", "info", "")


def width_of(rows: Sequence[Row]) -> int:
    """Minutes that make one point: few enough points, of enough events each.

    >>> width_of([(minute, {"volume_drop": [40.0, None, 40.0, 40.0]}) for minute in range(180)])
    5
    """
    if not rows:
        return 1
    events = sorted(_events(metrics) for _, metrics in rows)[len(rows) // 2]
    span = rows[-1][0] - rows[0][0] + 1
    for width in WIDTHS:
        if is_readable(width, events) and span <= width * _POINTS_MAX:
            return width
    return WIDTHS[-1]


def lines_of(rows: Sequence[Row], width: int, shown: Iterable[str]) -> list[dict[str, Any]]:
    """A line for each metric, in the order in which they are read.

    points: moment, value, limit and usual value of `width` minutes each, pooled. shown: metrics
    that stand in the chart unless somebody chooses others.
    """
    minutes: dict[str, dict[int, list[Sequence[Any]]]] = {}
    for minute, metrics in rows:
        for name, values in metrics.items():
            if values[0] is not None:
                minutes.setdefault(name, {}).setdefault(minute // width, []).append(values)
    first = list(shown)
    order = sorted(minutes, key=lambda name: (name not in first, _place(name, first), name))
    return [
        {
            "metric": name,
            "shown": name in first,
            "points": [
                [f"{at_minute(part * width):%Y-%m-%dT%H:%M}", *map(_short, pooled(name, values))]
                for part, values in sorted(minutes[name].items())
            ],
        }
        for name in order
        if name != "volume_surge"
    ]


def shown_first(rows: Sequence[Row], episodes: Iterable[Episode]) -> list[str]:
    """What a person looks for: what is or was out of limits, the open and gravest first.

    Where that is little, the highest rate, volume and latency stand beside it.
    """
    whole = [each for each in episodes if not each.dimensions]
    whole.sort(key=lambda each: -each.started_at.timestamp())
    whole.sort(key=lambda each: (not each.is_open, _GRAVITY.index(each.severity)))
    found = list(dict.fromkeys(_lane(each.metric) for each in whole))[:_SHOWN_MAX]
    known = {name for _, metrics in rows for name in metrics}
    sums = {name: 0.0 for name in known if name.endswith("_rate")}
    for _, metrics in rows:
        for name in sums.keys() & metrics.keys():
            value, events = metrics[name][0], metrics[name][3]
            sums[name] += (value or 0.0) * (events or 0.0)
    usual = [*sorted(sums, key=lambda name: -sums[name])[:1], "volume_drop", "latency_p95"]
    for name in usual:
        if len(found) < _SHOWN_MIN and name in known and name not in found:
            found.append(name)
    return found


def _lane(metric: str) -> str:
    """Both directions of volume are one line."""
    return "volume_drop" if metric == "volume_surge" else metric


def _place(name: str, first: Sequence[str]) -> int:
    return first.index(name) if name in first else int(not name.endswith("_rate"))


def _events(metrics: Mapping[str, Sequence[Any]]) -> float:
    return max((values[3] or 0.0 for values in metrics.values()), default=0.0)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
