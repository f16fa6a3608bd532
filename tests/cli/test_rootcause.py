"""`tieout rootcause FILE`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tieout.cli.rootcause import rootcause_command
from tieout.model.errors import InputError


@dataclass(frozen=True)
class Said:
    """How the command ended and what it said."""

    out: str
    error: BaseException | None


Command = Callable[[str], Said]


@pytest.fixture
def rootcause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command in a folder with a file of cells by the minute."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIEOUT_WORKSPACE", raising=False)
    (tmp_path / "cells.csv").write_text(cells(), encoding="utf-8")
    app = typer.Typer()
    app.command()(rootcause_command)

    def run(words: str) -> Said:
        found = CliRunner().invoke(app, words.split())
        return Said(found.stdout, found.exception)

    return run


def cells() -> str:
    random = np.random.default_rng(1)
    lines = ["min,value,cnt,cdn,isp"]
    for minute in range(8):
        for cdn in (1, 3, 7):
            for isp in ("north", "south"):
                rate = 0.3 if minute == 6 and cdn == 3 else 0.02
                count = random.binomial(700, rate)
                lines.append(f"{1_566_656_000 + 60 * minute},{count},700,{cdn},{isp}")
    return "\n".join(lines) + "\n"


RATE = "cells.csv --value value --total cnt --time min"


def test_one_object_tells_what_is_named(rootcause: Command, tmp_path: Path) -> None:
    said = rootcause(f"{RATE} --at 1566656360 --attributes cdn,isp --json --out run")
    assert said.error is None
    found = json.loads(said.out)
    assert found["named"] == ["cdn=3"]
    assert (found["abstained"], found["verdict"]) == (False, "named")
    assert found["causes"] == 11
    assert "cdn=3 explains" in found["why"]
    assert found["conservation"] is True
    assert found["seconds"] > 0
    assert (tmp_path / found["out"] / "causes.csv").is_file()


def test_one_object_tells_that_nothing_is_named(rootcause: Command) -> None:
    found = json.loads(rootcause(f"{RATE} --at 1566656300 --json --out run").out)
    assert (found["named"], found["abstained"], found["verdict"]) == ([], True, "quiet")
    assert found["causes"] > 0


def test_people_get_the_answer_first(rootcause: Command) -> None:
    said = rootcause(f"{RATE} --at 1566656360 --out run")
    assert said.out.startswith("Named: cdn=3.")
    assert "report.html" in said.out


def test_a_run_without_out_goes_into_the_workspace(rootcause: Command, tmp_path: Path) -> None:
    found = json.loads(rootcause(f"{RATE} --json --workspace here").out)
    assert found["run_id"].endswith("-rootcause")
    assert Path(found["out"]).parent == Path("here/runs")
    assert (tmp_path / found["out"] / "run.json").is_file()


def test_two_periods_are_compared(rootcause: Command) -> None:
    said = rootcause(
        f"{RATE} --before ..1566656300 --after 1566656360..1566656360 --json --out run"
    )
    assert json.loads(said.out)["named"] == ["cdn=3"]


def test_an_attribute_that_is_missing_is_told(rootcause: Command) -> None:
    found = json.loads(rootcause(f"{RATE} --attributes cdn,p2p --json --out run").out)
    assert any("without p2p" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cells.csv --value value --total cnt --direction up", "expected rise, fall or auto"),
        ("cells.csv --value valu", "did you mean 'value'?"),
        (f"{RATE} --at 1", "has no such moment"),
        ("nowhere.csv", "there is no such file"),
    ],
)
def test_bad_usage_is_refused_and_leaves_nothing(
    rootcause: Command, tmp_path: Path, words: str, said: str
) -> None:
    error = rootcause(f"{words} --out run").error
    assert isinstance(error, InputError)
    assert said in str(error)
    assert not (tmp_path / "run").exists()
