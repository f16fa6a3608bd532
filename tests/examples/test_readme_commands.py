"""The commands of an example's README do what it says of them."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tieout.cli.main import app

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if (path / "spec.yaml").is_file())


def commands(folder: Path) -> list[str]:
    """The lines of the first block of shell in the README."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return block[1].splitlines()


def run(command: str) -> Result:
    program, *arguments = shlex.split(command)
    assert program == "tieout"
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of an example to run commands in."""
    folder = tmp_path / str(request.param)
    shutil.copytree(EXAMPLES / str(request.param), folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", FOLDERS)
def test_every_readme_has_three_commands(name: str) -> None:
    assert len(commands(EXAMPLES / name)) == 3


@pytest.mark.parametrize("copy", ["bank-to-ledger"], indirect=True)
def test_the_bookshops_run_is_repeated_byte_for_byte(copy: Path) -> None:
    answers = [run(command) for command in commands(copy)]
    assert [answer.exit_code for answer in answers] == [0, 0, 0]
    assert "19 breaks worth" in answers[0].stdout
    for name in ("matches.parquet", "breaks.parquet", "breaks.csv", "rejects.csv"):
        assert (copy / "run" / name).read_bytes() == (copy / "run-again" / name).read_bytes()


@pytest.mark.parametrize("copy", ["bank-to-ledger"], indirect=True)
def test_the_spec_that_is_inferred_is_written_with_its_reasons(copy: Path) -> None:
    run(commands(copy)[1])
    spec = (copy / "without-spec" / "spec.yaml").read_text(encoding="utf-8")
    assert "# key: reference = doc_no. " in spec


@pytest.mark.parametrize("copy", ["card-settlement"], indirect=True)
def test_the_web_shops_nightly_job_fails_on_breaks(copy: Path) -> None:
    answers = [run(command) for command in commands(copy)]
    assert [answer.exit_code for answer in answers] == [0, 3, 0]
    assert '"$schema"' in answers[2].stdout


def test_every_example_is_tested() -> None:
    assert FOLDERS == ["bank-to-ledger", "card-rates", "card-settlement"]
