"""Who may book what, and who looks at it."""

from datetime import date
from typing import Final

from tieout.practice.ledger.entries import Posting
from tieout.practice.ledger.luck import Luck

RECEIVABLES_CLERKS: Final = ("a.keller", "b.ortiz")
PAYABLES_CLERKS: Final = ("c.meyer", "d.rossi", "e.novak")
PAYROLL_CLERK: Final = "h.brandt"
TREASURER: Final = "t.yilmaz"
ACCOUNTANTS: Final = ("g.lindqvist", "j.petrov", "k.adams")
RECEIVABLES_LEAD: Final = "r.vogel"
PAYABLES_LEAD: Final = "s.laurent"
CONTROLLER: Final = "m.fischer"
FINANCE_DIRECTOR: Final = "p.moreau"
SUMMER_HELP: Final = "z.temp"  # stands in for a clerk each August
# People of other departments, with access to the ledger that nobody took away.
OUTSIDERS: Final = ("n.silva", "it.admin", "w.hansen", "q.oduya")
SHOP: Final = "sys.shop"
BANK_FEED: Final = "sys.bank"
ASSETS: Final = "sys.assets"
MACHINES: Final = (SHOP, BANK_FEED, ASSETS)

# Above these sums, in 0.01, the controller or the finance director has to approve.
LEAD_LIMIT_MINOR: Final = 1_000_000
CONTROLLER_LIMIT_MINOR: Final = 10_000_000

_LEADS: Final = {
    **dict.fromkeys((*RECEIVABLES_CLERKS, SUMMER_HELP), RECEIVABLES_LEAD),
    **dict.fromkeys(PAYABLES_CLERKS, PAYABLES_LEAD),
}
MORNING, EVENING = 8 * 3600, 17 * 3600 + 1800


def approver_of(prepared_by: str, amount_minor: int) -> str:
    """Whose word an entry needs.

    >>> approver_of("c.meyer", 999_999), approver_of("c.meyer", 1_000_000)
    ('s.laurent', 'm.fischer')
    """
    if prepared_by in MACHINES:
        return ""
    if amount_minor >= CONTROLLER_LIMIT_MINOR or prepared_by == CONTROLLER:
        return FINANCE_DIRECTOR
    if amount_minor >= LEAD_LIMIT_MINOR:
        return CONTROLLER
    return _LEADS.get(prepared_by, CONTROLLER)


def by_hand(luck: Luck, day: date, who: str, amount_minor: int, origin: str) -> Posting:
    """Booked by a person, in office hours."""
    second = MORNING + int((luck.share() * 0.7 + luck.share() * 0.3) * (EVENING - MORNING))
    return Posting(day, second, who, approver_of(who, amount_minor), origin)


def by_machine(luck: Luck, day: date, machine: str, origin: str) -> Posting:
    """Booked by a nightly job."""
    return Posting(day, 3 * 3600 + int(luck.share() * 5400), machine, "", origin)


def clerk_for(luck: Luck, clerks: tuple[str, ...], day: date) -> str:
    """Whoever takes it; the first clerk is on leave each August."""
    who = luck.choose(clerks)
    if day.month == 8 and who == RECEIVABLES_CLERKS[0]:
        return SUMMER_HELP
    return who
