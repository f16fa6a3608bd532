"""The report's sections about how the result came about."""

from collections.abc import Sequence
from typing import Final

from tieout.export.markup import Html, Node, join, tag
from tieout.export.parts import Heading, Section, empty, section, table
from tieout.export.run_report import Choice, RunReport
from tieout.export.words import count_text, label, plain

REJECTS_MAX: Final = 20


def passes(report: RunReport) -> Section:
    """What each pass matched, in the order in which they ran."""
    headings = (
        Heading("Pass"),
        Heading("Kind"),
        Heading("Matches", "number"),
        Heading("Left rows", "number"),
        Heading("Right rows", "number"),
    )
    rows = [
        (
            plain(label(count.pass_name)),
            label(str(count.kind)),
            count_text(count.matches),
            count_text(count.rows_left),
            count_text(count.rows_right),
        )
        for count in report.passes
    ]
    body = table("Matches by pass and kind", headings, rows)
    return section(
        ("passes", "Matching"),
        "How it was matched",
        body if rows else empty("No pass matched anything."),
        note=f"{count_text(report.matches, 'match')}, the most precise pass first.",
    )


def choices(report: RunReport) -> Section:
    """What was decided about the columns, the uncertain decisions first."""
    name, title = ("columns", "Columns"), "How the columns were read"
    if not report.choices:
        return section(name, title, empty("As the spec says."))
    ordered = sorted(report.choices, key=lambda choice: choice.is_certain)
    unsure = sum(not choice.is_certain for choice in ordered)
    headings = (Heading("Part"), Heading("Read as"), Heading("Because", "words"))
    rows = [
        (_subject(choice), tag("code", plain(choice.value)), plain(choice.reason))
        for choice in ordered
    ]
    note = "Edit spec.yaml to change any of it."
    if unsure:
        note = f"{count_text(unsure, 'choice')} to check. {note}"
    return section(
        name,
        title,
        table("Inferred parts of the spec and their reasons", headings, rows),
        note=note,
    )


def rejects(report: RunReport) -> Section:
    """Rows that could not be read."""
    if not report.rejects:
        return section(("rejects", "Rejects"), "Rejected rows", empty("Every row could be read."))
    shown = report.rejects[:REJECTS_MAX]
    headings = (
        Heading("File"),
        Heading("Row", "number"),
        Heading("Column"),
        Heading("Value"),
        Heading("Expected", "words"),
    )
    rows = [
        (
            plain(part.file),
            count_text(part.row) if part.row else "header",
            plain(part.column),
            tag("code", plain(part.value, 80)),
            plain(part.expected),
        )
        for part in shown
    ]
    rejected = count_text(report.rows_rejected, "rejected row")
    link = tag("a", "rejects.csv", href="rejects.csv")
    return section(
        ("rejects", "Rejects"),
        "Rejected rows",
        table(f"The first {count_text(len(shown))} rejects", headings, rows),
        tag("p", f"{rejected}; all reasons are in ", link, ".", class_="more"),
    )


def run_facts(report: RunReport) -> Section:
    """What is needed to repeat the run and to compare it with another."""
    headings = (Heading("Side"), Heading("File"), Heading("SHA-256"), Heading("Rows", "number"))
    rows = [
        (plain(side.name), plain(side.file), tag("code", plain(side.sha256)), count_text(side.rows))
        for side in (report.left, report.right)
    ]
    facts: list[tuple[str, Node]] = [
        ("Reconciliation", plain(report.reconciliation)),
        ("Run", tag("code", plain(report.run_id))),
        ("Made at", plain(report.created_at)),
        *((plain(name), plain(version)) for name, version in report.versions),
    ]
    return section(
        ("run", "Run"),
        "The run",
        table("Inputs, with the hash of their bytes", headings, rows),
        tag(
            "div",
            tag("dl", *(join(tag("dt", name), tag("dd", node)) for name, node in facts)),
            _seconds(report.seconds),
            class_="pair facts",
        ),
    )


def _seconds(steps: Sequence[tuple[str, float]]) -> Html | None:
    if not steps:
        return None
    rows = [(plain(label(name)), f"{seconds:,.2f}") for name, seconds in steps]
    rows.append(("All", f"{sum(seconds for _, seconds in steps):,.2f}"))
    return table("Seconds by step", (Heading("Step"), Heading("Seconds", "number")), rows)


def _subject(choice: Choice) -> Html:
    mark = None if choice.is_certain else tag("span", "check this", class_="mark")
    return join(tag("span", plain(choice.subject), class_="name"), mark)
