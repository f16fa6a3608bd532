"""Fee and tax schedules: fixed + percent of the gross or the net amount."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from tieout.model.errors import InputError
from tieout.model.money import format_amount
from tieout.reconcile.evidence.work import Flags, Ints
from tieout.reconcile.spec import FeeSchedule

# Percentages are whole numbers of 10**-4 percent: 2.9 % is 29,000.
PERCENT_ONE = 10_000
_WHOLE = 100 * PERCENT_ONE


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule in units of 10**-scale and 10**-4 percent.

    strength: 0-1, how sure we are that the schedule exists; 1 where the spec gives it.
    """

    fixed: int
    percent: int
    of: Literal["gross", "net"]
    name: str = ""
    strength: float = 1.0

    @classmethod
    def from_spec(cls, given: FeeSchedule, scale: int) -> "Schedule":
        """Raises InputError where the spec has more decimals than amounts have."""
        fixed = given.fixed.scaleb(scale)
        percent = given.percent * PERCENT_ONE
        if fixed != int(fixed) or percent != int(percent):
            raise InputError(
                f"spec: evidence.fees has fixed {given.fixed} and percent {given.percent}; "
                f"expected at most {scale} decimals in fixed and 4 in percent"
            )
        return cls(int(fixed), int(percent), given.of, given.name or "")

    def amount(self, base: Ints, unit: Ints) -> tuple[Ints, Ints]:
        """The fee on positive base amounts, to the minor unit: rounded half up, and half down.

        The two differ in ties only.
        """
        whole = base // _WHOLE * self.percent + base % _WHOLE * self.percent // _WHOLE
        rest = base % _WHOLE * self.percent % _WHOLE
        units, over = np.divmod(self.fixed + whole, unit)
        twice = 2 * (over * _WHOLE + rest)
        middle = unit * _WHOLE
        return unit * (units + (twice >= middle)), unit * (units + (twice > middle))

    def fits(self, difference: Ints, gross: Ints, *, unit: Ints) -> Flags:
        """Whether positive differences are this schedule's fee on positive gross amounts."""
        base = gross if self.of == "gross" else gross - difference
        up, down = self.amount(base, unit)
        # Nobody charges half a yen: a fixed fee belongs to currencies that can pay it.
        usable = (difference > 0) & (self.fixed % unit == 0)
        explained: Flags = usable & ((difference == up) | (difference == down))
        explained &= self.fixed % unit == 0
        return explained

    def text(self, base: str, scale: int) -> str:
        """The right side of the equation: "0.30 + 2.9% x 100.00", or "flat fee of 0.30"."""
        fixed = format_amount(self.fixed, scale)
        percent = f"{(Decimal(self.percent) / PERCENT_ONE).normalize():f}% x {base}"
        if not self.percent:
            said = f"flat fee of {fixed}"
        else:
            said = f"{fixed} + {percent}" if self.fixed else percent
        return f"{said} ({self.name})" if self.name else said


def first_fit(schedules: list[Schedule], difference: Ints, gross: Ints, *, unit: Ints) -> Ints:
    """Number of the first schedule that fits each difference, -1 where none does."""
    number = np.full(len(difference), -1, np.int64)
    for position, schedule in enumerate(schedules):
        number[(number < 0) & schedule.fits(difference, gross, unit=unit)] = position
    return number
