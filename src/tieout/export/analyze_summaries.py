"""summaries.md: what happened, how much, since when, why we think so and what to do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tieout.export.analyze_run import AnalyzeReport
from tieout.export.aside import written_aside
from tieout.export.explain_summaries import summary_lines
from tieout.export.words import amount_text, count_text, label, money_text, plain

BREAKS_MAX: Final = 20
_SPECIAL: Final = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]<>#|~"})
_ADVICE: Final = {
    "spike": "Find the entry behind the jump first: one booking usually explains it.",
    "level_shift": "Ask what changed on its first day: a mapping, a feed or a standing entry.",
    "trend": "Stop it at its source; every further day adds to it.",
    "repeated_key": "Look whether the same item was loaded or booked more than once.",
    "new_combination": "Confirm that the combination is meant to exist before matching anything.",
    "stale": "Nobody has worked on it: give it an owner, or write it off within the limit.",
    "volume": "Look at what these breaks share before you look at single ones.",
}


def write_summaries(report: AnalyzeReport, path: Path) -> None:
    """Write the summaries as Markdown, whole or not at all.

    Every number in them is one of the run's data. Raises InputError when the file cannot be
    written.
    """
    with written_aside(path) as part:
        text = summaries_text(report)
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def summaries_text(report: AnalyzeReport) -> str:
    """The summaries: the run in a paragraph, its incidents, its oddest breaks."""
    lines = [f"# {_safe(report.title)}", "", " ".join(sentences(report)), ""]
    if report.summaries:
        lines += ["## Incidents", ""]
    for summary in report.summaries:
        lines += summary_lines(summary)
    more = report.incidents.height - len(report.summaries)
    if more > 0:
        lines += [f"{count_text(more, 'more incident')} in incidents.csv.", ""]
    top = report.anomalous.head(BREAKS_MAX)
    if top.height:
        lines += ["## Breaks furthest out of pattern", ""]
    for row in top.iter_rows(named=True):
        lines += _break(row)
    return "\n".join(lines).rstrip("\n") + "\n"


def sentences(report: AnalyzeReport) -> list[str]:
    """The run in a few sentences: what is odd, how that was judged, how grave it is."""
    odd = report.anomalous.height
    incidents = count_text(report.incidents.height, "incident")
    breaks = count_text(report.breaks.height, "break")
    found = f"None of {breaks} is out of pattern."
    if odd:
        verb = "is" if odd == 1 else "are"
        found = f"{count_text(odd)} of {breaks} {verb} out of pattern."
    if report.incidents.height:
        found += f" What breaks share makes {incidents}."
    grave = ", ".join(f"{count_text(count)} {name}" for name, count in report.by_severity.items())
    rejected = count_text(report.rows_rejected, "row")
    more = [f"By severity: {grave}."] if grave else []
    more += [f"{rejected} could not be read."] if report.rows_rejected else []
    return [found, f"Judged by {report.judged_by}.", *more]


def advice(kind: str) -> str:
    """What to do about a kind of incident: the bucket's next step comes from the break itself."""
    return _ADVICE.get(kind, "")


def _break(row: Mapping[str, Any]) -> list[str]:
    currency = row["currency"]
    lines = [
        f"### {_safe(row['key'] or 'no key')} · {_safe(money_text(row['difference'], currency))}",
        "",
    ]
    rows = ", ".join(map(str, row["left_rows"]))
    amounts = (
        f"left {amount_text(row['amount_left'], currency)}, right "
        f"{amount_text(row['amount_right'], currency)}"
    )
    dated = f" on {row['date_left']}" if row["date_left"] else ""
    lines.append(
        f"- **What:** {label(row['category'])}, severity {row['severity']}{dated}: "
        f"{_safe(amounts)} (row {rows})."
    )
    lines += [f"- **Why:** {_safe(reason)}" for reason in row["reasons"]]
    lines.append(f"- **Evidence:** {_safe(row['evidence'])}")
    step = advice(row["category"]) if row["bucket"] == "unknown" else row["resolution"]
    lines.append(f"- **Next:** {_safe(step or row['resolution'])}")
    return [*lines, ""]


def _safe(text: str) -> str:
    """Text from a file that neither breaks a line nor becomes markup."""
    return " ".join(plain(text, 300).split()).translate(_SPECIAL)
