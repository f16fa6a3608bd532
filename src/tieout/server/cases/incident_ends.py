"""When an incident is over, because each of its findings is, and when it has new ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from tieout.pipeline.run_query.cleared import cleared_breaks
from tieout.server.cases.models import Case, Decision, Finding, Incident, Run
from tieout.server.cases.registering import folder_of

_AT_ONCE: Final = 500
_MEMBERS: Final = (Case.Kind.BREAK, Case.Kind.TRANSACTION)


@dataclass(frozen=True)
class Ended:
    """The case of an incident that is over: what it was in the end, and why that is so."""

    case_id: int
    verdict: str
    why: str


def ended_by_cases(cases: Iterable[Case]) -> list[Ended]:
    """Incidents whose last open findings were those of some cases, which are resolved now."""
    identities = [case.identity for case in cases if case.kind in _MEMBERS and not case.is_open]
    if not identities:
        return []
    still = _open_incidents()
    names: set[str] = set()
    for first in range(0, len(identities), _AT_ONCE):
        found = Finding.objects.filter(
            run__in=still.values("run"), identity__in=identities[first : first + _AT_ONCE]
        )
        names.update(found.exclude(incident_id="").values_list("incident_id", flat=True))
    return _ended(still.filter(identity__in=names), {}) if names else []


def ended_by_run(run: Run) -> list[Ended]:
    """Incidents of earlier runs of a name of which nothing is left: cleared, or resolved by cases.

    An incident that the run has itself is not over.
    """
    earlier = _open_incidents().filter(
        run__name=run.name, run__job=run.job, run__created_at__lte=run.created_at
    )
    gone = list(earlier.exclude(run=run).select_related("run"))
    if not gone:
        return []
    since = Run.objects.filter(
        name=run.name, job=run.job, created_at__lte=run.created_at,
        created_at__gte=min(each.run.created_at for each in gone),
    )  # fmt: skip
    cleared = {
        identity: each.run_id
        for each in since.order_by("created_at", "pk")
        for identity in cleared_breaks(folder_of(each))
    }
    return _ended(gone, cleared)


def with_new_findings(run: Run) -> list[tuple[int, int]]:
    """Resolved incidents that a run tells of with findings that nobody has seen, and how many.

    Such a finding was in no earlier run's incident of that case, and has no resolved case itself.
    """
    resolved = Incident.objects.filter(run=run, case__status=Case.Status.RESOLVED)
    seen = Finding.objects.filter(identity=OuterRef("identity"), case=OuterRef("case"))
    own = Case.objects.filter(
        kind__in=_MEMBERS, identity=OuterRef("identity"), status=Case.Status.RESOLVED
    )
    found = []
    for incident in resolved.exclude(case__first_run=run):
        members = Finding.objects.filter(run=run, case=incident.case)
        new = members.exclude(Exists(seen.exclude(run=run))).exclude(Exists(own)).count()
        if incident.case_id is not None and new:
            found.append((incident.case_id, new))
    return found


def _open_incidents() -> QuerySet[Incident]:
    """Those with a case that is open, and about which no second person is asked."""
    found = Incident.objects.exclude(case=None).exclude(case__status=Case.Status.RESOLVED)
    return found.exclude(case__asks="review")


def _ended(incidents: Iterable[Incident], cleared: Mapping[str, str]) -> list[Ended]:
    found = []
    for incident in incidents:
        members = set(
            Finding.objects.filter(
                run=incident.run_id, incident_id=incident.identity
            ).values_list("identity", flat=True)
        )  # fmt: skip
        # Where not all of its findings were taken up, nobody knows what became of the rest.
        if incident.case_id is None or len(members) < max(1, incident.findings):
            continue
        verdicts = _verdicts(sorted(members))
        if members - verdicts.keys() - cleared.keys():
            continue
        runs = sorted({cleared[each] for each in members - verdicts.keys()})
        found.append(Ended(incident.case_id, _verdict(verdicts, runs), _why(members, runs)))
    return found


def _verdicts(identities: Sequence[str]) -> dict[str, str]:
    """What was said of findings that have a resolved case of their own."""
    found: dict[str, str] = {}
    for first in range(0, len(identities), _AT_ONCE):
        some = identities[first : first + _AT_ONCE]
        cases = Case.objects.filter(kind__in=_MEMBERS, identity__in=some)
        found |= dict(
            cases.filter(status=Case.Status.RESOLVED).values_list("identity", "verdict")
        )  # fmt: skip
    return found


def _verdict(verdicts: Mapping[str, str], runs: Sequence[str]) -> str:
    one = set(verdicts.values())
    false = Decision.Verdict.FALSE_POSITIVE
    return str(false if one == {false} and not runs else Decision.Verdict.RESOLVED)


def _why(members: set[str], runs: Sequence[str]) -> str:
    """In words that people can check."""
    if not runs:
        return f"each of its {len(members):,} findings has a case of its own that is resolved"
    told = ", ".join(runs)
    return f"nothing is left of its {len(members):,} findings: see what was cleared in run {told}"
