"""A run again, from its manifest."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieout.model.errors import InputError
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.pipeline.repeat import AnyResult, repeat
from tieout.pipeline.workspace import load_manifest

Run = Callable[..., ReconcileResult]
LEFT = """
    ref amount ccy booked
    A1  10.00  EUR 2024-01-02
    A2  20.00  EUR 2024-01-03
    A3  5.00   EUR 2024-01-04
    A3  5.00   EUR 2024-01-04
    A4  x      EUR 2024-01-04
"""
RIGHT = """
    ref amount ccy booked
    A2  20.01  EUR 2024-01-03
    A1  10.00  EUR 2024-01-02
    A3  2.00   EUR 2024-01-04
    A3  3.00   EUR 2024-01-04
"""
TABLES = ("matches.parquet", "breaks.parquet", "rejects.csv", "breaks.csv")


def same_bytes(one: AnyResult, other: AnyResult) -> bool:
    """Whether two runs found the same, byte by byte."""
    return all((one.out / name).read_bytes() == (other.out / name).read_bytes() for name in TABLES)


@pytest.mark.parametrize("named", ["folder", "manifest"])
def test_a_run_that_is_repeated_gives_the_same_bytes(run: Run, tmp_path: Path, named: str) -> None:
    first = run(LEFT, RIGHT, passes=[{"exact": {}}, {"group": {}}, {"tolerance": {}}])
    where = first.out if named == "folder" else first.out / "run.json"
    second = repeat(where, out=tmp_path / "again")
    assert same_bytes(first, second)
    assert second.manifest.spec_sha256 != ""
    assert second.manifest.counts == first.manifest.counts
    assert second.manifest.outputs["matches.parquet"] == first.manifest.outputs["matches.parquet"]


def test_a_repeated_run_can_be_repeated(run: Run, tmp_path: Path) -> None:
    first = run(LEFT, RIGHT)
    second = repeat(first.out, out=tmp_path / "two")
    third = repeat(second.out, out=tmp_path / "three")
    assert same_bytes(first, third)
    assert second.manifest.spec_sha256 == third.manifest.spec_sha256


def test_the_spec_that_a_run_inferred_is_used_again(tmp_path: Path) -> None:
    rows = "".join(f"INV-{n},{n}.50,2024-01-{n:02d}\n" for n in range(1, 20))
    (tmp_path / "a.csv").write_text("reference,amount,date\n" + rows)
    (tmp_path / "b.csv").write_text("doc,value,posted\n" + rows.replace("INV-7,", "INV-99,"))
    job = ReconcileJob(
        left=str(tmp_path / "a.csv"), right=str(tmp_path / "b.csv"), workspace=tmp_path
    )
    first = reconcile(job)
    assert same_bytes(first, repeat(first.out, workspace=tmp_path))


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_input_that_has_changed_is_refused(run: Run, tmp_path: Path, side: str) -> None:
    first = run(LEFT, RIGHT)
    changed = tmp_path / {"left": "bank.csv", "right": "books.csv"}[side]
    changed.write_text(changed.read_text().replace("10.00", "11.00"))
    with pytest.raises(InputError, match="has changed since the run"):
        repeat(first.out, out=tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_an_input_that_is_gone_is_refused(run: Run, tmp_path: Path) -> None:
    first = run(LEFT, RIGHT)
    (tmp_path / "books.csv").unlink()
    with pytest.raises(InputError, match=r"books\.csv: is gone; .* its right side"):
        repeat(first.out, out=tmp_path / "again")


def test_a_file_more_under_the_same_pattern_is_refused(run: Run, tmp_path: Path) -> None:
    run(LEFT, RIGHT)
    job = ReconcileJob(
        left=str(tmp_path / "ban*.csv"),
        right=str(tmp_path / "books.csv"),
        spec=tmp_path / "spec.yaml",
        out=tmp_path / "first",
    )
    first = reconcile(job)
    (tmp_path / "bank2.csv").write_bytes((tmp_path / "bank.csv").read_bytes())
    with pytest.raises(InputError, match="are not the 1 files that the run read as its left side"):
        repeat(first.out, out=tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_rates_that_have_changed_are_refused(run: Run, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2024-01-02,USD,0.9\n")
    first = run(LEFT, RIGHT, evidence={"rates": "rates.csv"})
    assert same_bytes(first, repeat(first.out, out=tmp_path / "again"))
    rates.write_text("date,currency,rate\n2024-01-02,USD,0.8\n")
    with pytest.raises(InputError, match="rates are gone or have changed"):
        repeat(first.out, out=tmp_path / "third")


def test_words_that_have_changed_are_refused(run: Run, tmp_path: Path) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text("comment,bucket\nin transit,timing\n")
    first = run(LEFT, RIGHT, words={"decided": "decided.csv"})
    assert same_bytes(first, repeat(first.out, out=tmp_path / "again"))
    decided.write_text("comment,bucket\nin transit,fx_rate\n")
    with pytest.raises(InputError, match=r"decided\.csv: is gone or has changed since the run"):
        repeat(first.out, out=tmp_path / "third")


def test_a_day_from_which_ages_count_is_kept(run: Run, tmp_path: Path) -> None:
    from datetime import date

    run(LEFT, RIGHT)
    job = ReconcileJob(
        left=str(tmp_path / "bank.csv"),
        right=str(tmp_path / "books.csv"),
        spec=tmp_path / "spec.yaml",
        out=tmp_path / "first",
        as_of=date(2030, 1, 1),
    )
    first = reconcile(job)
    assert same_bytes(first, repeat(first.out, out=tmp_path / "again"))


def test_a_database_file_can_be_read_again(run: Run, tmp_path: Path) -> None:
    run(LEFT, RIGHT)
    base = tmp_path / "books.db"
    connection = sqlite3.connect(base)
    connection.execute("create table entries (ref text, amount text, ccy text, booked text)")
    connection.execute("insert into entries values ('A1', '10.00', 'EUR', '2024-01-02')")
    connection.commit()
    connection.close()
    job = ReconcileJob(
        left=str(tmp_path / "bank.csv"),
        right=f"sqlite:///{base}#entries",
        spec=tmp_path / "spec.yaml",
        out=tmp_path / "first",
    )
    first = reconcile(job)
    assert first.manifest.counts["matched"]["rows_right"] == 1
    assert same_bytes(first, repeat(first.out, out=tmp_path / "again"))


def test_a_run_that_needed_a_password_is_refused(run: Run, tmp_path: Path) -> None:
    first = run(LEFT, RIGHT)
    path = first.out / "run.json"
    location = "postgresql://ann:***@host/db#entries"
    path.write_text(
        path.read_text().replace(
            str(tmp_path / "bank.csv") + '",\n      "name', location + '",\n      "name'
        )
    )
    assert load_manifest(path).inputs[0].location == location
    with pytest.raises(InputError, match="keeps no password"):
        repeat(path, out=tmp_path / "again")


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "expected a run's manifest"), ("{}", "is not the manifest"), ("x", "is not the man")],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match=said):
        load_manifest(tmp_path)


def test_steps_are_announced(run: Run, tmp_path: Path) -> None:
    said: list[Any] = []
    repeat(run(LEFT, RIGHT).out, out=tmp_path / "again", announce=said.append)
    assert "match" in said
