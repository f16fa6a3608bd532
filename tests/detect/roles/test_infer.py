from typing import Any

import pytest

from tieout.detect.roles import RoleChoice, infer_roles
from tieout.model.errors import InputError
from tieout.model.table import TableRole

from .conftest import moments, numbers, roles_of, table_of, texts

HALVES = [1.0, 0.0] * 100


def test_it_finds_every_role_of_practice_payments() -> None:
    found = roles_of(
        "payments",
        transaction_id=texts(),
        timestamp=moments(),
        customer_id=texts("c1", "c2"),
        card_id=texts("k1", "k2", "k3"),
        merchant_id=texts("m1", "m2"),
        category=texts("food", "fuel"),
        channel=texts("web", "shop"),
        amount=numbers(),
        currency=texts("EUR"),
        country=texts("DE", "FR", "US"),
        city=texts("Bonn", "Paris"),
        latitude=numbers(-10, 50),
        longitude=numbers(-120, 170),
        device_id=texts("d1", "d2"),
    )

    assert found == {
        "id": "transaction_id",
        "time": "timestamp",
        "amount": "amount",
        "currency": "currency",
        "customer": "customer_id",
        "card": "card_id",
        "merchant": "merchant_id",
        "merchant_category": "category",
        "channel": "channel",
        "country": "country",
        "city": "city",
        "latitude": "latitude",
        "longitude": "longitude",
        "device": "device_id",
    }


def test_it_finds_every_role_of_a_practice_journal() -> None:
    found = roles_of(
        "journal",
        entry_id=texts("e1", "e2"),
        line=texts("1", "2"),
        posted_at=moments(),
        effective_date=moments(),
        account=texts("1000", "4000"),
        account_name=texts("Cash", "Sales"),
        debit=HALVES,
        credit=HALVES[::-1],
        currency=texts("EUR"),
        description=texts(),
        document=texts("D1", "D2"),
        prepared_by=texts("ann", "bob"),
        approved_by=texts("cleo"),
        origin=texts("manual", "system"),
        counterparty=texts("acme", "umbrella"),
    )

    assert found == {
        "time": "effective_date",
        "currency": "currency",
        "entry": "entry_id",
        "account": "account",
        "debit": "debit",
        "credit": "credit",
        "posted_at": "posted_at",
        "prepared_by": "prepared_by",
        "approved_by": "approved_by",
        "counterparty": "counterparty",
        "document": "document",
        "description": "description",
        "origin": "origin",
    }


def test_it_knows_other_names_of_payments() -> None:
    columns: dict[str, Any] = {
        "Trans Num": texts(),
        "trans_date_trans_time": moments(),
        "cc_num": texts("1", "2"),
        "merchant name": texts("a", "b"),
        "MCC": texts("5411", "5812"),
        "transAmt": numbers(),
        "ccy": texts("USD"),
        "ctry": texts("Germany", "France"),
        "lat": numbers(-10, 50),
        "long": numbers(-120, 170),
        "userId": texts("u", "v"),
        "dob": moments(),
        "city_pop": numbers(),
    }

    found = roles_of("payments", **columns)

    assert found == {
        "id": "Trans Num",
        "time": "trans_date_trans_time",
        "card": "cc_num",
        "merchant": "merchant name",
        "merchant_category": "MCC",
        "amount": "transAmt",
        "currency": "ccy",
        "country": "ctry",
        "latitude": "lat",
        "longitude": "long",
        "customer": "userId",
    }


def test_it_knows_other_names_of_journals() -> None:
    found = roles_of(
        "journal",
        JournalEntryNumber=texts("1", "2"),
        PostingDate=moments(),
        EntryDate=moments(),
        GLAccount=texts("1000", "4000"),
        DebitAmount=HALVES,
        CreditAmount=HALVES[::-1],
        UserID=texts("ann", "bob"),
        LineDescription=texts(),
        DocNo=texts("D1", "D2"),
        Source=texts("GJ", "AP"),
    )

    assert found == {
        "entry": "JournalEntryNumber",
        "time": "PostingDate",
        "posted_at": "EntryDate",
        "account": "GLAccount",
        "debit": "DebitAmount",
        "credit": "CreditAmount",
        "prepared_by": "UserID",
        "description": "LineDescription",
        "document": "DocNo",
        "origin": "Source",
    }


