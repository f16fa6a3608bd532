"""What is wrong in a journal."""

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.close.ledger.model import LINE_SCHEMA, line_frame
from tieout.close.ledger.validate import Kind, Rules, Validated, validate
from tieout.close.tasks.dates import Period

Lines = Callable[..., pl.DataFrame]
GOOD = """
entry effective  account amount document
J1    2026-10-01 cash     10.00 D1
J1    2026-10-01 sales   -10.00 D1
"""


def kinds(found: Validated) -> list[str]:
    return found.exceptions["kind"].to_list()


def test_a_sound_journal_has_no_exceptions(lines: Lines) -> None:
    found = validate(lines(GOOD), Rules())
    assert found.exceptions.is_empty()
    assert found.kept.height == 2


def test_an_entry_that_does_not_balance_is_held_as_a_whole(lines: Lines) -> None:
    table = lines(GOOD + "J2 2026-10-02 cash 7.00 D2\nJ2 2026-10-02 sales -6.00 D2\n")
    found = validate(table, Rules())
    assert kinds(found) == [Kind.UNBALANCED]
    row = found.exceptions.row(0, named=True)
    assert (row["entry"], row["amount"], row["row"]) == ("J2", 100, 3)
    assert row["text"] == "debits 7.00 - credits 6.00 = 1.00 EUR"
    assert set(found.kept["entry"]) == {"J1"}
    assert found.lines.height == 4, "nothing is dropped"


def test_an_entry_balances_in_each_of_its_currencies(lines: Lines) -> None:
    table = lines(
        "entry effective account amount currency\n"
        "J1 2026-10-01 a 1.00 EUR\nJ1 2026-10-01 b -1.00 USD\n"
    )
    assert kinds(validate(table, Rules())) == [Kind.UNBALANCED, Kind.UNBALANCED]


def test_amounts_without_sides_need_not_balance(lines: Lines) -> None:
    table = lines("entry effective amount\nJ1 2026-10-01 5.00\n")
    assert validate(table, Rules(has_sides=False)).exceptions.is_empty()


def test_an_unknown_account_is_named_with_its_line(
    lines: Lines, chart: Callable[[str], pl.DataFrame]
) -> None:
    found = validate(lines(GOOD), Rules(accounts=chart("cash asset - -\n")))
    assert kinds(found) == [Kind.UNKNOWN_ACCOUNT]
    assert found.exceptions["account"][0] == "sales"
    assert found.kept.is_empty()


def test_a_locked_period_takes_no_entries(lines: Lines) -> None:
    found = validate(lines(GOOD), Rules(locked=[Period(2026, 10)]))
    assert set(kinds(found)) == {Kind.CLOSED_PERIOD}
    assert "2026-10 is locked" in found.exceptions["text"][0]
    assert validate(lines(GOOD), Rules(locked=[Period(2026, 9)])).kept.height == 2


@pytest.mark.parametrize(("currency", "said"), [(None, "no known one"), ("EUR", "kept in EUR")])
def test_a_currency_must_be_known_or_that_of_the_ledger(
    lines: Lines, currency: str | None, said: str
) -> None:
    code = "XQX" if currency is None else "USD"
    table = lines(
        f"entry effective account amount currency\n"
        f"J1 2026-10-01 a 1.00 {code}\nJ1 2026-10-01 b -1.00 {code}\n"
    )
    found = validate(table, Rules(currency=currency))
    assert set(kinds(found)) == {Kind.UNKNOWN_CURRENCY}
    assert said in found.exceptions["text"][0]


def test_a_line_number_that_stands_twice_is_a_duplicate_line(lines: Lines) -> None:
    table = lines(
        "entry line effective account amount\n"
        "J1 1 2026-10-01 a 1.00\nJ1 2 2026-10-01 b -1.00\nJ1 2 2026-10-01 b -1.00\n"
    )
    found = validate(table, Rules())
    assert Kind.DUPLICATE_LINE in kinds(found)
    assert found.exceptions.filter(pl.col("kind") == Kind.DUPLICATE_LINE)["row"].to_list() == [3]


def test_the_same_entry_under_another_number_is_a_warning_and_kept(lines: Lines) -> None:
    again = GOOD.replace("J1", "J2").split("\n", 2)[2]
    found = validate(lines(GOOD + again), Rules())
    assert kinds(found) == [Kind.DUPLICATE_ENTRY]
    assert found.exceptions["severity"].to_list() == ["warning"]
    assert found.kept.height == 4


def test_missing_numbers_are_a_note(lines: Lines) -> None:
    found = validate(
        lines(GOOD + "J5 2026-10-02 cash 7.00 D2\nJ5 2026-10-02 sales -7.00 D2\n"), Rules()
    )
    assert kinds(found) == [Kind.SEQUENCE_GAP]
    assert found.exceptions["text"][0] == "3 numbers are missing before it: J2 to J4"


