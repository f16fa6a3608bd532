"""The report's section on what an earlier run left open: cleared, still open, or left out."""

from tieout.export.markup import Html
from tieout.export.parts import Heading, Section, day_text, money, section, table
from tieout.export.run_report import CarriedFacts, RunReport
from tieout.export.words import count_text, plain


def carried_sentence(carried: CarriedFacts) -> str:
    """What became of all open items of the earlier run, in a line."""
    if not carried.run:
        return "Nothing was carried forward: there is no earlier run of this reconciliation."
    sides = (carried.left, carried.right)
    left_out = (
        (sum(side.in_file for side in sides), "in the files again"),
        (sum(side.settled for side in sides), "closed by people"),
    )
    more = "".join(f", {count_text(number)} {words}" for number, words in left_out if number)
    return (
        f"Carried forward from {plain(carried.run)}: {count_text(carried.matched)} cleared, "
        f"{count_text(carried.in_breaks)} still open{more}."
    )


def carried_section(report: RunReport, carried: CarriedFacts) -> Section:
    """Open items by side and what became of them, then those that were cleared."""
    headings = [Heading("Side"), *(Heading(words, "number") for words in _BECAME)]
    names = ((report.left.name, carried.left), (report.right.name, carried.right))
    rows = [
        (
            plain(name, 40),
            count_text(side.offered),
            count_text(side.matched),
            count_text(side.in_breaks),
            count_text(side.in_file),
            count_text(side.settled),
        )
        for name, side in names
    ]
    return section(
        ("carried", "Carried forward"),
        "Carried forward",
        table("Open items of the earlier run by what became of them", headings, rows),
        _cleared(report, carried) if carried.cleared else None,
        note=f"{carried_sentence(carried)} carried.csv names each of them.",
    )


_BECAME = ("Open before", "Cleared", "Still open", "In the file again", "Closed by people")


def _cleared(report: RunReport, carried: CarriedFacts) -> Html:
    names = {"left": report.left.name, "right": report.right.name}
    headings = (
        Heading("Cleared"),
        Heading("Side"),
        Heading("Date"),
        Heading("Amount", "number"),
        Heading("Match"),
        Heading("Was read by"),
    )
    rows = [
        (
            plain(item.key, 40) or "no key",
            plain(names[item.side], 40),
            day_text(item.date),
            money(item.amount, item.currency),
            f"{item.match_id}, {item.side} row {item.row:,}",
            plain(item.origin),
        )
        for item in carried.cleared
    ]
    more = carried.matched - len(rows)
    first = f"The first {len(rows)} of {carried.matched:,}" if more > 0 else "All"
    return table(f"{first} items that were cleared", headings, rows)
