"""Where the attributes of incidents come from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

Group = Callable[..., Any]
Row = dict[str, Any]
COUNT = 1_200


def payments(days: int = 3) -> list[Row]:
    """Payments of ten branches, in file order by time."""
    chance = Random(11)  # noqa: S311 - practice data
    start = datetime(2024, 3, 4)  # noqa: DTZ001 - as written in a file
    seconds = sorted(chance.randrange(days * 86_400) for _ in range(COUNT))
    return [
        {
            "ref": f"P{number:05d}",
            "at": start + timedelta(seconds=second),
            "amount": f"{chance.randrange(100, 90_000) / 100:.2f}",
            "ccy": "EUR",
            "branch": f"B{chance.randrange(10)}",
            "note": f"note {chance.random()}",
        }
        for number, second in enumerate(seconds)
    ]


def save(rows: list[Row], path: Path, *names: str) -> str:
    """Writes some columns of rows as CSV."""
    pl.DataFrame(rows).select(names).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
    return str(path)


def conditions(found: Any) -> list[tuple[str, str]]:
    """Condition and window of each incident."""
    told: list[tuple[str, str]] = found.incidents.select("condition", "window").rows()
    return told


@pytest.fixture
def rows() -> list[Row]:
    """The payments."""
    return payments()


def test_a_column_that_the_spec_does_not_name_can_be_the_cause(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    kept = [row for row in rows if row["branch"] != "B4"]
    left = save(rows, tmp_path / "l.csv", "ref", "at", "amount", "ccy", "branch", "note")
    right = save(kept, tmp_path / "r.csv", "ref", "at", "amount", "ccy")
    found = two_sides(left, right)
    missing = [row for row in rows if row["branch"] == "B4"]
    assert conditions(found) == [("branch=B4", "")]
    assert found.incidents["findings"].to_list() == [len(missing)]


def test_rows_missing_on_the_left_are_seen_from_the_right(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    kept = [row for row in rows if row["branch"] != "B4"]
    left = save(kept, tmp_path / "l.csv", "ref", "at", "amount", "ccy")
    right = save(rows, tmp_path / "r.csv", "ref", "at", "amount", "ccy", "branch")
    assert conditions(two_sides(left, right)) == [("branch=B4", "")]


def test_a_time_of_day_gives_windows_of_hours(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    lost = [row for row in rows if row["at"].day == 5 and 8 <= row["at"].hour < 11]
    left = save(rows, tmp_path / "l.csv", "ref", "at", "amount", "ccy", "branch")
    kept = [row for row in rows if row not in lost]
    right = save(kept, tmp_path / "r.csv", "ref", "at", "amount", "ccy")
    found = two_sides(left, right)
    assert conditions(found) == [("", "2024-03-05 08:00 to 11:00")]
    assert found.incidents["findings"].sum() == len(lost)


def test_moments_of_a_parquet_file_have_a_time_of_day_too(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    frame = pl.DataFrame(rows).with_columns(pl.col("amount").cast(pl.Decimal(12, 2)))
    lost = (pl.col("at").dt.day() == 5) & pl.col("at").dt.hour().is_between(8, 10)
    frame.write_parquet(tmp_path / "l.parquet")
    frame.filter(~lost).write_parquet(tmp_path / "r.parquet")
    found = two_sides(str(tmp_path / "l.parquet"), str(tmp_path / "r.parquet"))
    assert conditions(found) == [("", "2024-03-05 08:00 to 11:00")]


def test_the_file_is_an_attribute_where_there_are_several(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    shuffled = sorted(rows, key=lambda row: row["ref"][::-1])
    names = ("ref", "at", "amount", "ccy")
    for part in range(4):
        save(shuffled[part::4], tmp_path / f"l{part}.csv", *names)
    kept = [row for place, row in enumerate(shuffled) if place % 4 != 2]
    right = save(kept, tmp_path / "books.csv", *names)
    assert conditions(two_sides(str(tmp_path / "l*.csv"), right)) == [("file=l2.csv", "")]


def test_two_sides_that_agree_have_no_incidents(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    left = save(rows, tmp_path / "l.csv", "ref", "at", "amount", "ccy")
    right = save(rows, tmp_path / "r.csv", "ref", "at", "amount", "ccy")
    found = two_sides(left, right)
    assert (found.breaks.height, found.incidents.height) == (0, 0)


def test_rows_without_a_date_or_a_value_are_grouped_by_what_they_have(
    rows: list[Row], two_sides: Group, tmp_path: Path
) -> None:
    blank = [{**row, "branch": None if row["branch"] == "B4" else row["branch"]} for row in rows]
    kept = [row for row in rows if row["branch"] != "B4"]
    left = save(blank, tmp_path / "l.csv", "ref", "amount", "ccy", "branch")
    right = save(kept, tmp_path / "r.csv", "ref", "amount", "ccy")
    found = two_sides(left, right)
    assert found.incidents["findings"].to_list() == [COUNT - len(kept)]
    assert found.incidents["first_seen"].to_list() == [None]
    assert found.breaks["severity"].null_count() == 0


def test_a_sample_of_many_records_is_enough(
    rows: list[Row], two_sides: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieout.pipeline.explain_attributes.RECORDS_MAX", 300)
    kept = [row for row in rows if row["branch"] != "B4"]
    left = save(rows, tmp_path / "l.csv", "ref", "at", "amount", "ccy", "branch")
    right = save(kept, tmp_path / "r.csv", "ref", "at", "amount", "ccy")
    found = two_sides(left, right)
    assert conditions(found) == [("branch=B4", "")]
    assert found.incidents["findings"].to_list() == [COUNT - len(kept)]
    assert found.incidents["failure_rate"].item() > 0.7
