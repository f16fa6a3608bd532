"""States and counts of cases in words."""

from tieout.server.cases.models import Case, Decision


def state_words(case: Case) -> str:
    """The state of a case in a few words."""
    verdict = Decision.Verdict(case.verdict).label if case.verdict else ""
    if case.asks == "review":
        return f"{verdict}, to be reviewed"
    if case.asks == "escalated":
        return "Escalated"
    if case.status == Case.Status.WAITING and case.waiting_until:
        return f"{verdict or 'Waits'} until {case.waiting_until:%Y-%m-%d}"
    if verdict:
        return verdict
    return "Assigned" if case.assignee_id else "New"


def cases_text(count: int) -> str:
    """A number of cases.

    >>> cases_text(1), cases_text(1200)
    ('1 case', '1,200 cases')
    """
    return f"{count:,} case{'' if count == 1 else 's'}"
