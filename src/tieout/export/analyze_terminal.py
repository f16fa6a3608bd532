"""An analysis told in a terminal."""

from typing import TYPE_CHECKING, Final

from tieout.export.analyze_run import AnalyzeReport
from tieout.export.analyze_summaries import sentences
from tieout.export.run_report import unsure_dates
from tieout.export.words import count_text, money_text, plain

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN: Final = 6


def print_analysis(report: AnalyzeReport, console: "Console") -> None:
    """Print the verdict, the incidents, the oddest breaks with their reason, and the files.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.padding import Padding
    from rich.text import Text

    odd = report.anomalous
    first, *others = sentences(report)
    console.print(Text(first, style="bold yellow" if odd.height else "bold green"))
    for sentence in others:
        console.print(Text(plain(sentence, 400)))
    if report.incidents.height:
        console.print()
        console.print(Text("Incidents", style="bold"))
    for row in report.incidents.head(_SHOWN).iter_rows(named=True):
        since = f", since {row['first_seen']}" if row["first_seen"] else ""
        console.print(
            Text(f"{row['severity']:9}{plain(row['headline'], 120)}{since} ({row['trend']})")
        )
    if odd.height:
        console.print()
        console.print(Text("Furthest out of pattern", style="bold"))
    for row in odd.head(_SHOWN).iter_rows(named=True):
        worth = money_text(row["difference"], row["currency"])
        console.print(Text(f"{plain(row['key'], 80) or 'no key'}  {worth}"))
        console.print(Padding(Text(plain(row["reasons"][0], 300), style="dim"), (0, 0, 0, 2)))
    console.print()
    if report.rows_rejected:
        console.print(
            Text(f"{count_text(report.rows_rejected, 'row')} could not be read: see rejects.csv.")
        )
    unsure = sum(not choice.is_certain for choice in report.choices)
    if unsure:
        console.print(Text(f"Check {count_text(unsure, 'uncertain choice')} in spec.yaml."))
    for line in unsure_dates(report.choices):
        console.print(Text(line))
    if report.folder:
        console.print(Text(f"Files: {plain(report.folder, 400)} (report.html, summaries.md)"))
