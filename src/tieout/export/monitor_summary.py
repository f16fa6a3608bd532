"""A replay told in a terminal."""

from typing import TYPE_CHECKING, Final

from tieout.export.monitor_report import sentences, tone, value_text
from tieout.export.monitor_run import MonitorReport
from tieout.export.words import count_text, label, plain

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN: Final = 12
_STYLES: Final = {"good": "bold green", "open": "bold yellow"}


def print_monitor(report: MonitorReport, console: "Console") -> None:
    """Print what happened, the gravest episodes, and where the files are.

    Nothing from the data reaches the terminal as markup or as a control sequence.
    """
    from rich.text import Text

    first, *others = sentences(report)
    console.print(Text(first, style=_STYLES[tone(report)]))
    for sentence in others:
        console.print(Text(sentence))
    if report.episodes.height:
        console.print()
    ordered = report.episodes.sort("breached_minutes", descending=True, maintain_order=True)
    for row in ordered.head(_SHOWN).iter_rows(named=True):
        where = f" of {plain(row['dimensions'], 80)}" if row["dimensions"] else ""
        value = value_text(row["metric"], row["value"])
        usual = value_text(row["metric"], row["baseline"])
        console.print(
            Text(
                f"{row['severity'] or '-':9}{row['started_at']:%Y-%m-%d %H:%M}  "
                f"{label(row['metric'])}{where}: {value}, usually {usual}, "
                f"{row['breached_minutes']} min"
            )
        )
    more = report.episodes.height - _SHOWN
    if more > 0:
        console.print(Text(f"and {count_text(more)} more in episodes.csv"))
    unsure = [choice for choice in report.choices if not choice.is_certain]
    for choice in unsure:
        words = f"{choice.subject}: {choice.value} ({choice.reason})"
        console.print(Text(f"Check {plain(words, 300)}"))
    if report.rejected:
        console.print(Text(f"{count_text(report.rejected, 'row')} left out: see rejects.csv."))
    if report.folder:
        console.print(Text(f"Files: {plain(report.folder, 400)} (report.html, episodes.csv)"))
