from collections import Counter
from decimal import Decimal
from typing import Any

from tieout.practice.ledger import chart
from tieout.practice.ledger.business.money import INTEREST_A_YEAR
from tieout.practice.ledger.calendar import MONTHS, workdays_of

CENT = Decimal("0.01")


def owed_before(practice: Any, day: Any) -> Decimal:
    """The loan as it stood on the evening before."""
    owed = -Decimal(practice.accounts[chart.LOAN]["opening_balance"])
    for entry in practice.entries:
        if entry.posted_at.date() < day:
            owed -= sum(line.amount for line in entry.lines if line.account == chart.LOAN)
    return owed


def test_interest_follows_the_balance_of_the_loan(practice: Any) -> None:
    charged = practice.about("Loan interest")
    assert len(charged) == 24
    for entry in charged:
        owed = owed_before(practice, entry.posted_at.date())
        expected = owed * Decimal(str(INTEREST_A_YEAR)) / 12
        assert abs(entry.debit - expected) <= CENT
        assert entry.pair == (chart.INTEREST, chart.CASH)


def test_interest_falls_with_repayment_and_rises_with_the_second_loan(practice: Any) -> None:
    interest = [entry.debit for entry in practice.about("Loan interest")]
    assert interest[1] > interest[4]
    assert interest[14] > interest[13], "after March 2025"


def test_the_loan_is_repaid_in_equal_parts(practice: Any) -> None:
    parts = Counter(entry.debit for entry in practice.about("Loan repayment"))
    assert list(parts.values()) == [24]


def test_rent_is_the_same_each_month(practice: Any) -> None:
    rent = practice.about("Rent")
    assert len(rent) == 24
    assert len({entry.debit for entry in rent}) == 1
    assert [entry.effective for entry in rent] == [workdays_of(*month)[0] for month in MONTHS]


def test_the_bank_charges_three_fees_a_month(practice: Any) -> None:
    fees = [e for e in practice.ordinary if e.document.startswith("FEE-")]
    assert len(fees) == 72
    assert {entry.pair for entry in fees} == {(chart.INTEREST, chart.CASH)}


def test_capital_moves_seldom_and_by_the_highest_hands(practice: Any) -> None:
    moves = [e for e in practice.ordinary if e.document.startswith("CAP-")]
    assert {entry.pair for entry in moves} == {
        (chart.CASH, chart.LOAN),
        (chart.CASH, chart.CAPITAL),
        (chart.RETAINED, chart.CASH),
    }
    assert len(moves) <= 4
    assert {(e.prepared_by, e.approved_by) for e in moves} == {("m.fischer", "p.moreau")}


def test_a_dividend_leaves_enough_cash(practice: Any) -> None:
    for entry in practice.about("Dividend"):
        cash = Decimal(practice.accounts[chart.CASH]["opening_balance"])
        for other in practice.entries:
            if other.posted_at <= entry.posted_at:
                cash += sum(line.amount for line in other.lines if line.account == chart.CASH)
        assert cash > 0
