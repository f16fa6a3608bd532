"""Conditions as functions of one row: a thousandth of what a plan over one row costs."""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import polars as pl

Row: TypeAlias = Mapping[str, Any]
Condition: TypeAlias = Callable[[Row], Any]
_Two: TypeAlias = Callable[[Any, Any], Any]
# Which of some numbers, how it is compared, and with what.
Bound: TypeAlias = tuple[int, _Two, float]

_COMPARED: Final[Mapping[str, _Two]] = MappingProxyType(
    {
        "Eq": operator.eq,
        "NotEq": operator.ne,
        "Lt": operator.lt,
        "LtEq": operator.le,
        "Gt": operator.gt,
        "GtEq": operator.ge,
    }
)
_COMPUTED: Final[Mapping[str, _Two]] = MappingProxyType(
    {
        "Plus": operator.add,
        "Add": operator.add,
        "Minus": operator.sub,
        "Sub": operator.sub,
        "Multiply": operator.mul,
        "Mul": operator.mul,
    }
)


class _Constant:
    """A condition that is the same for every row."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _: Row) -> Any:
        return self.value


class _UnknownPartError(Exception):
    """A part of a condition that is not computed here."""


def of_one_row(
    expression: "pl.Expr", *, fixed: Mapping[str, float | None] = MappingProxyType({})
) -> Condition:
    """An expression of `parse` for one row: a value for each name, None for null.

    What comparisons, arithmetic, AND, OR, NOT, IS NULL and abs make up is computed by Python's
    own operators, with the nulls of SQL; anything else by Polars on a frame of one row.

    fixed: names that have the same value in every row; a row need not have them.
    """
    try:
        return _part(json.loads(expression.meta.serialize(format="json")), fixed)
    except _UnknownPartError:
        names = expression.meta.root_names()
        known = {name: fixed[name] for name in names if name in fixed}
        asked = [name for name in names if name not in fixed]
        return lambda row: _by_polars(expression, {**known, **{name: row[name] for name in asked}})


def bounds_of(
    expression: "pl.Expr",
    places: Mapping[str, int],
    *,
    fixed: Mapping[str, float | None] = MappingProxyType({}),
) -> tuple[Bound, ...]:
    """What must hold wherever an expression does, as far as it is told by single numbers.

    places: where the numbers of some names stand; true is 1, false 0, null NaN. Of conditions that
    are joined by AND those count that compare such a name with a constant, and names alone.
    """
    found: list[Bound] = []
    parts = [json.loads(expression.meta.serialize(format="json"))]
    while parts:
        part = parts.pop()
        with suppress(_UnknownPartError):
            kind, content = _kind(part)
            if kind == "Column" and content in places and content not in fixed:
                found.append((places[content], operator.gt, 0.0))
            elif kind in {"BinaryExpr", "Function"}:
                operation, left, right = _two_sides(kind, content)
                if operation == "And":
                    parts += [left, right]
                elif operation in _COMPARED:
                    name_kind, name = _kind(left)
                    limit = _part(right, fixed)
                    is_told = name_kind == "Column" and name in places and name not in fixed
                    if is_told and isinstance(limit, _Constant) and _is_number(limit.value):
                        found.append((places[name], _COMPARED[operation], float(limit.value)))
    return tuple(found)


def _two_sides(kind: str, content: Any) -> tuple[str, Any, Any]:
    """An operation and what it is of."""
    if kind == "BinaryExpr":
        return str(content["op"]), content["left"], content["right"]
    family, name = _kind(content["function"])
    if family != "Sql" or len(content["input"]) != 2:
        raise _UnknownPartError
    return str(_kind(name)[1]), *content["input"]


def within_bounds(bounds: tuple[Bound, ...], numbers: Sequence[float]) -> bool:
    """Whether numbers are as they must be; NaN is not."""
    for place, compare, limit in bounds:
        number = numbers[place]
        if not compare(number, limit) or number != number:  # noqa: PLR0124 - NaN, of <>
            return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _by_polars(expression: "pl.Expr", row: Row) -> Any:
    import polars as pl

    frame = pl.DataFrame([row]) if row else pl.DataFrame(height=1)
    missing = [name for name, value in row.items() if value is None]
    # A null has no type, and functions of texts want one.
    for kind in (pl.String, pl.Float64, pl.Boolean):
        with suppress(pl.exceptions.PolarsError):
            return frame.with_columns(pl.col(missing).cast(kind)).select(expression).item()
    return None


def _part(node: Any, fixed: Mapping[str, float | None]) -> Condition:
    kind, content = _kind(node)
    if kind == "Column":
        return _Constant(fixed[content]) if content in fixed else operator.itemgetter(content)
    if kind == "Literal":
        return _literal(content)
    if kind == "BinaryExpr":
        left, right = _part(content["left"], fixed), _part(content["right"], fixed)
        return _binary(content["op"], left, right)
    if kind == "Cast" and content["dtype"] == {"Literal": "Boolean"}:
        return _part(content["expr"], fixed)
    if kind == "Function":
        return _function(content["function"], [_part(each, fixed) for each in content["input"]])
    raise _UnknownPartError


def _kind(node: Any) -> tuple[str, Any]:
    if not isinstance(node, dict) or len(node) != 1:
        raise _UnknownPartError
    return next(iter(node.items()))


def _literal(content: Any) -> Condition:
    family, value = _kind(content)
    if family not in {"Dyn", "Scalar"}:
        raise _UnknownPartError
    form, value = _kind(value)
    if form == "Decimal":
        unscaled, _, scale = value
        value = Decimal(unscaled).scaleb(-scale)
    elif form not in {"Int", "Float", "String", "Boolean"}:
        raise _UnknownPartError
    return _Constant(value)


def _function(function: Any, parts: list[Condition]) -> Condition:
    if function == "Abs":
        (inner,) = parts
        return lambda row: None if (value := inner(row)) is None else abs(value)
    family, name = _kind(function)
    if family == "Boolean" and len(parts) == 1:
        return _truth(name, parts[0])
    if family == "Sql" and len(parts) == 2:
        return _binary(_kind(name)[1], *parts)
    raise _UnknownPartError


def _truth(name: Any, inner: Condition) -> Condition:
    if name == "Not":
        return lambda row: None if (value := inner(row)) is None else not value
    if name == "IsNull":
        return lambda row: inner(row) is None
    if name == "IsNotNull":
        return lambda row: inner(row) is not None
    raise _UnknownPartError


def _binary(name: Any, left: Condition, right: Condition) -> Condition:
    # What the left side settles needs no right one.
    if name == "And":
        return lambda row: False if (one := left(row)) is False else _both(one, right(row))
    if name == "Or":
        return lambda row: True if (one := left(row)) is True else _either(one, right(row))
    if not isinstance(name, str) or name not in {*_COMPARED, *_COMPUTED}:
        raise _UnknownPartError
    compute = _COMPARED.get(name) or _COMPUTED[name]

    if isinstance(right, _Constant) and not isinstance(right.value, Decimal | None):
        return _beside(left, compute, right.value)

    def known(row: Row) -> Any:
        one, other = left(row), right(row)
        if one is None or other is None:
            return None
        # A written fraction beside a float is taken as a float, beside a whole number as written.
        if isinstance(one, float) and isinstance(other, Decimal):
            other = float(other)
        elif isinstance(other, float) and isinstance(one, Decimal):
            one = float(one)
        return compute(one, other)

    return known


def _beside(left: Condition, compute: _Two, value: Any) -> Condition:
    """A computation whose right side is the same for every row."""

    def known(row: Row) -> Any:
        one = left(row)
        if one is None:
            return None
        return compute(float(one) if isinstance(one, Decimal) else one, value)

    return known


def _both(one: Any, other: Any) -> bool | None:
    if other is False:
        return False
    return None if one is None or other is None else bool(one and other)


def _either(one: Any, other: Any) -> bool | None:
    if other is True:
        return True
    return None if one is None or other is None else bool(one or other)
