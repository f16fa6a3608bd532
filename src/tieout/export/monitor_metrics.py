"""The part of a replay's report that draws metrics over time, with their limits and episodes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tieout.export.markup import Html, tag
from tieout.export.monitor_chart import Band, Line, time_chart
from tieout.export.monitor_run import MonitorReport
from tieout.export.parts import Section, empty, section
from tieout.export.pooled import pooled, readable_width
from tieout.export.words import count_text, label

if TYPE_CHECKING:
    import polars as pl

_CHARTS_MAX: Final = 8
_TICKS: Final = 6
_TONES: Final = {"": "bar", "info": "bar", "warning": "open", "critical": "bad", "severe": "bad"}
_VOLUME: Final = "volume_drop"
_MINUTE: Final = timedelta(minutes=1)


def metrics_over_time(report: MonitorReport) -> Section:
    """A chart of the volume and of each metric of the whole that was out of limits."""
    import polars as pl

    name, title = ("charts", "Charts"), "Metrics over time"
    whole = report.windows.filter(pl.col("dimensions") == "")
    events = sorted(whole.filter(pl.col("metric") == _VOLUME)["total"].to_list())
    width = readable_width(events[len(events) // 2]) if events else 1
    found = report.episodes.filter(pl.col("dimensions") == "")["metric"].unique().to_list()
    wanted = [_VOLUME, *sorted(set(found) - {_VOLUME, "volume_surge", "missing_data"})]
    figures = [
        figure
        for metric in wanted[:_CHARTS_MAX]
        if (figure := _chart(report, metric, whole.filter(pl.col("metric") == metric), width))
    ]
    if not figures:
        return section(name, title, empty("There is no minute to draw."))
    part = "minute" if width == 1 else f"{count_text(width)} minutes together"
    return section(
        name,
        title,
        *figures,
        note=f"The line is the value of each {part}, the highest where many share a place (of the "
        "volume the lowest and the highest); the dashed line is their limit; bands are episodes.",
    )


def _chart(report: MonitorReport, metric: str, rows: "pl.DataFrame", width: int) -> Html | None:
    rows = rows.drop_nulls("value")
    if not rows.height:
        return None
    start: datetime = rows["minute"][0]
    line = _line(metric, rows, width)
    bands = [
        _band(episode, start, report)
        for episode in report.episodes.iter_rows(named=True)
        if episode["dimensions"] == "" and _shown_with(episode["metric"], metric)
    ]
    words = "events a minute" if metric == _VOLUME else label(metric)
    alternative = f"{words} from {report.first} to {report.last}, with {len(bands)} episodes"
    picture = time_chart(line, bands, _ticks(start, line.minutes[-1]), alternative)
    return tag("figure", picture, tag("figcaption", words[:1].upper() + words[1:]))


def _line(metric: str, rows: "pl.DataFrame", width: int) -> Line:
    """Values of so many minutes together; limits are counts in the table, shares in a rate."""
    start: datetime = rows["minute"][0]
    parts: dict[int, list[tuple[float, float | None, float | None, float]]] = {}
    for row in rows.iter_rows(named=True):
        per = 1.0 if metric == _VOLUME else row["total"]
        limit, usual = (
            None if value is None or not per else value / per
            for value in (row["limit"], row["expected"])
        )
        minute = (row["minute"] - start) // _MINUTE
        values = row["value"], limit, usual, row["total"] or 0.0
        parts.setdefault(minute // width, []).append(values)
    told = [(part * width, *pooled(metric, minutes)) for part, minutes in sorted(parts.items())]
    return Line(
        minutes=[minute for minute, *_ in told],
        values=[value or 0.0 for _, value, _, _ in told],
        limit=[limit for _, _, limit, _ in told],
        keeps_lowest=metric == _VOLUME,
    )


def _shown_with(metric: str, drawn: str) -> bool:
    return metric == drawn or (drawn == _VOLUME and metric in {"volume_surge", "missing_data"})


def _band(episode: Mapping[str, Any], start: datetime, report: MonitorReport) -> Band:
    last = datetime.fromisoformat(report.last)
    begin = (episode["started_at"] - start) / _MINUTE
    end = ((episode["ended_at"] or last) - start) / _MINUTE
    severity = episode["severity"] or "no severity"
    name = f"{episode['metric']}, {severity}, from {episode['started_at']:%d %b %H:%M}"
    return Band(begin, end, _TONES[episode["severity"]], name)


def _ticks(start: datetime, span: float) -> list[tuple[float, str]]:
    steps = [span * place / _TICKS for place in range(_TICKS)]
    return [(at, f"{start + timedelta(minutes=at):%d %b %H:%M}") for at in steps]
