"""Pages of the outbox: what was and is to be delivered, and the ways out."""

import secrets
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tieout.model.errors import InputError
from tieout.resolve.actions.channels import sample_message
from tieout.resolve.config import ResolveSpec
from tieout.server.accounts.permissions import Role, has_role, require_role
from tieout.server.cases.views import who
from tieout.server.outbox import queries as outbox_queries
from tieout.server.outbox import services as outbox_services
from tieout.server.resolutions import services

_PAGE: Final = 50
MAY_SEND: Final = (Role.APPROVER, Role.ADMIN)
_ALWAYS: Final = ("tasks", "journal")
_NAMED: Final = ("email", "jira", "webhook", "slack", "http", "events")


@require_role()
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What was and is to be delivered."""
    counts = outbox_queries.counts_by_state()
    state = request.GET.get("state", "")
    found = outbox_queries.deliveries(state=state if state in counts else "")
    context = {
        "page": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "state": state,
        "counts": counts.items(),
        "may_replay": has_role(request.user, *MAY_SEND),
        **_ways_out(),
    }
    return render(request, "resolutions/outbox.html", context)


@require_role(*MAY_SEND)
@require_POST
def outbox_answer(request: HttpRequest, delivery_id: int, what: str) -> HttpResponse:
    """Send a dead delivery again, or give it up."""
    actor = who(request)
    act = {"replay": outbox_services.replay, "discard": outbox_services.discard}.get(what)
    if act is None:
        raise Http404
    act(delivery_id, actor=actor)
    return redirect("resolutions:outbox")


@require_role(*MAY_SEND)
@require_POST
def try_channel(request: HttpRequest, channel: str) -> HttpResponse:
    """Put a harmless test into the outbox; its row says what came of it."""
    try:
        sample = sample_message(
            channel, services.resolve_spec(), key=f"test-{secrets.token_hex(8)}"
        )
        with transaction.atomic():
            outbox_services.enqueue(
                channel=channel,
                payload=sample.payload,
                idempotency_key=sample.idempotency_key,
                actor=who(request),
                subject=("test", channel),
            )
    except InputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"A test by {channel} is on its way; see below.")
    return redirect("resolutions:outbox")


def _ways_out() -> dict[str, Any]:
    """The channels that resolve.yaml names, and whether nothing leaves at all."""
    try:
        spec = services.resolve_spec()
    except InputError as error:
        return {"problem": str(error), "channels": ()}
    return {"channels": channels_of(spec), "dry_run": spec.dry_run}


def channels_of(spec: ResolveSpec) -> tuple[str, ...]:
    """The channels by which something can be sent.

    >>> channels_of(ResolveSpec())
    ('tasks', 'journal')
    """
    return (*(name for name in _NAMED if getattr(spec.channels, name)), *_ALWAYS)
