"""What waits for its counterpart resolves itself when a run shows it, and is open again if not."""

from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError
from tieout.pipeline.run_query import fetch_by
from tieout.pipeline.run_query.arrivals import Arrival, arrivals
from tieout.server.cases.carrying import SHOWN_IN
from tieout.server.cases.incident_ends import with_new_findings
from tieout.server.cases.models import Case, Decision, Run
from tieout.server.cases.registering import folder_of
from tieout.server.cases.services import decide, reopen

_TIMING: Final = (Bucket.TIMING, Bucket.CUT_OFF)
_LOOKED_AT_MAX: Final = 5_000


def resolve_arrived(run: Run) -> list[int]:
    """Resolve the cases whose counterpart a run shows, with the proof as note; answers which.

    These are breaks of the same reconciliation that wait as timing, or are timing by their evidence
    and nobody's yet.
    """
    waiting = list(_waiting(run).select_related("latest_run")[:_LOOKED_AT_MAX])
    items = _rows_of(waiting)
    if not items:
        return []
    by_identity = {case.identity: case for case in waiting}
    done = []
    for each in arrivals(folder_of(run), items):
        done += _resolve(by_identity[each.break_id], each, run)
    return done


def reopen_overdue() -> list[int]:
    """Open what waited as timing until a day that has come; answers which."""
    late = Case.objects.filter(
        kind=Case.Kind.BREAK,
        status=Case.Status.WAITING,
        verdict=Decision.Verdict.TIMING,
        asks="",
        waiting_until__lte=timezone.localdate(),
    )
    done = []
    for case in late.order_by("pk"):
        why = f"its counterpart has not come by {case.waiting_until}"
        reopen(case.pk, actor=None, why=why)
        done.append(case.pk)
    return done


def reopen_back_again(run: Run) -> list[int]:
    """Open what had resolved itself and is a break of a later run again; answers which.

    What somebody has said of it since then stays.
    """
    back = Case.objects.filter(
        latest_run=run, status=Case.Status.RESOLVED, details__has_key=SHOWN_IN
    )
    done = []
    for case in back.order_by("pk"):
        last = case.decisions.exclude(state=Decision.State.UNDONE).first()
        if last is not None and last.actor_id is not None:
            continue
        with transaction.atomic():
            shown = case.details.pop(SHOWN_IN)
            case.save(update_fields=["details"])
            why = f"run {shown} showed its counterpart, and run {run.run_id} has the break again"
            reopen(case.pk, actor=None, why=why)
        done.append(case.pk)
    return done


def reopen_grown(run: Run) -> list[int]:
    """Open resolved incidents that a run tells of with new findings; answers which.

    What was decided of an incident was decided of the findings that it had.
    """
    done = []
    for number, new in with_new_findings(run):
        findings = f"{new:,} new finding{'' if new == 1 else 's'}"
        reopen(number, actor=None, why=f"run {run.run_id} has {findings} of this incident")
        done.append(number)
    return done


def _waiting(run: Run) -> QuerySet[Case]:
    waits = Q(status=Case.Status.WAITING, verdict=Decision.Verdict.TIMING, asks="")
    untouched = Q(status=Case.Status.NEW, bucket__in=_TIMING, assignee=None, decisions=None)
    found = Case.objects.filter(waits | untouched, kind=Case.Kind.BREAK, source=run.name)
    earlier = found.exclude(latest_run=run).filter(latest_run__created_at__lte=run.created_at)
    return earlier.order_by("pk")


def _rows_of(cases: list[Case]) -> list[dict[str, Any]]:
    """The cases' breaks as their latest run has them; none of a run that is gone."""
    by_folder: dict[Path, list[str]] = {}
    for case in cases:
        if case.latest_run is not None:
            by_folder.setdefault(folder_of(case.latest_run), []).append(case.identity)
    found: list[dict[str, Any]] = []
    for folder, identities in by_folder.items():
        try:
            found += fetch_by(folder, "breaks", "break_id", identities)
        except InputError:
            continue
    return found


@transaction.atomic
def _resolve(case: Case, arrival: Arrival, run: Run) -> list[int]:
    others = (
        Case.objects.filter(identity=arrival.other, kind=Case.Kind.BREAK) if arrival.other else ()
    )
    both = [case, *(other for other in others if _is_nobodys(other))]
    for each in both:
        each.details = {**each.details, SHOWN_IN: run.run_id}
        each.save(update_fields=["details"])
    numbers = [each.pk for each in both]
    decide(numbers, Decision.Verdict.RESOLVED, actor=None, note=arrival.proof)
    return numbers


def _is_nobodys(case: Case) -> bool:
    return case.is_open and case.assignee_id is None and not case.decisions.exists()
