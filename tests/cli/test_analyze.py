"""`tieout analyze BREAKS`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tieout = Callable[..., Any]
CONTRACT = [
    *("run_id", "out", "rows", "agreeing", "breaks", "incidents", "rejected"),
    *("conservation", "seconds"),
]


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """Thirty days of four accounts; the last day has one difference far beyond what was."""
    lines = ["date,account,currency,ledger,statement"]
    for day in range(1, 31):
        for account in range(4):
            gap = (day * 7 + account * 5) % 9 - 4
            gap = 9_000 if (day, account) == (30, 2) else gap
            lines.append(f"2025-01-{day:02d},A{account},EUR,50000.00,{50000 - gap}.00")
    path = tmp_path / "found.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_it_prints_exactly_one_json_object(tieout: Tieout, found: Path) -> None:
    said = tieout("analyze found.csv --json")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") == 1
    answer = json.loads(said.out)
    assert list(answer) == CONTRACT
    assert answer["rows"] == {"breaks": 4, "history": 116}
    assert (answer["breaks"]["anomalous"], answer["incidents"]) == (1, 0)
    assert answer["breaks"]["by_category"]["spike"] == 1
    assert answer["conservation"] is True
    assert answer["seconds"] > 0


def test_it_writes_a_run_folder_in_the_workspace(
    tieout: Tieout, found: Path, tmp_path: Path
) -> None:
    answer = json.loads(tieout("analyze found.csv --json").out)
    folder = Path(answer["out"])
    assert folder.parent.resolve() == (tmp_path / "runs").resolve()
    assert folder.name.endswith("-analyze")
    assert json.loads((folder / "run.json").read_text("utf-8"))["run_id"] == answer["run_id"]


@pytest.mark.parametrize(("option", "where"), [("--out here", "here"), ("--workspace w", "w/runs")])
def test_the_folder_may_be_chosen(
    tieout: Tieout, found: Path, tmp_path: Path, option: str, where: str
) -> None:
    answer = json.loads(tieout(f"analyze found.csv --json {option}").out)
    assert Path(answer["out"]).is_relative_to(where)
    assert not (tmp_path / "runs").exists()


def test_people_get_a_summary(tieout: Tieout, found: Path) -> None:
    said = tieout("analyze found.csv --out here")
    assert said.code == 0
    words = " ".join(said.out.split())
    assert "1 of 4 breaks is out of pattern. Judged by" in words
    assert "9,000.00 EUR" in words
    assert "Files: here" in words


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("anomalous=0", 3), ("anomalous=1", 0), ("breaks=3", 3), ("4", 0), ("share=99%", 3),
        ("share=100%", 0), ("amount=9000", 3), ("amount=10000", 0),
    ],
)  # fmt: skip
def test_a_limit_that_is_passed_ends_with_three(
    tieout: Tieout, found: Path, limit: str, code: int
) -> None:
    said = tieout(f"analyze found.csv --out here --json --fail-on {limit}")
    assert said.code == code
    assert Path("here/run.json").is_file()
    assert bool(said.err) == (code == 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("analyze none.csv", "none.csv: there is no such file"),
        ("analyze found.csv --as-of tomorrow", "--as-of tomorrow: expected a date"),
        ("analyze found.csv --fail-on many", "--fail-on many: expected"),
        ("analyze found.csv --spec none.yaml", "none.yaml: cannot be read"),
        ("analyze found.csv --history none.csv", "none.csv: there is no such file"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(
    tieout: Tieout, found: Path, words: str, said: str, tmp_path: Path
) -> None:
    answer = tieout(words)
    assert answer.code == 2
    assert answer.out == ""
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_history_and_spec_may_be_given(tieout: Tieout, found: Path, tmp_path: Path) -> None:
    header, *rows = found.read_text("utf-8").splitlines()
    (tmp_path / "now.csv").write_text("\n".join([header, *rows[-4:]]) + "\n", encoding="utf-8")
    (tmp_path / "past.csv").write_text("\n".join([header, *rows[:-4]]) + "\n", encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(
        "analysis: mine\nkey: account\ncriteria: {left: ledger, right: statement}\n"
        "date: date\ncurrency: currency\ntolerance: {absolute: 100}\n",
        encoding="utf-8",
    )
    said = tieout("analyze now.csv --history past.csv --spec spec.yaml --json")
    answer = json.loads(said.out)
    assert answer["breaks"]["total"] == 1
    assert answer["rows"] == {"breaks": 4, "history": 116}
