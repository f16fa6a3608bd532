"""Journals from files."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from tieout.close.ledger.model import LINE_SCHEMA, JournalRead
from tieout.close.ledger.read import read_journal
from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError


@pytest.fixture
def read(engine: DuckDBEngine, tmp_path: Path):  # type: ignore[no-untyped-def]
    def read(text: str, name: str = "journal.csv", **columns: str) -> JournalRead:
        path = tmp_path / name
        path.write_text(text)
        return read_journal(str(path), engine=engine, workdir=tmp_path, columns=columns)

    return read


JOURNAL = (
    "entry_id,posted_at,effective_date,account,debit,credit,currency,description,prepared_by\n"
    "J1,2026-10-02T10:30:00,2026-10-01,1000,1000.10,,EUR,Sale,ann\n"
    "J1,2026-10-02T10:30:00,2026-10-01,4000,,1000.10,EUR,Sale,ann\n"
)


def test_debits_are_positive_and_exact(read) -> None:  # type: ignore[no-untyped-def]
    found = read(JOURNAL)
    assert dict(found.lines.schema) == dict(LINE_SCHEMA)
    assert found.lines["amount"].to_list() == [100010, -100010]
    assert found.lines["line"].to_list() == [1, 2]
    assert found.lines["effective"][0] == date(2026, 10, 1)
    assert found.lines["posted_at"][0] == datetime(2026, 10, 2, 10, 30)  # noqa: DTZ001
    assert found.lines["approved_by"].to_list() == ["", ""]
    assert {"sides", "entry", "posted_at", "prepared_by"} <= found.known
    assert "approved_by" not in found.known


def test_other_names_and_a_signed_amount_are_understood(read) -> None:  # type: ignore[no-untyped-def]
    found = read(
        "Journal No;GL Account;Posting Date;Amount;User;Text\n"
        'A-1;4711;31.10.2026;"1.234,50";bob;Rent\n'
        'A-1;0815;31.10.2026;"-1.234,50";bob;Rent\n'
    )
    assert found.lines["amount"].to_list() == [123450, -123450]
    assert found.lines["account"].to_list() == ["4711", "0815"]
    assert found.lines["prepared_by"][0] == "bob"


def test_rows_that_cannot_be_read_are_rejects_with_their_place(read) -> None:  # type: ignore[no-untyped-def]
    found = read(JOURNAL + "J2,2026-10-02T10:30:00,2026-10-01,1000,many,,EUR,Sale,ann\n")
    assert (found.rows, found.rejected, found.lines.height) == (3, 1, 2)
    assert (found.rejects[0].row, found.rejects[0].value) == (3, "many")


def test_without_entry_numbers_each_row_is_an_entry(read) -> None:  # type: ignore[no-untyped-def]
    found = read("date,amount,merchant\n2026-10-01,5.00,A\n2026-10-02,7.00,B\n")
    assert found.lines["entry"].to_list() == ["row 1", "row 2"]
    assert "sides" not in found.known
    assert "entry" not in found.known


def test_a_column_may_be_named(read) -> None:  # type: ignore[no-untyped-def]
    found = read(
        "d,v,x,y\n2026-10-01,5.00,J1,up\n2026-10-02,-5.00,J1,up\n",
        effective="d", amount="v", entry="x", description="y",
    )  # fmt: skip
    assert found.lines["entry"].to_list() == ["J1", "J1"]
    assert found.lines["description"][0] == "up"


def test_a_named_column_is_what_it_is_named_as(read) -> None:  # type: ignore[no-untyped-def]
    found = read(
        "d,v,weight\n2026-10-01,5.00,1.5\n2026-10-02,-5.00,2.5\n",
        effective="d", posted_at="d", amount="v", account="weight",
    )  # fmt: skip
    assert found.lines["account"].to_list() == ["1.5", "2.5"]
    assert found.lines["posted_at"].dt.date().to_list() == found.lines["effective"].to_list()


def test_a_named_column_that_is_not_there_is_refused_with_a_near_one(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=r"no column 'debits' for debit; did you mean 'debit'"):
        read(JOURNAL, debit="debits")


def test_a_file_without_amounts_says_how_to_name_them(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=r"an amount, or debit and credit.*--column"):
        read("entry,date,account\nJ1,2026-10-01,1000\n")


def test_parquet_gives_the_same_lines_as_csv(read, engine: DuckDBEngine, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    of_csv = read(JOURNAL)
    typed = pl.read_csv(tmp_path / "journal.csv", try_parse_dates=True, schema_overrides={
        "account": pl.String})  # fmt: skip
    typed.write_parquet(tmp_path / "journal.parquet")
    of_parquet = read_journal(str(tmp_path / "journal.parquet"), engine=engine, workdir=tmp_path)
    assert of_parquet.lines.equals(of_csv.lines)
