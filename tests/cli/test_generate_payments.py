"""`tieout generate payments`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.pipeline.data_sets import latest_data_set
from tieout.practice.payments.rows import KINDS

Tieout = Callable[..., Any]


def test_it_writes_payments_and_their_labels(tieout: Tieout) -> None:
    said = tieout("generate payments --rows 1000 --seed 3 --out p --json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert found["transactions"] == "p/transactions.csv"
    assert found["rows"] == 1_000
    assert len(Path(found["transactions"]).read_text().splitlines()) == 1_001
    labels = pl.read_parquet(found["labels"])
    counted = dict(labels["anomaly_type"].drop_nulls().value_counts().iter_rows())
    assert found["anomalies"] == counted
    assert list(found["anomalies"]) == list(KINDS)


def test_the_same_seed_gives_the_same_bytes(tieout: Tieout) -> None:
    for number, seed in enumerate((3, 3, 4)):
        tieout(f"generate payments --rows 300 --seed {seed} --out p{number}")
    one, same, other = (Path(f"p{n}", "transactions.csv").read_bytes() for n in range(3))
    assert one == same != other


def test_people_are_told_what_to_do_next(tieout: Tieout) -> None:
    said = tieout("generate payments --rows 300 --out p")
    assert said.out.startswith("300 payments, ")
    assert said.out.endswith("next: tieout detect p/transactions.csv --profile payments\n")


def test_it_has_a_folder_of_its_own(tieout: Tieout) -> None:
    """So that its labels never replace those of breaks or of a ledger."""
    tieout("generate payments --rows 300")
    assert sorted(path.name for path in Path("practice/payments").iterdir()) == [
        "labels.parquet",
        "transactions.csv",
    ]


def test_the_workspace_remembers_them(tieout: Tieout) -> None:
    tieout("generate payments --rows 300 --out p --workspace w")
    found = latest_data_set("payments", Path("w"))
    assert found is not None
    assert found.path.samefile("p/transactions.csv")
    assert latest_data_set() is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--rows 0", "--rows 0: expected at least 1"),
        ("--rows 50", "rows is 50; at least 100 are needed to show every anomaly"),
        ("--rows 100 --seed -1", "seed is -1; expected 0 or more"),
    ],
)
def test_bad_wishes_are_refused_in_one_line(tieout: Tieout, options: str, message: str) -> None:
    said = tieout(f"generate payments {options}")
    assert (said.code, said.err) == (2, f"tieout: {message}\n")


def test_a_folder_that_is_a_file_is_refused_in_one_line(tieout: Tieout) -> None:
    Path("taken").write_text("")
    said = tieout("generate payments --rows 100 --out taken")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("tieout: taken: can't be written")
