"""What ECharts draws, as plain values; colours are the page's."""

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.export.words import label
from tieout.pipeline.run_query.history import History
from tieout.pipeline.run_query.summary import Volume
from tieout.server.cases.models import Run


def history_option(history: History) -> dict[str, Any]:
    """Points of peers by day, the finding among them, and the band."""
    return {
        "kind": "history",
        "what": history.what,
        "peers": history.peers,
        "points": [[p.day.isoformat(), p.value] for p in history.points if not p.is_this],
        "this": [[p.day.isoformat(), p.value] for p in history.points if p.is_this],
        "middle": history.middle,
        "low": history.low,
        "high": history.high,
    }


def bars(counts: Mapping[str, int], name: str) -> dict[str, Any]:
    """One bar a name, in the order given."""
    return {
        "kind": "bars",
        "x": [label(each) for each in counts],
        "series": [{"name": name, "data": list(counts.values())}],
    }


def run_trend(runs: Sequence[Run]) -> dict[str, Any] | None:
    """What each of several runs found, and what share of its rows that is."""
    if len(runs) < 2:
        return None
    shares = [round(100 * run.found / run.rows, 3) if run.rows else 0 for run in runs]
    return {
        "kind": "lines",
        "x": [run.created_at.strftime("%Y-%m-%d %H:%M") for run in runs],
        "axes": [{"name": "found"}, {"name": "% of rows"}],
        "series": [
            {"name": "found", "type": "bar", "data": [run.found for run in runs]},
            {"name": "% of rows", "axis": 1, "data": shares},
        ],
    }


def volume(found: Volume, *, as_lines: bool) -> dict[str, Any]:
    """Flags of detectors, rules and both."""
    only_ml = [ml - both for ml, both in zip(found.detectors, found.both, strict=True)]
    only_rules = [rules - both for rules, both in zip(found.rules, found.both, strict=True)]
    stacked = (("detectors only", only_ml), ("both", found.both), ("rules only", only_rules))
    kind = "bar" if as_lines else None
    return {
        "kind": "lines" if as_lines else "bars",
        "x": list(found.labels),
        "series": [
            {"name": name, "type": kind, "stack": "flags", "data": list(data)}
            for name, data in stacked
        ],
    }


def rates(found: Volume) -> dict[str, Any]:
    """Rows of each day, and the share of them that is flagged."""
    shares = [
        round(100 * flagged / rows, 3) if rows else 0
        for flagged, rows in zip(found.flagged, found.rows, strict=True)
    ]
    return {
        "kind": "lines",
        "x": list(found.labels),
        "axes": [{"name": "rows"}, {"name": "% flagged"}],
        "series": [
            {"name": "rows", "data": list(found.rows)},
            {"name": "% flagged", "axis": 1, "data": shares},
        ],
    }
