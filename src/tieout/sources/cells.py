"""Single values: what kind of thing a text looks like, and native values as text."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:.*)?"
    r"|\d{1,2}[-/. ][^\W\d_]{3,9}[-/., ]+\d{2,4}([ T].*)?"
    r"|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}([ T].*)?"
    r"|\d{8}T\d{4,6}.*"
)
_NUMBER: Final = re.compile(
    r"[(+\-\u2212]?\s?(?:[A-Z]{3}\s|[^\w\s.,()'+-]\s?)?[+\-\u2212]?\s?"
    r"(?:\d[\d.,'\u2019\s]*|[.,]\d+)"
    r"(?:\s?[A-Z]{3}|\s?[^\w\s.,()'+-]|\s?(?:CR|DR|C|D))?\s?[-\u2212)]?"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_EXACT: Final = ".15g"


class Kind(Enum):
    """What a cell looks like to somebody who does not know its column."""

    EMPTY = "empty"
    TEXT = "text"
    YEAR = "year"
    TYPED = "typed"  # a date, an amount or another number


def kind_of(cell: str) -> Kind:
    """What a text looks like.

    >>> kind_of("12/15/2018"), kind_of("-1.533,50 EUR"), kind_of("REF 7a")
    (<Kind.TYPED: 'typed'>, <Kind.TYPED: 'typed'>, <Kind.TEXT: 'text'>)
    """
    cell = cell.strip()
    if not cell:
        return Kind.EMPTY
    if _YEAR.fullmatch(cell):
        return Kind.YEAR
    if _NUMBER.fullmatch(cell) or _DATE.fullmatch(cell):
        return Kind.TYPED
    return Kind.TEXT


def plain_number(value: float) -> str:
    """A binary number as its shortest plain decimal text, to the 15 digits that it carries.

    The noise of binary fractions stands in the 16th and 17th digit; spreadsheets hide it too.

    >>> plain_number(0.1 + 0.2), plain_number(1e16), plain_number(-2.50), plain_number(1e-7)
    ('0.3', '10000000000000000', '-2.5', '0.0000001')
    """
    if not math.isfinite(value):
        return str(value)
    text = format(value, _EXACT)
    if "e" not in text and value:
        return text
    return str(int(value)) if value.is_integer() else format(Decimal(text), "f")


def cell_text(value: object) -> str:
    """A value of a database or a spreadsheet as text: ISO dates, plain decimals, "" for nothing.

    A moment with a time zone is written in UTC, without the zone.

    >>> cell_text(Decimal("1E+3")), cell_text(date(2024, 1, 31)), cell_text(None)
    ('1000', '2024-01-31', '')
    """
    for kinds, to_text in _TO_TEXT:
        if isinstance(value, kinds):
            return to_text(value)
    return str(value)


def _moment_text(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return value.isoformat(sep=" ")
    return str(value) if isinstance(value, timedelta) else value.isoformat()


# A bool is an int too, and a datetime a date: the first that fits decides.
_TO_TEXT: Final[tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...]] = (
    ((str,), str),
    ((type(None),), lambda _: ""),
    ((bool,), lambda value: "true" if value else "false"),
    ((float,), plain_number),
    ((Decimal,), lambda value: format(value, "f")),
    ((date, time, timedelta), _moment_text),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
    ((list, dict), lambda value: json.dumps(value, default=str, ensure_ascii=False)),
)
