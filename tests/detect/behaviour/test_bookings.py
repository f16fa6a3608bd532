"""Lines that another entry has booked already."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tieout.detect.behaviour.features import behaviour
from tieout.model.table import Table

MakeTable = Callable[..., Table]
Line = tuple[str, str, str, float, str, str]


def entries(table: MakeTable, *lines: Line, **more: Sequence[Any]) -> Table:
    """Lines of entry, day of March 2026, account, signed amount, counterparty and document."""
    return table(
        entry=[line[0] for line in lines],
        time=[f"2026-03-{line[1]}" for line in lines],
        account=[line[2] for line in lines],
        amount=[line[3] for line in lines],
        counterparty=[line[4] for line in lines],
        document=[line[5] for line in lines],
        **more,
    )


def booked(
    debit: str, credit: str, entry: str, day: str, document: str, amount: float = 50.0
) -> list[Line]:
    """An entry of two lines."""
    return [
        (entry, day, debit, amount, "Ash", document),
        (entry, day, credit, -amount, "Ash", document),
    ]


invoice = partial(booked, "receivables", "revenue")
receipt = partial(booked, "cash", "receivables")


def test_an_invoice_of_another_entry_was_booked_before(table: MakeTable) -> None:
    found = behaviour(
        entries(
            table,
            *invoice("1", "02", "I-1"),
            *invoice("2", "05", "I-1"),
            *invoice("3", "06", "I-2"),
        )
    )
    assert found["days_since_same_document"].to_list() == [None, None, 3.0, 3.0, None, None]
    assert found["days_since_same_line"].to_list() == [None, None, 3.0, 3.0, 1.0, 1.0]
    assert found["same_line_before"].to_list() == [0, 0, 1, 1, 2, 2]


def test_lines_of_one_entry_are_no_repeat_of_each_other(table: MakeTable) -> None:
    twice = [("1", "02", "rent", 50.0, "Ash", "I-1")] * 2
    found = behaviour(entries(table, *twice, ("1", "02", "cash", -100.0, "Ash", "I-1")))
    assert found["days_since_same_document"].null_count() == 3
    assert found["same_line_before"].to_list() == [0, 0, 0]


def test_two_halves_of_an_invoice_settle_it_and_a_third_does_not(table: MakeTable) -> None:
    found = behaviour(
        entries(
            table,
            *invoice("1", "02", "I-1", 100.0),
            *receipt("2", "05", "I-1"),
            *receipt("3", "06", "I-1"),
            *receipt("4", "07", "I-1"),
        )
    )
    days = found["days_since_same_document"].to_list()
    # The cash of the third; on the account of the customer nothing was left open before it.
    assert days == [None] * 6 + [1.0, None]
    assert found["days_since_same_line"].to_list() == [None] * 6 + [1.0, 1.0]


def test_what_was_turned_around_is_booked_again_and_not_twice(table: MakeTable) -> None:
    lines = [*invoice("1", "02", "I-1"), *invoice("2", "03", "I-1", -50.0)]
    found = behaviour(entries(table, *lines, *invoice("3", "04", "I-1")))
    assert found["days_since_same_document"].null_count() == 6
    assert found["days_since_same_line"].null_count() == 6


def test_other_words_for_the_same_document_are_another_part_of_it(table: MakeTable) -> None:
    made = entries(
        table,
        ("1", "31", "depreciation", 50.0, "", "D-3"),
        ("2", "31", "depreciation", 50.0, "", "D-3"),
        ("3", "31", "depreciation", 50.0, "", "D-3"),
        description=["of vans", "of computers", "of vans"],
    )
    assert behaviour(made)["days_since_same_document"].to_list() == [None, None, 0.0]


@pytest.mark.parametrize("changed", [("amount", 51.0), ("account", "other"), ("document", None)])
def test_another_amount_account_or_no_document_is_no_repeat(
    table: MakeTable, changed: tuple[str, Any]
) -> None:
    columns: dict[str, list[Any]] = {
        "entry": ["1", "2"],
        "time": ["2026-03-02", "2026-03-03"],
        "account": ["rent", "rent"],
        "amount": [50.0, 50.0],
        "document": ["I-1", "I-1"],
    }
    assert behaviour(table(**columns))["days_since_same_document"].to_list() == [None, 1.0]
    columns[changed[0]][1] = changed[1]
    assert behaviour(table(**columns))["days_since_same_document"].null_count() == 2


def test_other_currencies_are_other_amounts(table: MakeTable) -> None:
    made = entries(
        table, *invoice("1", "02", "I-1")[:1], *invoice("2", "03", "I-1")[:1],
        currency=["EUR", "USD"],
    )  # fmt: skip
    assert behaviour(made)["days_since_same_document"].null_count() == 2
