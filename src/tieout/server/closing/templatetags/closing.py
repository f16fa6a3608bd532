"""Amounts of the ledger and states of tasks, as pages show them."""

from decimal import Decimal, InvalidOperation

from django import template

from tieout.model.money import format_amount

register = template.Library()
_TAGS = {
    "completed": "good", "certified": "good", "locked": "good", "skipped": "plain",
    "not_due": "plain", "pending": "plain", "ready": "info", "open": "info",
    "in_progress": "medium", "prepared": "medium", "blocked": "high", "failed": "critical",
    "decertified": "critical",
}  # fmt: skip


@register.filter
def minor(units: int | None) -> str:
    """Units of 0.01 as an amount; a dash for nothing.

    >>> minor(-123450), minor(0)
    ('-1,234.50', '0.00')
    """
    return "\N{EN DASH}" if units is None else format_amount(units, 2)


@register.filter
def state_tag(state: str) -> str:
    """The colour of a state.

    >>> state_tag("failed"), state_tag("anything")
    ('critical', 'plain')
    """
    return _TAGS.get(state, "plain")


@register.filter
def grouped(value: object) -> str:
    """A number, or its text in a file, with grouped thousands and two decimals.

    >>> grouped("1234.5"), grouped(1070.25), grouped("")
    ('1,234.50', '1,070.25', '')
    """
    try:
        return f"{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)


@register.filter
def as_percent(value: object) -> str:
    """A share, or its text in a file, in percent.

    >>> as_percent("0.0049"), as_percent("")
    ('0.49 %', '')
    """
    try:
        return f"{100 * Decimal(str(value)):.2f} %"
    except InvalidOperation:
        return str(value)