@pytest.mark.parametrize(
    "name", ["is_fraud", "isFraud", "Class", "label", "fraud_amount", "is_customer", "anomaly_type"]
)
@pytest.mark.parametrize("profile", ["payments", "journal", "generic"])
def test_an_outcome_never_plays_a_role(name: str, profile: str) -> None:
    for values in (texts("0", "1"), numbers(), moments()):
        assert roles_of(profile, **{name: values, "other": numbers()}) == {}  # type: ignore[arg-type]


def test_a_generic_table_gets_only_what_is_obvious() -> None:
    found = roles_of(
        "generic",
        date=moments(),
        customer=texts("a", "b"),
        amount=numbers(),
        ccy=texts("EUR", "USD"),
    )

    assert found == {"time": "date", "amount": "amount", "currency": "ccy"}
    assert roles_of("generic", V1=numbers(), Time=numbers(), weight=numbers()) == {}
    assert roles_of("generic", code=texts("EUR", "USD")) == {}


def test_a_kind_that_does_not_fit_is_no_candidate() -> None:
    assert roles_of("payments", amount=texts("a", "b"), timestamp=numbers()) == {}


def test_degrees_beyond_the_globe_are_no_latitude() -> None:
    found = roles_of("payments", lat=numbers(-90, 91), longitude=numbers(-180, 180))

    assert found == {"longitude": "longitude"}


def test_currency_and_country_are_found_by_their_values() -> None:
    table = table_of(unit=texts("EUR", "USD", "JPY"), place=texts("DE", "FR", "GB", "JP"))

    found, choices = infer_roles(table, "payments")

    assert found == {TableRole.CURRENCY: "unit", TableRole.COUNTRY: "place"}
    assert choices[0] == RoleChoice(
        TableRole.CURRENCY, "unit", "its values are currency codes such as EUR", uncertain=True
    )
    assert choices[1].uncertain


def test_states_are_no_countries() -> None:
    assert roles_of("payments", region=texts("IL", "TN", "MD", "GA")) == {}


def test_a_debit_without_a_credit_is_none() -> None:
    assert roles_of("journal", debit=HALVES, account=texts("1", "2")) == {"account": "account"}


def test_debits_and_credits_that_do_not_take_turns_are_uncertain() -> None:
    table = table_of(debit=[1.0] * 200, credit=[1.0] * 20 + [0.0] * 180)

    _, choices = infer_roles(table, "journal")

    assert [choice.uncertain for choice in choices] == [True, True]
    assert choices[0].reason.endswith("10.0% of the rows have both a debit and a credit")


def test_the_only_date_of_a_journal_is_its_time() -> None:
    table = table_of(entry_date=moments(), account=texts("1", "2"))

    found, choices = infer_roles(table, "journal")

    assert found[TableRole.TIME] == "entry_date"
    assert TableRole.POSTED_AT not in found
    assert choices[0].uncertain


def test_it_knows_the_columns_of_an_sap_export() -> None:
    found = roles_of(
        "journal",
        BELNR=[f"19{at // 2:04}" for at in range(20)],
        BUDAT=moments()[:20],
        CPUDT=moments()[:20],
        HKONT=["4000", "1200"] * 10,
        USNAM=["ANNA", "BERND"] * 10,
        DMBTR=[100.0, -100.0] * 10,
        WAERS=["EUR"] * 20,
        SGTXT=["Miete", "Umsatz"] * 10,
    )
    assert found == {
        "entry": "BELNR",
        "time": "BUDAT",
        "posted_at": "CPUDT",
        "account": "HKONT",
        "prepared_by": "USNAM",
        "amount": "DMBTR",
        "currency": "WAERS",
        "description": "SGTXT",
    }


