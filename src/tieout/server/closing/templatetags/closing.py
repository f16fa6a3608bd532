"""Amounts of the ledger and states of tasks, as pages show them."""

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
