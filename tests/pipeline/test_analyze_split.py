"""Which rows are judged, and which are their history."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.pipeline.analyze_split import Split, split_one, split_two

START = 20_089  # 2025-01-01


def spec_of(**fields: Any) -> AnalyzeSpec:
    """A spec of dated breaks."""
    return AnalyzeSpec.model_validate({"analysis": "a", "derived": "d", "date": "day", **fields})


def rows_of(rows: list[tuple[int, str]]) -> pl.DataFrame:
    """Rows of (day, key)."""
    return pl.DataFrame(
        {
            "row": range(1, len(rows) + 1),
            "date": [START + day for day, _ in rows],
            "key": [key for _, key in rows],
            "currency": "EUR",
        },
        schema_overrides={"row": pl.Int64, "date": pl.Int32},
    )


def days_of(split: Split) -> tuple[list[int], int, int]:
    """The days that are judged, and how many rows are history and later."""
    days = split.current["date"].unique().sort() - START
    return days.to_list(), split.history.height, split.later.height


DAILY = [(day, f"K{n}") for day in range(10) for n in range(4)]


def test_the_last_day_of_daily_balances_is_judged() -> None:
    split = split_one(rows_of(DAILY), spec_of(), None)
    assert days_of(split) == ([9], 36, 0)
    assert split.choice.decision == "2025-01-10"
    assert split.current_from == date(2025, 1, 10)


def test_a_straggler_does_not_make_a_day() -> None:
    split = split_one(rows_of([*DAILY, (40, "K1")]), spec_of(), None)
    assert days_of(split) == ([9, 40], 36, 0)


def test_a_series_of_one_key_has_its_last_day_judged() -> None:
    split = split_one(rows_of([(day, "K") for day in range(30)]), spec_of(), None)
    assert days_of(split) == ([29], 29, 0)


def test_a_list_of_single_items_is_judged_as_a_whole() -> None:
    split = split_one(rows_of([(day, "K") for day in range(30)]), spec_of(id="trade"), None)
    assert days_of(split)[1] == 0
    assert split.choice.uncertain


def test_items_by_the_day_have_a_last_day() -> None:
    split = split_one(rows_of(DAILY), spec_of(id="trade"), None)
    assert days_of(split) == ([9], 36, 0)


def test_keys_that_never_come_again_have_no_history() -> None:
    rows = [(day, f"K{day}-{n}") for day in range(10) for n in range(4)]
    assert days_of(split_one(rows_of(rows), spec_of(), None))[1] == 0


def test_one_day_is_judged_as_a_whole() -> None:
    assert days_of(split_one(rows_of(DAILY[:4]), spec_of(), None)) == ([0], 0, 0)


def test_the_spec_may_say_from_when() -> None:
    split = split_one(rows_of(DAILY), spec_of(current_from="2025-01-08"), None)
    assert days_of(split) == ([7, 8, 9], 28, 0)
    assert split.choice.confidence == 1.0


def test_what_is_after_the_day_asked_for_is_left_out() -> None:
    split = split_one(rows_of(DAILY), spec_of(), date(2025, 1, 6))
    assert days_of(split) == ([5], 20, 16)


@pytest.mark.parametrize(
    ("fields", "as_of"),
    [({}, date(2024, 12, 31)), ({"current_from": "2025-02-01"}, None)],
)
def test_nothing_to_judge_is_bad_input(fields: dict[str, Any], as_of: date | None) -> None:
    with pytest.raises(InputError, match="no row is dated"):
        split_one(rows_of(DAILY), spec_of(**fields), as_of)


def test_without_dates_all_is_judged() -> None:
    split = split_one(rows_of(DAILY), spec_of(date=None), None)
    assert (split.current.height, split.history.height) == (40, 0)


def test_what_has_no_date_is_judged() -> None:
    undated = pl.when(pl.col("row") == 3).then(None).otherwise(pl.col("date")).alias("date")
    rows = rows_of(DAILY).with_columns(undated)
    for split in (
        split_one(rows, spec_of(), None),
        split_one(rows, spec_of(), date(2025, 1, 5)),
        split_one(rows, spec_of(current_from="2025-01-04"), None),
        split_two(rows, rows_of(DAILY), date(2025, 1, 5)),
    ):
        assert 3 in split.current["row"].to_list()
        assert 3 not in split.later["row"].to_list()


def test_a_history_of_its_own_is_all_history() -> None:
    present = rows_of([(20, "K1"), (21, "K2")])
    split = split_two(present, rows_of(DAILY), None)
    assert (split.current.height, split.history.height) == (2, 40)
    assert set(split.history["row"]) == {-row for row in range(1, 41)}
    later = split_two(present, rows_of(DAILY), date(2025, 1, 21))
    assert (later.current.height, later.later.height) == (1, 1)


def test_every_row_is_in_one_part() -> None:
    for as_of in (None, date(2025, 1, 3)):
        split = split_one(rows_of([*DAILY, (3, "X")]), spec_of(), as_of)
        rows = pl.concat([split.current, split.history, split.later])["row"]
        assert sorted(rows.to_list()) == list(range(1, 42))
