"""Amounts and rows for people."""

import polars as pl
import pytest

from tieout.reconcile.evidence.wording import minor_units, rows_text


def test_minor_units_follow_the_currency() -> None:
    assert minor_units(pl.Series(["EUR", "JPY", "", "KWD"]), 3).to_list() == [10, 1_000, 10, 1]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([7], "row 7"),
        ([3, 4], "rows 3, 4"),
        (list(range(14)), "rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"),
    ],
)
def test_long_lists_of_rows_are_shortened(rows: list[int], text: str) -> None:
    assert rows_text(rows) == text
