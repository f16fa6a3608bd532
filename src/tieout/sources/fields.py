"""What a source's columns are to become: the plan that `stage` carries out."""

from dataclasses import dataclass

from tieout.model.formats import AmountFormat, DateFormat


@dataclass(frozen=True, slots=True)
class TextField:
    """Text as the file has it, trimmed; several columns are joined by " | "."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmountField:
    """An amount as int64 in units of 10**-scale.

    One of: `column` alone; `column` with `direction` (a D/C column; rows whose direction is one
    of `negative_values`, compared upper-case, take the negative of the absolute amount);
    `debit` and `credit`, the amount being |debit| - |credit| when both are plain positive numbers
    (a negative number in either counts against it). `debit_negative` says that debits are written
    with a minus as a matter of course, so that their sign is turned first. `sign` -1 turns the
    whole column around.
    """

    column: str | None = None
    debit: str | None = None
    credit: str | None = None
    direction: str | None = None
    negative_values: tuple[str, ...] = ()
    debit_negative: bool = False
    format: AmountFormat = AmountFormat()
    sign: int = 1
    required: bool = True


@dataclass(frozen=True, slots=True)
class DateField:
    """A date as int32 epoch days (UTC calendar as written, no time zone shift)."""

    column: str
    format: DateFormat = DateFormat()
    required: bool = True


@dataclass(frozen=True, slots=True)
class TimeField:
    """Seconds since midnight of a column that holds date and time, null where it has no time."""

    column: str
    format: DateFormat = DateFormat()


@dataclass(frozen=True, slots=True)
class StagePlan:
    """Names the columns of the staged table. `scale` is the number of decimals of every amount."""

    fields: dict[str, TextField | AmountField | DateField | TimeField]
    scale: int
