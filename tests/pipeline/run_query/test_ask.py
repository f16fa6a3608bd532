"""Pages, totals and counts of a run's tables."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.pipeline.run_query import (
    Condition,
    Question,
    ask,
    conditions_of,
    count_by,
    fetch_by,
    table_names,
)


def ids(run: Path, **question: object) -> list[str]:
    """The breaks that answer a question."""
    page = ask(run, "breaks", Question(**question))  # type: ignore[arg-type]
    return [row["break_id"] for row in page.rows]


def where(*pairs: tuple[str, str]) -> dict[str, object]:
    return {"conditions": conditions_of(pairs)}


def test_without_a_question_rows_come_in_the_order_of_the_file(run: Path) -> None:
    assert ids(run) == ["b1", "b2", "b3", "b4", "b5", "b6"]


def test_values_of_one_column_are_alternatives_and_columns_all_hold(run: Path) -> None:
    assert ids(run, **where(("bucket", "timing"), ("bucket", "fx_rate"))) == [
        "b1",
        "b2",
        "b3",
        "b5",
    ]
    assert ids(run, **where(("bucket", "timing"), ("incident_id", "I1"))) == ["b1", "b3"]


def test_an_empty_value_stands_for_nothing(run: Path) -> None:
    assert ids(run, **where(("incident_id", ""))) == ["b2", "b4", "b5", "b6"]
    assert ids(run, **where(("incident_id.not", ""))) == ["b1", "b3"]


def test_not_keeps_rows_that_have_no_value(run: Path) -> None:
    assert ids(run, **where(("incident_id.not", "I1"))) == ["b2", "b4", "b5", "b6"]


def test_limits_include_their_value(run: Path) -> None:
    assert ids(run, **where(("difference.min", "9.99"))) == ["b2", "b4"]
    assert ids(run, **where(("date_left.max", "2026-03-02"))) == ["b1", "b2"]
    assert ids(run, **where(("age_days.min", "3"), ("age_days.max", "7"))) == ["b1", "b4"]


def test_truth_values_are_read_as_people_write_them(run: Path) -> None:
    assert ids(run, **where(("anomalous", "yes"))) == ["b2", "b4"]


def test_a_list_is_asked_for_one_of_its_members(run: Path) -> None:
    assert ids(run, **where(("reasons", "b"))) == ["b2", "b6"]


def test_words_are_found_in_any_text_and_in_any_case(run: Path) -> None:
    assert ids(run, search="INV") == ["b1", "b2", "b4"]
    assert ids(run, search="fx_") == ["b2"]
    assert ids(run, **where(("key.contains", "pay"))) == ["b5", "b6"]


def test_rows_without_a_value_stand_last_in_both_directions(run: Path) -> None:
    assert ids(run, sort="age_days") == ["b6", "b5", "b1", "b4", "b2", "b3"]
    assert ids(run, sort="age_days", descending=True) == ["b2", "b4", "b1", "b5", "b6", "b3"]


def test_ties_keep_the_order_of_the_file(run: Path) -> None:
    assert ids(run, sort="bucket") == ["b2", "b6", "b1", "b3", "b5", "b4"]


def test_pages_follow_each_other_and_know_the_total(run: Path) -> None:
    pages = [ask(run, "breaks", Question(limit=4, offset=offset)) for offset in (0, 4, 8)]
    assert [[row["break_id"] for row in page.rows] for page in pages] == [
        ["b1", "b2", "b3", "b4"],
        ["b5", "b6"],
        [],
    ]
    assert {page.total for page in pages} == {6}


def test_amounts_stay_exact(run: Path) -> None:
    page = ask(run, "breaks", Question(limit=2, columns=("difference",)))
    assert page.rows == [{"difference": Decimal("0.00")}, {"difference": Decimal("12.50")}]
    assert page.columns == ("difference",)


def test_rows_are_counted_by_a_column_the_most_frequent_first(run: Path) -> None:
    counted = count_by(run, "breaks", "bucket")
    assert list(counted.items()) == [
        ("timing", 3),
        ("fx_rate", 1),
        ("rounding", 1),
        ("unknown", 1),
    ]
    assert count_by(run, "breaks", "bucket", Question(search="pay")) == {"rounding": 1, "timing": 1}


def test_whole_rows_are_fetched_by_identity(run: Path) -> None:
    rows = fetch_by(run, "breaks", "break_id", ["b6", "b2", "gone"])
    assert [(row["break_id"], row["reasons"]) for row in rows] == [
        ("b2", ["a", "b"]),
        ("b6", ["b"]),
    ]


def test_tables_of_text_are_asked_alike(run: Path) -> None:
    page = ask(run, "rejects", Question(conditions=conditions_of([("row.min", "5")])))
    assert [row["value"] for row in page.rows] == ["y"]
    assert table_names(run) == ("breaks", "rejects")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (where(("buckets", "x")), "buckets: no such column; there are break_id, key"),
        ({"sort": "row in file"}, "no such column"),
        (where(("age_days", "old")), "age_days=old: expected a value such as 12"),
        (where(("difference.min", "NaN")), "expected a value such as 12.50"),
        (where(("anomalous", "maybe")), "expected a value such as true or false"),
        (where(("date_left.min", "31.3.")), "expected a value such as 2026-03-31"),
        ({"columns": ("secret",)}, "secret: no such column"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    run: Path, question: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        ids(run, **question)


@pytest.mark.parametrize("page", [{"limit": -1}, {"limit": 10_001}, {"offset": -1}])
def test_a_page_has_bounds(page: dict[str, int]) -> None:
    with pytest.raises(InputError, match="expected 0"):
        Question(**page)  # type: ignore[arg-type]


def test_a_table_that_the_run_has_not_got_names_those_it_has(run: Path) -> None:
    with pytest.raises(InputError, match=r"scored: the run .* has no such table; it has breaks"):
        ask(run, "scored", Question())


def test_a_value_is_never_taken_for_a_part_of_the_question(run: Path) -> None:
    assert ids(run, search="' or 1=1 --") == []
    assert ids(run, **where(("key", "INV-1' or '1'='1"))) == []


def test_a_page_deep_in_many_rows_is_the_one_that_sorting_them_gives(tmp_path: Path) -> None:
    frame = pl.DataFrame({"break_id": [str(n) for n in range(5_000)]}).with_columns(
        pl.col("break_id").cast(pl.Int64).mul(7919).mod(1009).alias("score")
    )
    frame.write_parquet(tmp_path / "breaks.parquet", row_group_size=100)
    page = ask(tmp_path, "breaks", Question(sort="score", descending=True, limit=30, offset=4_321))
    expected = frame.sort("score", descending=True, maintain_order=True)[4_321:4_351]
    assert page.rows == expected.to_dicts()


def test_conditions_are_read_as_a_url_writes_them() -> None:
    assert conditions_of([("a.b", "1"), ("a.min", "2"), ("a.min", "3")]) == (
        Condition("a.b", "is", ("1",)),
        Condition("a", "min", ("2", "3")),
    )
