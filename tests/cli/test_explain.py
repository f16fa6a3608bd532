"""`tieout explain`."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tieout.cli.explain import explain_command
from tieout.model.errors import InputError
from tieout.pipeline.reconcile import ReconcileJob, reconcile


@pytest.fixture
def app() -> typer.Typer:
    """An application of this one command."""
    found = typer.Typer()
    found.command("explain")(explain_command)
    return found


@pytest.fixture
def run(two_files: tuple[Path, Path], tmp_path: Path) -> Path:
    """A finished reconciliation."""
    left, right = map(str, two_files)
    return reconcile(ReconcileJob(left=left, right=right, out=tmp_path / "run")).out


def test_a_row_is_told_station_by_station(app: typer.Typer, run: Path) -> None:
    said = CliRunner().invoke(app, [str(run), "9"])
    assert said.exit_code == 0
    titles = [line for line in said.stdout.splitlines() if line and not line.startswith(" ")]
    assert titles[0].startswith("Left row 9: ")
    assert [title for title in titles if title in {"Normalised", "Passes", "Break"}] == [
        "Normalised",
        "Passes",
        "Break",
    ]


def test_json_is_one_object(app: typer.Typer, run: Path) -> None:
    said = CliRunner().invoke(app, [str(run), "1", "--side", "right", "--json"])
    told = json.loads(said.stdout)
    assert (told["subject"], told["outcome"]) == ("Right row 1", "matched")
    assert [step["step"] for step in told["steps"]] == ["source", "normalised", "passes", "match"]


def test_a_row_that_there_is_not_is_bad_input(app: typer.Typer, run: Path) -> None:
    said = CliRunner().invoke(app, [str(run), "999"])
    assert isinstance(said.exception, InputError)
    assert "has rows 1 to 31" in str(said.exception)
