import csv
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from tieout.export.scored import SCORED_COLUMNS, input_names, write_scored


def judged(rows: list[int]) -> pl.DataFrame:
    count = len(rows)
    return pl.DataFrame(
        {
            "row": rows,
            "score": [0.5] * count,
            "p_value": [0.01] * count,
            "is_ml_flag": [True] * count,
            "is_rule_flag": [False] * count,
            "is_flag": [True] * count,
            "triggered_rules": [["burst", "night"]] * count,
            "reasons_top3": [["=1 is odd", "two"]] * count,
        }
    )


def write(folder: Path, frame: pl.DataFrame, found: pl.DataFrame, size: int = 2) -> int:
    columns = [name for name in frame.columns if name != "row_"]
    return write_scored(
        frame.iter_slices(size),
        found,
        row_column="row_",
        columns=columns,
        csv_path=folder / "scored.csv",
        parquet_path=folder / "scored.parquet",
    )


def cells(folder: Path) -> list[dict[str, str]]:
    with (folder / "scored.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_of_the_input_come_first_and_ours_after(tmp_path: Path) -> None:
    frame = pl.DataFrame({"amount": ["1.00", "2.00", "3.00"], "row_": [1, 2, 4]})
    assert write(tmp_path, frame, judged([1, 2, 4])) == 3
    found = cells(tmp_path)
    assert list(found[0]) == ["amount", *SCORED_COLUMNS]
    assert [row["row"] for row in found] == ["1", "2", "4"]
    assert found[2]["triggered_rules"] == "burst; night"
    kept = pl.read_parquet(tmp_path / "scored.parquet")
    assert kept.columns == ["amount", *SCORED_COLUMNS]
    assert kept["reasons_top3"].to_list() == [["=1 is odd", "two"]] * 3


def test_negative_numbers_stay_numbers_and_formulas_do_not_run(tmp_path: Path) -> None:
    texts = ["-12.50", "+1,200.00", "-1e-5", "=1+1", "-cmd", "@x", "-1+1", "-"]
    frame = pl.DataFrame({"v": texts, "row_": range(1, 9)})
    write(tmp_path, frame, judged(list(range(1, 9))), size=3)
    shown = [row["v"] for row in cells(tmp_path)]
    assert shown == ["-12.50", "+1,200.00", "-1e-5", "'=1+1", "'-cmd", "'@x", "'-1+1", "'-"]
    assert cells(tmp_path)[0]["reasons_top3"] == "'=1 is odd; two"


def test_lists_without_a_text_are_blank_and_others_keep_their_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"v": ["a", "b", "c", "d"], "row_": [1, 2, 3, 4]})
    said = pl.Series([[], ["@one", "two"], None, ["three"]], dtype=pl.List(pl.String))
    found = judged([1, 2, 3, 4]).with_columns(said.alias("reasons_top3"))
    write(tmp_path, frame, found, size=4)
    shown = [row["reasons_top3"] for row in cells(tmp_path)]
    assert shown == ["", "'@one; two", "", "three"]


def test_blank_cells_stay_blank(tmp_path: Path) -> None:
    frame = pl.DataFrame({"v": [None, "x"], "row_": [1, 2]}, schema_overrides={"v": pl.String})
    write(tmp_path, frame, judged([1, 2]))
    assert [row["v"] for row in cells(tmp_path)] == ["", "x"]


def test_numbers_and_dates_of_a_typed_input_keep_their_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [1.5, -2.5], "row_": [1, 2]}).with_columns(
        day=pl.lit("2026-01-31").str.to_date()
    )
    write(tmp_path, frame.select("n", "day", "row_"), judged([1, 2]))
    assert [row["n"] for row in cells(tmp_path)] == ["1.5", "-2.5"]
    assert pl.read_parquet(tmp_path / "scored.parquet").schema["day"] == pl.Date


def test_only_texts_that_repeat_are_kept_in_a_dictionary(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"id": ["a", "b", "c", "d"], "side": ["L", "R"] * 2, "amount": [1.5, 2.5, 1.5, 2.5]}
    ).with_columns(row_=pl.int_range(1, 5))
    write(tmp_path, frame, judged([1, 2, 3, 4]), size=4)
    columns = pq.ParquetFile(tmp_path / "scored.parquet").metadata.row_group(0)
    kept = {
        columns.column(at).path_in_schema
        for at in range(columns.num_columns)
        if columns.column(at).dictionary_page_offset is not None
    }
    assert kept == {"side"}
    assert pl.read_parquet(tmp_path / "scored.parquet")["id"].to_list() == ["a", "b", "c", "d"]


def test_a_column_called_like_ours_is_kept_under_another_name() -> None:
    names = input_names(["score", "score_input", "row"])
    assert names == {"score": "score_input_input", "score_input": "score_input", "row": "row_input"}


def test_rows_that_came_apart_are_never_written(tmp_path: Path) -> None:
    frame = pl.DataFrame({"v": ["a", "b"], "row_": [1, 3]})
    with pytest.raises(ValueError, match="come apart"):
        write(tmp_path, frame, judged([1, 2]))
    assert list(tmp_path.iterdir()) == []
