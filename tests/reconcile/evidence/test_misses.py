"""Rows on one side only, and their nearest misses."""

from collections.abc import Callable
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]


@pytest.mark.parametrize(("side", "bucket"), [("left", "missing_right"), ("right", "missing_left")])
def test_what_is_past_due_is_missing_on_the_other_side(
    explain: Explain, side: str, bucket: str
) -> None:
    other = "right" if side == "left" else "left"

    (found,) = explain(f"""
        side    key   amount  date
        {side}  INV7  123.45  2024-03-05
    """)

    assert (found["bucket"], found["side"]) == (bucket, side)
    assert found["evidence"] == (
        f"{side} 123.45 EUR on 2024-03-05, no {other} row is left with key INV7; "
        "due by 2024-03-08, the data run to 2024-12-31"
    )


def test_amounts_of_an_absent_side_are_null(explain: Explain) -> None:
    (found,) = explain("""
        side   key   amount  date
        right  INV7  123.45  2024-03-05
    """)

    assert found["amount_left"] is None
    assert found["date_left"] is None
    assert found["difference"] == -12_345
    assert found["left_rows"] == []


@pytest.mark.parametrize(
    ("date", "bucket"),
    [("2024-12-31", "timing"), ("2024-12-26", "timing"), ("2024-12-25", "missing_right")],
)
def test_what_is_still_due_is_in_transit(explain: Explain, date: str, bucket: str) -> None:
    (found,) = explain(f"""
        side  key   amount  date
        left  INV7  123.45  {date}
    """)

    assert found["bucket"] == bucket
    assert bucket != "timing" or "in transit: due by" in found["evidence"]


def test_a_row_without_date_is_missing(explain: Explain) -> None:
    (found,) = explain("""
        side  key   amount  date
        left  INV7  123.45  -
    """)

    assert found["bucket"] == "missing_right"
    assert found["evidence"].startswith("left 123.45 EUR without a date, no right")


def test_a_candidate_with_the_amount_names_its_key(explain: Explain) -> None:
    found = explain("""
        side   key      amount  date
        left   INV-123  123.45  2024-03-05
        right  QRS-987  123.45  2024-03-07
    """)

    assert found[0]["candidates"] == [
        "right row 1: amount equal, key differs (INV-123 against QRS-987), 2 days apart"
    ]
    assert found[1]["candidates"] == [
        "left row 1: amount equal, key differs (QRS-987 against INV-123), 2 days apart"
    ]


def test_a_candidate_with_a_near_key_names_its_amount(explain: Explain) -> None:
    found = explain("""
        side   key      amount  date
        left   INV-123  123.45  2024-03-05
        right  INV-124  120.00  2024-03-05
    """)

    assert found[0]["candidates"] == [
        "right row 1: key differs (INV-123 against INV-124), amount differs (123.45 against 120.00)"
    ]


def test_a_candidate_with_the_key_names_its_amount(explain: Explain) -> None:
    found = explain("""
        side   key  amount  date
        left   A-1  100.00  2024-03-05
        right  A-1  99.00   2024-03-05
        right  A-1  777.00  2024-03-05
    """)
    alone = next(each for each in found if each["side"] == "right")

    assert alone["candidates"] == ["left row 1: key equal, amount differs (777.00 against 100.00)"]


def test_there_are_three_candidates_at_most(explain: Explain) -> None:
    lines = [f"right QRS-{number}{number}9 123.45 2024-04-{number + 10}" for number in range(9)]

    found = explain("side key amount date\nleft INV-123 123.45 2024-03-05\n" + "\n".join(lines))

    assert all(len(each["candidates"]) <= 3 for each in found)
    assert "right row 1: amount equal" in found[0]["candidates"][0]


def test_a_stranger_is_no_candidate(explain: Explain) -> None:
    found = explain("""
        side   key      amount  date
        left   INV-123  123.45  2024-03-05
        right  QRS-987  700.00  2024-03-05
    """)

    assert [each["candidates"] for each in found] == [[], []]


def test_an_unknown_pair_names_what_else_came_near(explain: Explain) -> None:
    found = explain("""
        side   key      amount  date
        left   INV-123  0.00    2024-03-05
        right  INV-123  57.11   2024-03-05
        right  QRS-987  0.00    2024-04-05
    """)

    assert found[0]["bucket"] == "unknown"
    assert "right row 2: amount equal" in " ".join(found[0]["candidates"])


def test_lines_of_a_total_that_is_missing_are_one_break(explain: Explain) -> None:
    table = """
        side   key   amount  date
        left   PO-1  60.10   2024-03-05
        left   PO-1  40.05   2024-03-07
        left   PO-2  7.00    2024-12-31
        left   -     3.00    2024-03-05
        left   -     3.00    2024-03-05
    """

    found = explain(table, of_totals=["left"])

    assert [each["left_rows"] for each in found] == [[1, 2], [3], [4], [5]]
    assert [each["bucket"] for each in found] == [
        "missing_right",
        "timing",
        "missing_right",
        "missing_right",
    ]
    assert found[0]["evidence"] == (
        "left 100.15 EUR (sum of 2 rows) on 2024-03-05, no right row is left with key PO-1; "
        "due by 2024-03-12, the data run to 2024-12-31"
    )
    assert len(explain(table, of_totals=["right"])) == 5
