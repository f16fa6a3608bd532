"""Sentences with {names} in them, filled in with a row's numbers."""

import datetime
import math
import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from tieout.model.errors import InputError
from tieout.model.facts import Reason

_FORMAT = re.compile(r"^,?(\.\d{1,2}f)?$")


def names_in_reason(template: str) -> tuple[str, ...]:
    """The names between braces, each once, in order.

    >>> names_in_reason("{amount} at {hour:.0f}, over {amount_high}")
    ('amount', 'hour', 'amount_high')
    """
    names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    return tuple(dict.fromkeys(names))


def check_reason(template: str, *, place: str) -> None:
    """Raises InputError unless each brace holds a plain name and at most a rounding."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise InputError(f"{place}: {error}; expected {{name}} or {{name:.1f}}") from error
    for _, name, rounding, conversion in parts:
        if name is None:
            continue
        plain = re.fullmatch(r"[^.\[\]{}!:]+", name)
        if not plain or conversion or not _FORMAT.match(rounding or ""):
            raise InputError(f"{place}: {{{name}}} is unclear; expected {{name}} or {{name:.1f}}")


def filled(template: str, values: Mapping[str, Any]) -> Reason:
    """The sentence with values in place of names; `Reason.values` holds its numbers, unrounded.

    Numbers get thousands separators; whole ones no decimals, others two unless told. Null is
    "unknown".

    >>> filled("{amount} at {hour} h, {z:.1f} sigma", {"amount": 1234.5, "hour": 3, "z": 4.26})
    Reason(text='1,234.50 at 3 h, 4.3 sigma', values=(1234.5, 3.0, 4.26))
    """
    numbers: list[float] = []
    words: list[str] = []
    for text, name, rounding, _ in Formatter().parse(template):
        words.append(text)
        if name is None:
            continue
        value = values[name]
        words.append(_word(value, rounding or ""))
        if isinstance(value, int | float) and not isinstance(value, bool):
            numbers.append(float(value))
    return Reason("".join(words), tuple(numbers))


def _word(value: Any, rounding: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return format(value, rounding or ",")
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return format(value, rounding or (",.0f" if whole else ",.2f"))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)
