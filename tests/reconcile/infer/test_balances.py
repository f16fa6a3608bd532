"""Balances are no amounts where there are any."""

from collections.abc import Callable

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.balances import without_balances
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.readings import Reading, readings

Side = Callable[..., SampleSide]
LEDGER = ["10.00", "-5.00", "20.00", "1.00", "2.50"]


def read(sample: SampleSide) -> list[Reading]:
    """Readings in cents."""
    return readings(profile(sample), scale=2)


def kept(left: SampleSide, right: SampleSide) -> tuple[list[str], list[str]]:
    """Labels of what is left on both sides."""
    mine, theirs = without_balances(read(left), read(right))
    return [each.label for each in mine], [each.label for each in theirs]


def test_a_column_called_balance_is_left_out_beside_debit_and_credit(side: Side) -> None:
    statement = side(
        """
        Debit  | Credit | Balance
        0.00   | 20.00  | -10.00
        -33.50 | 0.00   | 10.00
        """
    )
    assert kept(statement, side(amount=LEDGER)) == (["Debit less Credit"], ["amount"])


def test_a_column_that_runs_with_the_amounts_is_a_balance_whatever_its_name(side: Side) -> None:
    statement = side(Bij=LEDGER, Stand=["110.00", "105.00", "125.00", "126.00", "128.50"])
    assert kept(statement, side(amount=LEDGER))[0] == ["Bij"]


def test_a_statement_with_the_latest_first_has_a_running_balance_too(side: Side) -> None:
    statement = side(Bij=LEDGER, Stand=["28.50", "18.50", "23.50", "3.50", "2.50"])
    assert kept(statement, side(amount=LEDGER))[0] == ["Bij"]


def test_balances_are_compared_where_a_side_has_nothing_else(side: Side) -> None:
    trial = side(Opening=LEDGER, Balance=["1.00", "2.00", "3.00", "4.00", "5.00"])
    mine, theirs = kept(trial, side(balance=LEDGER))
    assert "Balance" in mine
    assert theirs == ["balance"]
