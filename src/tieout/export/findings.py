"""The report's sections about what did not tie out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from tieout.export.breakdown import AGE_BAND_NONE, Slice, Timeline, by_bucket, worth
from tieout.export.charts import Column, column_chart, share_bar
from tieout.export.markup import join, tag
from tieout.export.parts import (
    HEADING_CHARACTERS_MAX,
    Heading,
    Section,
    amount,
    amounts,
    day_text,
    differences,
    empty,
    section,
    table,
)
from tieout.export.run_report import RunReport
from tieout.export.words import count_text, label, meaning, next_step, percent_text, plain

_BUSIEST_MAX: Final = 5


def totals(report: RunReport) -> Section:
    """Both sides' sums by currency and where their difference sits."""
    in_breaks = {part.currency: part.difference_net for part in worth(report.breaks)}
    headings = (
        Heading("Currency"),
        Heading(plain(report.left.name, HEADING_CHARACTERS_MAX), "number"),
        Heading(plain(report.right.name, HEADING_CHARACTERS_MAX), "number"),
        Heading("Difference", "number strong"),
        Heading("In breaks", "number"),
        Heading("Elsewhere", "number"),
        Heading("Matched", "number"),
    )
    rows = []
    for total in report.totals:
        code, net = total.currency, in_breaks.get(total.currency, Decimal(0))
        values = (total.amount_left, total.amount_right, total.difference, net)
        elsewhere = total.difference - net
        rows.append(
            (
                plain(code) or "none",
                *(amount(value, code) for value in (*values, elsewhere, total.amount_matched)),
            )
        )
    body = table("Sums of all readable rows, currency by currency", headings, rows)
    return section(
        ("totals", "Totals"),
        "Totals by currency",
        body if rows else empty("No amounts were read."),
        note="A difference is left minus right. Elsewhere is what tolerances let pass inside "
        "matches, and breaks whose two sides have different currencies.",
    )


def no_breaks(report: RunReport) -> Section:
    """What stands instead of every section about breaks when there are none."""
    rejected = report.rows_rejected
    words = "Every row that could be read ties out." if rejected else "Everything ties out."
    return section(("breaks", "Breaks"), "Breaks", empty(words))


def buckets(report: RunReport) -> Section:
    """Breaks by kind, with what it means and what to do."""
    slices = by_bucket(report.breaks)
    headings = (
        Heading("Bucket"),
        Heading("Breaks", "number"),
        Heading("Share", "number share-cell"),
        Heading("Amount", "number"),
        Heading("Difference", "number"),
        Heading("Next step", "words"),
    )
    most = slices[0].count
    rows = [
        (
            join(
                tag("span", plain(label(part.name)), class_="name"),
                tag("span", meaning(part.name), class_="quiet"),
            ),
            count_text(part.count),
            join(
                percent_text(part.count, report.breaks.height),
                share_bar(((part.count, "bar"),), most),
            ),
            amounts(part.worth),
            differences(part.worth),
            next_step(part.name),
        )
        for part in slices
    ]
    return section(
        ("buckets", "Buckets"),
        "Breaks by bucket",
        table("Breaks by what explains them, the most frequent first", headings, rows),
        note="Amount is what the breaks are about: of each, the larger of its two sides. "
        "Difference sums absolute differences. Currencies are never added up.",
    )


def ageing(ages: Sequence[Slice]) -> Section:
    """Breaks by the days they have been open."""
    count = sum(part.count for part in ages)
    if count == sum(part.count for part in ages if part.name == AGE_BAND_NONE):
        words = "No break has an age, as none has a date."
        return section(("ageing", "Ageing"), "Ageing", empty(words))
    columns = [
        Column(_days(part.name), part.count, part.name, _age_tone(at, part.name))
        for at, part in enumerate(ages)
    ]
    words = "; ".join(f"{_days(part.name)}: {count_text(part.count)}" for part in ages)
    headings = (
        Heading("Open for"),
        Heading("Breaks", "number"),
        Heading("Amount", "number"),
        Heading("Difference", "number"),
    )
    rows = [
        (_days(part.name), count_text(part.count), amounts(part.worth), differences(part.worth))
        for part in ages
    ]
    return section(
        ("ageing", "Ageing"),
        "Ageing",
        tag(
            "div",
            tag(
                "figure",
                column_chart(columns, f"Breaks by days open. {words}."),
                tag("figcaption", "Breaks by days open"),
            ),
            table("Breaks by the days they have been open", headings, rows),
            class_="pair",
        ),
    )


def timeline(found: Timeline) -> Section:
    """Breaks by the day, week, … they are dated."""
    if not found.bins:
        words = "The dates lie too far apart to show." if found.strays else "No break has a date."
        return section(("time", "Over time"), "Breaks over time", empty(words))
    last = len(found.bins) - 1
    labelled = {0, last} if last < 8 else {0, last // 2, last}
    columns = [
        Column(at.isoformat(), count, at.isoformat() if index in labelled else "")
        for index, (at, count) in enumerate(found.bins)
    ]
    busiest = sorted(found.bins, key=lambda bin_: (-bin_[1], bin_[0]))[:_BUSIEST_MAX]
    rows = [(day_text(at), count_text(count)) for at, count in busiest if count]
    alternative = (
        f"Breaks by {found.period} from {columns[0].name} to {columns[last].name}; "
        f"most on {busiest[0][0].isoformat()}: {count_text(busiest[0][1])}."
    )
    first_column = "Day" if found.period == "day" else f"{label(found.period)} from"
    apart = [f"{count_text(found.undated, 'break')} without a date."] if found.undated else []
    if found.strays:
        strays = count_text(found.strays, "break")
        apart.append(f"{strays} dated more than 30 years away from most others.")
    return section(
        ("time", "Over time"),
        "Breaks over time",
        tag(
            "div",
            tag(
                "figure",
                column_chart(columns, alternative),
                tag("figcaption", f"Breaks by {found.period} of their date"),
            ),
            table(
                f"The {found.period}s with most breaks",
                (Heading(first_column), Heading("Breaks", "number")),
                rows,
            ),
            class_="pair",
        ),
        note=" ".join(apart),
    )


def _days(band: str) -> str:
    return band if band == AGE_BAND_NONE else f"{band} days"


def _age_tone(at: int, band: str) -> str:
    return "bar none" if band == AGE_BAND_NONE else f"bar age-{at}"
