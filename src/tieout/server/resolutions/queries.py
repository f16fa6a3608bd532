"""Reads of proposals and of what was learnt."""

from django.db.models import Count, QuerySet

from tieout.resolve.precedents.report import Agreement, by_bucket, foretold, learning_curve
from tieout.server.resolutions.models import Proposal, StoredPrecedent
from tieout.server.resolutions.precedents import precedent_of

LOOKED_AT_MAX = 400


def proposals(*, state: str = "") -> QuerySet[Proposal]:
    """Proposals, newest first; of one state where named."""
    found = Proposal.objects.select_related("case", "decided_by")
    return found.filter(state=state) if state else found


def counts_by_state() -> dict[str, int]:
    """How many proposals are in each state."""
    found = Proposal.objects.order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in Proposal.State} | dict(found)


def learning(half_life_days: float) -> tuple[list[Agreement], list[Agreement]]:
    """Agreement on held-out decisions by bucket, and over time: each foretold by those before."""
    latest = StoredPrecedent.objects.exclude(result="withdrawn").order_by("-decided_at", "-id")
    found = [precedent_of(each) for each in reversed(latest[:LOOKED_AT_MAX])]
    told = foretold(found, half_life_days=half_life_days)
    return by_bucket(told), learning_curve(told)
