"""The report's sections about how the result came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.export.markup import Html, join, tag
from tieout.export.parts import Heading, Section, empty, section, table
from tieout.export.run_report import Choice, RunReport
from tieout.export.words import count_text, label, plain
from tieout.model.facts import Reject

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


def choices(made: Sequence[Choice], *, edit: str) -> Section:
    """What was decided about the columns, the uncertain first; `edit` says how to change it."""
    name, title = ("columns", "Columns"), "How the columns were read"
    if not made:
        return section(name, title, empty("As the spec says."))
    ordered = sorted(made, key=lambda choice: choice.is_certain)
    unsure = sum(not choice.is_certain for choice in ordered)
    headings = (Heading("Part"), Heading("Read as"), Heading("Because", "words"))
    rows = [
        (_subject(choice), tag("code", plain(choice.value)), plain(choice.reason))
        for choice in ordered
    ]
    note = f"{count_text(unsure, 'choice')} to check. {edit}" if unsure else edit
    return section(
        name,
        title,
        table("Inferred parts of the spec and their reasons", headings, rows),
        note=note,
    )


def rejects(listed: Sequence[Reject], rows_rejected: int) -> Section:
    """Rows that could not be read: the first of them and how many there are."""
    if not listed:
        return section(("rejects", "Rejects"), "Rejected rows", empty("Every row could be read."))
    shown = listed[:REJECTS_MAX]
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
    rejected = count_text(rows_rejected, "rejected row")
    link = tag("a", "rejects.csv", href="rejects.csv")
    return section(
        ("rejects", "Rejects"),
        "Rejected rows",
        table(f"The first {count_text(len(shown))} rejects", headings, rows),
        tag("p", f"{rejected}; all reasons are in ", link, ".", class_="more"),
    )


@dataclass(frozen=True, slots=True)
class InputLine:
    """An input of a run: which it was, its file, the hash of its bytes, its data rows."""

    side: str
    file: str
    sha256: str
    rows: int


def run_facts(
    inputs: Sequence[InputLine],
    facts: Sequence[tuple[str, str]],
    seconds: Sequence[tuple[str, float]],
) -> Section:
    """What is needed to repeat the run and to compare it with another."""
    headings = (Heading("Side"), Heading("File"), Heading("SHA-256"), Heading("Rows", "number"))
    rows = [
        (plain(line.side), plain(line.file), tag("code", plain(line.sha256)), count_text(line.rows))
        for line in inputs
    ]
    return section(
        ("run", "Run"),
        "The run",
        table("Inputs, with the hash of their bytes", headings, rows),
        tag(
            "div",
            tag("dl", *(join(tag("dt", plain(name)), _fact(name, words)) for name, words in facts)),
            _seconds(seconds),
            class_="pair facts",
        ),
    )


def _fact(name: str, words: str) -> Html:
    return tag("dd", tag("code", plain(words)) if name == "Run" else plain(words))


def _seconds(steps: Sequence[tuple[str, float]]) -> Html | None:
    if not steps:
        return None
    rows = [(plain(label(name)), f"{seconds:,.2f}") for name, seconds in steps]
    rows.append(("All", f"{sum(seconds for _, seconds in steps):,.2f}"))
    return table("Seconds by step", (Heading("Step"), Heading("Seconds", "number")), rows)


def _subject(choice: Choice) -> Html:
    mark = None if choice.is_certain else tag("span", "check this", class_="mark")
    return join(tag("span", plain(choice.subject), class_="name"), mark)
