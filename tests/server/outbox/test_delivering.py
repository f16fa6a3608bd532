"""Deliveries to real servers with bad days; one effect whatever happens."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from sinks import HttpSink, SmtpSink

from tieout.resolve.actions.message import done, later, refused
from tieout.server.audit.models import AuditEntry
from tieout.server.jobs.registry import load_handlers
from tieout.server.outbox import leases, registry
from tieout.server.outbox.delivering import deliver_due, deliver_until
from tieout.server.outbox.leases import LeaseLostError
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.services import enqueue

pytestmark = pytest.mark.django_db(transaction=True)
ENTRY = {
    "kind": "journal_entry",
    "day": "2026-03-31",
    "currency": "EUR",
    "lines": [{"account": "6800", "debit": "2.90"}, {"account": "1010", "credit": "2.90"}],
    "memo": "fee",
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "email": {"to": ["ap@acme.example"], "subject": "Open item", "text": "Please see INV-7."},
    "jira": {"project": "OPS", "summary": "Fee of 2.90", "text": "left 102.90"},
    "webhook": {"target": "ops", "body": {"amount": "2.90"}},
    "slack": {"target": "recon", "text": "3 breaks"},
    "http": {"target": "erp", "body": {}},
    "events": {"target": "pager", "summary": "declines", "severity": "severe"},
    "tasks": {"title": "Correct INV-7"},
    "journal": {"entry": ENTRY},
}


def queued(channel: str = "webhook", **more: Any) -> Delivery:
    values = {"payload": PAYLOADS[channel], "idempotency_key": f"case-7/{channel}"}
    return enqueue(channel=channel, **values | more)


def stored(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def make_due() -> None:
    """Let the waits and leases be over."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(state="waiting").update(run_after=past)
    Delivery.objects.filter(state="sending").update(lease_until=past)


def effects(sink: HttpSink, mailbox: SmtpSink, folder: Path) -> int:
    """Everything that came of deliveries, anywhere."""
    tasks, drafts = folder / "tasks.jsonl", folder / "journal-drafts"
    return (
        sum(sink.effects.values())
        + sum(map(len, sink.tickets.values()))
        + sum(mailbox.effects.values())
        + (len(tasks.read_text().splitlines()) if tasks.exists() else 0)
        + (len(list(drafts.iterdir())) if drafts.exists() else 0)
    )


@pytest.mark.parametrize("channel", PAYLOADS)
def test_each_channel_delivers_once(
    workspace: Path, sink: HttpSink, mailbox: SmtpSink, channel: str
) -> None:
    delivery = queued(channel)
    assert deliver_due() == 1
    sent = stored(delivery)
    assert (sent.state, sent.attempts, sent.lease_token) == ("done", 1, ""), sent.detail
    assert effects(sink, mailbox, workspace) == 1
    entry = AuditEntry.objects.get(action="delivery.done")
    assert entry.after["key"] == f"case-7/{channel}"
    assert deliver_due() == 0


@pytest.mark.parametrize("trouble", [429, 500, 503, "hang", "lost"])
@pytest.mark.parametrize("channel", ["jira", "webhook", "slack", "http", "events"])
def test_trouble_is_tried_again_and_has_one_effect(
    workspace: Path, sink: HttpSink, mailbox: SmtpSink, channel: str, trouble: int | str
) -> None:
    sink.script.extend(["ok", trouble] if channel == "jira" else [trouble])
    delivery = queued(channel)
    deliver_due()
    waiting = stored(delivery)
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert waiting.run_after > timezone.now()
    make_due()
    deliver_due()
    assert stored(delivery).state == "done"
    assert effects(sink, mailbox, workspace) == 1


@pytest.mark.parametrize("trouble", ["greylist", "busy", "lost"])
def test_mail_that_is_put_off_arrives_once(
    workspace: Path, sink: HttpSink, mailbox: SmtpSink, trouble: str
) -> None:
    mailbox.script.append(trouble)
    delivery = queued("email")
    deliver_due()
    assert stored(delivery).state == "waiting"
    make_due()
    deliver_due()
    assert stored(delivery).state == "done"
    assert effects(sink, mailbox, workspace) == 1


def test_what_is_refused_is_dead_at_once(
    workspace: Path, mailbox: SmtpSink, sink: HttpSink
) -> None:
    mailbox.refuses.add("ap@acme.example")
    delivery = queued("email")
    deliver_due()
    assert stored(delivery).state == "dead"
    assert "550" in stored(delivery).detail
    assert AuditEntry.objects.filter(action="delivery.dead").count() == 1


def test_after_the_last_attempt_it_is_dead(workspace: Path, sink: HttpSink) -> None:
    sink.script.extend([500] * 20)
    delivery = queued()
    for _ in range(12):
        make_due()
        deliver_due()
    assert (stored(delivery).state, stored(delivery).attempts) == ("dead", 8)
    assert len(sink.requests) == 8


def test_it_waits_longer_each_time_and_as_long_as_asked(workspace: Path, sink: HttpSink) -> None:
    waits = [leases.wait_seconds(attempts) for attempts in range(1, 12)]
    assert 2.5 <= waits[0] <= 5
    assert waits[2] > 2 * waits[0]
    assert max(waits) <= 3600
    assert leases.wait_seconds(1, 90.0) == 90.0
    assert len({leases.wait_seconds(5) for _ in range(10)}) > 1, "not all at the same moment"


