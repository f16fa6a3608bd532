"""Journals in the database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from tieout.model.errors import InputError
from tieout.server.closing.books import open_books
from tieout.server.closing.ledger import import_accounts
from tieout.server.closing.models import (
    Account,
    JournalEntry,
    JournalLine,
    LedgerException,
    LedgerImport,
    LedgerUser,
)
from tieout.server.closing.queries import find_period

from .conftest import CHART, entry

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


def test_a_held_entry_is_judged_again_with_the_chart_that_has_its_account(
    ledger: Import, tmp_path: Path
) -> None:
    ledger(entry("J1", "2026-10-05", "1000", "9999", "5.00"))
    (tmp_path / "accounts.csv").write_text(CHART + "9999,Sundry,revenue,0.00\n")
    again = ledger(entry("J1", "2026-10-05", "1000", "9999", "5.00"))
    assert (again.kept, again.held, again.repeated) == (2, 0, 0)
    assert not JournalEntry.objects.get(number="J1").held
    assert Account.objects.get(code="9999").is_known
    assert not LedgerException.objects.exists()


def test_a_corrected_entry_takes_the_place_of_one_that_was_held(ledger: Import) -> None:
    bad = "J2,2026-10-06,2026-10-06T10:00:00,1000,7.00,,EUR,Words,ann\n"
    ledger(SALE + bad)
    assert (ledger(SALE + bad).repeated, LedgerException.objects.count()) == (3, 1)
    done = ledger(SALE + entry("J2", "2026-10-06", "1000", "4000", "7.00"))
    assert (done.kept, done.repeated) == (2, 2)
    assert JournalEntry.objects.count() == 2
    assert not JournalEntry.objects.filter(held=True).exists()
    assert not LedgerException.objects.exists()


def test_rows_that_cannot_be_read_are_said_once_of_the_same_file(ledger: Import) -> None:
    body = SALE + "J2,2026-10-06,2026-10-06T10:00:00,1000,many,,EUR,Words,ann\n"
    ledger(body)
    ledger(body)
    assert LedgerException.objects.filter(kind="unreadable").count() == 1


def test_whether_balances_add_up_is_asked_of_all_that_is_in_the_ledger(
    ledger: Import, tmp_path: Path
) -> None:
    (tmp_path / "accounts.csv").write_text(
        "account,name,type,opening_balance,closing_balance\n"
        "1000,Cash,asset,0.00,30.00\n4000,Revenue,revenue,0.00,-30.00\n"
    )
    ledger(entry("J1", "2026-10-05", "1000", "4000", "10.00"))
    assert set(LedgerException.objects.values_list("kind", "account")) == {
        ("incomplete", "1000"), ("incomplete", "4000"),
    }  # fmt: skip
    ledger(entry("J2", "2026-10-06", "1000", "4000", "20.00"))
    assert not LedgerException.objects.exists()
    ledger(entry("J2", "2026-10-06", "1000", "4000", "20.00"))
    assert not LedgerException.objects.exists()


def test_a_trial_balance_by_itself_is_held_against_the_ledger(
    ledger: Import, tmp_path: Path
) -> None:
    ledger(SALE)
    path = tmp_path / "trial.csv"
    path.write_text("account,closing_balance\n1000,50100.50\n4000,-99.00\n")
    done = import_accounts(str(path), actor=None)
    assert (done.rows, done.kept) == (2, 2)
    found = LedgerException.objects.get()
    assert (found.kind, found.account, found.amount, found.source) == (
        "incomplete", "4000", 150, done,
    )  # fmt: skip


def test_an_opening_balance_does_not_change_under_the_entries(
    ledger: Import, tmp_path: Path
) -> None:
    ledger(SALE)
    path = tmp_path / "trial.csv"
    path.write_text("account,name,opening_balance\n1000,Cash,49999.00\n")
    import_accounts(str(path), actor=None)
    assert Account.objects.get(code="1000").opening == 5_000_000
    assert LedgerException.objects.get().text == (
        "opening 49,999.00, and the ledger began with 50,000.00, which stays"
    )


def in_currency(body: str, currency: str) -> str:
    return body.replace(",EUR,", f",{currency},")


def test_a_ledger_is_kept_in_one_currency_and_holds_the_others(ledger: Import) -> None:
    other = in_currency(entry("J3", "2026-10-07", "1000", "4000", "9.00"), "USD")
    done = ledger(SALE + entry("J2", "2026-10-06", "1000", "4000", "7.00") + other)
    assert (done.currency, done.held) == ("EUR", 2)
    texts = set(LedgerException.objects.values_list("text", flat=True))
    assert texts == {"currency USD, and the ledger is kept in EUR"}
    later = ledger(in_currency(entry("J4", "2026-10-08", "1000", "4000", "1.00"), "USD"))
    assert (later.currency, later.held) == ("EUR", 2), "it stays what it was"


def test_currencies_are_never_added_up(ledger: Import) -> None:
    other = in_currency(entry("J2", "2026-10-06", "1000", "4000", "7.00"), "USD")
    with pytest.raises(InputError, match=r"several currencies \(2 in EUR, 2 in USD\)"):
        ledger(SALE + other)
    assert not JournalEntry.objects.exists()


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
