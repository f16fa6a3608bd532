"""Balances are no amounts where there are any, and say which amounts take away."""

from collections.abc import Callable

import pytest

from tieout.reconcile.infer import SampleSide, infer_spec
from tieout.reconcile.infer.balances import signed_by_balance, without_balances
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


def signed(sample: SampleSide) -> list[int | None]:
    """The amounts in cents of the reading that letters sign, after the balance was asked."""
    found = next(
        each for each in read(sample) if each.amount.direction and each.amount.column == "Amount"
    )
    return signed_by_balance(found).units.to_list()


LETTERS = ["D", "C", "D", "D", "C"]
SIZES = ["10.00", "5.00", "20.00", "1.00", "2.50"]
BY_DEBITS = ["110.00", "105.00", "125.00", "126.00", "123.50"]
BY_CREDITS = ["90.00", "95.00", "75.00", "74.00", "76.50"]
DEBITS_ADD = [1000, -500, 2000, 100, -250]


@pytest.mark.parametrize("latest_first", [False, True])
def test_a_balance_that_rises_by_debits_makes_them_positive(side: Side, latest_first: bool) -> None:
    way = -1 if latest_first else 1
    columns = (each[::way] for each in (SIZES, LETTERS, BY_DEBITS))
    ledger = side(**dict(zip(("Amount", "DC", "Balance"), columns, strict=True)))
    assert signed(ledger) == DEBITS_ADD[::way]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Balance": BY_CREDITS},
        {"Balance": ["90.00", "95.00", "75.00", "-", "76.50"]},
        {"Balance": ["7.00", "1.00", "3.00", "9.00", "4.00"]},
    ],
)
def test_letters_stand_where_no_balance_proves_otherwise(
    side: Side, more: dict[str, list[str]]
) -> None:
    statement = side(Amount=SIZES, DC=LETTERS, **more)
    assert signed(statement) == [-cents for cents in DEBITS_ADD]


def test_letters_of_one_kind_prove_nothing(side: Side) -> None:
    columns = {"Amount": SIZES, "Direction": ["D"] * 5}
    rising = side(**columns, Balance=["10.00", "15.00", "35.00", "36.00", "38.50"])
    assert signed(rising) == [-1000, -500, -2000, -100, -250]


def test_the_spec_says_which_balance_turned_the_letters(side: Side) -> None:
    keys = [f"K-{at}" for at in range(5)]
    ledger = side(Ref=keys, Amount=SIZES, DC=LETTERS, Balance=BY_DEBITS)
    bank = side(Ref=keys, Paid=["10.00", "-5.00", "20.00", "1.00", "-2.50"])
    inferred = infer_spec(ledger, bank, name="ledger_vs_bank")
    assert inferred.spec.left.amount.negative == ("C",)
    assert (inferred.spec.left.amount.sign, inferred.spec.right.amount.sign) == (1, 1)
    reasons = [each.reason for each in inferred.choices if each.subject == "sign"]
    assert "'Balance' falls where 'DC' says C; by the words alone it would rise." in reasons
