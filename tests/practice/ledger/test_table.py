from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.ledger import chart
from tieout.practice.ledger.entries import KINDS, Entry, Posting, two_lines
from tieout.practice.ledger.table import COLUMNS, accounts_csv, journal_table, written


def entry(kind: str = "", approved_by: str = "boss") -> Entry:
    return Entry(
        posting=Posting(date(2024, 5, 6), 8 * 3600 + 61, "clerk", approved_by, "manual"),
        effective=date(2024, 5, 3),
        lines=two_lines(chart.OPERATING, chart.CASH, 12_345),
        description="Freight",
        document="D-1",
        counterparty="Somebody Ltd.",
        kind=kind,
    )


def test_an_entry_is_a_row_a_line() -> None:
    table, codes = journal_table([entry(), entry("BACKDATED")], first_number=9)
    assert tuple(table.columns) == COLUMNS
    assert table["entry_id"].to_list() == ["JE00000009"] * 2 + ["JE00000010"] * 2
    assert table["line"].to_list() == [1, 2, 1, 2]
    assert table["account"].to_list() == [6200, 1000, 6200, 1000]
    assert table["account_name"][1] == "Cash"
    assert [str(amount) for amount in table["debit"]][:2] == ["123.45", "0.00"]
    assert [str(amount) for amount in table["credit"]][:2] == ["0.00", "123.45"]
    assert codes.tolist() == [0, 0, *[KINDS.index("BACKDATED") + 1] * 2]


def test_both_dates_are_shown() -> None:
    table, _ = journal_table([entry()], first_number=1)
    assert str(table["posted_at"][0]) == "2024-05-06 08:01:01"
    assert str(table["effective_date"][0]) == "2024-05-03"


def test_nobody_is_a_blank() -> None:
    table, _ = journal_table([entry(approved_by="")], first_number=1)
    assert table["approved_by"].to_list() == [None, None]
    assert table["counterparty"][0] == "Somebody Ltd."


@given(minor=st.integers(-(10**12), 10**12))
def test_amounts_are_written_exactly(minor: int) -> None:
    assert Decimal(written(minor)) * 100 == minor
    assert written(minor)[-3] == "."


def test_accounts_show_both_balances() -> None:
    opening = {account.number: 0 for account in chart.CHART}
    closing = {**opening, chart.CASH: -5}
    lines = accounts_csv(opening, closing).decode().splitlines()
    assert lines[1] == "1000,Cash,asset,debit,0.00,-0.05"
    assert len(lines) == 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_code(kind: str) -> None:
    _, codes = journal_table([entry(kind)], first_number=1)
    assert codes.tolist() == [KINDS.index(kind) + 1] * 2
