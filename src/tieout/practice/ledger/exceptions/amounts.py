"""Sums that somebody chose: too large, too round, or just small enough to pass."""

from typing import Final

from tieout.practice.ledger.company import INVOICE_MEDIAN_MINOR
from tieout.practice.ledger.entries import Entry
from tieout.practice.ledger.exceptions.scene import (
    ACCRUED_COSTS,
    ACCRUED_WAGES,
    BY_CLERKS,
    COSTS,
    INVOICE,
    Scene,
)
from tieout.practice.ledger.staff import CONTROLLER_LIMIT_MINOR, LEAD_LIMIT_MINOR

_SHARE_OF_LIMIT: Final = (0.965, 0.9995)
_LARGE_COMPANY: Final = 10  # a month earns so many times what the finance director decides on


def high_amount(scene: Scene) -> Entry:
    """A figure with a digit too many, or a deal that nobody has ever made before."""
    amount = scene.luck.amount(38 * INVOICE_MEDIAN_MINOR, 0.25)
    return scene.entry("HIGH_AMOUNT", scene.luck.choose((INVOICE, COSTS)), amount)


def round_amount(scene: Scene) -> Entry:
    """A number out of the air: whole thousands, to make the month look right."""
    amount = scene.luck.whole(3, 40) * 100_000
    return scene.entry("ROUND_AMOUNT", scene.luck.choose((ACCRUED_COSTS, ACCRUED_WAGES)), amount)


def just_below_limit(scene: Scene) -> Entry:
    """Cut to size, so that no one above has to be asked."""
    is_large = scene.company.revenue_minor > _LARGE_COMPANY * CONTROLLER_LIMIT_MINOR
    limit = LEAD_LIMIT_MINOR
    if is_large and scene.luck.happens(0.3):
        limit = CONTROLLER_LIMIT_MINOR
    low, high = _SHARE_OF_LIMIT
    amount = round(limit * (low + (high - low) * scene.luck.share()))
    return scene.entry("JUST_BELOW_LIMIT", scene.luck.choose(BY_CLERKS), amount)
