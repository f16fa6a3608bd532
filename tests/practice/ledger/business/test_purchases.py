from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.practice.ledger import chart


def test_what_is_bought_is_owed(practice: Any) -> None:
    bought = [e for e in practice.ordinary if e.origin == "purchasing"]
    assert {line.account for e in bought for line in e.lines if line.amount < 0} == {chart.PAYABLE}
    assert {line.account for e in bought for line in e.lines if line.amount > 0} == {
        chart.INVENTORY,
        chart.OPERATING,
        chart.EQUIPMENT,
        chart.PREPAID,
    }


def test_vendors_are_paid_on_tuesdays_and_fridays(practice: Any) -> None:
    paid = practice.about("Payment of")
    assert {entry.effective.weekday() for entry in paid} <= {1, 4}
    assert len(paid) > 500


def test_a_vendor_is_paid_once_a_day(practice: Any) -> None:
    times = Counter((e.effective, e.counterparty) for e in practice.about("Payment of"))
    assert set(times.values()) == {1}


def test_everything_that_is_owed_is_paid_in_time(practice: Any) -> None:
    """All that was owed at the start or came until October 2025 is paid at the end."""
    owed = -Decimal(practice.accounts[chart.PAYABLE]["opening_balance"])
    for entry in practice.ordinary:
        if entry.origin == "purchasing" and entry.effective < date(2025, 10, 15):
            owed += entry.debit
    paid = sum(
        line.amount
        for entry in practice.about("Payment of")
        for line in entry.lines
        if line.account == chart.PAYABLE
    )
    assert paid >= owed


def test_discounts_lower_the_cost_of_goods(practice: Any) -> None:
    taken = [e for e in practice.about("Payment of") if len(e.lines) == 3]
    assert 0.02 < len(taken) / len(practice.about("Payment of")) < 0.12
    for entry in taken:
        payable, cash, kept = entry.lines
        assert (payable.account, cash.account, kept.account) == (
            chart.PAYABLE,
            chart.CASH,
            chart.COST_OF_GOODS,
        )
        assert abs(kept.amount + payable.amount * Decimal("0.02")) <= Decimal("0.01")


def test_some_costs_are_split(practice: Any) -> None:
    costs = [
        e
        for e in practice.ordinary
        if e.origin == "purchasing" and e.lines[0].account == chart.OPERATING
    ]
    assert 0.08 < sum(len(e.lines) == 3 for e in costs) / len(costs) < 0.25


def test_equipment_is_bought_each_quarter(practice: Any) -> None:
    bought = practice.about("Machine")
    assert len(bought) == 8
    assert len({(e.effective.year, (e.effective.month - 1) // 3) for e in bought}) == 8


def test_the_stock_follows_sales(practice: Any) -> None:
    """It neither runs dry nor piles up."""
    balance = opening = Decimal(practice.accounts[chart.INVENTORY]["opening_balance"])
    lowest = highest = balance
    for entry in practice.ordinary:
        balance += sum(line.amount for line in entry.lines if line.account == chart.INVENTORY)
        lowest, highest = min(lowest, balance), max(highest, balance)
    assert opening / 5 < lowest
    assert highest < opening * 3
