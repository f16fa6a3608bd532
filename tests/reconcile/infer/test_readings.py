"""The ways to read a side's amount."""

from collections.abc import Callable

import pytest

from tieout.model.formats import AmountFormat
from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.readings import (
    Reading,
    decimals,
    direction_words,
    is_identifier,
    readings,
)

Side = Callable[..., SampleSide]


def read(sample: SampleSide) -> list[Reading]:
    """Readings in cents."""
    return readings(profile(sample), scale=2)


def test_the_column_called_amount_comes_before_balance_tax_and_rate(side: Side) -> None:
    sample = side(
        """
        Balance | Tax  | Amount | Exchange Rate
        100.00  | 1.90 | 10.00  | 1.0831
        90.00   | 0.95 | -5.00  | 1.0832
        """
    )
    assert read(sample)[0].label == "Amount"


def test_debit_and_credit_are_read_as_their_difference(side: Side) -> None:
    sample = side(
        """
        Soll  | Haben
        10,00 | -
        -     | 1.250,50
        -     | -
        """
    )
    best = read(sample)[0]
    assert best.columns == ("Soll", "Haben")
    assert best.units.to_list() == [1000, -125050, None]
    assert best.amount.format == AmountFormat(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("first", "second", "columns"),
    [
        ("Paid out", "Paid in", ("Paid out", "Paid in")),
        ("Money In", "Money Out", ("Money Out", "Money In")),
        ("Uitgave", "Inkomst", ("Uitgave", "Inkomst")),
        ("Receipts", "Payments", ("Receipts", "Payments")),
    ],
)
def test_two_columns_of_which_each_row_has_one_are_one_amount(
    side: Side, first: str, second: str, columns: tuple[str, str]
) -> None:
    sample = side(
        **{first: ["1.00", "-", "0.00", "4.00"], second: ["-", "2.00", "3.00", "-"]},
        Stand=["1.00", "1.00", "1.00", "1.00"],
    )
    assert read(sample)[0].columns == columns


def test_two_amounts_of_the_same_row_stay_two(side: Side) -> None:
    sample = side(
        gross=["1.00", "2.00", "3.00", "4.00"], local_amount=["1.10", "0.00", "3.30", "4.40"]
    )
    assert {reading.columns for reading in read(sample)} == {("gross",), ("local_amount",)}


def test_a_debit_column_that_the_sample_leaves_empty_still_makes_a_pair(side: Side) -> None:
    best = read(side(dr=["1.00", "2.00"], cr=["-", "-"]))[0]
    assert best.columns == ("dr", "cr")
    assert best.units.to_list() == [100, 200]


def test_debit_and_credit_accounts_are_no_amounts(side: Side) -> None:
    sample = side(debit_account=["1000", "2000"], credit_account=["3000", "1"], amount=["1.5", "2"])
    assert [reading.label for reading in read(sample)] == ["amount"]


def test_only_pairs_of_one_kind_belong_together(side: Side) -> None:
    sample = side(
        debit=["1.00", "-"],
        credit=["-", "2.00"],
        original_debit=["9.00", "-"],
        original_credit=["-", "8.00"],
    )
    assert [reading.columns for reading in read(sample)] == [
        ("debit", "credit"),
        ("original_debit", "original_credit"),
    ]


def test_a_direction_column_signs_the_amount(side: Side) -> None:
    sample = side(
        """
        amount | D/C
        10.00  | D
        20.00  | C
        -5.00  | d
        """
    )
    best = read(sample)[0]
    assert best.columns == ("amount", "D/C")
    assert best.amount.negative == ("D",)
    assert best.units.to_list() == [-1000, 2000, -500]


@pytest.mark.parametrize(
    ("name", "values", "negative"),
    [
        ("D/C", ["D", "C"], ("D",)),
        ("type", ["DEBIT", "CREDIT"], ("DEBIT",)),
        ("Soll/Haben", ["S", "H"], ("S",)),
        ("CdtDbtInd", ["DBIT", "CRDT"], ("DBIT",)),
        ("flow", ["in", "out"], ("OUT",)),
        ("D/C", ["C", "C"], ("D",)),
        ("D/C", ["RD", "RC", "D", "C"], ("D", "RC")),
        ("class", ["C", "C"], ()),
        ("class", ["S", "D"], ()),
        ("class", ["C", "D", "E"], ()),
    ],
)
def test_values_that_say_debit_or_credit(
    side: Side, name: str, values: list[str], negative: tuple[str, ...]
) -> None:
    column = profile(side(**{name: values})).columns[0]
    assert direction_words(column) == negative


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("invoice_no", ["1001", "1002"], True),
        ("account", ["4000", "4010"], True),
        ("transaction_id", ["1", "2"], True),
        ("column_1", ["0012", "0013"], True),
        ("column_1", ["5142124791", "5142124792"], True),
        ("column_1", ["12", "13"], False),
        ("amount", ["12", "13"], False),
        ("InvoiceAmount", ["1000", "2000"], False),
        ("reference", ["1.50", "2.50"], False),
    ],
)
def test_numbers_that_are_ids(side: Side, name: str, values: list[str], expected: bool) -> None:
    assert is_identifier(profile(side(**{name: values})).columns[0]) is expected


def test_debits_that_carry_a_minus_are_noticed(side: Side) -> None:
    turned = side(debit=["-50.00", "-1.00", "-"], credit=["-", "-", "7.00"])
    usual = side(debit=["50.00", "-1.00", "0.00"], credit=["-", "-", "7.00"])
    assert read(turned)[0].debits_turned
    assert not read(usual)[0].debits_turned
    assert not read(side(amount=["-1.00"]))[0].debits_turned


def test_decimals_do_not_count_trailing_zeros(side: Side) -> None:
    column = profile(side(amount=["1.2500", "1.2345", "7", "8.00"])).columns[0]
    assert decimals(column).to_list() == [2, 4, 0, 0]
    german = profile(side(amount=["1.000,125", "7,5"])).columns[0]
    assert decimals(german).to_list() == [3, 1]


def test_a_side_without_amounts_has_no_readings(side: Side) -> None:
    assert read(side(ref=["a"], day=["2024-01-31"], account=["4000"])) == []


def test_a_debit_that_writes_some_amounts_otherwise_still_has_its_credit(side: Side) -> None:
    table = profile(
        side(
            REF=["84 376358", "84 378280", "84 381667", "-"],
            DEBIT=["'579,68 USD", "'544,00 $", "1084", "2207.68"],
            CREDIT=["-", "-", "-", "0"],
        )
    )
    first = readings(table, scale=2)[0]
    assert first.columns == ("DEBIT", "CREDIT")
    assert first.units.to_list() == [57968, 54400, 108400, 0]
