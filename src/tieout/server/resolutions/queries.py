"""Reads of proposals and of what was learnt."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db.models import Count, F, QuerySet
from django.db.models.expressions import OrderBy

from tieout.resolve.precedents.report import Agreement, by_bucket, foretold, learning_curve
from tieout.server.cases.models import Case
from tieout.server.resolutions.models import Proposal, StoredLesson, StoredPrecedent
from tieout.server.resolutions.precedents import precedent_of

LOOKED_AT_MAX = 400
SORTS: Final[Mapping[str, tuple[str | OrderBy, ...]]] = MappingProxyType(
    {
        "newest": ("-id",),
        "oldest": ("id",),
        "confidence": ("-confidence", "-id"),
        "amount": (F("amount").desc(nulls_last=True), "-id"),
        "expiring": ("expires_at", "id"),
    }
)


def proposals(
    *, state: str = "", kind: str = "", case: int | None = None, sort: str = "newest", way: str = ""
) -> QuerySet[Proposal]:
    """Proposals in an order of SORTS; of one state, kind, case or way where named.

    One that is still to be decided, but whose case is resolved, is left out: nothing is to be done.
    """
    found = _standing().select_related("case", "edited_by", "decided_by")
    wanted = {"state": state, "kind": kind, "case": case, "way": way}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return found.order_by(*SORTS[sort])


def ran_alone() -> QuerySet[Proposal]:
    """What was carried out without a person, the latest first."""
    found = Proposal.objects.filter(way=Proposal.Way.RUN, decided_at__isnull=False)
    return found.select_related("case").order_by("-decided_at", "-id")


def held() -> QuerySet[Proposal]:
    """What runs alone once a person has done the next check as proposed."""
    return Proposal.objects.filter(way=Proposal.Way.HOLD, state=Proposal.State.PROPOSED)


def lessons() -> QuerySet[StoredLesson]:
    """What was learnt from decisions, the latest first."""
    return StoredLesson.objects.select_related("taken_back_by")


def counts_by_state() -> dict[str, int]:
    """How many proposals are in each state."""
    found = _standing().order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in Proposal.State} | dict(found)


def _standing() -> QuerySet[Proposal]:
    to_decide = (Proposal.State.DRAFT, Proposal.State.PROPOSED)
    return Proposal.objects.exclude(state__in=to_decide, case__status=Case.Status.RESOLVED)


def learning(half_life_days: float) -> tuple[list[Agreement], list[Agreement]]:
    """Agreement on held-out decisions by bucket, and over time: each foretold by those before."""
    latest = StoredPrecedent.objects.exclude(result="withdrawn").order_by("-decided_at", "-id")
    found = [precedent_of(each) for each in reversed(latest[:LOOKED_AT_MAX])]
    told = foretold(found, half_life_days=half_life_days)
    return by_bucket(told), learning_curve(told)
