"""Which balances are certified when, and which without anybody: the policy of a calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypeAlias

from tieout.model.errors import InputError

Risk: TypeAlias = Literal["high", "medium", "low"]
_MONTHS: Final = (1, 2, 3, 4, 6, 12)


@dataclass(frozen=True, kw_only=True)
class CertificationPolicy:
    """unmoved: without entries in the period, and certified at the same amount in the one before,
    is certified by policy. zero: nothing, and without entries, is too. low_every_months: low risk
    is due only in each such month of the year. high_times: from so many times what is material a
    balance is of high risk. automatic_max: never by policy beyond so many units; none is no limit.
    """

    unmoved: bool = True
    zero: bool = True
    low_every_months: int = 3
    high_times: float = 100.0
    automatic_max: int | None = None

    def risk(self, balance: int, material: int) -> Risk:
        """How a balance compares with what is material.

        >>> CertificationPolicy().risk(-5_000_00, 1_000_00)
        'medium'
        """
        size = abs(balance)
        if size >= self.high_times * material:
            return "high"
        return "medium" if size >= material else "low"

    def is_due(self, risk: Risk, month: int) -> bool:
        """Whether a balance of such risk is certified in this month of the year.

        >>> CertificationPolicy().is_due("low", 10), CertificationPolicy().is_due("low", 12)
        (False, True)
        """
        return risk != "low" or month % self.low_every_months == 0

    def automatic(self, balance: int, *, is_quiet: bool, was_certified: bool) -> str:
        """Why a balance is certified without anybody; "" where somebody has to.

        is_quiet: no entries in the period. was_certified: at this amount in the one before.
        """
        if not is_quiet or (self.automatic_max is not None and abs(balance) > self.automatic_max):
            return ""
        if balance == 0 and self.zero:
            return "no entries in the period, and nothing on it"
        if was_certified and self.unmoved:
            return "no entries in the period, certified in the one before"
        return ""


def read_policy(held: object, where: str) -> CertificationPolicy:
    """A policy from a calendar's `certification`. Raises InputError with the word that is wrong.

    >>> read_policy({"low_every_months": 1, "zero": False}, "tasks.yaml").zero
    False
    """
    known = [each.name for each in fields(CertificationPolicy)]
    if not isinstance(held, Mapping):
        raise InputError(f"{where}: certification is {held!r}; expected {', '.join(known)}")
    for name in held:
        if name not in known:
            raise InputError(f"{where}: certification has no {name!r}; it has {', '.join(known)}")
    return CertificationPolicy(**{name: _value(name, held[name], where) for name in held})


def _value(name: str, value: Any, where: str) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in {"unmoved", "zero"}:
        fits, expected = isinstance(value, bool), "true or false"
    elif name == "low_every_months":
        fits, expected = value in _MONTHS and is_number, f"one of {', '.join(map(str, _MONTHS))}"
    elif name == "high_times":
        fits, expected = is_number and value >= 1, "a number from 1"
    else:
        fits = value is None or (isinstance(value, int) and is_number and value >= 0)
        expected = "whole units of 0.01 from 0, or nothing"
    if not fits:
        raise InputError(f"{where}: {name} of certification is {value!r}; expected {expected}")
    return value
