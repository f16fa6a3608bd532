"""Nothing in the repository depends on the machine on which it was written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOMES = re.compile(r"(?<![\w.])/(?:home|Users|root)/\w+|[A-Z]:\\Users\\\w+")
BINARY = {".png", ".parquet", ".xlsx", ".gz", ".ico", ".woff2"}


def machine_paths(text: str) -> list[str]:
    """Paths into somebody's home, and the place where this copy of the repository lies."""
    found = [match.group() for match in HOMES.finditer(text)]
    here = f"{ROOT}/"
    return [*found, here] if here in text else found


def test_no_file_names_a_path_of_a_machine(repository: list[Path]) -> None:
    texts = [path for path in repository if path.suffix not in BINARY]
    found = {path: machine_paths(path.read_text("utf-8", errors="replace")) for path in texts}
    assert {path: paths for path, paths in found.items() if paths} == {}


@pytest.mark.parametrize("home", ["/{}/ann/books", "file:///{}/ann", "C:\\{}\\ann"])
def test_somebodys_home_is_found(home: str) -> None:
    # Filled in here, so that this file does not hold what it looks for.
    assert machine_paths(f"see {home.format('Users')}.") != []


def test_the_place_of_this_copy_is_found() -> None:
    assert machine_paths(f"see {ROOT}/src.") != []


@pytest.mark.parametrize("text", ["/usr/bin/chromium", "src/tieout", "https://example.org/home/"])
def test_other_paths_are_left_alone(text: str) -> None:
    assert machine_paths(text) == []
