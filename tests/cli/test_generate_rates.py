"""`tieout generate rates`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.pipeline.data_sets import latest_data_set
from tieout.practice.rates.incidents import KINDS

Tieout = Callable[..., Any]


def test_it_writes_events_incidents_and_labels(tieout: Tieout) -> None:
    said = tieout("generate rates --rows 3000 --seed 3 --out r --json")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert (found["events"], found["incidents"]) == ("r/events.csv", "r/incidents.csv")
    assert (found["rows"], found["days"]) == (3_000, 7)
    assert len(Path(found["events"]).read_text().splitlines()) == 3_001
    labels = pl.read_parquet(found["labels"])
    counted = dict(labels["anomaly_type"].drop_nulls().value_counts().iter_rows())
    assert found["anomalies"] == {kind: counted.get(kind, 0) for kind in KINDS}
    incidents = pl.read_csv(found["incidents"])["type"].value_counts()
    assert found["incident_counts"] == dict(incidents.iter_rows())


def test_the_same_seed_gives_the_same_bytes(tieout: Tieout) -> None:
    for number, seed in enumerate((3, 3, 4)):
        tieout(f"generate rates --rows 1000 --seed {seed} --out r{number}")
    one, same, other = (Path(f"r{n}", "events.csv").read_bytes() for n in range(3))
    assert one == same != other


def test_people_are_told_what_to_do_next(tieout: Tieout) -> None:
    said = tieout("generate rates --rows 1000 --out r")
    assert said.out == (
        "1,000 events of 7 days, with 10 incidents, in r\n"
        "next: tieout monitor replay r/events.csv\n"
    )


def test_it_has_a_folder_of_its_own(tieout: Tieout) -> None:
    tieout("generate rates --rows 1000")
    assert sorted(path.name for path in Path("practice/rates").iterdir()) == [
        "events.csv",
        "incidents.csv",
        "labels.parquet",
    ]


def test_the_workspace_remembers_them(tieout: Tieout) -> None:
    tieout("generate rates --rows 1000 --out r --workspace w")
    found = latest_data_set("rates", Path("w"))
    assert found is not None
    assert found.path.samefile("r/events.csv")
    assert latest_data_set() is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--rows 0", "--rows 0: expected at least 1"),
        ("--rows 50", "rows is 50; a week of events needs at least 1,000"),
        ("--rows 1000 --seed -1", "seed is -1; expected 0 or more"),
    ],
)
def test_bad_wishes_are_refused_in_one_line(tieout: Tieout, options: str, message: str) -> None:
    said = tieout(f"generate rates {options}")
    assert (said.code, said.err) == (2, f"tieout: {message}\n")


def test_a_folder_that_is_a_file_is_refused_in_one_line(tieout: Tieout) -> None:
    Path("taken").write_text("")
    said = tieout("generate rates --rows 1000 --out taken")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("tieout: taken: can't be written")
