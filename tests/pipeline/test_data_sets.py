"""The newest data set of a workspace."""

import json
from pathlib import Path

import pytest

from tieout.pipeline.data_sets import (
    POINTER_FILE,
    DataSet,
    latest_data_set,
    remember_data_set,
)


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a,b\n1,2\n")
    return path


def test_the_newest_is_found(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        assert remember_data_set("payments", made(tmp_path / name), tmp_path)
    assert latest_data_set("payments", tmp_path) == DataSet("payments", tmp_path / "two.csv")


def test_each_kind_has_its_newest(tmp_path: Path) -> None:
    remember_data_set("payments", made(tmp_path / "p.csv"), tmp_path)
    remember_data_set("journal", made(tmp_path / "j.csv"), tmp_path)
    assert latest_data_set("payments", tmp_path) == DataSet("payments", tmp_path / "p.csv")
    assert latest_data_set("journal", tmp_path) == DataSet("journal", tmp_path / "j.csv")


def test_without_a_kind_the_newest_of_all_is_found(tmp_path: Path) -> None:
    for kind in ("payments", "journal", "payments"):
        remember_data_set(kind, made(tmp_path / f"{kind}.csv"), tmp_path)
    assert latest_data_set(workspace=tmp_path) == DataSet("payments", tmp_path / "payments.csv")


def test_nothing_is_found_where_nothing_was_remembered(tmp_path: Path) -> None:
    assert latest_data_set(workspace=tmp_path) is None
    remember_data_set("journal", made(tmp_path / "j.csv"), tmp_path)
    assert latest_data_set("payments", tmp_path) is None


def test_a_file_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    remember_data_set("payments", made(tmp_path / "p.csv"), tmp_path)
    remember_data_set("journal", made(tmp_path / "j.csv"), tmp_path)
    (tmp_path / "j.csv").unlink()
    assert latest_data_set(workspace=tmp_path) == DataSet("payments", tmp_path / "p.csv")
    assert latest_data_set("journal", tmp_path) is None


def test_a_workspace_may_be_moved(tmp_path: Path) -> None:
    workspace = tmp_path / "before"
    remember_data_set("payments", made(workspace / "data" / "p.csv"), workspace)
    moved = workspace.rename(tmp_path / "after")
    assert latest_data_set("payments", moved) == DataSet("payments", moved / "data" / "p.csv")


def test_a_file_elsewhere_is_found_by_its_whole_path(tmp_path: Path) -> None:
    workspace, elsewhere = tmp_path / "workspace", made(tmp_path / "elsewhere" / "p.csv")
    remember_data_set("payments", elsewhere, workspace)
    found = latest_data_set("payments", workspace)
    assert found is not None
    assert found.path == elsewhere.resolve()


def test_a_relative_path_is_one_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = tmp_path / "workspace"
    made(tmp_path / "here" / "p.csv")
    monkeypatch.chdir(tmp_path / "here")
    remember_data_set("payments", Path("p.csv"), workspace)
    monkeypatch.chdir(tmp_path)
    found = latest_data_set("payments", workspace)
    assert found is not None
    assert found.path.samefile(tmp_path / "here" / "p.csv")


def test_the_workspace_is_found_as_for_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEOUT_WORKSPACE", str(tmp_path / "w"))
    remember_data_set("payments", made(tmp_path / "w" / "p.csv"))
    assert (tmp_path / "w" / POINTER_FILE).is_file()
    found = latest_data_set()
    assert found is not None
    assert found.path == tmp_path / "w" / "p.csv"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"data_sets": [{"kind": 1}]}', "null", "7"])
def test_a_pointer_that_cannot_be_read_points_at_nothing(tmp_path: Path, content: str) -> None:
    pointer = tmp_path / POINTER_FILE
    pointer.parent.mkdir()
    pointer.write_text(content)
    assert latest_data_set(workspace=tmp_path) is None
    assert remember_data_set("payments", made(tmp_path / "p.csv"), tmp_path)
    assert latest_data_set("payments", tmp_path) is not None


def test_a_workspace_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("a file, not a folder")
    assert not remember_data_set("payments", made(tmp_path / "p.csv"), tmp_path / "w")
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / ".tieout").write_text("a file, not a folder")
    assert not remember_data_set("payments", tmp_path / "p.csv", tmp_path / "v")
    assert latest_data_set("payments", tmp_path / "v") is None


def test_the_pointer_is_the_same_for_the_same_data(tmp_path: Path) -> None:
    """No clock: what is remembered twice in the same order has the same bytes."""
    pointer = tmp_path / POINTER_FILE
    remember_data_set("payments", made(tmp_path / "p.csv"), tmp_path)
    first = pointer.read_bytes()
    remember_data_set("payments", tmp_path / "p.csv", tmp_path)
    assert pointer.read_bytes() == first
    assert json.loads(first) == {"data_sets": [{"kind": "payments", "path": "p.csv"}]}
    assert [path.name for path in pointer.parent.iterdir()] == ["latest.json"]
