"""Journals in the database."""

from collections.abc import Callable

import pytest
from django.db import connection

from tieout.model.errors import InputError
from tieout.server.closing.books import open_books
from tieout.server.closing.models import (
    Account,
    JournalEntry,
    JournalLine,
    LedgerException,
    LedgerImport,
    LedgerUser,
)
from tieout.server.closing.queries import find_period

from .conftest import entry

Import = Callable[..., LedgerImport]
SALE = entry("J1", "2026-10-05", "1000", "4000", "100.50")


def test_entries_lines_people_and_accounts_are_stored_once(ledger: Import) -> None:
    done = ledger(SALE)
    assert (done.rows, done.kept, done.held, done.rejected) == (2, 2, 0, 0)
    stored = JournalEntry.objects.get()
    assert (stored.number, str(stored.effective), stored.held) == ("J1", "2026-10-05", False)
    assert stored.prepared_by == LedgerUser.objects.get(name="ann")
    assert list(JournalLine.objects.values_list("account__code", "amount", "row")) == [
        ("1000", 10_050, 1), ("4000", -10_050, 2),
    ]  # fmt: skip
    assert Account.objects.get(code="1000").opening == 5_000_000


def test_an_import_done_twice_changes_nothing(ledger: Import) -> None:
    ledger(SALE)
    again = ledger(SALE)
    assert (again.kept, again.repeated) == (0, 2)
    assert JournalLine.objects.count() == 2


def test_an_entry_that_says_something_else_now_is_refused(ledger: Import) -> None:
    ledger(SALE)
    with pytest.raises(InputError, match=r"entry J1 is in the ledger with other lines"):
        ledger(SALE.replace("100.50", "100.60"))
    assert LedgerImport.objects.count() == 1


def test_an_entry_that_breaks_a_rule_is_held_and_kept_out_of_the_books(ledger: Import) -> None:
    ledger(SALE + "J2,2026-10-06,2026-10-06T10:00:00,1000,7.00,,EUR,Words,ann\n")
    assert JournalEntry.objects.get(number="J2").held
    assert LedgerException.objects.get().kind == "unbalanced"
    assert open_books().lines.height == 2
    assert open_books(with_held=True).lines.height == 3


def test_an_unknown_account_is_kept_and_marked(ledger: Import) -> None:
    ledger(entry("J1", "2026-10-05", "1000", "9999", "5.00"))
    assert not Account.objects.get(code="9999").is_known
    assert LedgerException.objects.get().account == "9999"


def test_rows_that_cannot_be_read_are_exceptions_with_their_row(ledger: Import) -> None:
    ledger(SALE + "J2,2026-10-06,2026-10-06T10:00:00,1000,many,,EUR,Words,ann\n")
    found = LedgerException.objects.get(kind="unreadable")
    assert (found.row, found.severity) == (3, "held")
    assert "many" in found.text


def test_books_come_back_as_they_went_in(ledger: Import) -> None:
    ledger(SALE)
    book = open_books()
    row = book.lines.row(0, named=True)
    assert (str(row["effective"]), str(row["posted_at"])) == ("2026-10-05", "2026-10-05 10:00:00")
    assert (row["entry"], row["account"], row["amount"], row["row"]) == ("J1", "1000", 10_050, 1)
    assert {"sides", "posted_at", "prepared_by"} <= book.known
    assert book.accounts.height == 4


def test_the_views_add_up_for_any_reader_of_the_database(ledger: Import) -> None:
    ledger(SALE + "J2,2026-10-06,2026-10-06T10:00:00,1000,7.00,,EUR,Words,ann\n")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, opening, debits, credits, closing FROM closing_trial_balance "
            "ORDER BY account"
        )
        rows = [(row[0], *map(float, row[1:])) for row in cursor.fetchall()]
        cursor.execute("SELECT kind, entry, amount FROM closing_exceptions")
        (found,) = cursor.fetchall()
    assert rows[0] == ("1000", 50_000.0, 100.5, 0.0, 50_100.5)
    assert sum(row[4] for row in rows) == 0.0
    assert (found[0], found[1], float(found[2])) == ("unbalanced", "J2", 7.0)


@pytest.mark.django_db
def test_a_period_that_was_not_opened_is_named() -> None:
    with pytest.raises(InputError, match="no period was opened yet"):
        find_period(None)
    with pytest.raises(InputError, match="period 2026-10 was not opened"):
        find_period("2026-10")
