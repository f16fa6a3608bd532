"""A root cause told in a terminal."""

from typing import TYPE_CHECKING, Final

from tieout.export.rootcause_report import interval_text, number_text, percent, sentences
from tieout.export.rootcause_run import RootCauseReport
from tieout.export.words import count_text, plain

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN: Final = 5


def print_root_cause(report: RootCauseReport, console: "Console") -> None:
    """Print the answer, the first of the ranked list, and what to check.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.text import Text

    first, *others = sentences(report)
    console.print(Text(first, style="bold yellow" if report.named else "bold green"))
    for sentence in others:
        console.print(Text(plain(sentence, 600)))
    console.print()
    for row in report.causes.head(_SHOWN).iter_rows(named=True):
        mark = "*" if row["named"] else " "
        figures = (
            f"rate {number_text(row['outcome_rate'])}, ratio {number_text(row['risk_ratio'])} "
            f"({interval_text(row)}), explains {percent(row['explained_share'])}, "
            f"{number_text(row['evidence'])} nats"
        )
        console.print(Text(f"{mark} {row['rank']:>2} {plain(row['condition'], 120)}: {figures}"))
    unsure = [choice for choice in report.choices if not choice.is_certain]
    if unsure:
        console.print()
    for choice in unsure:
        words = f"{choice.subject}: {choice.value} ({choice.reason})"
        console.print(Text(f"Check {plain(words, 300)}"))
    if report.rejected:
        console.print(Text(f"{count_text(report.rejected, 'row')} left out: see rejects.csv."))
    if report.folder:
        console.print(Text(f"Files: {plain(report.folder, 400)} (report.html, causes.csv)"))
