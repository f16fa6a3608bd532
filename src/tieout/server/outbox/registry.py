"""Who wants to know how a delivery ended."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tieout.server.jobs.registry import load_handlers

if TYPE_CHECKING:
    from tieout.server.outbox.models import Delivery

Follow = Callable[["Delivery"], None]
_followers: dict[str, Follow] = {}


def follower(subject_kind: str) -> Callable[[Follow], Follow]:
    """Register a function for deliveries about a kind of subject.

    It is called once when a delivery is done, dead or discarded, in the transaction that says so.
    """

    def register(follow: Follow) -> Follow:
        _followers[subject_kind] = follow
        return follow

    return register


def follow(delivery: "Delivery") -> None:
    """Tell whoever follows the delivery's subject."""
    if not delivery.subject_kind:
        return
    load_handlers()
    known = _followers.get(delivery.subject_kind)
    if known is not None:
        known(delivery)
