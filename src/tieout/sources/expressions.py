"""Each field of a plan as a typed value, with what would make a row a reject."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from tieout.sources.amounts import UNITS_MAX
from tieout.sources.fields import AmountField, DateField, TextField, TimeField
from tieout.sources.native import (
    always_units,
    days_of,
    seconds_in,
    text_of,
    units_of,
    with_twin,
)

Field = TextField | AmountField | DateField | TimeField
JOINT = " | "


@dataclass(frozen=True, slots=True)
class Fault:
    """Where `condition` holds, what stands in `column` keeps the row from being read.

    is_empty: nothing stands there.
    """

    condition: ir.BooleanValue
    column: str
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A field's value, null where it has none, and its faults."""

    value: ir.Value
    faults: tuple[Fault, ...] = ()


def columns_of(field: Field) -> tuple[str, ...]:
    """The source's columns that a field reads."""
    if isinstance(field, TextField):
        return field.columns
    if isinstance(field, AmountField):
        named = (field.column, field.debit, field.credit, field.direction)
        return tuple(column for column in named if column is not None)
    return (field.column,)


def readable_parts(
    fields: dict[str, Field],
    table: ir.Table,
    scale: int,
    clean: Collection[str] = (),
    *,
    all_texts: bool = True,
) -> dict[str, ir.Value]:
    """What the fields are made of: each column's text, and its units, days or seconds.

    clean: text columns that are known to hold neither empty text nor white space around it.
    all_texts: with the texts of amounts and dates, which only say what could not be read.

    Columns of a table of their own, they are computed once, however often a field mentions them.
    Raises InputError where a column's native type cannot hold what is asked of it.
    """
    parts: dict[str, ir.Value] = {}
    for name, field in fields.items():
        for column in columns_of(field):
            cleaned = column in clean
            text = text_of(table[column], clean=cleaned)
            is_read = isinstance(field, TextField) or column == getattr(field, "direction", None)
            if all_texts or is_read:
                parts[_text_name(column)] = text
            native = not table[column].type().is_string()
            parts[_given_name(column)] = (table[column] if native else text).notnull()
            if isinstance(field, AmountField) and column != field.direction:
                units = units_of(table[column], field.format, scale, clean=cleaned)
                parts[_part_name(name, column)] = units
                always = always_units(table[column], field.format, scale)
                read = table[column] if always else with_twin(units)
                parts[_read_name(name, column)] = read.notnull()
            elif isinstance(field, DateField):
                days = days_of(table[column], field.format, clean=cleaned)
                parts[_part_name(name, column)] = days
            elif isinstance(field, TimeField):
                seconds = seconds_in(table[column], field.format, clean=cleaned)
                parts[_part_name(name, column)] = seconds
    return parts


def read_field(name: str, field: Field, parts: ir.Table) -> Reading:
    """A field as a value of the table of its parts; amounts in the scale of the parts."""
    if isinstance(field, TextField):
        return Reading(_text(field, parts))
    if isinstance(field, AmountField):
        return _pair(name, field, parts) if field.column is None else _single(name, field, parts)
    value = parts[_part_name(name, field.column)]
    if isinstance(field, DateField):
        fault = _fault(parts, field.column, value.isnull(), required=field.required)
        return Reading(value, (fault,))
    return Reading(value)


def _text_name(column: str) -> str:
    return f"text {column}"


def _given_name(column: str) -> str:
    return f"given {column}"


def _part_name(name: str, column: str) -> str:
    return f"part {name} {column}"


def _read_name(name: str, column: str) -> str:
    return f"read {name} {column}"


def _text(field: TextField, parts: ir.Table) -> ir.StringValue:
    texts = [parts[_text_name(column)].fill_null("") for column in field.columns]
    if len(texts) == 1:
        return texts[0]
    joined = reduce(lambda left, right: left + JOINT + right, texts)
    nothing = JOINT * (len(texts) - 1)
    return ibis.ifelse(joined == nothing, "", joined)


def _single(name: str, field: AmountField, parts: ir.Table) -> Reading:
    column = str(field.column)
    value = units = with_twin(parts[_part_name(name, column)])
    if field.direction is not None:
        direction = parts[_text_name(field.direction)].upper()
        # Equalities, not a list: the engine makes a join of a long list, and loses the row order.
        words = (direction == word for word in field.negative_values)
        negative = reduce(or_, words, ibis.literal(value=False)).fill_null(False)
        value = ibis.ifelse(negative, -units.abs(), units)
    read = parts[_read_name(name, column)]
    fault = _fault(parts, column, ~read, required=field.required)
    return Reading(value if field.sign == 1 else -value, (fault,))


def _pair(name: str, field: AmountField, parts: ir.Table) -> Reading:
    debit, credit = str(field.debit), str(field.credit)
    units = {column: _halved(parts[_part_name(name, column)]) for column in (debit, credit)}
    faults = [_fault(parts, column, units[column].isnull(), required=False) for column in units]
    nothing = units[debit].isnull() & units[credit].isnull()
    if field.required:
        faults.append(Fault(nothing, debit, is_empty=True))
    debited = -units[debit] if field.debit_negative else units[debit]
    balance = debited.fill_null(0) - units[credit].fill_null(0)
    value = ibis.ifelse(nothing, ibis.null("int64"), balance if field.sign == 1 else -balance)
    return Reading(value, tuple(faults))


def _halved(units: ir.IntegerValue) -> ir.IntegerValue:
    """Nulls what is so large that the difference of two might not fit."""
    limit = UNITS_MAX // 2
    return ibis.ifelse(units.between(-limit, limit), units, ibis.null("int64"))


def _fault(parts: ir.Table, column: str, unread: ir.BooleanValue, *, required: bool) -> Fault:
    return Fault(unread if required else unread & parts[_given_name(column)], column)


def text_in(fault: Fault, parts: ir.Table) -> ir.StringValue:
    """What stands where a row cannot be read."""
    return ibis.literal("") if fault.is_empty else parts[_text_name(fault.column)].fill_null("")


def first_fault(
    faults: Sequence[Fault], pick: Callable[[Fault], ir.StringValue | str]
) -> ir.StringValue:
    """What `pick` says of the first fault that holds for a row, null where none does."""
    if not faults:
        return ibis.null("string")
    return ibis.cases(*((fault.condition, pick(fault)) for fault in faults))
