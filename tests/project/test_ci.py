"""The scripts that bring what a new machine lacks."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "id", "rm", "mkdir", "cat")
SCRIPTS = (".ci/uv", ".ci/prepare", ".ci/run")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A copy of .ci on a machine that has a shell and a few tools, and nothing else."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def install(machine: Path, name: str, script: str) -> None:
    """Put a program on the machine's PATH."""
    program = machine / "bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def run(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the machine with nothing but its own PATH."""
    return subprocess.run(
        ["/bin/sh", *words],
        cwd=machine,
        env={"PATH": str(machine / "bin"), "HOME": str(machine)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_executed_and_parsed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    shell = "bash" if name == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / name)], check=False).returncode == 0


def test_uv_on_the_path_is_used_and_downloads_no_python(machine: Path) -> None:
    install(machine, "uv", 'echo "$UV_PYTHON_DOWNLOADS $*"')
    assert run(machine, ".ci/uv", "sync", "--frozen").stdout == "never sync --frozen\n"
    assert not (machine / ".uv").exists()


def test_without_an_interpreter_it_says_so_in_one_line(machine: Path) -> None:
    install(machine, "uv", "exit 2")
    done = run(machine, ".ci/uv", "sync")
    assert done.returncode == 1
    assert re.fullmatch(r"\.ci/uv: no Python 3\.11 or newer was found; install .*\n", done.stderr)


def test_without_uv_and_python_it_says_so_in_one_line(machine: Path) -> None:
    done = run(machine, ".ci/uv", "sync")
    assert done.returncode == 1
    assert re.fullmatch(r"\.ci/uv: no Python 3\.11 or newer on PATH; .*\n", done.stderr)


def test_uv_comes_by_venv(machine: Path) -> None:
    install(
        machine,
        "python3",
        r"""
case "$*" in
*"-m venv"*)
    mkdir -p .uv/bin
    echo "echo 'echo venv \$*' > .uv/bin/uv; /bin/chmod +x .uv/bin/uv" > .uv/bin/pip
    /bin/chmod +x .uv/bin/pip ;;
esac""",
    )
    assert run(machine, ".ci/uv", "--version").stdout == "venv --version\n"


def test_uv_comes_by_pip_where_there_is_no_venv(machine: Path) -> None:
    install(
        machine,
        "python3",
        r"""
case "$*" in
*"-m venv"*) exit 1 ;;
*"-m pip"*)
    mkdir -p .uv/lib/bin
    echo 'echo pip $*' > .uv/lib/bin/uv
    /bin/chmod +x .uv/lib/bin/uv ;;
esac""",
    )
    assert run(machine, ".ci/uv", "--version").stdout == "pip --version\n"
    assert run(machine, ".ci/uv", "--version").stderr == "", "the second time it is there"


def test_with_neither_it_says_what_to_install(machine: Path) -> None:
    install(machine, "python3", 'case "$*" in *"-m "*) exit 1 ;; esac')
    done = run(machine, ".ci/uv", "--version")
    assert done.returncode == 1
    assert "install uv, or venv or pip for python3" in done.stderr.splitlines()[-1]


def prepared(machine: Path) -> list[str]:
    """What the script says where none of its programs is there."""
    script = machine / ".ci" / "prepare"
    text = script.read_text().replace("=/usr/", "=/nowhere/")
    script.write_text(text.replace("${JAVA_HOME:-/usr}", "/nowhere"))
    done = run(machine, ".ci/prepare")
    assert done.returncode == 0
    return done.stderr.splitlines()


def test_prepare_never_fails_and_says_what_is_skipped(machine: Path) -> None:
    assert prepared(machine) == [
        (
            ".ci/prepare: no /nowhere/bin/chromium (packages can't be installed here): the tests "
            "in tests/browser are skipped (with CI=true they fail)"
        ),
        (
            ".ci/prepare: no /nowhere/bin/java (packages can't be installed here): the tests on "
            "Spark are skipped (with CI=true they fail)"
        ),
        (
            ".ci/prepare: no /nowhere/lib/rabbitmq/bin/rabbitmq-server (packages can't be "
            "installed here): the tests on RabbitMQ are skipped (pytest lists them)"
        ),
    ]


def test_prepare_says_why_a_package_did_not_come(machine: Path) -> None:
    install(machine, "id", "echo 0")
    install(machine, "env", 'shift; exec "$@"')
    install(machine, "apt-get", "echo W: old >&2; echo E: Unable to locate package >&2; exit 100")
    said = [line for line in prepared(machine) if "rabbitmq-server" in line]
    assert said[0] == ".ci/prepare: installing rabbitmq-server for the tests on RabbitMQ"
    assert "rabbitmq-server (E: Unable to locate package): the tests on" in said[1]


def test_a_test_that_is_skipped_says_why_in_the_summary() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    [shown] = re.findall(r"(?:^| )-r(\w+)", options["ini_options"]["addopts"])
    assert {"s", "f", "E"} <= set(shown)


def targets() -> dict[str, str]:
    """Targets of the Makefile and what they say they do."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z-]+):.*## (.+)$", text, re.MULTILINE))


def test_every_target_that_the_pages_and_scripts_name_exists() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run"]
    named = set()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for words in re.findall(r"(?:`|^|step )make ([a-z -]+)", text, re.MULTILINE):
            named |= set(words.split("  ")[0].split())
        named |= set(re.findall(r"^step ([a-z-]+)$", text, re.MULTILINE))
    assert named
    assert named - targets().keys() == set()


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1]
    assert re.findall(r"^make (\w+)", commands, re.MULTILINE) == ["demo", "test"]


def test_ci_runs_every_check_and_the_tests_last() -> None:
    steps = re.findall(r"^step ([a-z-]+)$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert steps == ["lint", "types", "layers", "docs-check", "test"]


def test_hooks_fetch_nothing() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in settings["repos"]] == ["local"]
    hooks = settings["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format", "mypy", "lint-imports"]
    assert {hook["language"] for hook in hooks} == {"system"}
