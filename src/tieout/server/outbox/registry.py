"""Who wants to know how a delivery ended."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieout.server.jobs.registry import load_handlers

if TYPE_CHECKING:
    from tieout.server.outbox.models import Delivery

# Why a delivery has no need to leave any more; empty where it has.
Outdated = Callable[["Delivery"], str]
Follow = Callable[["Delivery"], None]
_followers: dict[str, Follow] = {}
_judges: dict[str, Outdated] = {}


def follower(subject_kind: str) -> Callable[[Follow], Follow]:
    """Register a function for deliveries about a kind of subject.

    It is called once when a delivery is done, dead or discarded, in the transaction that says so.
    """

    def register(follow: Follow) -> Follow:
        _followers[subject_kind] = follow
        return follow

    return register


def judge(subject_kind: str) -> Callable[[Outdated], Outdated]:
    """Register a function that is asked before each attempt whether it is still of use."""

    def register(outdated: Outdated) -> Outdated:
        _judges[subject_kind] = outdated
        return outdated

    return register


def outdated(delivery: "Delivery") -> str:
    """Why a delivery has no need to leave any more; empty where it has."""
    if not delivery.subject_kind:
        return ""
    load_handlers()
    known = _judges.get(delivery.subject_kind)
    return "" if known is None else known(delivery)


def follow(delivery: "Delivery") -> None:
    """Tell whoever follows the delivery's subject."""
    if not delivery.subject_kind:
        return
    load_handlers()
    known = _followers.get(delivery.subject_kind)
    if known is not None:
        known(delivery)
