"""How a run came out, in a few sentences, cards and the proof that no row was lost."""

from collections.abc import Sequence
from typing import Final

from tieout.export.breakdown import AGE_BAND_LAST, Slice, Worth, worth
from tieout.export.charts import share_bar
from tieout.export.markup import Html, tag
from tieout.export.page import figure_card, verdict_block
from tieout.export.parts import Heading, Section, differences, section, table
from tieout.export.run_report import RunReport, SideFacts
from tieout.export.words import count_text, money_text, percent_text, plain

_CURRENCIES_MAX: Final = 3
_OLD_BANDS: Final = ("31-90", AGE_BAND_LAST)


def sentences(report: RunReport) -> tuple[str, str, str]:
    """What ties out, what does not, and whether every row is accounted for."""
    return _tied(report), _broken(report), _conserved(report)


def tone(report: RunReport) -> str:
    """`bad` when rows were lost, `open` with breaks or rejects, else `good`."""
    if not (report.left.is_conserved and report.right.is_conserved):
        return "bad"
    return "open" if report.breaks.height or report.rows_rejected else "good"


def equation(side: SideFacts) -> str:
    """The conservation of one side: rows, and those carried, = matched + in breaks + rejected."""
    sign = "=" if side.is_conserved else "\N{NOT EQUAL TO}"
    parts = (side.rows_matched, side.rows_in_breaks, side.rows_rejected)
    carried = f" + {count_text(side.rows_carried)} carried" if side.rows_carried else ""
    return f"{count_text(side.rows)}{carried} {sign} {' + '.join(map(count_text, parts))}"


def headline(report: RunReport) -> Html:
    """The verdict as a block."""
    return verdict_block(sentences(report), tone(report))


def cards(report: RunReport, ages: Sequence[Slice]) -> Html:
    """The four figures that people look for first."""
    rows = report.left.rows_compared + report.right.rows_compared
    matched = report.left.rows_matched + report.right.rows_matched
    old = sum(part.count for part in ages if part.name in _OLD_BANDS)
    rejected, breaks = report.rows_rejected, report.breaks
    return tag(
        "dl",
        figure_card("Rows that tie out", percent_text(matched, rows), _of_rows(matched, rows)),
        figure_card(
            "Breaks",
            count_text(breaks.height),
            f"{count_text(old)} open for more than 30 days" if breaks.height else "none open",
        ),
        figure_card(
            "Worth", differences(worth(breaks)) if breaks.height else "none", "absolute differences"
        ),
        figure_card(
            "Rows not read",
            count_text(rejected),
            "each with its reason, below" if rejected else "every row was readable",
        ),
        class_="cards",
    )


def conservation(report: RunReport) -> Section:
    """Where every row of both inputs went."""
    headings = (
        Heading("Side"),
        Heading("Rows", "number"),
        *([Heading("Carried", "number")] if report.carried else []),
        Heading("Matched", "number"),
        Heading("In breaks", "number"),
        Heading("Rejected", "number"),
        Heading("Share", "wide"),
        Heading("Adds up", "number"),
    )
    rows = [
        (
            plain(side.name, 40),
            count_text(side.rows),
            *([count_text(side.rows_carried)] if report.carried else []),
            count_text(side.rows_matched),
            count_text(side.rows_in_breaks),
            count_text(side.rows_rejected),
            share_bar(
                (
                    (side.rows_matched, "good"),
                    (side.rows_in_breaks, "open"),
                    (side.rows_rejected, "bad"),
                ),
                side.rows_compared,
            ),
            tag("span", "yes", class_="yes")
            if side.is_conserved
            else tag("strong", f"no: {equation(side)}", class_="negative"),
        )
        for side in (report.left, report.right)
    ]
    rows_of = "Each row of both files" + (" and each carried one" if report.carried else "")
    return section(
        ("rows", "Rows"),
        "Where every row went",
        table("Rows of each side by what became of them", headings, rows),
        note=f"{rows_of} is in exactly one match, one break or the list of rejects.",
    )


def worth_text(parts: Sequence[Worth]) -> str:
    """Absolute differences in one line, e.g. `12,345.67 EUR and 900.00 USD`."""
    words = [money_text(part.difference, part.currency) for part in parts[:_CURRENCIES_MAX]]
    more = len(parts) - _CURRENCIES_MAX
    if more > 0:
        words.append(f"{more:,} more {'currency' if more == 1 else 'currencies'}")
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def _tied(report: RunReport) -> str:
    sides = (report.left, report.right)
    if not any(side.rows_compared for side in sides):
        return "There was nothing to compare: both sides are empty."
    if all(side.rows_compared == side.rows_matched for side in sides):
        return f"Everything ties out: all {_sides(report)}."
    tied = (f"{count_text(side.rows_matched)} of {_rows(side)}" for side in sides)
    return f"{' and '.join(tied)} tie out."


def _broken(report: RunReport) -> str:
    parts = worth(report.breaks)
    breaks = count_text(report.breaks.height, "break") if parts else "No breaks"
    of_value = any(part.difference for part in parts)
    value = f" worth {worth_text(parts)}" if of_value else ", none with a difference in amount"
    rejects = count_text(report.rows_rejected, "row") + " could not be read"
    return f"{breaks}{value if parts else ''}{'; ' + rejects if report.rows_rejected else ''}."


def _conserved(report: RunReport) -> str:
    sides = (report.left, report.right)
    if all(side.is_conserved for side in sides):
        proofs = (f"{plain(side.name, 40)} {equation(side)}" for side in sides)
        return f"Nothing lost: {'; '.join(proofs)}."
    lost = (f"{plain(side.name, 40)} {equation(side)}" for side in sides if not side.is_conserved)
    return f"Do not use this run, its rows do not add up: {'; '.join(lost)}."


def _sides(report: RunReport) -> str:
    return f"{_rows(report.left)} and {_rows(report.right)}"


def _rows(side: SideFacts) -> str:
    rows = side.rows_compared
    return f"{count_text(rows)} {plain(side.name, 40)} {'row' if rows == 1 else 'rows'}"


def _of_rows(matched: int, rows: int) -> str:
    return f"{count_text(matched)} of {count_text(rows)} on both sides"
