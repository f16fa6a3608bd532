"""Open items between runs and cases: what is closed is not carried, what is cleared is closed."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import transaction

from tieout.pipeline.run_query.cleared import clearances, cleared_breaks
from tieout.server.cases.incident_ends import ended_by_run
from tieout.server.cases.models import Case, Decision, Finding, Run
from tieout.server.cases.registering import folder_of
from tieout.server.cases.services import decide

# Where a case keeps the run that showed its counterpart.
SHOWN_IN: Final = "arrived_in"
_AT_ONCE: Final = 500


def settled(identities: Sequence[str]) -> dict[str, str]:
    """Which breaks are closed, and why: by their own case, else by that of their latest incident.

    A break that is only said to be valid is a real one that somebody works on: it stays open.
    """
    found: dict[str, str] = {}
    for some in _parts(identities):
        own = Case.objects.filter(kind=Case.Kind.BREAK, identity__in=some)
        cases = {case.identity: case for case in own}
        shared = Finding.objects.filter(identity__in=some, case__kind=Case.Kind.INCIDENT)
        for finding in shared.select_related("case").order_by("pk"):
            known = cases.get(finding.identity)
            # What somebody said of the break itself counts before what was said of its incident.
            if finding.case is not None and (known is None or known.kind != Case.Kind.BREAK):
                cases[finding.identity] = finding.case
        found |= {
            identity: f"case {case.pk} is resolved"
            for identity, case in cases.items()
            if not case.is_open
        }
    return found


def resolve_cleared(run: Run) -> list[int]:
    """Resolve the cases of breaks that a run cleared, with the match as proof; answers which.

    So are those of incidents of which nothing is left then. Whoever has a case, and whatever it
    waits for: its item ties out. Only what waits for a second person's look stays for them.
    """
    folder, done = folder_of(run), []
    for some in _parts(cleared_breaks(folder)):
        cases = {case.identity: case for case in _open(run, some)}
        for each in clearances(folder, list(cases)) if cases else ():
            done += _resolve(cases[each.break_id], each.proof, run)
    for ended in ended_by_run(run):
        done += _resolve(Case.objects.get(pk=ended.case_id), ended.why, run)
    return done


def _parts(identities: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at once as a query takes."""
    for first in range(0, len(identities), _AT_ONCE):
        yield identities[first : first + _AT_ONCE]


def _open(run: Run, identities: Sequence[str]) -> Iterator[Case]:
    found = Case.objects.filter(kind=Case.Kind.BREAK, source=run.name, identity__in=identities)
    earlier = found.filter(latest_run__created_at__lte=run.created_at).exclude(latest_run=run)
    return earlier.exclude(status=Case.Status.RESOLVED).exclude(asks="review").iterator()


@transaction.atomic
def _resolve(case: Case, proof: str, run: Run) -> list[int]:
    case.details = {**case.details, SHOWN_IN: run.run_id}
    case.save(update_fields=["details"])
    decide([case.pk], Decision.Verdict.RESOLVED, actor=None, note=proof)
    return [case.pk]
