"""The books as an accountant would check them."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tieout.practice.ledger import chart

Generate = Callable[..., Any]


def movements(entries: Any, account: int) -> Decimal:
    return sum(
        (line.amount for entry in entries for line in entry.lines if line.account == account),
        Decimal(0),
    )


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_every_entry_balances_unless_it_is_known_not_to(generated: Generate, seed: int) -> None:
    for entry in generated(seed=seed).entries:
        balances = sum(line.amount for line in entry.lines) == 0
        assert balances == (entry.kind != "UNBALANCED")


def test_opening_and_movements_are_closing(practice: Any) -> None:
    for number, account in practice.accounts.items():
        opening, closing = Decimal(account["opening_balance"]), Decimal(account["closing_balance"])
        assert opening + movements(practice.entries, number) == closing


def test_opening_balances_are_balanced(practice: Any) -> None:
    openings = [Decimal(account["opening_balance"]) for account in practice.accounts.values()]
    assert sum(openings) == 0


def test_closing_balances_are_out_by_the_unbalanced_entries(practice: Any) -> None:
    closings = [Decimal(account["closing_balance"]) for account in practice.accounts.values()]
    out_by = sum(line.amount for entry in practice.planted("UNBALANCED") for line in entry.lines)
    assert sum(closings) == out_by != 0


def test_there_are_nineteen_accounts_from_cash_to_depreciation(practice: Any) -> None:
    assert len(practice.accounts) == 19
    assert min(practice.accounts) == 1000
    assert max(practice.accounts) == 6300
    used = {line.account for entry in practice.entries for line in entry.lines}
    assert used == set(practice.accounts)


@pytest.mark.parametrize("seed", [1, 7, 23])
@pytest.mark.parametrize("account", [chart.CASH, chart.INVENTORY, chart.RECEIVABLE])
def test_there_is_always_cash_and_stock(generated: Generate, seed: int, account: int) -> None:
    practice = generated(seed=seed)
    balance = lowest = Decimal(practice.accounts[account]["opening_balance"])
    for entry in practice.entries:
        balance += sum(line.amount for line in entry.lines if line.account == account)
        lowest = min(lowest, balance)
    assert lowest > 0


def test_liabilities_stay_liabilities(practice: Any) -> None:
    for account in (chart.PAYABLE, chart.ACCRUED, chart.DEFERRED, chart.LOAN, chart.WRITTEN_DOWN):
        assert Decimal(practice.accounts[account]["closing_balance"]) < 0


def test_a_closed_year_leaves_no_result_but_late_exceptions(practice: Any) -> None:
    """What is backdated into a closed year is not carried over any more."""
    late = [entry for entry in practice.entries if entry.kind]
    for number in chart.RESULT_ACCOUNTS:
        left = Decimal(practice.accounts[number]["closing_balance"])
        assert abs(left) <= sum(
            (abs(line.amount) for entry in late for line in entry.lines), Decimal(0)
        )
        if number in {chart.DEPRECIATION, chart.INTEREST}:
            assert left == 0


def test_the_company_earns_money(practice: Any) -> None:
    closed = practice.about("Result of")
    assert len(closed) == 2
    for entry in closed:
        carried = movements([entry], chart.RETAINED)
        assert carried < 0, "a credit"
        assert movements([entry], chart.REVENUE) > 0


def test_cost_of_goods_is_about_half_of_revenue(practice: Any) -> None:
    trade = [entry for entry in practice.ordinary if entry.origin != "closing"]
    share = movements(trade, chart.COST_OF_GOODS) / -movements(trade, chart.REVENUE)
    assert Decimal("0.44") < share < Decimal("0.58")


def test_autumn_sells_more_than_the_new_year(practice: Any) -> None:
    by_month: Counter[int] = Counter()
    for entry in practice.about("Invoice"):
        by_month[entry.effective.month] += 1
    assert by_month[11] + by_month[12] > 1.15 * (by_month[1] + by_month[2])


def test_balances_grow_on_their_normal_side(practice: Any) -> None:
    for number, account in practice.accounts.items():
        opening = Decimal(account["opening_balance"])
        if opening:
            assert (opening > 0) == (account["normal_side"] == "debit"), number


def test_ordinary_entries_are_never_approved_by_whoever_made_them(practice: Any) -> None:
    assert not [e for e in practice.ordinary if e.prepared_by == e.approved_by]


def test_people_book_in_office_hours_and_machines_at_night(practice: Any) -> None:
    for entry in practice.ordinary:
        hour = entry.posted_at.hour
        assert (3 <= hour < 5) if entry.prepared_by.startswith("sys.") else (8 <= hour < 18)


def test_a_few_close_the_month_on_a_saturday(practice: Any) -> None:
    """So that not every manual entry of a weekend is an exception."""
    weekend = [e for e in practice.ordinary if e.posted_at.weekday() >= 5]
    by_hand = [e for e in weekend if not e.prepared_by.startswith("sys.")]
    assert 1 <= len(by_hand) < 0.01 * len(practice.entries)
    assert {entry.origin for entry in by_hand} == {"manual"}


def test_documents_of_a_series_are_used_without_gaps(practice: Any) -> None:
    invoices = {e.document for e in practice.entries if e.document.startswith("INV-24-")}
    numbers = sorted(int(document[7:13]) for document in invoices)
    assert numbers[0] == 1
    assert set(numbers) >= set(range(1, len(numbers) - 5))
