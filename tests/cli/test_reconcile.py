"""`tieout reconcile LEFT RIGHT`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.sources.open import open_source

Tieout = Callable[..., Any]
Files = tuple[Path, Path]
CONTRACT = {
    "run_id",
    "out",
    "rows",
    "matched",
    "ambiguous",
    "breaks",
    "rejected",
    "conservation",
    "seconds",
}
FILES = {
    "run.json",
    "rejects.csv",
    "report.html",
    "matches.parquet",
    "breaks.parquet",
    "breaks.csv",
    "open_items.parquet",
    "incidents.csv",
    "summaries.md",
    "spec.yaml",
}


def test_it_prints_exactly_one_json_object(tieout: Tieout, two_files: Files) -> None:
    said = tieout("reconcile bank.csv books.csv --json")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") == 1
    found = json.loads(said.out)
    assert set(found) == CONTRACT
    assert found["rows"] == {"left": 31, "right": 28}
    assert found["matched"] == {"groups": 27, "rows_left": 27, "rows_right": 27}
    assert found["breaks"]["total"] == sum(found["breaks"]["by_bucket"].values()) == 3
    assert found["rejected"] == {"left": 1, "right": 0}
    assert found["ambiguous"] == 0
    assert found["conservation"] is True
    assert found["seconds"] > 0


def test_it_writes_a_run_folder_in_the_workspace(
    tieout: Tieout, two_files: Files, tmp_path: Path
) -> None:
    found = json.loads(tieout("reconcile bank.csv books.csv --json").out)
    folder = Path(found["out"])
    assert folder.parent.resolve() == (tmp_path / "runs").resolve()
    assert folder.name == found["run_id"]
    assert {path.name for path in folder.iterdir()} == FILES
    assert json.loads((folder / "run.json").read_text())["run_id"] == found["run_id"]


@pytest.mark.parametrize(
    ("option", "where"),
    [("--out here/it/is", "here/it/is"), ("--workspace w", "w/runs")],
)
def test_the_folder_may_be_chosen(
    tieout: Tieout, two_files: Files, tmp_path: Path, option: str, where: str
) -> None:
    found = json.loads(tieout(f"reconcile bank.csv books.csv --json {option}").out)
    assert Path(found["out"]).is_relative_to(where)
    assert not (tmp_path / "runs").exists()


def test_a_workspace_above_is_found(
    tieout: Tieout, two_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tieout.yaml").touch()
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert tieout("reconcile ../bank.csv ../books.csv --json").code == 0
    assert len(list((tmp_path / "runs").iterdir())) == 1


def test_people_get_a_summary(tieout: Tieout, two_files: Files) -> None:
    said = tieout("reconcile bank.csv books.csv --out out")
    assert said.code == 0
    assert "bank" in said.out
    assert "out" in said.out
    assert not said.out.startswith("{")


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("3", 0),
        ("2", 3),
        ("breaks=3", 0),
        ("breaks=2", 3),
        ("share=6.8%", 0),
        ("share=6.7%", 3),
        ("6.7%", 3),
        ("amount=543.32", 0),
        ("amount=543.31", 3),
    ],
)
def test_a_limit_that_is_passed_ends_with_three(
    tieout: Tieout, two_files: Files, limit: str, code: int
) -> None:
    # 153.09 and 306.18 are missing and 84.05 is short: 4 rows of 59.
    said = tieout(f"reconcile bank.csv books.csv --json --out out --fail-on {limit}")
    assert said.code == code
    assert json.loads(said.out)["breaks"]["total"] == 3
    assert said.err == ("" if code == 0 else f"tieout: --fail-on {limit} was passed\n")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("bank.csv gone.csv", "gone.csv: there is no such file"),
        ("bank.csv *.txt", "no file has such a name"),
        ("bank.csv empty.csv", "empty.csv: the file is empty"),
        ("bank.csv header.csv", "header.csv"),
        ("bank.csv books.csv --spec gone.yaml", "gone.yaml: cannot be read"),
        ("bank.csv books.csv --spec wrong.yaml", "wrong.yaml: left.kee: no such field"),
        ("bank.csv books.csv --spec columns.yaml", "no column 'nothing'"),
        ("bank.csv books.csv --spec passes.yaml", "a pass is `on` 'colour'"),
        ("bank.csv books.csv --spec calendar.yaml", "calendar 'XX' is not known"),
        ("bank.csv books.csv --engine spark://nowhere", "expected spark://HOST:PORT"),
        ("bank.csv books.csv --as-of yesterday", "--as-of yesterday: expected a date"),
        ("bank.csv books.csv --fail-on many", "--fail-on many: expected a number"),
        ("bank.csv books.csv --fail-on 1.2.3", "--fail-on 1.2.3: expected a number"),
        ("bank.csv books.csv --memory heaps", "'heaps': expected a size"),
        ("bank.csv books.csv --memory 1MB", "1MB of memory"),
        ("bank.csv books.csv --temp nowhere", "--temp nowhere"),
        ("bank.csv books.csv --out bank.csv", "--out bank.csv: is a file"),
        ("bank.csv books.csv --out full", "--out full: holds files"),
        ("bank.csv books.csv --out bank.csv/below", "bank.csv/below: can't be written"),
        ("bank.csv ftp://host/books.csv", "ftp://"),
        ("bank.csv postgresql://ann:secret@127.0.0.1:1/db#t", "PostgreSQL says"),
        ("bank.csv", "Missing argument 'right'"),
        ("bank.csv books.csv --colour red", "No such option: --colour"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tieout: Tieout, two_files: Files, tmp_path: Path, command: str, said: str
) -> None:
    side = "{name: n, key: [Reference], amount: Amount, date: Booking date}"
    books = "{name: n, key: [doc_no], amount: debit, date: posted}"
    sides = f"left: {side}\nright: {books}\n"
    written = {
        "empty.csv": "",
        "header.csv": "doc_no,posted,debit\n",
        "wrong.yaml": sides.replace("key: [Ref", "kee: [Ref"),
        "columns.yaml": sides.replace("debit", "nothing"),
        "passes.yaml": sides + "passes: [{exact: {on: [colour]}}]\n",
        "calendar.yaml": sides + "passes: [{tolerance: {calendar: XX, days: {after: 1}}}]\n",
        "full/thesis.doc": "x",
    }
    (tmp_path / "full").mkdir()
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    before = {path for path in tmp_path.rglob("*") if path.is_file() or path.is_dir()}
    found = tieout(f"reconcile {command} --json")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("tieout: ")
    assert found.err.count("\n") == 1
    assert said in found.err
    assert "secret" not in found.err
    assert set(tmp_path.rglob("*")) == before


def test_an_inferred_spec_may_be_used_again(tieout: Tieout, two_files: Files) -> None:
    first = json.loads(tieout("reconcile bank.csv books.csv --json --out one").out)
    again = tieout("reconcile bank.csv books.csv --json --out two --spec one/spec.yaml")
    second = json.loads(again.out)
    for name in ("matched", "breaks", "rejected", "rows"):
        assert first[name] == second[name]
    for name in ("matches.parquet", "breaks.parquet"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()


def test_rows_in_the_files_are_those_of_the_input(
    tieout: Tieout, two_files: Files, tmp_path: Path
) -> None:
    tieout("reconcile bank.csv books.csv --json --out out")
    left = two_files[0].read_text().splitlines()[1:]
    right = two_files[1].read_text().splitlines()[1:]
    for a, b in pl.read_parquet("out/matches.parquet").select("left_rows", "right_rows").rows():
        reference = left[a[0] - 1].split(";")[0].replace("-", "").lower()
        assert right[b[0] - 1].startswith(reference)
    keys = pl.read_parquet("out/breaks.parquet")["key"].to_list()
    assert keys == ["INV-00005", "INV-00009", "INV-00018"]


def test_the_day_from_which_ages_count_may_be_chosen(tieout: Tieout, two_files: Files) -> None:
    tieout("reconcile bank.csv books.csv --json --out out --as-of 2024-04-10")
    ages = pl.read_parquet("out/breaks.parquet").select("key", "age_days").rows()
    assert ages == [("INV-00005", 35), ("INV-00009", 31), ("INV-00018", 22)]


def test_a_password_stands_in_no_file_of_the_run(
    tieout: Tieout, two_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(location: str, **more: Any) -> Any:
        # A server of its own would take longer to start than the test takes.
        return open_source("books.csv" if "://" in location else location, **more)

    monkeypatch.setattr("tieout.pipeline.reconcile.open_source", answer)
    urls = [
        "postgresql://ann:hunter2@host/db#entries",
        "postgresql://ann:hunter2@x@host/db#entries",
        "postgresql://host/db?user=ann&password=hunter2#entries",
    ]
    for number, url in enumerate(urls):
        said = tieout(f"reconcile bank.csv '{url}' --json --out out{number}")
        assert said.code == 0
        assert "hunter2" not in said.out + said.err
        for path in Path(f"out{number}").iterdir():
            assert b"hunter2" not in path.read_bytes(), path.name
        location = json.loads(Path(f"out{number}/run.json").read_text())["inputs"][1]["location"]
        assert "***" in location


def test_nothing_but_the_object_is_on_stdout_of_a_real_process(
    two_files: Files, tmp_path: Path
) -> None:
    words = ["reconcile", "bank.csv", "books.csv", "--json", "--fail-on", "1"]
    script = "from tieout.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert set(json.loads(done.stdout)) == CONTRACT
    assert done.stderr == "tieout: --fail-on 1 was passed\n"
