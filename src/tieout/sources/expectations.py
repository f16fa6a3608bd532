"""What a reject says was expected in its place."""

from datetime import date

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.money import to_decimal
from tieout.sources.amounts import UNITS_MAX, bare_amount, parse_amount, reads_as_amount
from tieout.sources.expressions import columns_of
from tieout.sources.fields import AmountField, DateField, StagePlan

_SCALE_MAX = 18
_EXAMPLE_DATE = date(2024, 1, 31)


def expected_of(plan: StagePlan, column: str, value: str) -> str:
    """What would have been read in a column, where `value` could not.

    The field is the first amount or date of the plan that uses the column.
    """
    for field in plan.fields.values():
        if column in columns_of(field):
            if isinstance(field, AmountField):
                return expected_amount(field.format, value, plan.scale)
            if isinstance(field, DateField):
                return expected_date(field.format)
    return "another value"


def expected_amount(amount_format: AmountFormat, value: str, scale: int) -> str:
    """An example, or the limit that an amount in the right format goes beyond.

    >>> expected_amount(AmountFormat(), "1.005", 2)
    'an amount with at most 2 decimals'
    >>> expected_amount(AmountFormat(decimal=",", thousands="."), "n/a", 2)
    'an amount such as 1.234,56'
    """
    finer = range(scale + 1, _SCALE_MAX + 1)
    if any(parse_amount(value, amount_format, each) is not None for each in finer):
        return f"an amount with at most {scale} decimals" if scale else "a whole amount"
    if value and reads_as_amount(bare_amount(value), amount_format):
        return f"an amount of at most {to_decimal(UNITS_MAX, scale):,}"
    decimals = amount_format.decimal + "567890"[:scale] if scale else ""
    return f"an amount such as 1{amount_format.thousands}234{decimals}"


def expected_date(date_format: DateFormat) -> str:
    """An example by the first pattern, and all patterns.

    >>> expected_date(DateFormat(patterns=("%d.%m.%Y", "%d.%m.%y")))
    'a date such as 31.01.2024 (%d.%m.%Y or %d.%m.%y)'
    """
    example = _EXAMPLE_DATE.strftime(date_format.patterns[0])
    return f"a date such as {example} ({' or '.join(date_format.patterns)})"
