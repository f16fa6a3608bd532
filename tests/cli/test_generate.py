"""`tieout generate breaks`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tieout.pipeline.data_sets import latest_data_set

Tieout = Callable[..., Any]


def test_it_writes_two_sides_and_their_labels(tieout: Tieout) -> None:
    said = tieout("generate breaks --rows 600 --seed 3 --out practice --json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert found["left"] == "practice/left.csv"
    rows = {side: len(Path(found[side]).read_text().splitlines()) - 1 for side in ("left", "right")}
    assert rows == found["rows"]
    labels = pl.read_parquet(found["labels"])
    assert set(labels.columns) == {"left_row", "right_row", "cause"}
    counted = dict(labels["cause"].value_counts().iter_rows())
    assert {cause: counted.get(cause, 0) for cause in found["causes"]} == found["causes"]


def test_the_same_seed_gives_the_same_bytes(tieout: Tieout) -> None:
    for number, seed in enumerate((3, 3, 4)):
        tieout(f"generate breaks --rows 300 --seed {seed} --out p{number}")
    one, same, other = (Path(f"p{n}", "left.csv").read_bytes() for n in range(3))
    assert one == same != other


def test_people_are_told_what_to_do_next(tieout: Tieout) -> None:
    said = tieout("generate breaks --rows 300 --out p")
    assert "next: tieout reconcile p/left.csv p/right.csv" in said.out


def test_what_it_writes_can_be_reconciled(tieout: Tieout) -> None:
    tieout("generate breaks --rows 600 --seed 3 --out p")
    said = tieout("reconcile p/left.csv p/right.csv --json --out out")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert found["conservation"] is True
    assert found["matched"]["groups"] > 0
    assert found["breaks"]["total"] > 0


def test_no_rows_are_refused(tieout: Tieout) -> None:
    said = tieout("generate breaks --rows 0")
    assert (said.code, said.err) == (2, "tieout: --rows 0: expected at least 1\n")


def test_breaks_are_remembered_for_the_workspace(tieout: Tieout) -> None:
    tieout("generate breaks --rows 300 --out p")
    found = latest_data_set()
    assert found is not None
    assert (found.kind, found.path.samefile("p/left.csv")) == ("breaks", True)
