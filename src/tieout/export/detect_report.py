"""The report of a detection: what is out of pattern, why, and how far it can be trusted."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.export import provenance
from tieout.export.charts import Column, column_chart, share_bar
from tieout.export.detect_facts import DetectReport, RuleFacts
from tieout.export.explain_summaries import summaries_section
from tieout.export.markup import Html, Node, join, tag
from tieout.export.page import figure_card, page, verdict_block, write_page
from tieout.export.parts import Heading, Section, empty, section, table
from tieout.export.words import count_text, label, percent_text, plain

if TYPE_CHECKING:
    import polars as pl

CASES_SHOWN: Final = 15
ENTITIES_SHOWN: Final = 10
_FIXED: Final = frozenset(
    {
        "case_id", "row", "score", "p_value", "confidence", "severity", "flagged_by",
        "triggered_rules", "reasons_top3", "incident_id",
    }
)  # fmt: skip
_EDIT: Final = "Name a role with --role amount=COLUMN to change it."


def write_detect_report(report: DetectReport, path: Path) -> None:
    """Write the report of a detection, whole or not at all; the same facts give the same bytes."""
    write_page(detect_page(report), path)


def detect_page(report: DetectReport) -> str:
    """The page as text."""
    return page(
        report.title,
        brand="Tieout detection report",
        made_at=report.created_at,
        byline=[f"{label(report.profile)}: {report.file}"],
        opening=(verdict_block(sentences(report), tone(report)), _cards(report)),
        sections=[
            *_incidents(report),
            _cases(report),
            _channels(report),
            *([_rules(report.rules)] if report.rules else []),
            *_entities(report.entities),
            *_quality(report),
            provenance.choices(report.choices, edit=_EDIT),
            provenance.rejects(report.rejects, report.rejected),
            _run(report),
        ],
    )


def sentences(report: DetectReport) -> list[str]:
    """What was flagged, by what cut, which model judged, and what else to know."""
    flagged = count_text(report.flagged) if report.flagged else "None"
    verb = "are" if report.flagged > 1 else "is"
    first = f"{flagged} of {count_text(report.judged, 'row')} {verb} out of pattern."
    lost = f" {count_text(report.rejected, 'row')} could not be read." if report.rejected else ""
    grouped = report.cases.height - report.cases["incident_id"].null_count()
    shared = (
        f"{count_text(grouped, 'case')} share a cause, in "
        f"{count_text(report.incidents.height, 'incident')}."
        if grouped
        else ""
    )
    more = [words for words in (shared, report.learning, *report.notes) if words]
    return [first + lost, report.cut, report.model, *more]


def tone(report: DetectReport) -> str:
    """`open` with something to look at, else `good`."""
    return "open" if report.flagged or report.rejected else "good"


def _incidents(report: DetectReport) -> list[Section]:
    if report.incidents.is_empty():
        return []
    more = report.incidents.height - len(report.summaries)
    return [summaries_section(report.summaries, more=more, noun="case")]


def _cards(report: DetectReport) -> Html:
    quality = report.quality
    fourth = (
        figure_card(
            "Average precision",
            f"{quality.average_precision:.2f}",
            f"by {count_text(quality.labelled, 'label')}; by lot {quality.base_rate:.2f}",
        )
        if quality
        else figure_card("Rules", count_text(len(report.rules)), "looked at every row")
    )
    return tag(
        "dl",
        figure_card("Rows judged", count_text(report.judged), "each has a score and a p-value"),
        figure_card(
            "Flagged",
            count_text(report.flagged),
            f"{percent_text(report.flagged, report.judged)} of the rows",
        ),
        figure_card(
            "By detectors / rules",
            f"{count_text(report.flagged_ml)} / {count_text(report.flagged_rules)}",
            "a row may be flagged by both",
        ),
        fourth,
        class_="cards",
    )


def _cases(report: DetectReport) -> Section:
    name, title = ("cases", "Cases"), "What to look at first"
    shown = report.cases.head(CASES_SHOWN)
    if shown.is_empty():
        return section(name, title, empty("Nothing is out of pattern: there is no case to open."))
    facts = [column for column in shown.columns if column not in _FIXED]
    headings = (
        Heading("Row"),
        Heading("Score", "number"),
        Heading("What"),
        Heading("Why", "why"),
    )
    rows = [_case(row, facts) for row in shown.iter_rows(named=True)]
    link = tag("a", "cases.csv", href="cases.csv")
    return section(
        name,
        title,
        table(f"The first {count_text(len(rows))} cases", headings, rows),
        tag(
            "p", f"All {count_text(report.cases.height, 'case')} are in ", link, ".", class_="more"
        ),
        note="The gravest first, and of equals the oddest. A score of 0.5 is a p-value of 1 in "
        "100, 0.75 of 1 in a million.",
    )


def _case(row: dict[str, Any], facts: Sequence[str]) -> tuple[Node, ...]:
    shown = [
        tag(
            "span",
            tag("span", f"{plain(column, 24)} ", class_="quiet"),
            plain(str(row[column]), 60),
        )
        for column in facts
        if row[column] is not None
    ]
    reasons = [tag("span", plain(words, 400), class_="lines") for words in row["reasons_top3"]]
    rules = ", ".join(row["triggered_rules"])
    ruled = tag("span", f"Rules: {plain(rules)}", class_="quiet") if rules else None
    return (
        count_text(row["row"]),
        f"{row['score']:.3f}",
        tag("span", *(tag("span", part, class_="lines") for part in shown)),
        join(*reasons, ruled),
    )


def _channels(report: DetectReport) -> Section:
    headings = (Heading("Detector"), Heading("Looks at", "words"), Heading("Decided", "number"))
    rows = [
        (plain(label(part.name)), plain(part.what), count_text(part.decided))
        for part in report.channels
    ]
    columns = [
        Column(f"p-value from 1 in {10**power:,}", count, f"1:{10**power:,}" if power < 4 else "")
        for power, count in enumerate(report.decades)
    ]
    words = ", ".join(f"{column.name}: {count_text(column.value)} rows" for column in columns)
    return section(
        ("detectors", "Detectors"),
        "Who judged",
        tag(
            "div",
            tag("figure", column_chart(columns, words), tag("figcaption", "Rows by their p-value")),
            table("Detectors and how many flagged rows each decided", headings, rows)
            if rows
            else empty("No detector fits these columns; only rules looked at them."),
            class_="pair",
        ),
    )


def _rules(rules: Sequence[RuleFacts]) -> Section:
    headings = (
        Heading("Rule"),
        Heading("Rows", "number"),
        Heading("Share", "number share-cell"),
        Heading("Lift", "number"),
        Heading("Precision", "number"),
        Heading("Flags", "words"),
    )
    most = max((rule.rows for rule in rules), default=0)
    rows = [
        (
            join(
                tag("span", plain(rule.title), class_="name"),
                tag("span", f"{plain(rule.identifier)}, {plain(rule.severity)}", class_="quiet"),
            ),
            count_text(rule.rows),
            join(f"{100 * rule.share:.2f} %", share_bar(((rule.rows, "bar"),), most)),
            _figure(rule.lift, "{:.1f}"),
            _figure(rule.precision, "{:.2f}"),
            "yes" if rule.flags else plain(rule.warning) or "no",
        )
        for rule in sorted(rules, key=lambda rule: -rule.rows)
    ]
    return section(
        ("rules", "Rules"),
        "What the rules found",
        table("Rules by the number of rows they hold for", headings, rows),
        note="Lift is how much more often than by chance a row that the rule names is odd.",
    )


def _figure(value: float | None, form: str) -> str:
    return "\N{EN DASH}" if value is None else form.format(value)


def _entities(entities: "pl.DataFrame | None") -> list[Section]:
    if entities is None or entities.is_empty():
        return []
    headings = (
        Heading("Who"),
        Heading("Risk", "number"),
        Heading("Findings", "number"),
        Heading("Last seen"),
        Heading("Why", "words"),
    )
    rows = [
        (
            f"{label(row['entity_type'])} {plain(str(row['entity']), 60)}",
            f"{row['risk']:.2f}",
            count_text(row["findings"]),
            "" if row["last_seen"] is None else str(row["last_seen"])[:16],
            plain("; ".join(row["reasons"] or []), 300),
        )
        for row in entities.head(ENTITIES_SHOWN).iter_rows(named=True)
    ]
    return [
        section(
            ("entities", "Entities"),
            "Who stands out",
            table("Customers, merchants and accounts by risk", headings, rows),
            note="Risk adds up findings; older ones count less.",
        )
    ]


def _quality(report: DetectReport) -> list[Section]:
    quality = report.quality
    if quality is None:
        return []
    facts = (
        ("Labelled rows", count_text(quality.labelled)),
        ("Anomalies among them", count_text(quality.positives)),
        ("Average precision", f"{quality.average_precision:.3f}"),
        ("Recall in the first 1 % of rows", f"{quality.recall_at_1_percent:.3f}"),
        ("Precision of the first 20 labelled", f"{quality.precision_at_20:.3f}"),
        ("Calibration error of the confidence", f"{quality.calibration_error:.3f}"),
    )
    body = [table("Measured by the labels", (Heading("Figure"), Heading("Value", "number")), facts)]
    if report.by_type is not None and not report.by_type.is_empty():
        body.append(_by_type(report.by_type))
    return [section(("quality", "Quality"), "How good it is, by the labels", *body)]


def _by_type(frame: "pl.DataFrame") -> Html:
    headings = [Heading(label(frame.columns[0]))]
    headings += [Heading(label(name), "number") for name in frame.columns[1:]]
    rows = [
        (
            plain(str(first)),
            *(f"{value:.3f}" if isinstance(value, float) else _cell(value) for value in others),
        )
        for first, *others in frame.iter_rows()
    ]
    return table("By type of anomaly", headings, rows)


def _cell(value: Any) -> str:
    return "\N{EN DASH}" if value is None else count_text(value)


def _run(report: DetectReport) -> Section:
    return provenance.run_facts(
        [provenance.InputLine("input", report.file, report.sha256, report.rows)],
        [("Run", report.run_id), ("Made at", report.created_at), *report.versions],
        report.seconds,
    )
