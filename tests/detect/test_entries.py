from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from tieout.detect.entries import AMOUNT, CONTRA, SIDE, WEEKDAY, with_entry_columns
from tieout.model.table import ColumnFacts, Kind, Table, TableRole

KINDS = {pl.Float64: Kind.NUMBER, pl.String: Kind.CATEGORY, pl.Datetime: Kind.TIME}


def journal(
    rows: Sequence[tuple[str, str, float | None, float | None]], **more: pl.Series
) -> Table:
    names = ("entry_id", "account", "debit", "credit")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    frame = pl.DataFrame(columns, schema_overrides={"debit": pl.Float64, "credit": pl.Float64})
    frame = frame.with_columns(**more)
    facts = tuple(
        ColumnFacts(name, KINDS[dtype.base_type()], frame[name].n_unique(), 0)
        for name, dtype in frame.schema.items()
    )
    roles = {
        TableRole.ENTRY: "entry_id",
        TableRole.ACCOUNT: "account",
        TableRole.DEBIT: "debit",
        TableRole.CREDIT: "credit",
    }
    return Table(frame, np.arange(1, frame.height + 1), facts, roles)


SALE = [("E1", "1000", 100.0, None), ("E1", "6200", 5.0, None), ("E1", "4000", None, 105.0)]


def test_a_line_gets_its_side_and_its_amount() -> None:
    found = with_entry_columns(journal(SALE)).frame
    assert found[SIDE].to_list() == ["debit", "debit", "credit"]
    assert found[AMOUNT].to_list() == [100.0, 5.0, 105.0]
    assert "debit" not in found.columns


def test_a_line_stands_against_the_largest_line_of_the_other_side() -> None:
    found = with_entry_columns(journal(SALE)).frame
    assert found[CONTRA].to_list() == ["4000", "4000", "1000"]


def test_entries_do_not_mix_and_rows_keep_their_order() -> None:
    lines = [("E1", "1000", 1.0, 0.0), ("E2", "2000", 0.0, 9.0), ("E1", "4000", 0.0, 1.0)]
    found = with_entry_columns(journal([*lines, ("E2", "6000", 9.0, 0.0)])).frame
    assert found[CONTRA].to_list() == ["4000", "6000", "1000", "2000"]
    assert found["account"].to_list() == ["1000", "2000", "4000", "6000"]


def test_of_equally_large_lines_the_first_stands_against() -> None:
    lines = [("E1", "1000", None, 4.0), ("E1", "5000", 2.0, None), ("E1", "5100", 2.0, None)]
    assert with_entry_columns(journal(lines)).frame[CONTRA][0] == "5000"


def test_a_one_sided_entry_stands_against_nothing() -> None:
    assert with_entry_columns(journal([("E1", "1000", 1.0, None)])).frame[CONTRA][0] is None


def test_the_weekday_of_posting_becomes_a_label() -> None:
    texts = pl.Series(["2026-01-31T09:00:00", "2026-02-02T00:00:00", None])
    moments = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S")
    table = journal(SALE, posted=moments)
    table.roles[TableRole.POSTED_AT] = "posted"  # type: ignore[index]
    assert with_entry_columns(table).frame[WEEKDAY].to_list() == ["Saturday", "Monday", None]


def test_the_facts_of_new_columns_are_those_of_their_values() -> None:
    facts = {column.name: column for column in with_entry_columns(journal(SALE)).columns}
    assert facts[SIDE] == ColumnFacts(SIDE, Kind.CATEGORY, 2, 0)
    assert facts[AMOUNT].kind is Kind.NUMBER


def test_a_signed_amount_serves_as_well() -> None:
    frame = pl.DataFrame({"amount": [10.0, -10.0]})
    facts = (ColumnFacts("amount", Kind.NUMBER, 2, 0),)
    table = Table(frame, np.array([1, 2]), facts, {TableRole.AMOUNT: "amount"})
    found = with_entry_columns(table).frame
    assert found[SIDE].to_list() == ["debit", "credit"]
    assert CONTRA not in found.columns


@pytest.mark.parametrize("name", [SIDE, AMOUNT, CONTRA])
def test_a_column_that_is_there_already_is_left_alone(name: str) -> None:
    table = journal(SALE, **{name: pl.Series(["x", "y", "z"])})
    assert with_entry_columns(table).frame[name].to_list() == ["x", "y", "z"]


def test_without_roles_nothing_is_added() -> None:
    table = Table(
        pl.DataFrame({"a": ["x"]}), np.array([1]), (ColumnFacts("a", Kind.CATEGORY, 1, 0),)
    )
    assert with_entry_columns(table).frame.columns == ["a"]


def test_labels_that_tell_single_entries_apart_are_left_out() -> None:
    rows = [(f"E{number}", "1000", 1.0, None) for number in range(200)]
    notes = pl.Series([f"note {number % 190}" for number in range(200)])
    kinds = pl.Series(["shop", "web"] * 100)
    found = with_entry_columns(journal(rows, note=notes, origin=kinds)).frame
    assert "origin" in found.columns
    assert {"note", "entry_id"}.isdisjoint(found.columns)
