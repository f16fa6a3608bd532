import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tieout.cli.main import app
from tieout.model.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with practice payments, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    invoke("generate", "payments", "--rows", "1500", "--seed", "4", "--out", "p")
    return tmp_path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def shown(*words: str) -> dict[str, Any]:
    result = invoke(*words, "--json")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_json_tells_what_was_flagged_and_where_it_is(folder: Path) -> None:
    found = shown("detect", "p/transactions.csv", "--profile", "payments", "--out", "run")
    assert found["rows"] == 1_500
    assert found["conservation"] is True
    assert found["flagged"]["total"] <= 75
    assert (folder / "run" / "cases.csv").is_file()
    assert "burst" in found["rules"]


def test_without_a_file_the_data_set_just_made_is_judged(folder: Path) -> None:
    assert shown("detect", "--out", "run")["rules"]


def test_people_see_cases_with_their_reasons(folder: Path) -> None:
    result = invoke("detect", "p/transactions.csv", "--profile", "payments", "--out", "run")
    assert result.exit_code == 0
    assert "are out of pattern" in result.stdout
    assert "Why" in result.stdout
    assert "Files: run (report.html, summaries.md, cases.csv)" in result.stdout


def test_a_threshold_sets_the_cut(folder: Path) -> None:
    words = ("detect", "p/transactions.csv", "--threshold", "0.99", "--out", "run")
    assert shown(*words)["flagged"]["ml"] == 0


def test_a_limit_that_is_passed_ends_with_exit_code_3(folder: Path) -> None:
    words = ("detect", "p/transactions.csv", "--profile", "payments", "--out", "run")
    result = invoke(*words, "--fail-on", "flagged=0")
    assert result.exit_code == 3
    assert (folder / "run" / "run.json").is_file()
    assert invoke(*words, "--fail-on", "share=50%").exit_code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--role", "amount"), "expected role=COLUMN"),
        (("--role", "amount=nothing"), "no column 'nothing'"),
        (("--labels", "nothing"), "no such column"),
        (("--learn",), "--learn needs --labels"),
        (("--fail-on", "cases=3"), "expected a number of flagged"),
        (("--capacity", "3", "--history", "nowhere.csv"), "nowhere.csv"),
        (("--rules", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_bad_usage_is_told_in_one_line(folder: Path, words: tuple[str, ...], expected: str) -> None:
    result = invoke("detect", "p/transactions.csv", "--out", "run", *words)
    assert isinstance(result.exception, InputError)
    assert expected in str(result.exception)
    assert not (folder / "run").exists()


def test_a_detection_can_be_repeated(folder: Path) -> None:
    first = shown("detect", "p/transactions.csv", "--profile", "payments", "--out", "run")
    again = shown("repeat", "run", "--out", "again")
    assert again["flagged"] == first["flagged"]
    one, two = (folder / out / "transactions_scored.csv" for out in ("run", "again"))
    assert one.read_bytes() == two.read_bytes()
