"""Each field of a plan as a typed value, with what would make a row a reject."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from tieout.sources.amounts import UNITS_MAX
from tieout.sources.fields import AmountField, DateField, TextField, TimeField
from tieout.sources.native import days_of, seconds_in, text_of, units_of, with_twin

Field = TextField | AmountField | DateField | TimeField
JOINT = " | "


@dataclass(frozen=True, slots=True)
class Fault:
    """Where `condition` holds, `text` in `column` keeps the row from being read."""

    condition: ir.BooleanValue
    column: str
    text: ir.StringValue


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
    fields: dict[str, Field], table: ir.Table, scale: int, clean: Collection[str] = ()
) -> dict[str, ir.Value]:
    """What the fields are made of: each column's text, and its units, days or seconds.

    clean: text columns that are known to hold neither empty text nor white space around it.

    Columns of a table of their own, they are computed once, however often a field mentions them.
    Raises InputError where a column's native type cannot hold what is asked of it.
    """
    parts: dict[str, ir.Value] = {}
    for name, field in fields.items():
        for column in columns_of(field):
            cleaned = column in clean
            text = parts[_text_name(column)] = text_of(table[column], clean=cleaned)
            native = not table[column].type().is_string()
            parts[_given_name(column)] = (table[column] if native else text).notnull()
            if isinstance(field, AmountField) and column != field.direction:
                units = units_of(table[column], field.format, scale, clean=cleaned)
                parts[_part_name(name, column)] = units
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
        return Reading(value, (_fault(parts, field.column, value, required=field.required),))
    return Reading(value)


def _text_name(column: str) -> str:
    return f"text {column}"


def _given_name(column: str) -> str:
    return f"given {column}"


def _part_name(name: str, column: str) -> str:
    return f"part {name} {column}"


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
    fault = _fault(parts, column, units, required=field.required)
    return Reading(value if field.sign == 1 else -value, (fault,))


def _pair(name: str, field: AmountField, parts: ir.Table) -> Reading:
    debit, credit = str(field.debit), str(field.credit)
    units = {column: _halved(parts[_part_name(name, column)]) for column in (debit, credit)}
    faults = [_fault(parts, column, units[column], required=False) for column in units]
    nothing = units[debit].isnull() & units[credit].isnull()
    if field.required:
        faults.append(Fault(nothing, debit, ibis.literal("")))
    debited = -units[debit] if field.debit_negative else units[debit]
    balance = debited.fill_null(0) - units[credit].fill_null(0)
    value = ibis.ifelse(nothing, ibis.null("int64"), balance if field.sign == 1 else -balance)
    return Reading(value, tuple(faults))


def _halved(units: ir.IntegerValue) -> ir.IntegerValue:
    """Nulls what is so large that the difference of two might not fit."""
    limit = UNITS_MAX // 2
    return ibis.ifelse(units.between(-limit, limit), units, ibis.null("int64"))


def _fault(parts: ir.Table, column: str, value: ir.Value, *, required: bool) -> Fault:
    text = parts[_text_name(column)]
    condition = value.isnull() if required else value.isnull() & parts[_given_name(column)]
    return Fault(condition, column, text.fill_null(""))


def first_fault(
    faults: list[Fault], pick: Callable[[Fault], ir.StringValue | str]
) -> ir.StringValue:
    """What `pick` says of the first fault that holds for a row, null where none does."""
    if not faults:
        return ibis.null("string")
    return ibis.cases(*((fault.condition, pick(fault)) for fault in faults))
