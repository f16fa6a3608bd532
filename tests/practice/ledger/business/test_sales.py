from collections import Counter
from decimal import Decimal
from statistics import mean
from typing import Any

from tieout.practice.ledger import chart


def test_an_invoice_is_owed_and_earned(practice: Any) -> None:
    invoices = practice.about("Invoice")
    assert {entry.pair for entry in invoices} == {
        (chart.RECEIVABLE, chart.REVENUE),
        (chart.RECEIVABLE, chart.DEFERRED),
    }
    assert {entry.origin for entry in invoices} == {"sales"}


def test_each_invoice_of_goods_has_its_delivery(practice: Any) -> None:
    earned = {e.document for e in practice.about("Invoice") if e.pair[1] == chart.REVENUE}
    issued = Counter(e.document for e in practice.about("Goods issued for"))
    assert set(issued) == earned
    assert set(issued.values()) == {1}


def test_most_is_paid_within_two_months(practice: Any) -> None:
    billed = {e.document: e for e in practice.about("Invoice") if e.effective.year == 2024}
    paid: Counter[str] = Counter()
    days = []
    for entry in practice.about("Receipt for"):
        if entry.document in billed:
            paid[entry.document] += int(entry.debit * 100)
            days.append((entry.effective - billed[entry.document].effective).days)
    assert 25 < mean(days) < 45
    full = [d for d, invoice in billed.items() if paid[d] == int(invoice.debit * 100)]
    assert len(full) > 0.94 * len(billed)
    assert all(paid[d] <= int(invoice.debit * 100) for d, invoice in billed.items())


def test_what_is_not_paid_is_credited_or_written_off(practice: Any) -> None:
    open_items: Counter[str] = Counter()
    for entry in practice.ordinary:
        for line in entry.lines:
            if line.account == chart.RECEIVABLE:
                words = entry.description.split()
                named = [word.strip(",") for word in words if word.startswith("INV-24-0")]
                open_items[named[0] if named else entry.document] += int(line.amount * 100)
    early = {d: left for d, left in open_items.items() if d.startswith("INV-24-")}
    assert len(early) > 300
    assert sum(left != 0 for left in early.values()) == 0


def test_credit_notes_take_revenue_back_in_the_open(practice: Any) -> None:
    notes = practice.about("Credit note for")
    assert len(notes) >= 5
    assert {entry.pair for entry in notes} == {(chart.REVENUE, chart.RECEIVABLE)}
    assert all(entry.document.startswith("CRN-") for entry in notes)


def test_write_offs_are_few_and_by_hand(practice: Any) -> None:
    lost = practice.about("Write-off of")
    assert 1 <= len(lost) < 0.03 * len(practice.about("Invoice"))
    assert {entry.origin for entry in lost} == {"manual"}


def test_the_web_shop_sells_every_day(practice: Any) -> None:
    days = Counter(entry.effective for entry in practice.about("Web shop sales"))
    assert len(days) == 731
    assert set(days.values()) == {1}


def test_a_small_shop_counts_once_a_week(generated: Any) -> None:
    days = {entry.effective for entry in generated(rows=4_000).about("Web shop sales")}
    assert {day.weekday() for day in days} == {5}
    assert len(days) == 104


def test_the_shop_s_fees_are_costs(practice: Any) -> None:
    for entry in practice.about("Web shop sales"):
        cash, fee, revenue = entry.lines
        assert (cash.account, fee.account, revenue.account) == (
            chart.CASH,
            chart.OPERATING,
            chart.REVENUE,
        )
        assert abs(fee.amount + revenue.amount * Decimal("0.015")) <= Decimal("0.01")


def test_what_customers_owe_at_the_start_is_paid(practice: Any) -> None:
    old = [e for e in practice.about("Receipt for") if e.document.startswith("INV-23-")]
    opening = Decimal(practice.accounts[chart.RECEIVABLE]["opening_balance"])
    assert sum(entry.debit for entry in old) == opening
    assert max(entry.effective for entry in old).month <= 4
