"""What is put into the outbox, and what people do with it."""

import pytest
from django.db import transaction

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.outbox.models import Delivery
from tieout.server.outbox.queries import counts_by_state, deliveries, deliveries_about
from tieout.server.outbox.services import discard, enqueue, replay

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"target": "ops", "body": {"amount": "2.90"}}


def queued(key: str = "case-7/1") -> Delivery:
    return enqueue(channel="webhook", payload=BODY, idempotency_key=key, subject=("proposal", 12))


def test_a_delivery_is_written_down_with_its_audit_entry() -> None:
    delivery = queued()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    entry = AuditEntry.objects.get(action="delivery.queued")
    assert entry.target_id == str(delivery.pk)
    assert entry.after["payload"] == BODY, "the exact payload is in the log"


def test_the_same_key_is_delivered_once() -> None:
    assert queued().pk == queued().pk
    assert Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(action="delivery.queued").count() == 1


def test_it_belongs_to_the_transaction_of_its_cause() -> None:
    with transaction.atomic():
        queued()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_channel_that_does_not_exist_is_refused_before_anything_is_written() -> None:
    with pytest.raises(InputError, match="channel fax"):
        enqueue(channel="fax", payload={}, idempotency_key="k")
    assert not Delivery.objects.exists()


def test_what_was_dead_is_sent_again_under_its_old_key() -> None:
    person = User.objects.create(username="ann")
    delivery = queued()
    Delivery.objects.update(state="dead", attempts=8)
    again = replay(delivery.pk, actor=person)
    assert (again.state, again.attempts, again.idempotency_key) == ("waiting", 0, "case-7/1")
    assert AuditEntry.objects.get(action="delivery.replayed").actor == "ann"


@pytest.mark.parametrize("state", ["waiting", "sending", "done"])
def test_only_what_is_dead_or_discarded_is_sent_again(state: str) -> None:
    delivery = queued()
    Delivery.objects.update(state=state, attempts=3)
    assert replay(delivery.pk, actor=None).attempts == 3
    assert not AuditEntry.objects.filter(action="delivery.replayed").exists()


@pytest.mark.parametrize(
    ("state", "becomes"),
    [("dead", "discarded"), ("waiting", "discarded"), ("done", "done"), ("sending", "sending")],
)
def test_what_is_not_under_way_can_be_given_up(state: str, becomes: str) -> None:
    delivery = queued()
    Delivery.objects.update(state=state)
    assert discard(delivery.pk, actor=None).state == becomes


def test_the_outbox_can_be_looked_at() -> None:
    first, second = queued("a"), queued("b")
    Delivery.objects.filter(pk=second.pk).update(state="dead")
    assert list(deliveries()) == [second, first]
    assert list(deliveries(state="dead", channel="webhook")) == [second]
    assert list(deliveries(channel="email")) == []
    assert list(deliveries_about("proposal", 12)) == [second, first]
    counts = counts_by_state()
    assert (counts["waiting"], counts["dead"], counts["done"]) == (1, 1, 0)
