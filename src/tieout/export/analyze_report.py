"""The report of an analysis: one HTML page that needs nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tieout.export import findings, provenance
from tieout.export.analyze_run import AnalyzeReport
from tieout.export.analyze_summaries import sentences
from tieout.export.breakdown import by_age, by_time, worth
from tieout.export.explain_summaries import summaries_section
from tieout.export.markup import Html, Node, join, tag
from tieout.export.page import figure_card, page, verdict_block, write_page
from tieout.export.parts import (
    Heading,
    Section,
    differences,
    empty,
    money,
    section,
    table,
)
from tieout.export.run_report import RunReport
from tieout.export.words import count_text, label, percent_text, plain

BREAKS_MAX: Final = 50


def write_analyze_report(report: AnalyzeReport, path: Path) -> None:
    """Write the report to `path`, whole or not at all; the same facts give the same bytes."""
    write_page(analyze_page(report), path)


def analyze_page(report: AnalyzeReport) -> str:
    """The page as text."""
    tone = "open" if report.anomalous.height or report.rows_rejected else "good"
    return page(
        report.title,
        brand="Tieout analysis report",
        made_at=report.created_at,
        byline=[f"{plain(part.name, 40)}: {part.file}" for part in report.inputs],
        opening=(verdict_block(sentences(report), tone), _cards(report)),
        sections=list(_sections(report)),
    )


def _cards(report: AnalyzeReport) -> Html:
    odd, breaks = report.anomalous, report.breaks
    grave = sum(report.by_severity.get(name, 0) for name in ("critical", "high"))
    incidents = count_text(report.incidents.height, "incident")
    return tag(
        "dl",
        figure_card("Breaks", count_text(breaks.height), "in the rows that were judged"),
        figure_card(
            "Out of pattern",
            count_text(odd.height),
            f"{percent_text(odd.height, breaks.height)} of them; {incidents}",
        ),
        figure_card("Critical or high", count_text(grave), "by amount, oddness and age"),
        figure_card(
            "Worth",
            differences(worth(odd)) if odd.height else "none",
            "absolute differences out of pattern",
        ),
        class_="cards",
    )


def _sections(report: AnalyzeReport) -> Iterator[Section]:
    more = report.incidents.height - len(report.summaries)
    yield summaries_section(report.summaries, more=more)
    yield _odd(report)
    if report.breaks.height:
        yield findings.buckets(_as_run(report))
        yield findings.ageing(by_age(report.breaks))
        yield findings.timeline(by_time(report.breaks))
    yield _severities(report)
    yield _rows(report)
    yield provenance.choices(report.choices, edit="Edit spec.yaml to change any of it.")
    yield provenance.rejects(report.rejects, report.rows_rejected)
    yield provenance.run_facts(
        [
            provenance.InputLine(part.name, part.file, part.sha256, part.rows)
            for part in report.inputs
        ],
        [("Run", report.run_id), ("Made at", report.created_at), *report.versions],
        report.seconds,
    )


def _as_run(report: AnalyzeReport) -> RunReport:
    """The part of it that sections about breaks read."""
    return RunReport(
        title=report.title,
        reconciliation=report.title,
        run_id=report.run_id,
        created_at=report.created_at,
        left=report.inputs[0],
        right=report.inputs[-1],
        totals=(),
        passes=(),
        breaks=report.breaks,
    )


def _odd(report: AnalyzeReport) -> Section:
    shown = report.anomalous.head(BREAKS_MAX)
    headings = (
        Heading("Key"),
        Heading("Difference", "number"),
        Heading("What"),
        Heading("Severity"),
        Heading("p-value", "number"),
        Heading("Because", "words"),
    )
    rows = [
        (
            plain(row["key"]) or "no key",
            money(row["difference"], row["currency"]),
            label(row["category"]),
            label(row["severity"]),
            f"{row['p_value']:.2g}",
            join(*(tag("span", plain(reason), class_="name") for reason in row["reasons"])),
        )
        for row in shown.iter_rows(named=True)
    ]
    more = report.breaks.height - shown.height
    link = tag("a", "breaks.csv", href="breaks.csv")
    body = table("Breaks out of pattern, the oddest first", headings, rows)
    return section(
        ("odd", "Out of pattern"),
        "Breaks out of pattern",
        body if rows else empty("None: every break is like what was before it."),
        tag("p", f"{count_text(more, 'more break')} in ", link, ".", class_="more")
        if more > 0
        else None,
        note="At most 5 % of them are expected to be so by chance. "
        f"Judged by {plain(report.judged_by, 300)}.",
    )


def _severities(report: AnalyzeReport) -> Section:
    counts = ", ".join(f"{count_text(count)} {name}" for name, count in report.by_severity.items())
    headings = [Heading(words) for words in report.table[0]] if report.table else []
    rows: list[Sequence[Node]] = [tuple(label(cell) for cell in row) for row in report.table[1:]]
    return section(
        ("severity", "Severity"),
        "How severity is decided",
        table("Severity by size and oddness", headings, rows) if rows else None,
        note=f"{counts}." if counts else "",
    )


def _rows(report: AnalyzeReport) -> Section:
    headings = (
        Heading("Part"),
        Heading("Rows", "number"),
        Heading("Agree", "number"),
        Heading("Breaks", "number"),
        Heading("Rejected", "number"),
    )
    rows = [
        (
            plain(part.name, 40),
            count_text(part.rows),
            count_text(part.rows_matched),
            count_text(part.rows_in_breaks),
            count_text(part.rows_rejected),
        )
        for part in report.inputs
    ]
    return section(
        ("rows", "Rows"),
        "Where every row went",
        table("Rows of each part by what became of them", headings, rows),
        note="Each row either agrees, is a break or is in the list of rejects.",
    )
