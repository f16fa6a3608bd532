"""`tieout export RUN --to …`."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

Tieout = Callable[..., Any]
Files = tuple[Path, Path]


@pytest.fixture
def run(tieout: Tieout, two_files: Files) -> str:
    """A finished reconciliation."""
    made: str = json.loads(tieout("reconcile bank.csv books.csv --json --out first").out)["out"]
    return made


def test_csv_has_every_table_of_the_run(tieout: Tieout, run: str) -> None:
    said = tieout(f"export {run} --to csv --out files --json")
    told = json.loads(said.out)
    assert (said.code, said.err, told["out"], told["to"]) == (0, "", "files", "csv")
    breaks = pl.read_parquet(f"{run}/breaks.parquet")
    with Path("files/breaks.csv").open(newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == told["rows"]["breaks"] == breaks.height
    assert Path("files/breaks.csv").read_bytes() == Path(run, "breaks.csv").read_bytes()
    assert {path.name for path in Path("files").iterdir()} == set(told["files"])


def test_a_workbook_has_a_summary_and_a_sheet_a_table(tieout: Tieout, run: str) -> None:
    told = json.loads(tieout(f"export {run} --to xlsx --out book --json").out)
    book = CalamineWorkbook.from_path(f"book/{told['files'][0]}")
    assert book.sheet_names[:3] == ["summary", "breaks", "matches"]
    rows = book.get_sheet_by_name("breaks").to_python()
    assert len(rows) == told["rows"]["breaks"] + 1
    first = dict(zip(map(str, rows[0]), rows[1], strict=True))
    kept = pl.read_parquet(f"{run}/breaks.parquet").row(0, named=True)
    assert first["break_id"] == kept["break_id"]
    assert first["difference"] == float(kept["difference"])


def test_power_bi_gets_a_star_that_joins(tieout: Tieout, run: str) -> None:
    told = json.loads(tieout(f"export {run} --to powerbi --out star --json").out)
    with Path("star/relationships.csv").open(newline="") as file:
        relationships = list(csv.DictReader(file))
    assert relationships
    for each in relationships:
        facts = pl.read_parquet(f"star/{each['fact']}.parquet")[each["fact_column"]]
        keys = pl.read_parquet(f"star/{each['dimension']}.parquet")[each["dimension_column"]]
        assert keys.is_unique().all()
        assert facts.drop_nulls().is_in(keys.implode()).all()
    assert told["rows"]["matches"] == pl.read_parquet("star/matches.parquet").height


def test_the_same_run_gives_the_same_tables(tieout: Tieout, run: str) -> None:
    for to in ("csv", "powerbi"):
        tieout(f"export {run} --to {to} --out one-{to}")
        tieout(f"export {run} --to {to} --out two-{to}")
        for path in Path(f"one-{to}").iterdir():
            assert path.read_bytes() == Path(f"two-{to}", path.name).read_bytes()


def test_an_export_replaces_an_earlier_one_and_nothing_else(tieout: Tieout, run: str) -> None:
    tieout(f"export {run} --to csv --out here")
    Path("here/mine.txt").write_text("kept")
    assert tieout(f"export {run} --to xlsx --out here").code == 0
    names = {path.name for path in Path("here").iterdir()}
    assert {"export.json", "mine.txt"} < names
    assert "breaks.csv" not in names


def test_by_default_it_lands_in_the_workspace(tieout: Tieout, run: str) -> None:
    told = json.loads(tieout(f"export {run} --to csv --workspace . --json").out)
    assert told["out"] == f"exports/{told['run_id']}-csv"
    assert Path(told["out"], "export.json").is_file()


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("export nowhere --to csv", "nowhere: no run has this folder or name"),
        ("export first --to csv --out bank.csv", "bank.csv: is a file, expected a folder"),
        ("export first --to csv --out full", "full: holds other things than an export"),
        ("export first --to pdf", "'pdf' is not one of"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(
    tieout: Tieout, run: str, command: str, line: str
) -> None:
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    said = tieout(command)
    assert (said.code, said.out) == (2, "")
    assert line in said.err
    assert said.err.count("\n") == 1
    assert Path("full/notes.txt").read_text() == "mine"
