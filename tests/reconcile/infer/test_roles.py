"""Columns beside key and amount."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.joined import NOTHING, Joined
from tieout.reconcile.infer.profile import Profile, profile
from tieout.reconcile.infer.roles import (
    account,
    comments,
    date_alone,
    original,
    pair_currencies,
    pair_dates,
    party,
)

Side = Callable[..., SampleSide]


def in_order(rows: int) -> Joined:
    """Row n of one side belongs to row n of the other."""
    positions = pl.Series(range(rows), dtype=pl.UInt32)
    return Joined(positions, positions)


def dates(left: Profile, right: Profile, joined: Joined) -> tuple[str, str] | None:
    """Names of the paired date columns."""
    found = pair_dates(left, right, joined)
    return (found.left.name, found.right.name) if found else None


def test_the_dates_that_agree_on_joined_rows_are_paired(side: Side) -> None:
    left = profile(
        side(
            booked=["2024-01-01", "2024-01-05", "2024-01-09"],
            value_date=["2024-01-02", "2024-01-08", "2024-01-10"],
        )
    )
    right = profile(side(posted=["02.01.2024", "08.01.2024", "10.01.2024"]))
    assert dates(left, right, in_order(3)) == ("value_date", "posted")
    assert dates(left, right, NOTHING) == ("booked", "posted")


def test_dates_near_each_other_are_paired_where_none_agree(side: Side) -> None:
    left = profile(side(date=["2024-01-01", "2024-02-01"]))
    right = profile(
        side(
            booking_date=["2024-06-01", "2024-07-01"],
            imported_at=["2024-01-03 10:00:00", "2024-02-02 10:00:00"],
        )
    )
    assert dates(left, right, in_order(2)) == ("date", "imported_at")


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (("due_date", "posting_date"), "posting_date"),
        (("created_at", "value_date"), "value_date"),
        (("Buchungstag", "Wertstellung"), "Buchungstag"),
        (("Fälligkeit", "Belegdatum"), "Belegdatum"),
        (("a", "b"), "a"),
    ],
)
def test_names_decide_between_dates_of_one_side(
    side: Side, names: tuple[str, str], best: str
) -> None:
    found = date_alone(profile(side(**{name: ["2024-01-31"] for name in names})))
    assert found is not None
    assert found.name == best


def test_a_side_without_dates_has_none_to_pair(side: Side) -> None:
    with_date, without = profile(side(day=["2024-01-31"])), profile(side(ref=["a"]))
    assert dates(with_date, without, NOTHING) is None
    assert date_alone(without) is None


def test_the_currency_that_agrees_is_the_one_compared(side: Side) -> None:
    left = profile(side(ccy=["EUR", "USD", "GBP"]))
    right = profile(side(currency_1=["EUR", "EUR", "EUR"], currency_2=["eur", "usd", "gbp"]))
    found = pair_currencies(left, right, in_order(3))
    assert [c.name if c else None for c in found] == ["ccy", "currency_2"]


def test_the_original_currency_is_not_the_main_one(side: Side) -> None:
    sample = profile(side(original_currency=["USD", "GBP"], currency=["EUR", "EUR"]))
    found = pair_currencies(sample, sample, NOTHING)
    assert [c.name if c else None for c in found] == ["currency", "currency"]
    alone = pair_currencies(sample, profile(side(ref=["a", "b"])), NOTHING)
    assert alone[0] is not None
    assert alone[0].name == "currency"
    assert alone[1] is None


@pytest.mark.parametrize(
    ("amount_name", "currency_name"),
    [
        ("Original Amount", "Original Currency"),
        ("fc_amount", "fc_ccy"),
        ("Amount Currency", "orig_ccy"),
        ("foreign_amt", "foreign_currency"),
    ],
)
def test_the_amount_before_conversion_is_found(
    side: Side, amount_name: str, currency_name: str
) -> None:
    sample = profile(
        side(
            amount=["10.00", "20.00"],
            ccy=["EUR", "EUR"],
            **{amount_name: ["11.00", "17.00"], currency_name: ["USD", "GBP"]},
        )
    )
    found = original(sample, amount=("amount",), currency="ccy")
    assert [c.name if c else None for c in found] == [amount_name, currency_name]


def test_an_exchange_rate_is_no_original_amount(side: Side) -> None:
    sample = profile(side(amount=["10.00"], fx_rate=["1.0831"], ccy=["EUR"]))
    assert original(sample, amount=("amount",), currency="ccy") == (None, None)


def test_columns_called_so_are_the_comments(side: Side) -> None:
    sample = profile(
        side(
            memo=["rent of may", "fee"],
            Verwendungszweck=["x", "y"],
            ref=["a", "b"],
            note=["z", "z"],
            text=["one more", "and more"],
        )
    )
    assert comments(sample, taken={"ref"}) == ("memo", "Verwendungszweck", "note")


def test_the_longest_free_text_is_the_comment_where_none_is_called_so(side: Side) -> None:
    sample = profile(
        side(
            column_1=["short one", "other"],
            column_2=["payment of invoice 1234 in May", "monthly fee of the account"],
            column_3=["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYA"],
        )
    )
    assert comments(sample, taken=()) == ("column_2",)
    assert comments(sample, taken={"column_2"}) == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Partner Name", "Partner Name"),
        ("vendor", "vendor"),
        ("Empfänger", "Empfänger"),
        ("customer_name", "customer_name"),
        ("account_name", None),
        ("merchant_state", None),
        ("Bank Name", "party"),
    ],
)
def test_the_other_party_is_found_by_name(side: Side, name: str, found: str | None) -> None:
    columns = {name: ["Acme", "Beta"]}
    if found == "party":
        columns = {name: ["Acme", "Beta"], "party": ["Gamma", "Delta"]}
    assert party(profile(side(**columns)), taken=()) == found


def test_an_iban_is_an_account_whatever_its_column_is_called(side: Side) -> None:
    ibans = ["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19"]
    sample = profile(side(column_1=ibans, account_no=["4000", "4010"]))
    assert account(sample, taken=()) == "column_1"
    assert account(sample, taken={"column_1"}) == "account_no"


def test_account_names_and_amounts_are_no_accounts(side: Side) -> None:
    sample = profile(side(account_name=["Rent", "Wages"], account_amount=["1.50", "2.50"]))
    assert account(sample, taken=()) is None
