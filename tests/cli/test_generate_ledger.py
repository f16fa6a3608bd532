"""`tieout generate ledger`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.pipeline.data_sets import latest_data_set
from tieout.practice.ledger.entries import KINDS

Tieout = Callable[..., Any]


def test_it_writes_a_journal_its_accounts_and_labels(tieout: Tieout) -> None:
    said = tieout("generate ledger --rows 4000 --seed 3 --out l --json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert (found["journal"], found["accounts"]) == ("l/journal.csv", "l/accounts.csv")
    assert found["rows"] == len(Path(found["journal"]).read_text().splitlines()) - 1
    assert found["entries"] < found["rows"] / 2
    labels = pl.read_parquet(found["labels"])
    assert (
        dict(labels["anomaly_type"].drop_nulls().value_counts().iter_rows()) == found["anomalies"]
    )
    assert list(found["anomalies"]) == list(found["anomalous_entries"]) == list(KINDS)


def test_the_same_seed_gives_the_same_bytes(tieout: Tieout) -> None:
    for number, seed in enumerate((3, 3, 4)):
        tieout(f"generate ledger --rows 3000 --seed {seed} --out l{number}")
    one, same, other = (Path(f"l{n}", "journal.csv").read_bytes() for n in range(3))
    assert one == same != other


def test_people_are_told_what_to_do_next(tieout: Tieout) -> None:
    said = tieout("generate ledger --rows 3000 --out l")
    assert " entries, 26 of them exceptions, in l\n" in said.out
    assert said.out.endswith("next: tieout detect l/journal.csv --profile journal\n")


def test_it_has_a_folder_of_its_own(tieout: Tieout) -> None:
    tieout("generate ledger --rows 3000")
    assert sorted(path.name for path in Path("practice/ledger").iterdir()) == [
        "accounts.csv",
        "journal.csv",
        "labels.parquet",
    ]


def test_the_workspace_remembers_it_beside_payments(tieout: Tieout) -> None:
    tieout("generate payments --rows 300")
    tieout("generate ledger --rows 3000")
    found = {kind: latest_data_set(kind) for kind in (None, "journal", "payments")}
    assert all(found.values())
    assert found[None] == found["journal"] != found["payments"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--rows 0", "--rows 0: expected at least 1"),
        ("--rows 50", "rows is 50; two years of a company need at least 3,000"),
        ("--rows 3000 --seed -1", "seed is -1; expected 0 or more"),
    ],
)
def test_bad_wishes_are_refused_in_one_line(tieout: Tieout, options: str, message: str) -> None:
    said = tieout(f"generate ledger {options}")
    assert (said.code, said.err) == (2, f"tieout: {message}\n")