def test_a_dry_run_sends_nothing(workspace: Path, sink: HttpSink) -> None:
    spec = workspace / "resolve.yaml"
    spec.write_text(spec.read_text() + "\ndry_run: true\n")
    delivery = queued()
    deliver_due()
    assert (stored(delivery).state, stored(delivery).dry_run) == ("done", True)
    assert sink.requests == []


def test_a_file_that_somebody_is_editing_loses_nothing(workspace: Path, sink: HttpSink) -> None:
    spec = workspace / "resolve.yaml"
    whole = spec.read_text()
    spec.write_text("channels: [")
    delivery = queued()
    deliver_due()
    assert stored(delivery).state == "waiting"
    spec.write_text(whole)
    make_due()
    deliver_due()
    assert stored(delivery).state == "done"


def test_a_bug_in_a_channel_stops_no_other_delivery(
    workspace: Path, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tieout.resolve.actions import channels

    real = channels.send
    monkeypatch.setattr(
        channels, "send", lambda m, p: 1 / 0 if m.channel == "slack" else real(m, p)
    )
    broken, good = queued("slack"), queued("webhook")
    deliver_due()
    assert stored(broken).detail == "slack: ZeroDivisionError"
    assert stored(good).state == "done"


def test_one_that_is_taken_is_nobody_elses_until_its_lease_ends(workspace: Path) -> None:
    queued()
    assert leases.take() is not None
    assert leases.take() is None
    again = leases.take(timezone.now() + timedelta(hours=1))
    assert again is not None
    assert again.attempts == 2


def test_a_sender_that_was_thought_dead_changes_nothing(workspace: Path) -> None:
    delivery = queued()
    slow = leases.take()
    quick = leases.take(timezone.now() + timedelta(hours=1))
    assert slow is not None
    assert quick is not None
    leases.finish(quick, done("there"))
    with pytest.raises(LeaseLostError):
        leases.finish(slow, refused("late"))
    assert stored(delivery).state == "done"


def test_one_that_kills_each_sender_is_dead_in_the_end(workspace: Path) -> None:
    delivery = queued()
    Delivery.objects.update(attempts_max=2)
    now = timezone.now()
    for hours in (0, 1):
        assert leases.take(now + timedelta(hours=hours)) is not None
    assert leases.take(now + timedelta(hours=2)) is None
    assert stored(delivery).state == "dead"


def test_a_clock_that_jumps_ahead_leads_to_one_effect(
    workspace: Path, sink: HttpSink, mailbox: SmtpSink
) -> None:
    delivery = queued()
    first = leases.take()
    assert first is not None
    from tieout.server.outbox.delivering import attempt

    receipt, _ = attempt(first)
    second = leases.take(timezone.now() + timedelta(days=1))
    assert second is not None
    leases.finish(second, attempt(second)[0])
    with pytest.raises(LeaseLostError):
        leases.finish(first, receipt)
    assert len(sink.requests) == 2
    assert effects(sink, mailbox, workspace) == 1
    assert stored(delivery).state == "done"


def test_a_clock_that_is_set_back_leaves_nothing_behind(workspace: Path) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    taken, failed = queued("webhook"), queued("slack")
    Delivery.objects.filter(pk=taken.pk).update(
        state="sending", attempts=1, lease_until=tomorrow, lease_token="x"
    )
    Delivery.objects.filter(pk=failed.pk).update(attempts=1, run_after=tomorrow)
    asked_for = queued("http", run_after=tomorrow)
    found = {delivery.pk for delivery in iter(leases.take, None) if delivery}
    assert found == {taken.pk, failed.pk}
    assert stored(asked_for).state == "waiting", "this one was meant for tomorrow"


def test_workers_at_once_send_each_once(workspace: Path, sink: HttpSink, mailbox: SmtpSink) -> None:
    for number in range(12):
        queued(idempotency_key=f"case-{number}")

    def one_worker(_: int) -> int:
        try:
            return deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        attempts = list(pool.map(one_worker, range(3)))
    assert sum(attempts) == len(sink.requests) == 12
    assert effects(sink, mailbox, workspace) == 12
    assert Delivery.objects.filter(state="done").count() == 12


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What a follower of proposals was told."""
    told: list[tuple[str, str]] = []
    load_handlers()
    monkeypatch.setattr(registry, "_followers", {})
    registry.follower("proposal")(lambda delivery: told.append((delivery.state, delivery.detail)))
    return told


def test_who_follows_hears_of_the_end_once(
    workspace: Path, followed: list[tuple[str, str]]
) -> None:
    delivery = queued(subject=("proposal", 12))
    queued("slack", subject=("episode", 3))
    taken = leases.take()
    assert taken is not None
    leases.finish(taken, later("busy"))
    assert followed == []
    make_due()
    taken = leases.take()
    while taken is not None and taken.pk != delivery.pk:
        taken = leases.take()
    assert taken is not None
    leases.finish(taken, done("there"))
    assert followed == [("done", "there")]


def test_the_loop_sends_until_it_is_stopped(workspace: Path, sink: HttpSink) -> None:
    delivery = queued()
    stop = threading.Event()

    def run() -> None:
        try:
            deliver_until(stop, poll_seconds=0.02)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        for _ in range(500):
            if stored(delivery).state == "done":
                break
            time.sleep(0.02)
    finally:
        stop.set()
        thread.join()
    assert stored(delivery).state == "done"
    assert json.loads(sink.requests[0].body) == {"amount": "2.90"}
