from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.breaks.rows import Rows
from tieout.practice.breaks.tables import decimals, left_table, right_table
from tieout.practice.breaks.world import CARD, EUR, draw_world

WORLD = draw_world(rows=1_000, seed=1)


def row(**changes: int) -> Rows:
    """A card payment of 12.34 on 5 March 2024."""
    values = {
        "number": 123_456_789,
        "channel": CARD,
        "party": 3,
        "currency": EUR,
        "account": 1,
        "day": int(np.datetime64("2024-03-05", "D").astype(np.int64)),
        "amount": 1_234,
        "original": 0,
        "pair": -1,
        "quoted": 0,
    } | changes
    columns = {name: np.array([value], dtype=np.int64) for name, value in values.items()}
    return Rows(**columns, order=np.zeros(1))


def left(rows: Rows) -> dict[str, object]:
    return left_table(rows, WORLD, np.random.default_rng(1)).row(0, named=True)


def right(rows: Rows) -> dict[str, object]:
    return right_table(rows, WORLD, np.random.default_rng(1)).row(0, named=True)


def test_the_bank_writes_signed_amounts_and_iso_dates() -> None:
    shown = left(row(amount=-1_234))
    assert shown["Booking Date"] == "2024-03-05"
    assert shown["Reference"] == "CRD-123456789"
    assert shown["Amount"] == Decimal("-12.34")
    assert shown["Currency"] == "EUR"
    assert shown["Account"] == "ACC-EUR-2"
    assert shown["Original Amount"] is None
    assert shown["Original Currency"] is None


def test_the_ledger_writes_money_in_as_a_debit_and_days_first() -> None:
    shown = right(row())
    assert shown["posted_on"] == "05/03/2024"
    assert shown["doc_no"] == "crd123456789"
    assert (shown["debit"], shown["credit"]) == (Decimal("12.34"), None)
    assert shown["gl_account"] == "1120"


def test_the_ledger_writes_money_out_as_a_credit() -> None:
    shown = right(row(amount=-1_234))
    assert (shown["debit"], shown["credit"]) == (None, Decimal("12.34"))


def test_both_show_the_original_amount() -> None:
    rows = row(original=-5_000, pair=0)
    assert (left(rows)["Original Amount"], left(rows)["Original Currency"]) == (
        Decimal("-50.00"),
        "USD",
    )
    assert (right(rows)["fc_amount"], right(rows)["fc_currency"]) == (Decimal("-50.00"), "USD")


def test_both_name_the_party_in_their_own_way() -> None:
    assert left(row())["Counterparty"] == WORLD.parties_left[3]
    assert right(row())["party"] == WORLD.parties_right[3]


def test_a_reversal_quotes_its_original_as_its_file_writes_references() -> None:
    rows = row(quoted=100_000_007)
    assert str(left(rows)["Narrative"]).endswith(" CRD-100000007")
    assert str(right(rows)["description"]).endswith(" crd100000007")


def test_other_words_quote_nothing() -> None:
    assert not any(letter.isdigit() for letter in str(left(row())["Narrative"]))


def test_no_rows_make_tables_with_all_columns() -> None:
    nothing = row().take(np.empty(0, dtype=np.int64))
    generator = np.random.default_rng(1)
    assert left_table(nothing, WORLD, generator).shape == (0, 9)
    assert right_table(nothing, WORLD, generator).shape == (0, 10)


def test_rows_keep_their_order() -> None:
    one = row()
    rows = replace(one.take(np.zeros(3, dtype=np.int64)), amount=np.array([1, 2, 3]))
    table = left_table(rows, WORLD, np.random.default_rng(1))
    assert table["Amount"].to_list() == [Decimal("0.01"), Decimal("0.02"), Decimal("0.03")]


@given(units=st.lists(st.integers(-(10**15), 10**15), max_size=20))
def test_decimals_are_exact(units: list[int]) -> None:
    shown = decimals(np.array(units, dtype=np.int64))
    assert shown.to_list() == [Decimal(value).scaleb(-2) for value in units]


@pytest.mark.parametrize("size", [1, 7, 8, 9, 100])
def test_decimals_are_null_where_they_are_not_shown(size: int) -> None:
    shown = np.arange(size) % 3 == 0
    series = decimals(np.arange(size, dtype=np.int64), shown)
    assert series.is_not_null().to_list() == shown.tolist()


def test_small_negative_decimals_keep_their_sign_in_a_file() -> None:
    table = pl.DataFrame({"amount": decimals(np.array([-5, -105, 0]))})
    assert table.write_csv() == "amount\n-0.05\n-1.05\n0.00\n"
