"""Which figures a text may contain: those of the facts, and no others.

A figure is anything with a digit in it, and a number in words. It is known where it equals one of
the facts in value (`2.9` is `2.90`), or is a date of theirs, or a reference said as a whole.
"""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_ISO_DAY: Final = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH: Final = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})\.?,? (\d{{4}})\b", re.I)
_MONTH_FIRST: Final = re.compile(
    rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", re.I
)
_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_BIG: Final = frozenset(
    {
        "dozen", "dozens", "hundred", "hundreds", "thousand", "thousands", "million", "millions",
        "billion", "billions", "trillion", "trillions",
    }
)  # fmt: skip
_IN_WORDS: Final = {name: Decimal(value) for value, name in enumerate(_SMALL)} | {
    name: Decimal(value * 10) for value, name in enumerate(_TENS, start=2)
}
# "One side", "two records": said of any case.
_ALWAYS: Final = frozenset({Decimal(1), Decimal(2)})
_PIECE: Final = re.compile(r"[^\s]*\d[^\s]*")
_WORD: Final = re.compile(r"[a-z]+")
_PARTS: Final = re.compile(r"[^\w.,]+|(?<=\D)[.,]|[.,](?=\D|$)|_")
_CALLED: Final = r"\b(?:reference|ref|key|invoice|document|number|no|entry|id)[.:]? ?#?"
_CURRENCY: Final = "€$£¥₹%"


@dataclass(frozen=True)
class Known:
    """numbers: without sign. days: dates. names: references, in small letters."""

    numbers: frozenset[Decimal]
    days: frozenset[date]
    names: frozenset[str]


def known_in(texts: Iterable[str], *, names: Iterable[str] = ()) -> Known:
    """What may be said, by the texts of facts.

    >>> sorted(known_in(["1,234.50 EUR", "due 2026-03-27"]).numbers)
    [Decimal('1234.5')]
    """
    numbers, days = set(), set()
    for text in texts:
        plain = _plain(text)
        for found in _ISO_DAY.findall(plain):
            with suppress(ValueError):
                days.add(date.fromisoformat(found))
        for found in _NUMBER.findall(_ISO_DAY.sub(" ", plain)):
            numbers.add(_value(found))
    return Known(frozenset(numbers), frozenset(days), frozenset(name.lower() for name in names))


def foreign_figures(text: str, known: Known) -> list[str]:
    """What a text says in figures that is none of the facts', in order.

    >>> foreign_figures("2.9 EUR, not ten thousand, by 27 March 2026", known_in(["2.90"]))
    ['27 March 2026', 'ten', 'thousand']
    """
    plain = _plain(text).lower()
    for name in sorted(known.names, key=len, reverse=True):
        # All digits, it is an amount unless it is called a reference.
        before = _CALLED if name.isdigit() else r"(?<![\w-])"
        plain = re.sub(rf"{before}{re.escape(name)}(?![\w-])", " ", plain)
    plain, foreign = _without_days(plain, known.days)
    for piece in _PIECE.findall(plain):
        foreign += [part for part in _PARTS.split(piece) if not _is_known(part, known)]
    # Numerals that are no digits, such as those of Chinese.
    foreign += [sign for sign in plain if sign.isnumeric() and not sign.isdecimal()]
    for word in _WORD.findall(plain):
        value = _IN_WORDS.get(word)
        if word in _BIG or (value is not None and value not in known.numbers | _ALWAYS):
            foreign.append(word)
    return [_as_written(each, text) for each in foreign]


def _is_known(part: str, known: Known) -> bool:
    figure = part.strip(_CURRENCY)
    if not any(sign.isdigit() for sign in figure):
        return True
    return figure.isascii() and bool(_NUMBER.fullmatch(figure)) and _value(figure) in known.numbers


def _without_days(plain: str, days: frozenset[date]) -> tuple[str, list[str]]:
    """The text without its dates, and those dates that are not known."""
    foreign: list[str] = []

    def judge(found: re.Match[str], day: date | None) -> str:
        if day not in days:
            foreign.append(found[0])
        return " "

    plain = _ISO_DAY.sub(lambda found: judge(found, _day(found[1])), plain)
    plain = _DAY_FIRST.sub(lambda found: judge(found, _day(found[3], found[2], found[1])), plain)
    plain = _MONTH_FIRST.sub(lambda found: judge(found, _day(found[3], found[1], found[2])), plain)
    return plain, foreign


def _day(year: str, month: str = "", day: str = "") -> date | None:
    with suppress(ValueError):
        if not month:
            return date.fromisoformat(year)
        return datetime.strptime(f"{day} {month[:3]} {year}", "%d %b %Y").date()  # noqa: DTZ007
    return None


def _value(number: str) -> Decimal:
    with suppress(InvalidOperation):
        return Decimal(number.replace(",", "")).normalize()
    return Decimal(-1)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _as_written(figure: str, text: str) -> str:
    """The figure in the letters in which the text has it."""
    at = text.lower().find(figure)
    return text[at : at + len(figure)] if at >= 0 else figure
