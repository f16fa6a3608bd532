"""How many exceptions of each kind there are, and on which days."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Final

from tieout.practice.ledger.calendar import (
    FIRST_DAY,
    LAST_DAY,
    MONTHS,
    days_of_business,
    workdays_of,
)
from tieout.practice.ledger.entries import KINDS, Entry
from tieout.practice.ledger.exceptions.accounts import rare_account, revenue_debit, unusual_pair
from tieout.practice.ledger.exceptions.amounts import high_amount, just_below_limit, round_amount
from tieout.practice.ledger.exceptions.dates import backdated, post_close, weekend_manual
from tieout.practice.ledger.exceptions.people import rare_user, self_approved
from tieout.practice.ledger.exceptions.scene import Scene
from tieout.practice.ledger.exceptions.slips import duplicate_entry, unbalanced
from tieout.practice.ledger.luck import Luck

MAKERS: Final[dict[str, Callable[[Scene], Entry]]] = {
    "UNBALANCED": unbalanced,
    "UNUSUAL_PAIR": unusual_pair,
    "RARE_ACCOUNT_USE": rare_account,
    "RARE_USER": rare_user,
    "SELF_APPROVED": self_approved,
    "WEEKEND_MANUAL": weekend_manual,
    "BACKDATED": backdated,
    "ROUND_AMOUNT": round_amount,
    "HIGH_AMOUNT": high_amount,
    "DUPLICATE_ENTRY": duplicate_entry,
    "JUST_BELOW_LIMIT": just_below_limit,
    "REVENUE_DEBIT": revenue_debit,
    "POST_CLOSE": post_close,
}
LINES_PER_EXCEPTION: Final = 3_700  # of each kind: some 0.75 % of all entries are exceptions
EXCEPTIONS_MIN: Final = 2
QUIET_MONTHS: Final = 2
_CLOSED_WORKDAYS: Final = slice(6, 12)  # from the 7th working day on, a month is closed


def plan_exceptions(*, rows: int, luck: Luck) -> dict[date, list[str]]:
    """Kinds by the day on which they are posted, none in the first two months."""
    count = max(EXCEPTIONS_MIN, round(rows / LINES_PER_EXCEPTION))
    plan: defaultdict[date, list[str]] = defaultdict(list)
    begins = FIRST_DAY.replace(month=FIRST_DAY.month + QUIET_MONTHS)
    days = [day for day in days_of_business() if begins <= day <= LAST_DAY]
    workdays = [each for year, month in MONTHS for each in workdays_of(year, month)]
    closed = [each for year, month in MONTHS for each in workdays_of(year, month)[_CLOSED_WORKDAYS]]
    for kind in KINDS:
        if kind == "WEEKEND_MANUAL":
            possible = [day for day in days if day.weekday() >= 5]
        elif kind == "POST_CLOSE":
            possible = [day for day in closed if day >= begins]
        else:
            possible = [day for day in workdays if day >= begins]
        for _ in range(count):
            plan[luck.choose(possible)].append(kind)
    return plan
