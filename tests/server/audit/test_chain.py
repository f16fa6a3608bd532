"""The chain: what is recorded, what is refused, and what is found out."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from tieout.server.accounts.models import User
from tieout.server.audit import triggers
from tieout.server.audit.models import AppendOnlyError, AuditEntry
from tieout.server.audit.queries import Head, head, verify
from tieout.server.audit.services import Entry, record, record_many
from tieout.server.context import request_context

pytestmark = pytest.mark.django_db


def decided(number: int = 1) -> AuditEntry:
    return record(
        actor=None,
        action="case.decided",
        target=("case", number),
        before={"verdict": None},
        after={"verdict": "valid", "amount": Decimal("10.50")},
    )


def tamper(statement: str) -> None:
    """Change the table as one could who owns the database."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install(connection)


def test_an_empty_log_is_whole() -> None:
    verdict = verify()
    assert verdict.whole
    assert verdict.head == Head(0, "0" * 64)


def test_an_entry_says_who_did_what_to_what_under_which_request() -> None:
    ann = User.objects.create(username="ann")
    with request_context("request-0001"):
        record(actor=ann, action="case.decided", target=("case", 7), after={"verdict": "valid"})
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_id, entry.action) == ("ann", ann.pk, "case.decided")
    assert (entry.target_kind, entry.target_id) == ("case", "7")
    assert (entry.before, entry.after) == (None, {"verdict": "valid"})
    assert entry.request_id == "request-0001"


def test_each_entry_follows_the_one_before() -> None:
    first, second = decided(1), decided(2)
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.previous == "0" * 64
    assert second.previous == first.hash
    assert head() == Head(2, second.hash)


@pytest.mark.parametrize(
    "value", [{"ü": "€ \U0001f600", "n": 1e22, "small": 1e-7, "list": [1, None, True]}, [], 0, "x"]
)
def test_any_json_reads_back_as_it_was_hashed(value: object) -> None:
    record(actor=None, action="thing.done", target=("thing", 1), after=value)
    assert AuditEntry.objects.get().after == value
    assert verify().whole


def test_decimals_are_kept_as_text() -> None:
    decided()
    assert AuditEntry.objects.get().after == {"verdict": "valid", "amount": "10.50"}


def test_many_entries_are_chained_like_single_ones() -> None:
    decided()
    rows = record_many([Entry("row.ingested", ("row", n)) for n in range(2500)], actor=None)
    assert [row.sequence for row in rows] == list(range(2, 2502))
    assert verify().whole
    assert verify().entries == 2501


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="object can't stand in the audit log"):
        record(actor=None, action="a", target=("b", 1), after={"x": object()})


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_changed_entry_is_named(sequence: int) -> None:
    for number in (1, 2, 3):
        decided(number)
    tamper(f"UPDATE audit_auditentry SET actor = 'eve' WHERE sequence = {sequence}")
    verdict = verify()
    assert (verdict.broken, verdict.entries) == (sequence, sequence - 1)
    assert verdict.reason == "its content is not what its hash says"


def test_a_removed_entry_is_named() -> None:
    for number in (1, 2, 3):
        decided(number)
    tamper("DELETE FROM audit_auditentry WHERE sequence = 2")
    assert verify().broken == 2
    assert verify().reason == "entry 2 is missing; the next is 3"


def test_an_entry_hashed_anew_breaks_the_next() -> None:
    decided(1)
    decided(2)
    forged = AuditEntry.objects.get(sequence=1)
    forged.actor = "eve"
    tamper(
        f"UPDATE audit_auditentry SET actor = 'eve', hash = '{forged.expected_hash('0' * 64)}' "
        "WHERE sequence = 1"
    )
    assert verify().broken == 2
    assert verify().reason == "it does not follow the entry before"


def test_a_log_cut_short_is_found_by_its_noted_head() -> None:
    decided(1)
    decided(2)
    noted = head()
    tamper("DELETE FROM audit_auditentry WHERE sequence = 2")
    assert verify().whole
    verdict = verify(noted)
    assert verdict.broken == 2
    assert verdict.reason == "the log ends before entry 2, which was noted"


def test_a_log_written_anew_is_found_by_its_noted_head() -> None:
    decided(1)
    noted = head()
    tamper("DELETE FROM audit_auditentry")
    record(actor=None, action="nothing.happened", target=("case", 1))
    assert verify().whole
    assert verify(noted).reason == "its hash is not the one that was noted"


def test_a_noted_head_that_still_holds_is_found_whole() -> None:
    decided(1)
    noted = head()
    decided(2)
    assert verify(noted).whole


def test_entries_are_not_changed_through_the_models() -> None:
    entry = decided()
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.all().update(actor="eve")
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.bulk_update([entry], ["actor"])
    with pytest.raises(AppendOnlyError):
        AuditEntry._base_manager.all().delete()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditentry SET actor = 'eve'", "DELETE FROM audit_auditentry"]
)
def test_the_database_itself_refuses_changes(statement: str) -> None:
    decided()
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        connection.cursor().execute(statement)
    assert verify().whole


def test_postgresql_refuses_to_empty_the_table(database: str) -> None:
    if database != "postgresql":
        return
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        connection.cursor().execute("TRUNCATE audit_auditentry")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(TransactionManagementError, match="belongs into the transaction"):
        decided()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_undone_leaves_no_entry() -> None:
    with transaction.atomic():
        decided()
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
