"""The loop that sends what is due."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import close_old_connections

from tieout.model.errors import InputError
from tieout.resolve.actions import channels
from tieout.resolve.actions.message import Message, Receipt, done, later
from tieout.resolve.config import workspace_resolve_spec
from tieout.server.outbox import leases
from tieout.server.outbox.leases import LEASE_SECONDS, LeaseLostError
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.registry import outdated

POLL_SECONDS: Final = 1.0
_DETAIL_CHARACTERS_MAX: Final = 500


def deliver_until(stop: threading.Event, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Send what is due until `stop` is set."""
    while not stop.is_set():
        close_old_connections()
        try:
            sent = deliver_next()
        except Exception:  # A database that is away for a while must not end the loop.
            sent = False
        if not sent:
            stop.wait(poll_seconds)


def deliver_due(*, lease_seconds: float = LEASE_SECONDS) -> int:
    """Send all that is due now and answer with the number of attempts."""
    attempts = 0
    while deliver_next(lease_seconds=lease_seconds):
        attempts += 1
    return attempts


def deliver_next(*, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Send the delivery that is due first; answers whether there was one."""
    delivery = leases.take(lease_seconds=lease_seconds)
    if delivery is None:
        return False
    try:
        why = outdated(delivery)
        if why:
            leases.drop(delivery, why)
            return True
        receipt, dry_run = attempt(delivery)
        leases.finish(delivery, receipt, dry_run=dry_run)
    except LeaseLostError:
        # Whoever has it now writes down how it ends.
        return True
    return True


def attempt(delivery: Delivery) -> tuple[Receipt, bool]:
    """Send a delivery once; answers with the receipt and whether it was a dry run."""
    workspace = Path(settings.WORKSPACE)
    try:
        spec = workspace_resolve_spec(workspace)
    except InputError as error:
        # A file that somebody is editing; what waits is not lost by it.
        return later(str(error)[:_DETAIL_CHARACTERS_MAX]), False
    if spec.dry_run:
        return done("dry run: nothing was sent"), True
    message = Message(
        channel=delivery.channel,
        payload=delivery.payload,
        idempotency_key=delivery.idempotency_key,
    )
    try:
        return channels.send(message, channels.Post(spec, os.environ, workspace)), False
    except Exception as error:  # A bug in a channel must not stop what others deliver.
        said = f"{delivery.channel}: {type(error).__name__}"
        return later(said[:_DETAIL_CHARACTERS_MAX]), False


@contextmanager
def delivering() -> Iterator[None]:
    """Deliver in a thread of its own meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(target=deliver_until, args=(stop,), name="outbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
