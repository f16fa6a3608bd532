"""What a column is, decided on a sample of its values and its name."""

from dataclasses import replace
from typing import Final

import polars as pl

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.sources.decide import DateDecision, date_decision, decide_amount_format
from tieout.sources.typed.labels import is_label
from tieout.sources.typed.names import says_code, says_label, says_moment, says_quantity
from tieout.sources.typed.reading import ISO, NULL_WORDS, PLAIN, TEXT, Reading

SAMPLE_ROWS: Final = 50_000
BAD_SHARE_MAX: Final = 0.01
_EXPONENT: Final = "(?i)^[-+]?[0-9.]+e[-+]?[0-9]+$"
_ISO_DAY: Final = "%Y-%m-%d"
_HALF_DAYS: Final = (f"{_ISO_DAY} %I:%M:%S %p", f"{_ISO_DAY} %I:%M %p")
# Seconds of 1985 to 2100; what counts from 1970 in finer ticks has more digits.
_EPOCH_SECONDS: Final = (473_385_600, 4_102_444_800)
_EPOCH_TICKS: Final = (1, 1_000, 1_000_000)


def decide_reading(name: str, sample: pl.Series) -> Reading:
    """How a text column is read: as dates, as numbers, or else as categories.

    sample: values as text, null where blank. Words for missing values are left out. Whole numbers
    that only name something are categories (`is_label`). At least 99 % of plain numbers, or 90 %
    of written amounts and dates, have to read here; `read_table` holds the whole column to 99 %.
    """
    filled = filled_of(sample)
    if filled.is_empty():
        return _by_name_alone(name)
    if not says_quantity(name) and (dates := decide_dates(filled)):
        why = "its values are dates"
        return Reading(Kind.TIME, "date", why, date=dates.format, doubt=dates.doubt)
    number = decide_number(filled)
    if number is None or _is_lettered_code(name, filled, number):
        return TEXT
    if ticks := _epoch_ticks(name, filled):
        why = "its name and size say that it counts time from 1970"
        return Reading(Kind.TIME, "epoch", why, ticks=ticks)
    if why := is_label(name, filled):
        return replace(TEXT, why=why)
    return number


def reading_as(kind: Kind, sample: pl.Series) -> Reading:
    """How a column is read as a kind that was asked for, whatever it would have been taken for."""
    if kind is Kind.CATEGORY:
        return replace(TEXT, why="asked for")
    filled = filled_of(sample)
    if kind is Kind.NUMBER:
        return replace(decide_number(filled) or PLAIN, why="asked for")
    ticks = _epoch_ticks("time", filled)
    if ticks and decide_dates(filled) is None:
        return Reading(Kind.TIME, "epoch", "asked for", ticks=ticks)
    dates = decide_dates(filled)
    if dates is None:
        return replace(ISO, why="asked for")
    return replace(ISO, why="asked for", date=dates.format, doubt=dates.doubt)


def native_reading(kind: Kind, name: str, sample: pl.Series, *, integer: bool) -> Reading:
    """How a typed column is read. sample: its values as text. integer: its type has no decimals."""
    filled = filled_of(sample)
    if kind is not Kind.NUMBER or filled.is_empty():
        return replace({Kind.CATEGORY: TEXT, Kind.TIME: ISO, Kind.NUMBER: PLAIN}[kind])
    if ticks := _epoch_ticks(name, filled):
        return Reading(Kind.TIME, "epoch", "its name and size say so", ticks=ticks)
    whole = integer or filled.str.contains("^-?[0-9]+$").all()
    why = is_label(name, filled) if whole or says_code(name) else ""
    return replace(TEXT, why=why) if why else PLAIN


def revise_reading(reading: Reading, sample: pl.Series, failed: pl.Series) -> Reading:
    """What a reading becomes when some values of the whole column failed it.

    Values that the sample had none of may be of another format that fits the rest, such as the
    grouping marks that only large amounts have, or a second way to write dates.
    """
    failed = failed.head(SAMPLE_ROWS)
    if reading.kind is Kind.TIME and reading.way == "date":
        more = decide_dates(failed)
        patterns = dict.fromkeys((*reading.date.patterns, *(more.format.patterns if more else ())))
        return replace(reading, date=DateFormat(patterns=tuple(patterns)))
    if reading.kind is Kind.NUMBER:
        found = decide_number(pl.concat([filled_of(sample), failed]))
        if found is not None and decide_amount_format(failed) is not None:
            return replace(found, why=reading.why)
    return reading


def decide_number(filled: pl.Series) -> Reading | None:
    """How values are read as numbers, or None where they are not."""
    plain = filled.cast(pl.Float64, strict=False).is_not_null() & ~filled.str.contains("_")
    share = float(plain.mean() or 0.0)  # type: ignore[arg-type]
    written = filled.filter(~filled.str.contains(_EXPONENT)) if share > 0.0 else filled
    amount = decide_amount_format(written)
    if share == 1.0:
        grouped = amount is not None and amount.thousands == "."
        return _amount(amount) if amount is not None and grouped else PLAIN
    if amount is not None:
        return _amount(amount)
    if share >= 1.0 - BAD_SHARE_MAX:
        return PLAIN
    percent = filled.filter(filled.str.ends_with("%"))
    if len(percent) >= 0.9 * len(filled):
        bare = filled.str.strip_chars("% ")
        found = decide_amount_format(bare)
        return _amount(found) if found is not None else None
    return None


def decide_dates(filled: pl.Series) -> DateDecision | None:
    """The patterns of `date_decision`, and ISO dates with a clock of twelve hours."""
    found = date_decision(filled)
    if found is None or not any(p.startswith(_ISO_DAY) for p in found.format.patterns):
        return found
    if not filled.str.contains("(?i)[ap]m$").any():
        return found
    return replace(found, format=DateFormat(patterns=(*_HALF_DAYS, *found.format.patterns)))


def filled_of(sample: pl.Series) -> pl.Series:
    """The values that say something, trimmed."""
    trimmed = sample.str.strip_chars().drop_nulls()
    return trimmed.filter(~trimmed.str.to_lowercase().is_in(NULL_WORDS))


def _amount(amount_format: AmountFormat) -> Reading:
    loose = AmountFormat(decimal=amount_format.decimal, thousands=amount_format.thousands)
    return replace(PLAIN, way="amount", amount=loose)


def _by_name_alone(name: str) -> Reading:
    if says_quantity(name):
        return PLAIN
    return ISO if says_moment(name) and not says_label(name) else TEXT


def _is_lettered_code(name: str, filled: pl.Series, reading: Reading) -> bool:
    """Codes such as ALL1 and TRY2 that read as amounts because letters of theirs are currencies."""
    if reading.way != "amount" or says_quantity(name):
        return False
    lettered = filled.str.contains("[A-Za-z]")
    if 2 * int(lettered.sum()) <= len(filled):
        return False
    return not filled.filter(lettered).str.contains("[0-9][., '][0-9]|^[A-Z]{3} ").any()


def _epoch_ticks(name: str, filled: pl.Series) -> int:
    """How many ticks a second has where whole numbers count time from 1970, else 0."""
    if not says_moment(name) or says_quantity(name) or filled.is_empty():
        return 0
    numbers = filled.cast(pl.Float64, strict=False).drop_nulls()
    if len(numbers) < (1.0 - BAD_SHARE_MAX) * len(filled):
        return 0
    low, high = numbers.quantile(0.01), numbers.quantile(0.99)
    if low is None or high is None:
        return 0
    first, last = _EPOCH_SECONDS
    return next((t for t in _EPOCH_TICKS if first * t <= low and high <= last * t), 0)
