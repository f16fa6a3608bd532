"""Cells as numbers, moments and categories, in a plan; what could not be read stays beside."""

import re
from functools import cache
from typing import Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.sources.amounts import amount_steps, body_pattern
from tieout.sources.currencies import CURRENCY_SIGNS
from tieout.sources.dates import try_strptime
from tieout.sources.native import text_of, trimmed
from tieout.sources.typed.reading import Reading

# The last steps of `amount_steps` make units of a number; a float wants the number before them.
_UNIT_STEPS: Final = 3
_YEARS: Final = (1000, 2999)
_PERCENT: Final = (" *%$", "")


def kind_of_type(dtype: dt.DataType) -> Kind:
    """What a native type holds.

    >>> kind_of_type(dt.float64), kind_of_type(dt.boolean), kind_of_type(dt.date)
    (<Kind.NUMBER: 'number'>, <Kind.CATEGORY: 'category'>, <Kind.TIME: 'time'>)
    """
    if isinstance(dtype, (dt.Date, dt.Timestamp)):
        return Kind.TIME
    is_number = isinstance(dtype, (dt.Integer, dt.Floating, dt.Decimal))
    return Kind.NUMBER if is_number else Kind.CATEGORY


def value_of(column: ir.Value, reading: Reading) -> ir.Value:
    """The column as String, Float64 or Timestamp(6), null where it is blank or cannot be read.

    Moments stay as written: a time zone behind them is read over. Counts from 1970 stay Float64;
    `finished` makes moments of them. Numbers may still be NaN or infinite.
    """
    if reading.way == "text":
        return text_of(column)
    if reading.way == "date":
        return _moment(column, reading.date)
    if not isinstance(column.type(), dt.String):
        return column.cast("float64")
    if reading.way == "amount":
        return _amount(trimmed(column), reading.amount)
    return column.try_cast("float64")


def unread_of(value: ir.Value, column: ir.Value) -> ir.StringValue:
    """The text of a cell that holds something and has no value, else null."""
    return _if(value.isnull(), column)


def can_fail(column: ir.Value, reading: Reading) -> bool:
    """Whether cells may say something that the reading does not understand."""
    return reading.way != "text" and isinstance(column.type(), dt.String)


def _amount(text: ir.StringValue, amount_format: AmountFormat) -> ir.FloatingValue:
    decimal = amount_format.decimal
    dropped = "".join(sorted({*amount_format.thousands, *CURRENCY_SIGNS, " ", "%"} - {decimal}))
    bare = text.translate(decimal + dropped, ".")
    quick = _if(text.re_search(_quick_pattern(amount_format)), bare).try_cast("float64")
    if decimal == ".":
        quick = ibis.coalesce(text.try_cast("float64"), quick)
    # The slow route is handed nothing but what the quick one could not read.
    rest = _if(quick.isnull(), text)
    for pattern, replacement in number_steps(amount_format):
        rest = rest.re_replace(pattern, replacement)
    return ibis.coalesce(quick, rest.try_cast("float64"))


@cache
def number_steps(amount_format: AmountFormat) -> tuple[tuple[str, str], ...]:
    """Replacements that turn a written number into one that a cast reads, other text into none."""
    return (_PERCENT, *amount_steps(amount_format, 0)[:-_UNIT_STEPS])


@cache
def _quick_pattern(amount_format: AmountFormat) -> str:
    signs = f"[{re.escape(CURRENCY_SIGNS)}]"
    return f"^-?{signs}? ?{body_pattern(amount_format)} ?(?:{signs}|%)?$"


def _moment(column: ir.Value, date_format: DateFormat) -> ir.TimestampValue:
    kind = column.type()
    if isinstance(kind, (dt.Date, dt.Timestamp)):
        return column.cast(dt.Timestamp(scale=6))
    text = text_of(column)
    moments = [_by_pattern(text, pattern) for pattern in date_format.patterns]
    return ibis.coalesce(*moments) if len(moments) > 1 else moments[0]


def _by_pattern(text: ir.StringValue, pattern: str) -> ir.TimestampValue:
    if pattern.startswith("%Y-%m-%d") and "%p" not in pattern:
        # The cast reads every ISO form; it also takes words such as "epoch" and "infinity".
        return _if((text >= "1") & (text < "3"), text).try_cast("timestamp(6)")
    if pattern.startswith(("%b", "%B")):
        possible = text.re_search("[0-9]")
    else:
        possible = (text >= "0") & (text < ":")
    if pattern == "%Y%m%d":
        possible &= text.length() == 8  # The engine reads seven digits too.
    moment: ir.TimestampValue = try_strptime(_if(possible, text), pattern)
    return _if(moment.year().between(*_YEARS), moment)


def _if(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null(value.type()))
