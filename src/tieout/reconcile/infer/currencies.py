"""The currency of each side: a column, a code in the amount's name, or what the other side has."""

import re
from dataclasses import dataclass

from tieout.reconcile.infer.joined import Joined
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Column, Profile
from tieout.reconcile.infer.readings import Reading
from tieout.reconcile.infer.roles import pair_currencies
from tieout.sources.currencies import CURRENCY_CODES

_FITTING_MIN = 0.9
# Codes that are no word in lower case, as "all", "try" and "top" are.
_LOWER = frozenset({"aud", "cad", "chf", "cny", "eur", "gbp", "inr", "jpy", "nok", "sek", "usd"})


@dataclass(frozen=True)
class Currencies:
    """What is known of the currency of the left and of the right side.

    columns: of codes. fixed: the one code of a side without such a column. assumed: the fixed code
    is only what the other side's rows have, so currency is not compared. another: columns of codes
    that belong to another amount of the side.
    """

    columns: tuple[Column | None, Column | None]
    fixed: tuple[str | None, str | None]
    assumed: bool = False
    another: tuple[Column | None, Column | None] = (None, None)

    def of(self, at: int) -> str | None:
        """The column of a side, or its code."""
        column = self.columns[at]
        return column.name if column else self.fixed[at]

    @property
    def compared(self) -> bool:
        """Whether both sides say their currency."""
        return not self.assumed and bool(self.of(0) and self.of(1))

    def choice(self) -> Choice:
        """What was chosen, and why."""
        left, right = self.of(0), self.of(1)
        if not left and not right:
            return Choice("currency", "none", "No column holds currency codes.", 0.8)
        if self.compared:
            fixed = self.fixed[0] or self.fixed[1]
            others = (
                "both amounts" if all(self.fixed) else "the amount, and in the other side's rows"
            )
            reason = (
                f"{fixed} is in the name of {others}." if fixed else "Both hold ISO 4217 codes."
            )
            return Choice("currency", f"{left} = {right}", reason, 0.9)
        lacks = "left" if self.columns[0] is None else "right"
        reason = f"The {lacks} side has no column of currency codes; currency is not compared."
        if self.assumed:
            reason += (
                f" It is taken to be in {self.fixed[0] or self.fixed[1]}, as the other one is."
            )
        return Choice("currency", str(left or right), reason, 0.6, uncertain=True)


def choose_currencies(
    sides: tuple[Profile, Profile], joined: Joined, readings: tuple[Reading, Reading]
) -> Currencies:
    """The currencies of both sides, by their columns and by what the amounts are called."""
    named = tuple(_named(reading) for reading in readings)
    first, second = pair_currencies(*sides, joined)
    if named[0] and named[0] == named[1]:
        # Both amounts are in one currency: a column of others is about another amount.
        fits = [column is None or _holds(column, named[0]) for column in (first, second)]
        kept = first if fits[0] else None, second if fits[1] else None
        fixed = (None if kept[0] else named[0], None if kept[1] else named[1])
        another = None if fits[0] else first, None if fits[1] else second
        return Currencies(kept, fixed, another=another)
    if (first is None) == (second is None):
        return Currencies((first, second), (None, None))
    given, code = (second, named[0]) if first is None else (first, named[1])
    assert given is not None  # noqa: S101 - one of both is
    only = code if code and _holds(given, code) else None
    # A name that says another code than the other side's rows is no reason to take theirs.
    fixed_code = only or (None if code else _single(given))
    fixed = (fixed_code, None) if first is None else (None, fixed_code)
    return Currencies((first, second), fixed, assumed=bool(fixed_code) and not only)


def _named(reading: Reading) -> str | None:
    """The code in the names of an amount's columns."""
    for word in re.findall(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])", " ".join(reading.columns)):
        if (word in CURRENCY_CODES) or word in _LOWER:
            return str(word).upper()
    return None


def _holds(column: Column, code: str) -> bool:
    values = column.values.drop_nulls().str.to_uppercase()
    return int((values == code).sum()) >= _FITTING_MIN * len(values)


def _single(column: Column) -> str | None:
    codes = column.values.drop_nulls().str.to_uppercase().unique()
    return str(codes[0]) if len(codes) == 1 and codes[0] in CURRENCY_CODES else None
