"""One cell as a number, a moment or a category, read as its column was."""

import datetime
import math
import re
from decimal import Decimal
from typing import Any, Final

from tieout.model.table import Kind
from tieout.sources.typed.expressions import number_steps
from tieout.sources.typed.reading import NULL_WORDS, Reading

_MISSING: Final = frozenset(NULL_WORDS)
_YEARS: Final = (1000, 2999)
_ISO: Final = "%Y-%m-%d"
_EPOCH: Final = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - moments are as written
_INTEGERS_EXACT_MAX: Final = 2**53


def read_cell(value: Any, reading: Reading) -> float | str | datetime.datetime | None:
    """A value of JSON or Python as `read_table` types it: float, text, a moment without zone.

    None where it is blank, or a word for what is missing. Raises ValueError with what was
    expected where it cannot be read; read as a category, anything can.
    """
    if value is None:
        return None
    if reading.kind is Kind.CATEGORY:
        return _text(value)
    if isinstance(value, str):
        value = value.strip()
        if value.lower() in _MISSING:
            return None
    found = _moment(value, reading) if reading.kind is Kind.TIME else _number(value, reading)
    if found is None:
        raise ValueError(reading.expected)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _INTEGERS_EXACT_MAX:
        value = int(value)
    return str(value).strip() or None


def _number(value: Any, reading: Reading) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str):
        numeric = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return float(value) if numeric else None
    if reading.way == "amount":
        return _written(value, reading)
    return _plain(value)


def _plain(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _written(text: str, reading: Reading) -> float | None:
    if reading.amount.decimal == "." and (plain := _plain(text)) is not None:
        return plain
    for pattern, replacement in number_steps(reading.amount):
        text = re.sub(pattern, replacement, text)
    return _plain(text)


def _moment(value: Any, reading: Reading) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if reading.way == "epoch":
        ticks = _number(value, reading)
        if ticks is None or not math.isfinite(ticks):
            return None
        return _EPOCH + datetime.timedelta(microseconds=round(ticks * 1e6 / reading.ticks))
    if not isinstance(value, str):
        return None
    moments = (_by_pattern(value, pattern) for pattern in reading.date.patterns)
    return next((moment for moment in moments if moment is not None), None)


def _by_pattern(text: str, pattern: str) -> datetime.datetime | None:
    try:
        if pattern.startswith(_ISO) and "%p" not in pattern:
            moment = datetime.datetime.fromisoformat(text)
        else:
            moment = datetime.datetime.strptime(text, pattern)  # noqa: DTZ007
    except ValueError:
        return None
    first, last = _YEARS
    # Calendar and clock are taken as written; a time zone behind them is read over.
    return moment.replace(tzinfo=None) if first <= moment.year <= last else None
