"""`tieout reconcile --carry-forward`, over three days."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from carrying_days import SPEC, table

Tieout = Callable[..., Any]
DAYS = {
    1: ("CHQ-1 100.00 2\nCHQ-2 70.00 2\nA-1 5.00 2", "A-1 5.00 2"),
    2: ("B-1 6.00 3", "B-1 6.00 3\nCHQ-1 100.00 2\nFEE-1 4.00 3"),
    3: ("C-1 7.00 4", "C-1 7.00 4\nCHQ-2 70.00 4"),
}
NONE = {"offered": 0, "matched": 0, "in_breaks": 0, "in_file": 0, "settled": 0}


@pytest.fixture
def reconciled(tieout: Tieout, tmp_path: Path) -> Callable[..., Any]:
    """Reconciles the files of a day with some more words."""
    import yaml

    spec = {**SPEC, "passes": [{"tolerance": {"days": {"after": 5}}}]}
    del spec["carry_forward"]
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    for number, sides in DAYS.items():
        for name, words in zip(("books", "bank"), sides, strict=True):
            (tmp_path / f"{name}-{number}.csv").write_text(table(words), encoding="utf-8")
    return lambda number, more="", spec="--spec spec.yaml": tieout(
        f"reconcile books-{number}.csv bank-{number}.csv {spec} {more}"
    )


def test_what_is_open_on_one_day_clears_on_a_later_one(reconciled: Callable[..., Any]) -> None:
    found = [json.loads(reconciled(day, "--json --carry-forward latest").out) for day in DAYS]
    told = [each["carried"] for each in found]
    assert told[0] == {"left": NONE, "right": NONE}
    assert told[1] == {"left": {**NONE, "offered": 2, "matched": 1, "in_breaks": 1}, "right": NONE}
    assert told[2]["left"] == {**NONE, "offered": 1, "matched": 1}
    assert told[2]["right"] == {**NONE, "offered": 1, "in_breaks": 1}
    assert [each["breaks"]["total"] for each in found] == [2, 2, 1]
    assert [each["rows"] for each in found][1] == {"left": 1, "right": 3}
    assert all(each["conservation"] is True for each in found)


def test_people_read_what_was_cleared_and_what_is_still_open(
    reconciled: Callable[..., Any], tmp_path: Path
) -> None:
    reconciled(1, "--out first")
    said = reconciled(2, "--carry-forward first --out second").out
    words = " ".join(said.split())
    assert "Carried forward from first: 1 cleared, 1 still open." in words
    assert "books 1 + 2 carried = 2 + 1 + 0; bank 3 = 2 + 1 + 0." in words
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert "Open items of the earlier run by what became of them" in page
    assert "first, row 1 of books-1.csv" in page


def test_without_the_option_nothing_is_said_of_it(reconciled: Callable[..., Any]) -> None:
    reconciled(1)
    found = json.loads(reconciled(2, "--json").out)
    assert "carried" not in found
    assert found["breaks"]["total"] == 2
    assert "Carried" not in reconciled(2).out


@pytest.mark.parametrize("name", ["nowhere", "spec.yaml"])
def test_what_is_no_run_is_refused_in_one_line(reconciled: Callable[..., Any], name: str) -> None:
    said = reconciled(1, f"--carry-forward {name}")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"tieout: --carry-forward {name}: is no run; expected latest, none or a run folder\n"
    )


def test_a_cleared_row_is_explained_by_where_it_came_from(
    reconciled: Callable[..., Any], tieout: Tieout
) -> None:
    reconciled(1, "--out first")
    reconciled(2, "--carry-forward first --out second")
    words = " ".join(tieout("explain second 2").out.split())
    assert words.startswith("Left row 2: matched to right row 2 by tolerance")
    assert "run first file books-1.csv data row 1 carried 1 run ref CHQ-1 amount 100.00" in words
    said = tieout("explain second 9")
    assert said.code == 2
    assert "has rows 1 to 1, and 2 carried forward come after them" in said.err


def test_a_run_that_carried_is_repeated_to_the_same_bytes(
    reconciled: Callable[..., Any], tieout: Tieout, tmp_path: Path
) -> None:
    reconciled(1, "--out first")
    reconciled(2, "--carry-forward first --out second")
    assert tieout("repeat second --out again").code == 0
    for name in ("matches.parquet", "breaks.parquet", "open_items.parquet", "carried.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