def test_completeness_is_an_equation_by_account(
    lines: Lines, chart: Callable[[str], pl.DataFrame]
) -> None:
    accounts = chart("cash asset 5.00 15.00\nsales revenue 0.00 -12.00\n")
    found = validate(lines(GOOD), Rules(accounts=accounts))
    assert kinds(found) == [Kind.INCOMPLETE]
    row = found.exceptions.row(0, named=True)
    assert (row["account"], row["amount"], row["entry"]) == ("sales", -200, None)
    assert row["text"] == (
        "opening 0.00 + movements -10.00 = -10.00, and the trial balance says -12.00: -2.00 missing"
    )
    assert found.kept.height == 2


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(-500, 500)), min_size=1, max_size=40))
def test_what_is_kept_always_balances_and_nothing_is_lost(pairs: list[tuple[int, int]]) -> None:
    table = line_frame(
        {
            "row": list(range(1, len(pairs) + 1)),
            "entry": [f"J{entry}" for entry, _ in pairs],
            "account": ["a"] * len(pairs),
            "amount": [amount for _, amount in pairs],
            "currency": ["EUR"] * len(pairs),
        },
        len(pairs),
    ).with_columns(line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    found = validate(table, Rules())
    assert found.lines.drop("held").equals(table)
    sums = found.kept.group_by("entry").agg(pl.col("amount").sum())
    assert sums["amount"].to_list() == [0] * sums.height
    held = set(table["entry"]) - set(found.kept["entry"])
    named = set(found.exceptions.filter(pl.col("severity") == "held")["entry"])
    assert held == named
    assert set(found.kept.columns) == set(LINE_SCHEMA)


def test_an_entry_that_a_file_without_line_numbers_has_twice_is_held(lines: Lines) -> None:
    table = lines(GOOD + GOOD.split("document\n")[1])
    found = validate(table, Rules(is_numbered=False))
    assert kinds(found) == [Kind.DUPLICATE_LINE, Kind.DUPLICATE_LINE]
    assert found.exceptions["row"].to_list() == [3, 4]
    assert found.exceptions["text"][0] == "entry J1 has each of its lines 2 times"


def test_two_equal_lines_of_an_entry_are_no_duplicate_of_it(lines: Lines) -> None:
    table = lines(
        "entry effective account amount\n"
        "J1 2026-10-01 rent 5.00\nJ1 2026-10-01 rent 5.00\nJ1 2026-10-01 cash -10.00\n"
    )
    assert validate(table, Rules(is_numbered=False)).exceptions.is_empty()


def test_without_documents_an_entry_is_told_by_its_words(lines: Lines) -> None:
    table = lines(
        "entry effective account amount description\n"
        "J1 2026-10-01 rent 5.00 Rent\nJ1 2026-10-01 cash -5.00 Rent\n"
        "J2 2026-10-01 rent 5.00 Rent\nJ2 2026-10-01 cash -5.00 Rent\n"
    )
    assert kinds(validate(table, Rules())) == [Kind.DUPLICATE_ENTRY]


def test_a_gap_is_named_with_its_leading_zeros(lines: Lines) -> None:
    table = lines(
        "entry effective account amount\n"
        "J007 2026-10-01 a 0\nJ009 2026-10-01 a 0\nJ012 2026-10-01 a 0\n"
    )
    assert validate(table, Rules()).exceptions["text"].to_list() == [
        "J008 is missing before it", "2 numbers are missing before it: J010 to J011",
    ]  # fmt: skip


def test_a_long_series_may_have_a_long_gap(lines: Lines) -> None:
    numbers = [*range(1, 101), *range(181, 301)]
    body = "".join(f"J{number} 2026-10-01 a 0\n" for number in numbers)
    found = validate(lines("entry effective account amount\n" + body), Rules())
    assert found.exceptions["text"].to_list() == ["80 numbers are missing before it: J101 to J180"]


def test_what_the_ledger_holds_already_counts_for_its_closing_balance(
    lines: Lines, chart: Callable[[str], pl.DataFrame]
) -> None:
    accounts = chart("cash asset 0 30.00\nsales revenue 0 -30.00\n")
    earlier = pl.DataFrame({"account": ["cash", "sales"], "moved": [2_000, -2_000]})
    assert validate(lines(GOOD), Rules(accounts=accounts, earlier=earlier)).exceptions.is_empty()
    assert kinds(validate(lines(GOOD), Rules(accounts=accounts))) == [Kind.INCOMPLETE] * 2
