"""The report's section that shows the largest breaks with their proof."""

from collections.abc import Sequence
from typing import Final

from tieout.export.breakdown import LargeBreak, largest
from tieout.export.markup import Html, Node, join, tag
from tieout.export.parts import (
    HEADING_CHARACTERS_MAX,
    Heading,
    Section,
    amount,
    day_text,
    money,
    section,
)
from tieout.export.run_report import RunReport
from tieout.export.words import count_text, label, list_text, next_step, plain

LARGEST_MAX: Final = 50
_ROWS_MAX: Final = 6
_CANDIDATES_MAX: Final = 3


def largest_breaks(report: RunReport) -> Section:
    """The largest breaks, each with its proof and its next step."""
    found = largest(report.breaks, LARGEST_MAX)
    sides = (report.left, report.right)
    left, right = (plain(side.name, HEADING_CHARACTERS_MAX) for side in sides)
    words = ("Key", "Bucket", f"{left} date", f"{right} date", "Days open", left, right)
    headings = [Heading(part, "number" if at > 3 else None) for at, part in enumerate(words)] + [
        Heading("Difference", "number strong")
    ]
    bodies = [_break_body(part, headings) for part in found]
    head = tag("tr", *(tag("th", part.words, scope="col", class_=part.class_) for part in headings))
    more = report.breaks.height - len(found)
    kept = tag("a", "breaks.csv", href="breaks.csv")
    rest = join(f"{count_text(more, 'more break')} in ", kept, ".") if more else None
    currencies = len({part.currency for part in found})
    shared = " Each currency gives its largest in turn." if currencies > 1 and more else ""
    order = "by absolute difference, then by amount."
    order = f"Currency by currency, {order}" if currencies > 1 else order.capitalize()
    return section(
        ("largest", "Largest breaks"),
        "Largest breaks",
        tag(
            "table",
            tag("caption", "The largest breaks, each with its proof"),
            tag("thead", head),
            *bodies,
            class_="stack breaks",
        ),
        tag("p", rest, class_="more") if rest else None,
        note=f"{order}{shared}",
    )


def _break_body(found: LargeBreak, headings: Sequence[Heading]) -> Html:
    cells: tuple[Node, ...] = (
        plain(label(found.bucket)),
        day_text(found.date_left),
        day_text(found.date_right),
        "\N{EN DASH}" if found.age_days is None else count_text(found.age_days),
        amount(found.amount_left, found.currency),
        amount(found.amount_right, found.currency),
        money(found.difference, found.currency),
    )
    figures = tag(
        "tr",
        tag("th", plain(found.key) or "no key", scope="row"),
        *(
            tag("td", cell, class_=heading.class_, data_label=heading.words)
            for cell, heading in zip(cells, headings[1:], strict=True)
        ),
    )
    proof = tag(
        "tr",
        tag("td", _rows(found), class_="quiet"),
        tag("td", _proof(found), colspan=len(headings) - 1),
        class_="proof",
    )
    return tag("tbody", figures, proof)


def _proof(found: LargeBreak) -> Html:
    candidates = [plain(words) for words in found.candidates[:_CANDIDATES_MAX]]
    more = len(found.candidates) - len(candidates)
    if more > 0:
        candidates.append(f"and {count_text(more)} more")
    step = plain(found.resolution) or next_step(found.bucket)
    facts: list[tuple[str, Node]] = [
        ("Proof", _evidence(found)),
        ("Near misses", join(*(tag("span", words) for words in candidates)) or None),
        ("Next step", step or None),
    ]
    return tag(
        "dl", *(join(tag("dt", name), tag("dd", node)) for name, node in facts if node is not None)
    )


def _evidence(found: LargeBreak) -> Html | None:
    sure = found.bucket_confidence
    # A share such as 0.29 is a little less than 29 hundredths as a float.
    words = None if not sure else f" {int(100 * sure + 1e-9)} % sure"
    equation = tag("code", plain(found.evidence, 400)) if found.evidence else None
    return join(equation, words and tag("small", words, class_="sure quiet")) or None


def _rows(found: LargeBreak) -> str:
    parts = []
    for side, rows in (("left", found.left_rows), ("right", found.right_rows)):
        if rows:
            noun = "row" if len(rows) == 1 else "rows"
            parts.append(f"{side} {noun} {list_text([str(row) for row in rows], _ROWS_MAX)}")
    return ", ".join(parts)
