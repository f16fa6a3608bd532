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


COPIES = """
    side  key  amount  date        comment
    left  -    12.00   2024-03-05  coffee_at_Bo
    left  -    12.00   2024-03-05  coffee_at_Bo
    left  -    12.00   2024-03-06  coffee_at_Bo
    left  -    40.00   2024-03-05  wire_8812734
    left  -    7.00    2024-03-05  -
    left  -    7.00    2024-03-05  -
"""


def test_without_a_key_the_same_words_again_are_a_duplicate(explain: Explain) -> None:
    found = explain(COPIES)

    assert [(each["left_rows"], each["bucket"]) for each in found] == [
        ([1], "missing_right"),
        ([2], "duplicate"),
        ([3], "missing_right"),
        ([4], "missing_right"),
        ([5], "missing_right"),
        ([6], "missing_right"),
    ]
    assert found[1]["bucket_confidence"] == 0.75
    assert found[1]["evidence"] == (
        "left 12.00 EUR on 2024-03-05 in the same words 2 times (rows 1, 2)"
    )


def test_a_copy_of_what_ties_out_without_a_key_is_a_duplicate(explain: Explain) -> None:
    twin = {
        "row": 9,
        "currency": "EUR",
        "amount": 4_000,
        "date": 19_787,
        "comment": "wire_8812734",
        "party": "",
    }

    found = explain(COPIES, twins_left=[twin])

    assert found[3]["bucket"] == "duplicate"
    assert found[3]["bucket_confidence"] == 0.93
    assert found[3]["evidence"].endswith("2 times (rows 4, 9)")