def test_the_number_by_which_debits_equal_credits_is_the_entry() -> None:
    numbers = [f"19{at // 2:04}" for at in range(40)]
    sizes = [10.0 + 7 * (at // 2) for at in range(40)]
    books: dict[str, list[Any]] = {
        "Belegnummer": numbers,
        "Konto": [("4000", "1200")[at % 2] for at in range(40)],
        "Soll": [size if at % 2 else None for at, size in enumerate(sizes)],
        "Haben": [None if at % 2 else size for at, size in enumerate(sizes)],
        "Benutzer": [f"user {at % 3}" for at in range(40)],
    }
    found = roles_of("journal", **books)
    assert (found["entry"], found["prepared_by"]) == ("Belegnummer", "Benutzer")
    assert "document" not in found
    # Where lines do not sum to zero it is a document like any other.
    books["Soll"] = [None if each is None else each + at for at, each in enumerate(books["Soll"])]
    assert roles_of("journal", **books)["document"] == "Belegnummer"


def test_the_only_moment_is_the_time_whatever_it_is_called() -> None:
    table = table_of(recorded=moments(), amount=numbers())

    _, choices = infer_roles(table, "payments")

    assert choices[0] == RoleChoice(
        TableRole.TIME, "recorded", "it is the only column of moments", uncertain=True
    )


def test_two_moments_of_no_name_are_left_alone() -> None:
    assert roles_of("payments", a=moments(), b=moments()) == {}


def test_a_birthday_is_not_when_it_happened() -> None:
    assert roles_of("payments", date_of_birth=moments()) == {}


def test_a_second_column_that_fits_makes_a_choice_uncertain() -> None:
    table = table_of(merch_lat=numbers(0, 9), lat=numbers(0, 9))

    _, choices = infer_roles(table, "payments")

    assert choices == (
        RoleChoice(
            TableRole.LATITUDE,
            "merch_lat",
            "it is called 'merch_lat' and holds numbers; 'lat' would fit as well",
            uncertain=True,
        ),
    )


def test_a_reason_names_the_column_and_counts_its_values() -> None:
    _, choices = infer_roles(table_of(card_id=texts("a", "b", "c")), "payments")

    assert choices[0].reason == "it is called 'card_id' and holds 3 different values"
    assert not choices[0].uncertain


def test_a_transaction_id_that_repeats_is_uncertain() -> None:
    _, choices = infer_roles(table_of(reference=texts("a", "b")), "payments")

    assert [(choice.role, choice.uncertain) for choice in choices] == [(TableRole.ID, True)]


def test_each_column_plays_one_role() -> None:
    found = roles_of("payments", transaction_date=moments(), merchant=texts("a", "b"))

    assert found == {"time": "transaction_date", "merchant": "merchant"}


def test_an_empty_column_plays_none() -> None:
    table = table_of(amount=[None] * 200)
    table = table_of(amount=table.frame["amount"].cast(float).to_list(), total=numbers())

    assert infer_roles(table, "payments")[0] == {TableRole.AMOUNT: "total"}


def test_what_a_person_gives_is_kept_and_the_rest_is_found_around_it() -> None:
    table = table_of(amount=numbers(), other=numbers(), currency=texts("EUR"), agent=texts("a"))
    given = {TableRole.AMOUNT: "other", TableRole.PREPARED_BY: "agent"}

    found, choices = infer_roles(table, "payments", given)

    assert found == {
        TableRole.AMOUNT: "other",
        TableRole.CURRENCY: "currency",
        TableRole.PREPARED_BY: "agent",
    }
    assert choices[0] == RoleChoice(TableRole.AMOUNT, "other", "it was given")


def test_a_single_debit_that_was_given_stays() -> None:
    table = table_of(soll=HALVES)

    assert infer_roles(table, "journal", {TableRole.DEBIT: "soll"})[0] == {TableRole.DEBIT: "soll"}


def test_a_given_column_that_is_missing_is_an_error() -> None:
    with pytest.raises(InputError) as raised:
        infer_roles(table_of(amount=numbers()), "generic", {TableRole.AMOUNT: "amont"})

    assert str(raised.value) == (
        "role amount: there is no column 'amont'; did you mean 'amount'? there is ['amount']"
    )


def test_a_given_column_of_another_kind_is_an_error() -> None:
    with pytest.raises(InputError, match="'city' is a category; expected a number"):
        infer_roles(table_of(city=texts("a")), "generic", {TableRole.AMOUNT: "city"})
