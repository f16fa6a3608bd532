"""A single value of a record as the column that a model knows, or what was expected of it."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

import polars as pl

from tieout.model.table import Kind
from tieout.sources.amounts import parse_amount
from tieout.sources.cells import plain_number
from tieout.sources.typed.reading import NULL_WORDS, Reading

Scalar: TypeAlias = "str | int | float | bool | None"
Cell: TypeAlias = "str | float | datetime | None"

# How a table of detectors holds each kind.
TYPES: Final[Mapping[Kind, pl.DataType]] = MappingProxyType(
    {Kind.NUMBER: pl.Float64(), Kind.TIME: pl.Datetime("us"), Kind.CATEGORY: pl.String()}
)
# More than a file's cell may hold says nothing that a detector could use.
TEXT_LENGTH_MAX: Final = 2_000
_AMOUNT_SCALE: Final = 6
_ISO: Final = re.compile(r"[12]\d{3}-?\d{2}-?\d{2}")
_ZONE: Final = re.compile(r"\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)$")
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  moments have no zone, as in files
# Seconds of 1985 to 2100: what counts from 1970 in finer ticks has more digits.
_EPOCH_SECONDS: Final = (473_385_600, 4_102_444_800)
_TICKS: Final = (1, 1_000, 1_000_000, 1_000_000_000)


def cell(value: Scalar, reading: Reading) -> Cell:
    """The value as detectors see it: a float, a moment without zone, a text, or nothing.

    Words for missing values are nothing, as in files. A time zone is read over, never applied.
    Raises ValueError with what was expected.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > TEXT_LENGTH_MAX:
            raise ValueError(f"a text of at most {TEXT_LENGTH_MAX:,} characters")
        value = value.strip()
        if not value:
            return None
    return _READERS[reading.kind](value, reading)


def reader_of(reading: Reading) -> Callable[[Scalar], Cell]:
    """`cell` of one column; what its values mostly are is told at once."""
    if reading.kind is Kind.NUMBER:

        def number(value: Scalar) -> Cell:
            if type(value) is float and math.isfinite(value):
                return value
            return cell(value, reading)

        return number
    return lambda value: cell(value, reading)


def _number(value: str | float | bool, reading: Reading) -> float | None:
    if isinstance(value, str):
        if value.lower() in NULL_WORDS:
            return None
        return _written_number(value, reading)
    number = _float(value)
    if not math.isfinite(number):
        raise ValueError(reading.expected)
    return number


def _float(number: float) -> float:
    """A whole number beyond all floats is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _written_number(text: str, reading: Reading) -> float:
    grouped = reading.way == "amount" and reading.amount.thousands == "."
    if not grouped and "_" not in text:
        try:
            number = float(text)
        except ValueError:
            pass
        else:
            if math.isfinite(number):
                return number
            raise ValueError(reading.expected)
    units = parse_amount(text, reading.amount, _AMOUNT_SCALE)
    if units is None:
        raise ValueError(reading.expected)
    return units / 10**_AMOUNT_SCALE


def _moment(value: str | float | bool, reading: Reading) -> datetime | None:
    if isinstance(value, str):
        if value.lower() in NULL_WORDS:
            return None
        found = _written_moment(value, reading)
        if found is None:
            raise ValueError(_expected_moment(reading))
        return found
    counted = None if isinstance(value, bool) else _counted(_float(value), reading)
    if counted is None:
        raise ValueError(_expected_moment(reading))
    return counted


def _written_moment(text: str, reading: Reading) -> datetime | None:
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            pass
    bare = _ZONE.sub("", text)
    for pattern in reading.date.patterns:
        try:
            moment = datetime.strptime(bare, pattern)  # noqa: DTZ007
        except ValueError:
            continue
        if 1000 <= moment.year <= 2999:
            return moment
    try:
        return _counted(float(text), reading)
    except ValueError:
        return None


def _counted(number: float, reading: Reading) -> datetime | None:
    """A count from 1970, in the column's ticks or in those that its size tells."""
    low, high = _EPOCH_SECONDS
    choices = (reading.ticks,) if reading.way == "epoch" else _TICKS
    ticks = next((t for t in choices if low * t <= number <= high * t), None)
    if ticks is None:
        return None
    return _EPOCH + timedelta(microseconds=round(number * (1_000_000 / ticks)))


def _expected_moment(reading: Reading) -> str:
    return f"{reading.expected}, or a moment such as 2026-01-31T14:05:00"


def _label(value: str | float | bool, _: Reading) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return plain_number(value) if isinstance(value, float) else value


_READERS: Final[Mapping[Kind, Callable[[str | float | bool, Reading], Cell]]] = MappingProxyType(
    {Kind.NUMBER: _number, Kind.TIME: _moment, Kind.CATEGORY: _label}
)
