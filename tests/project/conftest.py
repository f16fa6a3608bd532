"""The repository's own files."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_PASSED_OVER = {
    ".git", ".venv", ".uv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ".import_linter_cache", ".grimp_cache", "__pycache__", "runs", "dist", "demo",
}  # fmt: skip


def files_under(folder: Path) -> list[Path]:
    """Every file that belongs to the repository, without what tools leave behind."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            passed_over = path.name in _PASSED_OVER or path == ROOT / "benchmarks" / "data"
            found += [] if passed_over else files_under(path)
        elif path.is_file():
            found.append(path)
    return found


@pytest.fixture(scope="session")
def repository() -> list[Path]:
    """All files of the repository."""
    return files_under(ROOT)


@pytest.fixture(scope="session")
def python_files(repository: list[Path]) -> list[Path]:
    """Its Python files."""
    return [path for path in repository if path.suffix == ".py"]
