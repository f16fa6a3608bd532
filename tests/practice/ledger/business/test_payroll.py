from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tieout.practice.ledger import chart
from tieout.practice.ledger.calendar import MONTHS, is_workday, workdays_of


def test_wages_are_paid_twice_a_month(practice: Any) -> None:
    days = {entry.effective for entry in practice.about("Wages")}
    assert len(days) == 48
    for year, month in MONTHS:
        halves = sorted(day for day in days if (day.year, day.month) == (year, month))
        assert halves[1] == workdays_of(year, month)[-1]
        assert 12 <= halves[0].day <= 15
    assert all(is_workday(day) for day in days)


def test_each_department_is_paid_each_time(practice: Any) -> None:
    times = Counter(entry.effective for entry in practice.about("Wages"))
    assert len(set(times.values())) == 1


def test_a_part_is_withheld(practice: Any) -> None:
    for entry in practice.about("Wages"):
        gross, net, withheld = entry.lines
        assert (gross.account, net.account, withheld.account) == (
            chart.PAYROLL,
            chart.CASH,
            chart.ACCRUED,
        )
        assert abs(withheld.amount + gross.amount * Decimal("0.3")) <= Decimal("0.01")


def test_what_was_withheld_is_remitted_in_the_next_month(practice: Any) -> None:
    withheld: Counter[tuple[int, int]] = Counter()
    for entry in practice.about("Wages"):
        withheld[entry.effective.year, entry.effective.month] -= int(entry.lines[2].amount * 100)
    remitted = {
        (e.effective.year, e.effective.month): int(e.debit * 100)
        for e in practice.about("Wage tax")
    }
    opening = -int(Decimal(practice.accounts[chart.ACCRUED]["opening_balance"]) * 100)
    assert remitted[2024, 1] == opening
    for (year, month), following in pairwise(MONTHS):
        assert remitted[following] == withheld[year, month]


def test_remittances_leave_from_the_tenth(practice: Any) -> None:
    assert all(10 <= entry.effective.day <= 14 for entry in practice.about("Wage tax"))


def test_wages_rise_in_the_second_year(practice: Any) -> None:
    total: Counter[int] = Counter()
    for entry in practice.about("Wages"):
        total[entry.effective.year] += int(entry.debit)
    assert 1.01 < total[2025] / total[2024] < 1.05
    assert date(2025, 1, 1).year in total
