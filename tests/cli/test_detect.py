import json
from pathlib import Path
from typing import Any

import numpy as np
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


def test_what_labels_taught_orders_a_file_that_comes_later(folder: Path) -> None:
    """Half of a column named `risk` is what people look for; amounts say nothing of it."""
    for name, seed in (("past", 1), ("first", 2), ("later", 3)):
        draw = np.random.default_rng(seed)
        lines = ["amount,risk,age,checked"]
        for row in range(300):
            sought = row % 20 == 0 and name != "past"
            amount, age = draw.normal(100, 10), draw.normal(40, 8)
            risk = draw.normal(7.0 if sought else 4.0, 0.5)
            lines.append(f"{amount:.2f},{risk:.3f},{age:.1f},{int(sought)}")
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    words = ("--history", "past.csv", "--labels", "checked")
    before = shown("detect", "later.csv", *words, "--out", "before")
    shown("detect", "first.csv", *words, "--learn", "--out", "learnt")
    assert len(list(folder.glob(".tieout/models/*.learnt.npz"))) == 1
    after = shown("detect", "later.csv", *words, "--out", "after")
    precise = [told["quality"]["average_precision"] for told in (before, after)]
    assert precise[1] > 0.95 > precise[0]
    manifest = json.loads((folder / "after" / "run.json").read_text())
    assert len(manifest["options"]["reranker"]) == 64
    assert "Ordered by what an earlier run learnt" in (folder / "after" / "report.html").read_text()
