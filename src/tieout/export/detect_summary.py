"""A detection told in a terminal."""

from typing import TYPE_CHECKING, Any, Final

from tieout.export.detect_facts import DetectReport
from tieout.export.detect_report import sentences, tone
from tieout.export.summary import STYLES, headed_table
from tieout.export.words import count_text, label, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_CASES_MAX: Final = 6
_INCIDENTS_MAX: Final = 6
_RULES_MAX: Final = 6


def print_detection(report: DetectReport, console: "Console") -> None:
    """Print what was flagged, the first cases with their reasons, the rules, and where to go on.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.text import Text

    first, *others = sentences(report)
    console.print(Text(plain(first, 400), style=STYLES[tone(report)]))
    for words in others:
        console.print(Text(plain(words, 400)))
    if not report.incidents.is_empty():
        console.print()
        console.print(Text("Incidents", style="bold"))
        for row in report.incidents.head(_INCIDENTS_MAX).iter_rows(named=True):
            words = plain(row["headline"], 200)
            console.print(Text(f"{row['severity'] or '':9}{words} ({row['trend']})"))
    if not report.cases.is_empty():
        console.print()
        console.print(_cases(report))
    if report.rules:
        console.print()
        console.print(_rules(report))
    console.print()
    for line in _way_on(report):
        console.print(Text(line))


def _cases(report: DetectReport) -> "Table":
    from rich.text import Text

    table = headed_table("Row")
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Why", ratio=1)
    for row in report.cases.head(_CASES_MAX).iter_rows(named=True):
        table.add_row(
            count_text(row["row"]), f"{row['score']:.3f}", Text("\n".join(map(plain, _why(row))))
        )
    return table


def _why(row: dict[str, Any]) -> list[str]:
    reasons = list(row["reasons_top3"])
    return reasons or [f"rule {name}" for name in row["triggered_rules"]]


def _rules(report: DetectReport) -> "Table":
    table = headed_table("Rule")
    table.add_column("Rows", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("Flags", no_wrap=True)
    most = sorted(report.rules, key=lambda rule: (-rule.rows, rule.identifier))
    for rule in most[:_RULES_MAX]:
        table.add_row(
            plain(rule.identifier, 40),
            count_text(rule.rows),
            f"{100 * rule.share:.2f} %",
            "yes" if rule.flags else "no",
        )
    return table


def _way_on(report: DetectReport) -> list[str]:
    lines = []
    if report.rejected:
        rows = count_text(report.rejected, "row")
        lines.append(f"{rows} could not be read: see rejects.csv.")
    unsure = [choice for choice in report.choices if not choice.is_certain]
    lines += [
        f"Check: {plain(label(each.subject))}: {plain(each.value, 300)}." for each in unsure[:2]
    ]
    if report.folder:
        lines.append(f"Files: {plain(report.folder, 400)} (report.html, summaries.md, cases.csv)")
    return lines
