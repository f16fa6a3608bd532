"""The files of a run folder."""

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tieout.pipeline.files import ROW_GROUP_ROWS, write_table
from tieout.pipeline.reconcile import ReconcileResult

Run = Callable[..., ReconcileResult]
LEFT = """
    ref    amount ccy booked
    =1+1   10.00  EUR 2024-01-02
    B2     20.00  EUR 2024-01-03
"""
RIGHT = """
    ref    amount ccy booked
    B2     20.50  EUR 2024-01-03
    C3     5.00   EUR 2024-01-03
"""


@pytest.fixture
def folder(run: Run) -> Path:
    """A run folder with breaks on either side and on both."""
    return run(LEFT, RIGHT).out


def test_breaks_stand_in_both_files_alike(folder: Path) -> None:
    frame = pl.read_parquet(folder / "breaks.parquet")
    with (folder / "breaks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == frame.columns
    assert [row["break_id"] for row in rows] == frame["break_id"].to_list()
    assert [row["difference"] for row in rows] == [str(each) for each in frame["difference"]]


def test_a_cell_of_the_csv_file_never_runs_as_a_formula(folder: Path) -> None:
    keys = pl.read_parquet(folder / "breaks.parquet")["key"].to_list()
    assert "=1+1" in keys
    with (folder / "breaks.csv").open(encoding="utf-8", newline="") as file:
        assert "'=1+1" in [row["key"] for row in csv.DictReader(file)]


def test_rejects_have_a_header_even_without_rows(folder: Path) -> None:
    assert (folder / "rejects.csv").read_text() == "file,row,column,value,expected\n"


def test_the_spec_is_yaml_that_people_can_read(folder: Path) -> None:
    spec = yaml.safe_load((folder / "spec.yaml").read_text(encoding="utf-8"))
    assert spec["reconciliation"] == "bank_vs_books"
    assert [list(each) for each in spec["passes"]] == [["exact"], ["group"]]


def test_the_report_stands_on_its_own(folder: Path) -> None:
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert report.lower().startswith("<!doctype html>")
    assert "http://" not in report.replace("http://www.w3.org", "")
    assert str(folder) not in report


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_a_table_is_the_same_bytes_however_its_rows_came_together(
    tmp_path: Path, parts: int
) -> None:
    rows = 2 * ROW_GROUP_ROWS + 5
    whole: Any = pl.DataFrame({"n": pl.int_range(rows, eager=True)}).with_columns(
        text=pl.col("n").cast(pl.String), several=pl.concat_list("n", "n")
    )
    size = -(-rows // parts)
    pieces = pl.concat([whole.slice(start, size) for start in range(0, rows, size)], rechunk=False)
    assert pieces.n_chunks() == parts
    digests = []
    for name, frame in (("whole", whole), ("pieces", pieces)):
        write_table(frame, tmp_path / name)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    assert pl.read_parquet(tmp_path / "pieces").equals(whole)
