"""The report of a root-cause run: one HTML page that needs nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tieout.export import provenance
from tieout.export.charts import share_bar
from tieout.export.markup import Html, join, tag
from tieout.export.page import figure_card, page, verdict_block, write_page
from tieout.export.parts import Heading, Section, empty, section, table
from tieout.export.rootcause_run import RootCauseReport
from tieout.export.words import count_text, list_text, plain

_SHOWN: Final = 20
_NAMED_MAX: Final = 3
_CONDITION_CHARACTERS_MAX: Final = 160
_FIRST: Final = {
    "everywhere": "Everywhere: no single cause.",
    "quiet": "No cause is named.",
}
_DASH: Final = "\N{EN DASH}"


def write_root_cause_report(report: RootCauseReport, path: Path) -> None:
    """Write the report to `path`, whole or not at all; the same facts give the same bytes."""
    write_page(root_cause_page(report), path)


def root_cause_page(report: RootCauseReport) -> str:
    """The page as text."""
    return page(
        report.title,
        brand="Tieout root-cause report",
        made_at=report.created_at,
        byline=[report.file],
        opening=(
            verdict_block(sentences(report), "open" if report.named else "good"),
            _cards(report),
        ),
        sections=(
            _causes(report),
            provenance.choices(report.choices, edit="Name it on the command line to change it."),
            provenance.rejects(report.rejects, report.rejected),
            provenance.run_facts(
                [provenance.InputLine("file", report.file, report.sha256, report.rows)],
                [("Run", report.run_id), ("Made at", report.created_at), *report.versions],
                report.seconds,
            ),
        ),
    )


def sentences(report: RootCauseReport) -> list[str]:
    """The answer, and what it rests on."""
    shown = [plain(each, _CONDITION_CHARACTERS_MAX) for each in report.named]
    named = list_text(shown, _NAMED_MAX)
    first = f"Named: {named}." if named else _FIRST.get(report.verdict, _FIRST["quiet"])
    looked = count_text(report.combinations, "combination")
    if report.at is None:
        ground = f"{looked} of {count_text(report.rows, 'row')} were compared with the rest."
    else:
        earlier = count_text(report.compared, "earlier moment")
        ground = f"{looked} at {plain(report.at)} were compared with {earlier}."
    # A condition stays as the file writes it, at the start of a sentence too.
    reason = report.why if named else f"{report.why[:1].upper()}{report.why[1:]}"
    return [first, f"{plain(reason, 600)}.", ground]


def _cards(report: RootCauseReport) -> Html:
    first = report.causes.row(0, named=True) if report.causes.height else {}
    return tag(
        "dl",
        figure_card("Named causes", count_text(len(report.named)), "above 5 nats of evidence"),
        figure_card(
            "Risk ratio",
            number_text(first.get("risk_ratio")),
            f"of the first, 95 % {interval_text(first)}",
        ),
        figure_card(
            "Explained", percent(first.get("explained_share")), "of what went beyond expectation"
        ),
        figure_card("Support", number_text(first.get("support")), "trials in the first"),
        class_="cards",
    )


def _causes(report: RootCauseReport) -> Section:
    name, title = ("causes", "Causes"), "Causes and the next most likely"
    if not report.causes.height:
        return section(name, title, empty("No combination departs from the rest at all."))
    headings = (
        Heading("Condition", "words"),
        Heading("Support", "number"),
        Heading("Rate", "number"),
        Heading("Expected", "number"),
        Heading("Risk ratio", "number"),
        Heading("95 %", "number"),
        Heading("Explained", "number share-cell"),
        Heading("Evidence", "number"),
    )
    rows = [
        (
            join(
                tag("span", plain(row["condition"], _CONDITION_CHARACTERS_MAX), class_="name"),
                tag("span", "named", class_="mark") if row["named"] else None,
            ),
            number_text(row["support"]),
            number_text(row["outcome_rate"]),
            number_text(row["expected_rate"]),
            number_text(row["risk_ratio"]),
            interval_text(row),
            _share(row["explained_share"]),
            number_text(row["evidence"]),
        )
        for row in report.causes.head(_SHOWN).iter_rows(named=True)
    ]
    more = report.causes.height - len(rows)
    return section(
        name,
        title,
        table("Combinations, the named ones first, then by evidence", headings, rows),
        tag("p", f"{count_text(more)} more in causes.csv.", class_="more") if more > 0 else None,
        note="Evidence is in nats against the best explanation without a cause. The risk ratio "
        "is the rate inside over the rate outside.",
    )


def _share(share: float | None) -> Html:
    whole = 1000
    return join(percent(share), share_bar(((round(whole * (share or 0.0)), "bar"),), whole))


def percent(share: float | None) -> str:
    """A share as a whole percentage.

    >>> percent(0.853)
    '85 %'
    """
    return _DASH if share is None else f"{100 * share:.0f} %"


def interval_text(row: Mapping[str, Any]) -> str:
    """The limits of a risk ratio."""
    low, high = row.get("ratio_low"), row.get("ratio_high")
    if low is None or high is None:
        return _DASH
    return f"{number_text(low)} to {number_text(high)}"


def number_text(value: float | None) -> str:
    """A number to four digits; whole ones as they are.

    >>> number_text(12345.0), number_text(0.019603)
    ('12,345', '0.0196')
    """
    if value is None:
        return _DASH
    if float(value).is_integer():
        return f"{int(value):,}"
    return (
        f"{value:,.0f}"
        if abs(value) >= 10_000
        else f"{value:.4g}"
        if abs(value) >= 1
        else (f"{value:.3g}")
    )
