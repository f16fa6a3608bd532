"""MT940 and MT942."""

from pathlib import Path

import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.banking.entry import Entry, Fault
from tieout.sources.banking.mt940 import read_mt940
from tieout.sources.open import open_source

STATEMENT = """{1:F01BANKDEFF}{4:
:20:STARTUMS
:25:50880050/0194787400888
:28C:1/1
:60F:C260102EUR1000,00
:61:2601020103CR50990,05NTRFINV-1000//0724710
:86:166?00GUTSCHRIFT?20EREF+INV-1000SVWZ+Rech?21nung Januar?32KARL?33 KAUFMANN
:61:2512310102D9,NMSCNONREF
:86:Fees for December
EREF+F-7 SVWZ+fees
:61:260105RD12,5NTRF
:62F:C260105EUR51993,55
-}
"""


def read(text: str) -> list[Entry | Fault]:
    """Entries of a statement."""
    return list(read_mt940(text.splitlines()))


def test_an_entry_has_what_the_fields_around_it_say() -> None:
    assert read(STATEMENT)[0] == Entry(
        booking_date="2026-01-03",
        value_date="2026-01-02",
        amount="50990.05",
        currency="EUR",
        reference="INV-1000",
        bank_reference="0724710",
        party="KARL KAUFMANN",
        description="EREF+INV-1000SVWZ+Rechnung Januar",
        account="50880050/0194787400888",
        type="NTRF",
    )


def test_debits_and_their_reversals_have_their_signs() -> None:
    amounts = [entry.amount for entry in read(STATEMENT) if isinstance(entry, Entry)]
    assert amounts == ["50990.05", "-9", "12.5"]


def test_a_booking_day_after_new_year_is_of_the_next_year() -> None:
    entry = read(STATEMENT)[1]
    assert isinstance(entry, Entry)
    assert (entry.value_date, entry.booking_date) == ("2025-12-31", "2026-01-02")


def test_without_a_reference_the_end_to_end_one_of_the_details_is_taken() -> None:
    entry = read(STATEMENT)[1]
    assert isinstance(entry, Entry)
    assert (entry.reference, entry.description) == (
        "F-7",
        "Fees for December EREF+F-7 SVWZ+fees",
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            ":61:nonsense",
            Fault(
                "amount",
                "nonsense",
                "line 2: a statement line such as 2601310131C1250,00NTRFREF",
            ),
        ),
        (":61:160230D1,00NTRF", Fault("value_date", "160230", "line 2: a date as YYMMDD")),
        (":61:1602281340D1,00NTRF", Fault("booking_date", "1340", "line 2: a date as MMDD")),
    ],
)
def test_a_line_that_cannot_be_read_says_where_and_what_was_expected(
    line: str, fault: Fault
) -> None:
    assert read(f":25:1\n{line}\n:86:x\n") == [fault]


def test_it_is_opened_by_its_content_and_faults_are_rejects(
    tmp_path: Path, engine: DuckDBEngine
) -> None:
    path = tmp_path / "statement.txt"
    path.write_text(STATEMENT.replace("RD12,5", "??"), encoding="utf-8")
    source = open_source(str(path), engine=engine, workdir=tmp_path / "work")
    assert (source.rows, source.rejected) == (3, 1)
    assert source.rejects[0].row == 3
    assert source.sample(5)["amount"].to_list() == ["50990.05", "-9"]


def test_a_statement_without_entries_is_an_error(tmp_path: Path, engine: DuckDBEngine) -> None:
    path = tmp_path / "empty.sta"
    path.write_text(":20:X\n:25:1\n:60F:C260102EUR1,00\n:62F:C260102EUR1,00\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty.sta: the statement has no entries"):
        open_source(str(path), engine=engine, workdir=tmp_path / "work")
