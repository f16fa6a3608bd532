from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.practice.ledger import chart
from tieout.practice.ledger.business.month_end import CLOSE_WORKDAYS
from tieout.practice.ledger.calendar import MONTHS, is_workday, month_end, workdays_later


def test_months_are_closed_within_their_working_days(practice: Any) -> None:
    closing = [
        *practice.about("Accrual"),
        *practice.about("Depreciation"),
        *practice.about("Service"),
        *practice.about("Stock count"),
    ]
    for entry in closing:
        assert entry.effective == month_end(entry.effective.year, entry.effective.month)
        limit = workdays_later(entry.effective, CLOSE_WORKDAYS)
        assert entry.effective < entry.posted_at.date() <= limit


def test_every_accrual_is_reversed_on_the_next_first(practice: Any) -> None:
    accrued = {e.document: e for e in practice.about("Accrual") if e.effective < date(2025, 12, 31)}
    reversals = {e.document: e for e in practice.about("Reversal of")}
    assert accrued.keys() == reversals.keys()
    for document, entry in accrued.items():
        back = reversals[document]
        assert back.pair == entry.pair[::-1]
        assert back.debit == entry.debit
        assert back.effective.day == 1
        assert (back.effective - entry.effective).days == 1
        assert back.posted_at.date() >= entry.posted_at.date()
        assert is_workday(back.posted_at.date())


def test_the_last_accruals_are_left_standing(practice: Any) -> None:
    last = [e for e in practice.about("Accrual") if e.effective == date(2025, 12, 31)]
    assert last
    assert {e.posted_at.year for e in last} == {2026}


def test_round_accruals_are_nothing_special(practice: Any) -> None:
    accrued = practice.about("Accrual")
    assert 0.2 < sum(e.debit % 100 == 0 for e in accrued) / len(accrued) < 0.5


def test_depreciation_is_a_straight_line_of_the_cost(practice: Any) -> None:
    by_month: defaultdict[date, Decimal] = defaultdict(Decimal)
    for entry in practice.about("Depreciation"):
        by_month[entry.effective] += entry.debit
    assert len(by_month) == 24
    cost = Decimal(practice.accounts[chart.EQUIPMENT]["opening_balance"])
    assert abs(by_month[date(2024, 1, 31)] - cost / 96) <= Decimal("0.05")
    assert by_month[date(2025, 12, 31)] > by_month[date(2024, 1, 31)], "more was bought"


def test_services_are_earned_by_the_month_and_in_full(practice: Any) -> None:
    invoiced: Counter[str] = Counter()
    earned: Counter[str] = Counter()
    for entry in practice.about("Invoice"):
        if entry.pair[1] == chart.DEFERRED and entry.effective.year == 2024:
            invoiced[entry.counterparty] += int(entry.debit * 100)
    for entry in practice.about("Service"):
        earned[entry.counterparty] += int(entry.debit * 100)
    assert invoiced
    assert sum(invoiced.values()) * 2 == sum(earned.values())


def test_prepaid_items_are_used_up_by_the_month(practice: Any) -> None:
    used = [e for e in practice.about("Insurance") if e.pair == (chart.OPERATING, chart.PREPAID)]
    paid = [e for e in practice.about("Insurance") if e.pair == (chart.PREPAID, chart.PAYABLE)]
    assert {(e.effective.year, e.effective.month) for e in used} == set(MONTHS)
    assert sum(e.debit for e in used) == sum(e.debit for e in paid)


def test_stock_is_counted_each_quarter(practice: Any) -> None:
    counted = practice.about("Stock count")
    assert [(e.effective.year, e.effective.month) for e in counted] == [
        (year, month) for year, month in MONTHS if month % 3 == 0
    ]


def test_a_year_is_closed_after_its_last_month(practice: Any) -> None:
    closed = practice.about("Result of")
    assert [entry.effective for entry in closed] == [date(2024, 12, 31), date(2025, 12, 31)]
    for entry in closed:
        assert entry.posted_at.date() > workdays_later(entry.effective, CLOSE_WORKDAYS)
        assert entry.lines[-1].account == chart.RETAINED


def test_costs_are_moved_between_accounts_now_and_then(practice: Any) -> None:
    moved = practice.about("Reclassification")
    assert len(moved) > 20
    assert {entry.pair for entry in moved} == {
        (chart.RENT, chart.OPERATING),
        (chart.COST_OF_GOODS, chart.OPERATING),
    }
