"""A run told in a terminal, in about twenty-five lines."""

from typing import TYPE_CHECKING, Final

from tieout.export.breakdown import LargeBreak, Slice, by_bucket, largest
from tieout.export.carried import carried_sentence
from tieout.export.run_report import RunReport, unsure_dates
from tieout.export.verdict import sentences, tone, worth_text
from tieout.export.words import count_text, label, money_text, next_step, percent_text, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_BUCKETS_MAX: Final = 6
_LARGEST_MAX: Final = 5
# Below this many columns the proofs would stand in a column too narrow to read.
_WIDE: Final = 90
STYLES: Final = {"good": "bold green", "open": "bold yellow", "bad": "bold red"}


def print_summary(report: RunReport, console: "Console") -> None:
    """Print verdict, breaks by bucket, the largest with their proof, and where to go on.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.text import Text

    tied, broken, conserved = sentences(report)
    console.print(Text(tied, style=STYLES[tone(report)]))
    console.print(Text(broken))
    console.print(Text(conserved, style="dim" if tone(report) != "bad" else "bold red"))
    if report.carried is not None:
        console.print(Text(carried_sentence(report.carried)))
    slices = by_bucket(report.breaks)
    if slices:
        console.print()
        console.print(_buckets(slices, report.breaks.height))
        console.print()
        found = largest(report.breaks, _LARGEST_MAX)
        _print_narrow(found, console) if console.width < _WIDE else console.print(_largest(found))
    console.print()
    for line in _way_on(report, slices):
        console.print(Text(line))


def _print_narrow(found: tuple[LargeBreak, ...], console: "Console") -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text("Largest", style="bold"))
    for part in found:
        difference = money_text(part.difference, part.currency)
        words = (part.key or "no key", label(part.bucket), difference)
        console.print(Text("  ".join(plain(word, 40) for word in words)))
        if part.evidence:
            console.print(Padding(Text(plain(part.evidence), style="dim"), (0, 0, 0, 2)))


def _buckets(slices: tuple[Slice, ...], breaks: int) -> "Table":
    table = headed_table("Bucket")
    table.add_column("Breaks", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("Difference", justify="right")
    for part in slices[:_BUCKETS_MAX]:
        differing = [worth for worth in part.worth if worth.difference]
        table.add_row(*_cells(part.name, part.count, breaks, worth_text(differing)))
    rest = slices[_BUCKETS_MAX:]
    if rest:
        others = f"{count_text(len(rest), 'other')}"
        table.add_row(*_cells(others, sum(part.count for part in rest), breaks, ""))
    return table


def _cells(name: str, count: int, breaks: int, worth: str) -> tuple[str, ...]:
    from rich.markup import escape

    share = percent_text(count, breaks)
    return (
        escape(plain(label(name), 40)),
        count_text(count),
        share,
        escape(plain(worth) or "\N{EN DASH}"),
    )


def _largest(found: tuple[LargeBreak, ...]) -> "Table":
    from rich.text import Text

    table = headed_table("Largest")
    table.add_column("Bucket")
    table.add_column("Difference", justify="right", no_wrap=True)
    table.add_column("Proof", ratio=1)
    for part in found:
        table.add_row(
            Text(plain(part.key, 40) or "no key"),
            Text(plain(label(part.bucket), 40)),
            Text(plain(money_text(part.difference, part.currency))),
            Text(plain(part.evidence)),
        )
    return table


def headed_table(first: str) -> "Table":
    """An empty table whose first column is called so."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    table.add_column(first)
    return table


def _way_on(report: RunReport, slices: tuple[Slice, ...]) -> list[str]:
    lines = []
    if slices and next_step(slices[0].name):
        lines.append(f"Next, {label(slices[0].name).lower()}: {next_step(slices[0].name)}")
    if report.rows_rejected:
        rows = count_text(report.rows_rejected, "row")
        lines.append(f"{rows} could not be read: see rejects.csv.")
    unsure = sum(not choice.is_certain for choice in report.choices)
    if unsure:
        noun = "choice" if unsure == 1 else "choices"
        lines.append(f"Check {count_text(unsure)} uncertain {noun} in spec.yaml.")
    lines += unsure_dates(report.choices)
    if report.folder:
        names = "report.html, breaks.csv" if report.breaks.height else "report.html"
        lines.append(f"Files: {plain(report.folder, 400)} ({names})")
    return lines
