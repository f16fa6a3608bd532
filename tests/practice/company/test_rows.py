from dataclasses import replace
from datetime import date

import pytest

from tieout.practice.company.names import CONTRACTS, CUSTOMERS, INSURERS, SUPPLIERS
from tieout.practice.company.rows import CLEAN, Entry, Event, Kind, bank_spelling


def entry(day: date, reference: str) -> Entry:
    return Entry(day, reference, "text", "party", 100)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Bäckerei Lindner & Töchter", "BAECKEREI LINDNER & TOECHTER"),
        ("Übermut OHG", "UEBERMUT OHG"),
        ("Straßenbau Ärmel Öl", "STRASSENBAU AERMEL OEL"),
        ("Funknetz Mitte GmbH", "FUNKNETZ MITTE GMBH"),
    ],
)
def test_banks_write_capitals_without_umlauts(name: str, spelled: str) -> None:
    assert bank_spelling(name) == spelled


def test_every_name_is_plain_when_the_bank_writes_it() -> None:
    names = [*CUSTOMERS, *SUPPLIERS, *INSURERS, *(party for _, party, _, _ in CONTRACTS)]
    assert all(bank_spelling(name).isascii() for name in names)


def test_no_name_occurs_twice() -> None:
    assert len(set(CUSTOMERS)) == len(CUSTOMERS) == 50
    assert len(set(SUPPLIERS)) == len(SUPPLIERS) == 20


def test_an_event_is_dated_and_named_by_the_bank() -> None:
    bank, ledger = entry(date(2026, 2, 3), "A"), entry(date(2026, 2, 2), "B")
    event = Event(Kind.RECEIPT, (bank,), (ledger,))
    assert (event.day, event.reference) == (date(2026, 2, 3), "A")


def test_an_event_that_the_bank_does_not_know_is_dated_by_the_ledger() -> None:
    event = Event(Kind.RECEIPT, (), (entry(date(2026, 2, 2), "B"),))
    assert (event.day, event.reference) == (date(2026, 2, 2), "B")


def test_an_event_is_clean_until_it_is_said_to_be_something_else() -> None:
    assert Event(Kind.CASH, (), ()).cause == CLEAN


def test_an_event_is_single_with_one_row_in_each_book() -> None:
    one = entry(date(2026, 2, 2), "A")
    single = Event(Kind.BATCH, (one,), (one,))
    assert single.is_single
    assert not replace(single, ledger=(one, one)).is_single
    assert not replace(single, bank=()).is_single
