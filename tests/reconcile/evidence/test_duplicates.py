"""Rows that were entered twice."""

from collections.abc import Callable
from typing import Any

Explain = Callable[..., list[dict[str, Any]]]


def _buckets(found: list[dict[str, Any]]) -> list[str]:
    return [each["bucket"] for each in found]


def test_a_copy_of_a_matched_row_is_a_duplicate(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount  date
        kin_left   A-1  100.00  2024-03-05
        kin_right  A-1  100.00  2024-03-05
        left       A-1  100.00  2024-03-05
    """)

    assert found["bucket"] == "duplicate"
    assert found["evidence"] == "key A-1 100.00 EUR: 2 on left (rows 1, 2), 1 on right"


def test_a_copy_on_the_right_is_one_as_well(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount  date
        kin_left   A-1  100.00  2024-03-05
        kin_right  A-1  100.00  2024-03-05
        right      A-1  100.00  2024-03-06
    """)

    assert (found["bucket"], found["side"]) == ("duplicate", "right")


def test_a_copy_of_a_late_row_is_a_duplicate(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        left   A-1  100.00  2024-03-05
        right  A-1  100.00  2024-03-06
    """)

    assert _buckets(found) == ["timing", "duplicate"]


def test_as_many_on_both_sides_are_no_duplicates(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        left   A-1  100.00  2024-03-05
        right  A-1  100.00  2024-03-06
        right  A-1  100.00  2024-03-06
    """)

    assert _buckets(found) == ["timing", "timing"]


def test_of_two_that_the_other_side_lacks_one_is_missing(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        left   A-1  100.00  2024-03-05
    """)

    assert _buckets(found) == ["missing_right", "duplicate"]


def test_an_instalment_a_month_later_is_no_duplicate(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount  date
        kin_left   A-1  100.00  2024-03-05
        kin_right  A-1  100.00  2024-03-05
        left       A-1  100.00  2024-04-05
    """)

    assert found["bucket"] == "missing_right"


def test_another_amount_or_currency_is_no_duplicate(explain: Explain) -> None:
    found = explain("""
        side       key  amount  date        currency
        kin_left   A-1  100.00  2024-03-05  EUR
        kin_right  A-1  100.00  2024-03-05  EUR
        left       A-1  100.00  2024-03-05  USD
        left       A-1  101.00  2024-03-05  EUR
    """)

    assert "duplicate" not in _buckets(found)


def test_rows_without_a_key_are_no_duplicates(explain: Explain) -> None:
    found = explain("""
        side  key  amount  date
        left  -    100.00  2024-03-05
        left  -    100.00  2024-03-05
    """)

    assert _buckets(found) == ["missing_right", "missing_right"]
