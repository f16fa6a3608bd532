"""Attributes as codes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from tieout.pipeline.rootcause_attributes import (
    BLANK,
    OTHER,
    VALUES_MAX,
    Attribute,
    coded,
    from_clock,
)
from tieout.pipeline.rootcause_plan import Note


def naive(name: str, moments: list[datetime]) -> pl.Series:
    return pl.Series(name, moments).dt.replace_time_zone(None)


def words_of(attribute: Attribute) -> list[str]:
    return [attribute.words[code] for code in attribute.codes]


def one(values: list[str | None], *, numeric: bool = False) -> tuple[Attribute, list[Note]]:
    notes: list[Note] = []
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.String)})
    found = coded(frame, ["a"], frozenset({"a"} if numeric else ()), notes)
    return found[0], notes


def test_values_are_as_the_file_writes_them() -> None:
    attribute, notes = one(["007", "7", "7.0", "007"])
    assert words_of(attribute) == ["007", "7", "7.0", "007"]
    assert notes == []


def test_a_blank_is_a_value_too() -> None:
    attribute, _ = one(["x", None])
    assert words_of(attribute) == ["x", BLANK]


def test_codes_do_not_depend_on_the_order_of_rows() -> None:
    assert one(["b", "a", "c"])[0].words == one(["c", "b", "a"])[0].words == ("a", "b", "c")


def test_quantities_of_many_values_are_ranges_of_about_equally_many_rows() -> None:
    attribute, notes = one([f"{value / 4:.2f}" for value in range(400)], numeric=True)
    assert len(attribute.words) == 10
    assert words_of(attribute)[0] == "0..9.75"
    assert np.bincount(attribute.codes).tolist() == [40] * 10
    assert (notes[0].subject, notes[0].decision) == ("a", "10 ranges")


def test_quantities_of_few_values_stay_as_they_are() -> None:
    attribute, notes = one(["500", "2000", "500", "10000"], numeric=True)
    assert words_of(attribute) == ["500", "2000", "500", "10000"]
    assert notes == []


def test_a_quantity_that_is_mostly_one_value_has_few_ranges() -> None:
    values = ["0"] * 300 + [str(value) for value in range(1, 41)]
    attribute, _ = one([*values], numeric=True)
    assert words_of(attribute)[0] == "0"
    assert words_of(attribute)[-1].endswith("..40")


def test_blank_quantities_are_blank() -> None:
    attribute, _ = one([*[str(value) for value in range(50)], None], numeric=True)
    assert words_of(attribute)[-1] == BLANK


def test_what_is_no_number_keeps_a_column_as_text() -> None:
    attribute, _ = one([*[str(value) for value in range(50)], "many"], numeric=True)
    assert words_of(attribute)[-1] == "many"


def test_only_the_most_frequent_of_very_many_values_are_told_apart() -> None:
    values = [str(value) for value in range(VALUES_MAX + 50)] + ["1049"] * 3
    attribute, notes = one([*values])
    assert len(attribute.words) == VALUES_MAX + 1
    assert words_of(attribute)[-1] == "1049"
    assert OTHER in attribute.words
    assert "most frequent" in notes[0].decision


def test_capping_twice_keeps_the_others_together() -> None:
    attribute = Attribute("a", np.array([0, 0, 0, 1, 1, 2, 3]), ("p", "q", "r", "s"))
    once = attribute.capped(2)
    assert words_of(once) == ["p", "p", "p", "q", "q", OTHER, OTHER]
    assert words_of(once.capped(1)) == ["p", "p", "p", OTHER, OTHER, OTHER, OTHER]
    assert attribute.capped(9) is attribute


def test_hour_and_weekday_come_from_the_clock() -> None:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    moments = naive("ts", [start + timedelta(hours=hours) for hours in (0, 5, 29)])
    hour, weekday = from_clock("ts", moments)
    assert (hour.name, words_of(hour)) == ("ts hour", ["00", "05", "05"])
    assert (weekday.name, words_of(weekday)) == ("ts weekday", ["Monday", "Monday", "Tuesday"])


def test_dates_without_a_clock_have_no_hour() -> None:
    moments = naive("day", [datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)])
    assert [attribute.name for attribute in from_clock("day", moments)] == ["day weekday"]
