"""Groups that a pass could not decide."""

from collections.abc import Callable
from typing import Any

Explain = Callable[..., list[dict[str, Any]]]

_TABLE = """
    side   key  amount  date
    left   A-1  100.00  2024-03-05
    left   A-1  101.00  2024-03-05
    right  A-1  100.50  2024-03-05
    right  B-1  7.00    2024-03-05
"""


def test_a_group_is_one_break_with_its_reason(explain: Explain) -> None:
    found = explain(_TABLE, ambiguous=[([1, 2], [1], "two left rows within 0.50")])

    assert (found[0]["bucket"], found[0]["side"]) == ("ambiguous", "both")
    assert (found[0]["left_rows"], found[0]["right_rows"]) == ([1, 2], [1])
    assert found[0]["evidence"] == (
        "two left rows within 0.50: left rows 1, 2 and right row 1 are equally good for each other"
    )
    assert found[1]["bucket"] == "missing_left"


def test_groups_that_share_a_row_are_one(explain: Explain) -> None:
    found = explain(_TABLE, ambiguous=[([1], [1], "first"), ([2], [1], "second")])

    assert (found[0]["left_rows"], found[0]["right_rows"]) == ([1, 2], [1])
    assert found[0]["evidence"].startswith("first; second: ")


def test_rows_that_are_no_longer_open_are_left_out(explain: Explain) -> None:
    found = explain(_TABLE, ambiguous=[([1, 99], [1], "first"), ([98], [97], "gone")])

    assert (found[0]["bucket"], found[0]["left_rows"]) == ("ambiguous", [1])
    assert sum(each["bucket"] == "ambiguous" for each in found) == 1


def test_its_candidates_are_its_members(explain: Explain) -> None:
    found = explain(_TABLE, ambiguous=[([1, 2], [1], "near")])

    assert found[0]["candidates"] == [
        "right row 1: key equal, amount differs (100.00 against 100.50)"
    ]
