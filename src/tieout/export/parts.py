"""Pieces that the sections of the report share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from tieout.export.breakdown import Worth
from tieout.export.markup import Html, Node, tag
from tieout.export.words import CURRENCY_CHARACTERS_MAX, amount_text, count_text, plain

CURRENCIES_MAX: Final = 4
HEADING_CHARACTERS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Heading:
    """A table column: its words, and the class of its cells (`number` aligns right)."""

    words: str
    class_: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page, as the list of contents names it."""

    identifier: str
    label: str
    body: Html


def section(name: tuple[str, str], title: str, *body: Node, note: str = "") -> Section:
    """A titled part of the page; `name` is its identifier and its short label."""
    identifier, label = name
    content = tag(
        "section",
        tag("h2", title, id=identifier),
        tag("p", note, class_="note") if note else None,
        *body,
        aria_labelledby=identifier,
    )
    return Section(identifier, label, content)


def table(caption: str, headings: Sequence[Heading], rows: Iterable[Sequence[Node]]) -> Html:
    """A table whose first cell in each row heads it. On a phone a wide one becomes cards."""
    head = tag("tr", *(tag("th", part.words, scope="col", class_=part.class_) for part in headings))
    body = (
        tag("tr", *(_cell(at, node, headings[at]) for at, node in enumerate(row))) for row in rows
    )
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", head),
        tag("tbody", *body),
        class_="stack" if len(headings) > 2 else None,
    )


def _cell(at: int, node: Node, heading: Heading) -> Html:
    if at == 0:
        return tag("th", node, scope="row", class_=heading.class_)
    return tag("td", node, class_=heading.class_, data_label=heading.words)


def amount(value: Decimal | None, currency: str, *, signed: bool = True) -> Html:
    """An exact amount; below zero it has a colour besides its minus."""
    negative = signed and value is not None and value < 0
    return tag(
        "span", amount_text(value, currency), class_="amount negative" if negative else "amount"
    )


def money(value: Decimal | None, currency: str) -> Html:
    """An amount and its currency on one line."""
    shown = plain(currency, CURRENCY_CHARACTERS_MAX)
    code = tag("span", shown, class_="code") if currency else None
    return tag("span", amount(value, currency), " " if code else None, code, class_="money")


def money_lines(sums: Sequence[tuple[Decimal, str]]) -> Html:
    """A line for each of the first currencies; the rest are counted, where they are several."""
    shown = len(sums) if len(sums) <= CURRENCIES_MAX + 1 else CURRENCIES_MAX
    lines: list[Node] = [money(*pair) for pair in sums[:shown]]
    if more := len(sums) - shown:
        lines.append(tag("span", f"and {count_text(more)} more currencies", class_="money quiet"))
    return (
        tag("span", *lines, class_="lines") if lines else tag("span", "\N{EN DASH}", class_="quiet")
    )


def amounts(parts: Sequence[Worth]) -> Html:
    """What breaks are about, a line a currency."""
    return money_lines([(part.amount, part.currency) for part in parts])


def differences(parts: Sequence[Worth]) -> Html:
    """Absolute differences, a line a currency."""
    return money_lines([(part.difference, part.currency) for part in parts])


def day_text(day: date | None) -> Html:
    """A date, or a dash."""
    if day is None:
        return tag("span", "\N{EN DASH}", class_="quiet")
    return tag("time", day.isoformat(), datetime=day.isoformat())


def empty(words: str) -> Html:
    """What stands where there is nothing to show."""
    return tag("p", words, class_="empty")
