"""BAI2."""

from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.sources.banking.bai2 import read_bai2
from tieout.sources.banking.entry import Entry, Fault
from tieout.sources.open import open_source

FILE = """01,BANK,US,260105,0800,1,80,,2/
02,US,BANK,1,260104,,USD,2/
03,123456789,,010,500000,,/
16,165,150000,V,260106,,B77,INV-1000,ACH CREDIT, ACME
88,JANUARY
16,475,2500,,CK1,000123,/
16,195,99,S,1,2,3,B9,W-1,WIRE/
16,399,100,D,2,0,50,1,50,B8,D-1,DISTRIBUTED/
03,987,JPY,010,1,,/
16,698,1200,0,,R-5/
88,BANK FEE
49,4000,6/
98,4000,1,9/
99,4000,1,11/
"""


def read(text: str) -> list[Entry | Fault]:
    """Entries of a file."""
    return list(read_bai2(text.splitlines()))


def test_a_transaction_stands_in_its_group_and_account() -> None:
    assert read(FILE)[0] == Entry(
        booking_date="2026-01-04",
        value_date="2026-01-06",
        amount="1500.00",
        currency="USD",
        reference="INV-1000",
        bank_reference="B77",
        description="ACH CREDIT, ACME JANUARY",
        account="123456789",
        type="165",
    )


def test_debits_are_negative_and_decimals_are_those_of_the_currency() -> None:
    found = [(e.amount, e.currency, e.account) for e in read(FILE) if isinstance(e, Entry)]
    assert found[1] == ("-25.00", "USD", "123456789")
    assert found[-1] == ("-1200", "JPY", "987")


def test_references_stand_behind_whatever_tells_the_availability() -> None:
    found = [
        (e.bank_reference, e.reference, e.description)
        for e in read(FILE)[1:]
        if isinstance(e, Entry)
    ]
    assert found == [
        ("CK1", "000123", ""),
        ("B9", "W-1", "WIRE"),
        ("B8", "D-1", "DISTRIBUTED"),
        ("", "R-5", "BANK FEE"),
    ]


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (
            "16,165,15.00,,a,b,/",
            Fault("amount", "15.00", "line 3: an amount without a point, such as 125000"),
        ),
        ("16,ABC,15,,a,b,/", Fault("type", "ABC", "line 3: a type code from 100 to 699")),
    ],
)
def test_a_record_that_cannot_be_read_says_where(record: str, fault: Fault) -> None:
    assert read(f"02,US,BANK,1,260104,,USD,2/\n03,1,,010,1,,/\n{record}\n") == [fault]


def test_a_group_without_a_day_is_said_of_its_records() -> None:
    fault = read("02,US,BANK,1,,,USD,2/\n03,1,,010,1,,/\n16,165,15,,a,b,/\n")[0]
    assert fault == Fault("booking_date", "", "line 3: a date as YYMMDD in the group's record 02")


def test_it_is_opened_by_its_content(tmp_path: Path, engine: DuckDBEngine) -> None:
    path = tmp_path / "bank.txt"
    path.write_text(FILE, encoding="utf-8")
    source = open_source(str(path), engine=engine, workdir=tmp_path / "work")
    assert (source.rows, source.rejected) == (5, 0)
