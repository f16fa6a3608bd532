"""The report of a replay: one HTML page that needs nothing else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tieout.export import provenance
from tieout.export.charts import share_bar
from tieout.export.markup import Html, join, tag
from tieout.export.monitor_metrics import metrics_over_time
from tieout.export.monitor_run import MonitorReport
from tieout.export.page import figure_card, page, verdict_block, write_page
from tieout.export.parts import Heading, Section, empty, section, table
from tieout.export.words import count_text, label, plain

_EPISODES_SHOWN: Final = 60
_ALERTS_SHOWN: Final = 40
_CELLS_SHOWN: Final = 15
_DASH: Final = "\N{EN DASH}"
_SEVERITIES: Final = ("severe", "critical", "warning", "info")


def write_monitor_report(report: MonitorReport, path: Path) -> None:
    """Write the report to `path`, whole or not at all; the same facts give the same bytes."""
    write_page(monitor_page(report), path)


def monitor_page(report: MonitorReport) -> str:
    """The page as text."""
    return page(
        report.title,
        brand="Tieout monitor report",
        made_at=report.created_at,
        byline=[report.file, f"{report.first} to {report.last}"],
        opening=(verdict_block(sentences(report), tone(report)), _cards(report)),
        sections=(
            metrics_over_time(report),
            _episodes(report),
            _incidents(report),
            _dimensions(report),
            _alerts(report),
            provenance.choices(report.choices, edit="Name it under `input` in --spec."),
            provenance.rejects(report.rejects, report.rejected),
            provenance.run_facts(
                [provenance.InputLine("file", report.file, report.sha256, report.rows)],
                [("Run", report.run_id), ("Made at", report.created_at), *report.versions],
                report.seconds,
            ),
        ),
    )


def tone(report: MonitorReport) -> str:
    """`open` with anything that fired, else `good`."""
    return "open" if report.fired.height else "good"


def sentences(report: MonitorReport) -> list[str]:
    """What happened, what was told of it, and what was judged."""
    fired = report.fired.height
    short = report.episodes.height - fired
    if not report.episodes.height:
        first = "Nothing was out of limits."
    else:
        shorter = f"; {count_text(short)} ended before they had a severity" if short else ""
        among = count_text(report.incidents.height, "incident")
        first = f"{count_text(fired, 'episode')} fired in {among}{shorter}."
    told = f"{count_text(report.alerts.height, 'alert')} would have been sent."
    late = f", {count_text(report.late)} of them late" if report.late else ""
    ground = (
        f"{count_text(report.rows - report.rejected, 'row')}{late} of "
        f"{count_text(report.minutes, 'minute')} were counted into "
        f"{count_text(report.series)} series."
    )
    return [first, told, ground]


def _cards(report: MonitorReport) -> Html:
    counts = {name: int((report.episodes["severity"] == name).sum()) for name in _SEVERITIES}
    by_severity = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    days = max(report.minutes / 1440, 1e-9)
    return tag(
        "dl",
        figure_card("Episodes", count_text(report.episodes.height), by_severity or "none fired"),
        figure_card(
            "Incidents", count_text(report.incidents.height), "episodes that broke together"
        ),
        figure_card(
            "Alerts", count_text(report.alerts.height), f"{report.alerts.height / days:.1f} a day"
        ),
        figure_card("Minutes", count_text(report.minutes), f"{days:.1f} days"),
        class_="cards",
    )


def _episodes(report: MonitorReport) -> Section:
    name, title = ("episodes", "Episodes"), "Episodes"
    if not report.episodes.height:
        return section(name, title, empty("No metric was out of limits."))
    headings = (
        Heading("Metric", "words"),
        Heading("Severity"),
        Heading("Started"),
        Heading("Found after", "number"),
        Heading("Minutes", "number"),
        Heading("Value", "number"),
        Heading("Usual", "number"),
        Heading("n", "number"),
        Heading("p", "number"),
        Heading("Excess", "number"),
    )
    shown = report.episodes.head(_EPISODES_SHOWN)
    rows = [
        (
            join(
                tag("span", label(row["metric"]), class_="name"),
                tag("span", plain(row["dimensions"]), class_="quiet")
                if row["dimensions"]
                else None,
            ),
            row["severity"] or _DASH,
            _time(row["started_at"]),
            f"{(row['detected_at'] - row['started_at']) // timedelta(minutes=1)} min",
            count_text(row["breached_minutes"]),
            value_text(row["metric"], row["value"]),
            value_text(row["metric"], row["baseline"]),
            count_text(row["n"]),
            f"{row['p_value']:.0e}",
            f"{row['excess']:,.0f}",
        )
        for row in shown.iter_rows(named=True)
    ]
    more = report.episodes.height - shown.height
    return section(
        name,
        title,
        table("Episodes in the order in which they were found", headings, rows),
        tag("p", f"{count_text(more)} more in episodes.csv.", class_="more") if more else None,
        note="Minutes are those out of limits; a quiet one resets nothing. Value, usual, n and p "
        "are those of the least likely window; excess is in events.",
    )


def _incidents(report: MonitorReport) -> Section:
    name, title = ("incidents", "Incidents"), "What broke together"
    if not report.incidents.height:
        return section(name, title, empty("Nothing broke."))
    headings = (
        Heading("Started"),
        Heading("Severity"),
        Heading("Episodes", "number"),
        Heading("Metrics", "words"),
        Heading("Root cause", "words"),
        Heading("Excess", "number"),
        Heading("At risk", "words"),
    )
    rows = [
        (
            _time(row["started_at"]),
            row["severity"] or _DASH,
            count_text(row["episodes"]),
            plain(row["metrics"]),
            plain(row["root_cause"]) or "not told",
            f"{row['excess']:,.0f}",
            plain(row["money_at_risk"]) or _DASH,
        )
        for row in report.incidents.head(_EPISODES_SHOWN).iter_rows(named=True)
    ]
    return section(name, title, table("Incidents, first to last", headings, rows))


def _dimensions(report: MonitorReport) -> Section:
    import polars as pl

    name, title = ("dimensions", "Dimensions"), "Where it hurt"
    inner = report.episodes.filter(pl.col("dimensions") != "")
    if not inner.height:
        words = "Only the whole was out of limits." if report.episodes.height else "Nothing was."
        return section(name, title, empty(words))
    ranked = (
        inner.group_by("dimensions")
        .agg(
            pl.col("excess").abs().sum(),
            pl.len().alias("episodes"),
            pl.col("breached_minutes").sum(),
        )
        .sort(["excess", "dimensions"], descending=[True, False])
    )
    most = float(ranked["excess"][0]) or 1.0
    headings = (
        Heading("Dimensions", "words"),
        Heading("Excess", "number"),
        Heading("", "wide"),
        Heading("Episodes", "number"),
        Heading("Minutes", "number"),
    )
    rows = [
        (
            plain(row["dimensions"]),
            f"{row['excess']:,.0f}",
            share_bar(((round(1000 * row["excess"] / most), "bar"),), 1000),
            count_text(row["episodes"]),
            count_text(row["breached_minutes"]),
        )
        for row in ranked.head(_CELLS_SHOWN).iter_rows(named=True)
    ]
    note = "By events beyond the usual, over all episodes."
    if report.overflow:
        shared = ", ".join(f"{words}: {count_text(rows)}" for words, rows in report.overflow)
        note += f" Rows of values beyond the cap, counted as (other): {plain(shared, 200)}."
    return section(name, title, table("Cells by impact", headings, rows), note=note)


def _alerts(report: MonitorReport) -> Section:
    name, title = ("alerts", "Alerts"), "What would have been sent"
    if not report.alerts.height:
        return section(name, title, empty("No alert was due."))
    headings = (Heading("At"), Heading("Alert"), Heading("Severity"), Heading("Metric", "words"))
    rows = [
        (
            _time(row["minute"]),
            row["kind"],
            row["severity"] or _DASH,
            " of ".join(filter(None, (label(row["metric"]), plain(row["dimensions"])))),
        )
        for row in report.alerts.head(_ALERTS_SHOWN).iter_rows(named=True)
    ]
    more = report.alerts.height - len(rows)
    return section(
        name,
        title,
        table("Alerts, first to last", headings, rows),
        tag("p", f"{count_text(more)} more in alerts.jsonl.", class_="more") if more > 0 else None,
    )


def value_text(metric: str, value: float | None) -> str:
    """A value in the unit of its metric.

    >>> value_text("denied_rate", 0.0491), value_text("latency_p95", 812.4)
    ('4.91 %', '812 ms')
    """
    if value is None:
        return _DASH
    if metric.endswith("_rate"):
        return f"{100 * value:.3g} %" if value < 0.1 else f"{100 * value:.1f} %"
    unit = " ms" if metric.startswith("latency") else ""
    return f"{value:,.0f}{unit}" if abs(value) >= 100 else f"{value:.3g}{unit}"


def _time(moment: datetime) -> Html:
    return tag("time", f"{moment:%Y-%m-%d %H:%M}", datetime=moment.isoformat())
