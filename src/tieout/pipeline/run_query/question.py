"""What can be asked of a table: conditions on its columns, words, an order and a page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

import ibis
import ibis.expr.types as ir

from tieout.model.errors import InputError

LIMIT_MAX: Final = 10_000
Operator = Literal["is", "not", "contains", "min", "max"]
_OPERATORS: Final[tuple[Operator, ...]] = ("is", "not", "contains", "min", "max")
_TRUE: Final = {"1", "true", "yes"}
_FALSE: Final = {"0", "false", "no"}


@dataclass(frozen=True)
class Condition:
    """One limit on one column, values as text.

    `is` and `not` take several values, an empty one standing for nothing; `contains` ignores
    case; `min` and `max` include their value.
    """

    column: str
    operator: Operator
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which rows, in which order. All conditions hold; search looks at every column of text.

    sort: a column, largest first where `descending`; without one, the order of the file.
    columns: which to bring, None for all.
    """

    conditions: tuple[Condition, ...] = ()
    search: str = ""
    sort: str | None = None
    descending: bool = False
    limit: int = 50
    offset: int = 0
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.limit <= LIMIT_MAX:
            raise InputError(f"limit {self.limit}: expected 0 to {LIMIT_MAX:,}")
        if self.offset < 0:
            raise InputError(f"offset {self.offset}: expected 0 or more")


def conditions_of(pairs: Iterable[tuple[str, str]]) -> tuple[Condition, ...]:
    """Conditions as a URL writes them: `bucket=timing`, `bucket=fx_rate`, `difference.min=10`.

    Values of one column and operator are alternatives.

    >>> conditions_of([("bucket", "timing"), ("bucket", "fx_rate"), ("age_days.min", "30")])[1]
    Condition(column='age_days', operator='min', values=('30',))
    """
    found: dict[tuple[str, Operator], list[str]] = {}
    for name, value in pairs:
        column, dot, word = name.rpartition(".")
        operator = next((known for known in _OPERATORS if dot and known == word), None)
        key: tuple[str, Operator] = (column, operator) if operator else (name, "is")
        found.setdefault(key, []).append(value)
    return tuple(Condition(column, word, tuple(values)) for (column, word), values in found.items())


def restrict(table: ir.Table, question: Question) -> ir.Table:
    """The rows of a table that a question is about. Raises InputError for unknown columns."""
    wanted = [_predicate(table, condition) for condition in question.conditions]
    words = question.search.strip().lower()
    if words:
        texts = [name for name, kind in table.schema().items() if kind.is_string()]
        if not texts:
            raise InputError("this table has no text to search")
        wanted.append(ibis.or_(*(table[name].lower().contains(words) for name in texts)))
    return table.filter(wanted) if wanted else table


def require_column(table: ir.Table, name: str) -> ir.Column:
    """A column of the table, or an InputError that names those there are."""
    if name not in table.columns or name == ROW:
        known = ", ".join(each for each in table.columns if each != ROW)
        raise InputError(f"{name}: no such column; there are {known}")
    return table[name]


# The place of a row in its file, from 1; the name is one that no table of a run uses.
ROW: Final = "row in file"


def _predicate(table: ir.Table, condition: Condition) -> Any:
    column = require_column(table, condition.column)
    if condition.operator == "contains":
        texts = [value.lower() for value in condition.values]
        return ibis.or_(*(column.cast("string").lower().contains(text) for text in texts))
    if condition.operator in {"is", "not"}:
        among = _among(column, condition)
        return among if condition.operator == "is" else ~among
    limits = [_typed(column, condition.column, value) for value in condition.values]
    if condition.operator == "min":
        return column >= min(limits)
    return column <= max(limits)


def _among(column: ir.Column, condition: Condition) -> Any:
    if column.type().is_array():
        return ibis.or_(*(column.contains(value) for value in condition.values))
    values = [_typed(column, condition.column, value) for value in condition.values if value]
    parts = [column.isin(values).fill_null(False)] if values else []
    if "" in condition.values:
        parts.append(column.isnull() | (column.cast("string") == ""))
    return ibis.or_(*parts)


def _typed(column: ir.Column, name: str, value: str) -> Any:
    """A value as the column holds it. Raises InputError where it cannot be read so."""
    kind = column.type()
    readers: tuple[tuple[bool, Callable[[str], Any]], ...] = (
        (kind.is_boolean(), _truth),
        (kind.is_integer(), int),
        (kind.is_decimal(), _decimal),
        (kind.is_floating(), float),
        (kind.is_date(), date.fromisoformat),
        (kind.is_timestamp(), datetime.fromisoformat),
    )
    read = next((reader for fits, reader in readers if fits), str)
    try:
        return read(value)
    except (ValueError, InvalidOperation) as error:
        raise InputError(f"{name}={value}: expected a value such as {_example(kind)}") from error


def _truth(value: str) -> bool:
    word = value.lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def _decimal(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(value)
    return number


def _example(kind: Any) -> str:
    if kind.is_boolean():
        return "true or false"
    if kind.is_date() or kind.is_timestamp():
        return "2026-03-31"
    return "12" if kind.is_integer() else "12.50"
