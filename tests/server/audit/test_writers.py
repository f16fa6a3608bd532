"""Writers at the same time take turns."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.audit.services import record

WRITERS, ENTRIES_EACH = 6, 15


def write(writer: int) -> None:
    try:
        for number in range(ENTRIES_EACH):
            with transaction.atomic():
                record(actor=None, action="thing.done", target=(f"writer-{writer}", number))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain_and_lose_nothing() -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert verify().whole
    assert verify().entries == WRITERS * ENTRIES_EACH
    for writer in range(WRITERS):
        own = AuditEntry.objects.filter(target_kind=f"writer-{writer}")
        assert [int(entry.target_id) for entry in own] == list(range(ENTRIES_EACH))
