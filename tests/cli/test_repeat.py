"""`tieout repeat RUN`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Tieout = Callable[..., Any]
Files = tuple[Path, Path]


def test_a_run_that_is_repeated_gives_the_same_bytes(tieout: Tieout, two_files: Files) -> None:
    first = json.loads(tieout("reconcile bank.csv books.csv --json").out)
    said = tieout(f"repeat {first['out']} --json --out again")
    assert (said.code, said.err) == (0, "")
    second = json.loads(said.out)
    assert second["matched"] == first["matched"]
    for name in ("matches.parquet", "breaks.parquet", "breaks.csv", "rejects.csv"):
        assert Path(first["out"], name).read_bytes() == Path("again", name).read_bytes()


def test_people_get_a_summary(tieout: Tieout, two_files: Files) -> None:
    tieout("reconcile bank.csv books.csv --json --out one")
    said = tieout("repeat one --out two")
    assert said.code == 0
    assert "two" in said.out


def test_an_input_that_has_changed_is_refused(
    tieout: Tieout, two_files: Files, tmp_path: Path
) -> None:
    tieout("reconcile bank.csv books.csv --json --out one")
    two_files[0].write_text(two_files[0].read_text() + "INV-00099;01.03.2024;1,00;EUR;rent\n")
    said = tieout("repeat one --out two --json")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert "bank.csv: has changed since the run (its SHA-256 differs)" in said.err
    assert not (tmp_path / "two").exists()


def test_what_is_no_run_is_refused(tieout: Tieout, tmp_path: Path) -> None:
    said = tieout("repeat .")
    assert said.code == 2
    assert "expected a run's manifest" in said.err
    assert list(tmp_path.iterdir()) == []
