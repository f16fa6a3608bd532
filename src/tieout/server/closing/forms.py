"""What people type in the pages of a close, read strictly."""

import re
from decimal import Decimal
from typing import Final

from django.http import QueryDict

from tieout.close.tasks.model import TaskState
from tieout.model.errors import InputError
from tieout.server.closing.sampling import SampleRequest

_AMOUNT: Final = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?|[+-]?\.[0-9]+")
_UNITS_MAX: Final = 10**18


def read_amount(text: str) -> int:
    """Units of 0.01 from a typed amount; commas may stand between groups of three digits.

    >>> read_amount("-1,234.5"), read_amount("0")
    (-123450, 0)
    """
    if not _AMOUNT.fullmatch(text.strip()):
        raise InputError(f"{text[:40]!r} is no amount; expected one such as 1,234.56")
    units = Decimal(text.replace(",", "").strip()) * 100
    if units != units.to_integral_value() or abs(units) >= _UNITS_MAX:
        raise InputError(f"{text[:40]!r}: expected an amount with at most two decimals")
    return int(units)


def read_state(data: QueryDict) -> TaskState:
    """The state that a task is to have."""
    asked = data.get("state", "")
    if asked not in set(TaskState):
        raise InputError(f"state {asked!r}: expected one of {', '.join(TaskState)}")
    return TaskState(asked)


def read_delays(data: QueryDict) -> dict[str, float]:
    """Workdays by task: every field is an id and a number; empty ones do not count."""
    found = {}
    for name, text in data.items():
        if not str(text).strip():
            continue
        try:
            days = float(str(text))
        except ValueError:
            raise InputError(f"{name}: {text!r} is no number of days") from None
        if not -250 <= days <= 250:
            raise InputError(f"{name}: expected between -250 and 250 days")
        if days:
            found[str(name)] = days
    return found


def read_sample(data: QueryDict) -> SampleRequest:
    """Method, size and seed of a sample; what is not given is as usual."""
    usual = SampleRequest()
    numbers = {"size": usual.size, "seed": usual.seed}
    for name in numbers:
        text = data.get(name, "").strip()
        if text:
            try:
                numbers[name] = int(text)
            except ValueError:
                raise InputError(f"{name} {text!r}: expected a whole number") from None
    if numbers["seed"] < 0:
        raise InputError(f"seed {numbers['seed']}: expected 0 or more")
    return SampleRequest(data.get("method") or usual.method, **numbers)
