"""Every room says what it is for, and the version is told once."""

import ast
import re
import tomllib
from pathlib import Path

import tieout

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tieout"


def packages() -> list[Path]:
    """Folders of the source that hold Python files."""
    return sorted({path.parent for path in SOURCE.rglob("*.py")})


def test_every_package_says_what_it_is_for() -> None:
    silent = []
    for folder in packages():
        start = folder / "__init__.py"
        if not start.is_file() or not ast.get_docstring(ast.parse(start.read_text("utf-8"))):
            silent.append(folder)
    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in SOURCE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_changelog_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?(?:Unreleased\] )?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert versions[0] == tieout.__version__


def test_the_layers_name_every_room() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = set(re.findall(r"tieout\.(\w+)", " ".join(layers)))
    rooms = {folder.name for folder in packages() if folder.parent == SOURCE}
    assert rooms - named == set()


def test_a_room_that_is_built_is_not_called_optional() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    optional = set(re.findall(r"\(tieout\.(\w+)\)", " ".join(layers)))
    rooms = {folder.name for folder in packages() if folder.parent == SOURCE}
    assert rooms & optional == set()
