"""Ledgers of beancount and hledger."""

from datetime import date
from pathlib import Path

import pytest

from tieout.close.ledger.model import JournalRead
from tieout.close.ledger.plaintext import read_plain_text
from tieout.close.ledger.validate import Rules, validate
from tieout.model.errors import InputError


def read(tmp_path: Path, text: str, name: str = "books.beancount") -> JournalRead:
    path = tmp_path / name
    path.write_text(text)
    return read_plain_text(path, scale=2)


def test_beancount_transactions_with_payee_link_and_an_open_amount(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'option "title" "Books"\n'
        "2026-01-01 open Assets:Cash EUR\n"
        "2026-01-01 open Income:Sales\n"
        "; a comment\n"
        '2026-10-05 * "Acme" "Invoice 7" #big ^INV-7\n'
        '  note: "metadata"\n'
        "  Assets:Cash  1,250.50 EUR ; paid\n"
        "  Income:Sales\n"
        "2026-10-06 balance Assets:Cash 1250.50 EUR\n",
    )
    assert found.lines.select("account", "amount", "currency").rows() == [
        ("Assets:Cash", 125050, "EUR"),
        ("Income:Sales", -125050, "EUR"),
    ]
    first = found.lines.row(0, named=True)
    assert (first["effective"], first["counterparty"]) == (date(2026, 10, 5), "Acme")
    assert (first["description"], first["document"], first["row"]) == ("Invoice 7", "INV-7", 7)
    assert found.accounts.select("account", "type").rows() == [
        ("Assets:Cash", "asset"), ("Income:Sales", "revenue"),
    ]  # fmt: skip
    assert (found.rows, found.rejected) == (2, 0)


def test_hledger_transactions_with_codes_signs_and_assertions(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "account assets:bank\n"
        "2026/10/05 ! (C-12) Corner Shop | coffee  ; tag:\n"
        "    expenses:food       $3.20\n"
        "    assets:bank        $-3.20 = $100.00\n"
        "comment\n2026/10/06 hidden\nend comment\n"
        "P 2026/10/05 USD 0.9 EUR\n",
        "books.journal",
    )
    assert found.lines["amount"].to_list() == [320, -320]
    assert set(found.lines["currency"]) == {"USD"}
    assert found.lines["document"][0] == "C-12"
    assert (found.lines["counterparty"][0], found.lines["description"][0]) == (
        "Corner Shop", "coffee",
    )  # fmt: skip
    assert found.accounts["account"].to_list() == ["assets:bank"], "what is declared is the chart"
    (asserted,) = found.assertions
    assert (asserted.account, asserted.amount, asserted.row) == ("assets:bank", 10_000, 4)


@pytest.mark.parametrize(
    ("postings", "expected"),
    [
        ("  Assets:A  1.005 EUR\n  Assets:B\n", "at most 2 decimals"),
        ("  Assets:A  10 STOCK {5 EUR}\n  Assets:B\n", "without cost or price"),
        ("  Assets:A\n  Assets:B\n", "one posting without an amount"),
        ("  Assets:A  1 EUR\n  Assets:B  1 USD\n  Assets:C\n", "one currency"),
        ("", "postings under the transaction"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_reject_as_a_whole(
    tmp_path: Path, postings: str, expected: str
) -> None:
    good = '2026-10-05 * "ok"\n  Assets:A  1 EUR\n  Assets:B  -1 EUR\n'
    found = read(tmp_path, f'2026-10-05 * "bad"\n{postings}{good}')
    assert found.lines.height == 2
    assert expected in found.rejects[0].expected
    assert found.rows == found.lines.height + found.rejected


def test_a_day_that_does_not_exist_and_a_line_that_says_nothing_are_rejects(tmp_path: Path) -> None:
    found = read(tmp_path, '2026-02-30 * "x"\n  Assets:A  1 EUR\nwhatever\n')
    assert [reject.row for reject in found.rejects] == [1, 3]


def test_included_files_are_refused_and_an_empty_file_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1 includes a file"):
        read(tmp_path, 'include "more.beancount"\n')
    with pytest.raises(InputError, match="holds no transactions"):
        read(tmp_path, "; nothing\n")


def test_without_declarations_every_account_that_is_used_is_of_the_chart(tmp_path: Path) -> None:
    found = read(tmp_path, "2026-10-05 Shop\n  assets:bank  $-3\n  expenses:food\n", "b.journal")
    assert set(found.accounts["account"]) == {"assets:bank", "expenses:food"}


def test_entries_are_numbered_by_file_and_day_so_that_two_files_do_not_meet(
    tmp_path: Path,
) -> None:
    one = "2026-10-05 Shop\n  a  $-3\n  b\n"
    text = one + "\n2026-10-06 Shop\n  a  $-3\n  b\n\n" + one
    found = read(tmp_path, text, "march.journal")
    assert found.lines["entry"].unique(maintain_order=True).to_list() == [
        "march 2026-10-05.1", "march 2026-10-06.1", "march 2026-10-05.2",
    ]  # fmt: skip


def test_balances_of_beancount_are_held_against_the_postings(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '2026-10-05 * "x"\n  Assets:Cash:Till  10.00 EUR\n  Income:Sales  -10.00 EUR\n'
        "2026-10-06 balance Assets:Cash 10.00 EUR\n"
        "2026-10-06 balance Assets:Cash:Till 12.50 ~ 0.01 EUR\n"
        "2026-10-05 balance Assets:Cash 0.00 EUR\n",
    )
    wrong = validate(found.lines, Rules(assertions=found.assertions)).exceptions
    assert wrong.select("kind", "severity", "account", "row", "amount").rows() == [
        ("incomplete", "warning", "Assets:Cash:Till", 5, 250)
    ]
    assert wrong["text"][0] == (
        "balance of 2026-10-06 says 12.50, and the postings make 10.00: 2.50 off"
    )


def test_an_assertion_of_hledger_counts_what_stands_before_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "2026-10-05 a\n  cash  $5 = $5\n  sales\n\n2026-10-05 b\n  cash  $5 = $11\n  sales\n",
        "b.journal",
    )
    wrong = validate(found.lines, Rules(assertions=found.assertions)).exceptions
    assert wrong.select("row", "amount").rows() == [(6, 100)]


def test_a_pad_is_refused_since_it_books_what_nobody_wrote(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "2026-10-01 pad Assets:Cash Equity:Opening\n"
        '2026-10-05 * "x"\n  Assets:Cash  1 EUR\n  Income:Sales\n',
    )
    assert [(each.row, each.column) for each in found.rejects] == [(1, "pad")]
    assert (found.rows, found.rejected) == (3, 1)
