from pathlib import Path

import pytest

from tieout.export.aside import written_aside
from tieout.model.errors import InputError


def _write_half(path: Path) -> None:
    with written_aside(path) as part:
        part.write_text("half", encoding="utf-8")
        raise ValueError("half way")


def test_it_leaves_only_the_finished_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"

    with written_aside(path) as part:
        part.write_text("done", encoding="utf-8")
        assert not path.exists()

    assert path.read_text(encoding="utf-8") == "done"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_it_keeps_the_earlier_file_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("earlier", encoding="utf-8")

    with pytest.raises(ValueError, match="half way"):
        _write_half(path)

    assert path.read_text(encoding="utf-8") == "earlier"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_it_says_in_one_line_that_a_folder_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "report.html"

    with pytest.raises(InputError) as caught, written_aside(path) as part:
        part.write_text("done", encoding="utf-8")

    assert str(caught.value) == f"{path}: cannot be written: No such file or directory"


def test_it_says_in_one_line_that_a_folder_stands_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.mkdir()

    with (
        pytest.raises(InputError, match="cannot be written: Is a directory"),
        written_aside(path) as part,
    ):
        part.write_text("done", encoding="utf-8")

    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
