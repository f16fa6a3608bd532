"""Rows that undo another one."""

from collections.abc import Callable
from typing import Any

import pytest

Explain = Callable[..., list[dict[str, Any]]]


def test_the_opposite_on_the_same_key_is_a_reversal(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount   date
        kin_left   A-1  100.00   2024-03-05
        kin_right  A-1  100.00   2024-03-05
        left       A-1  -100.00  2024-03-07
    """)

    assert found["bucket"] == "reversal"
    assert found["evidence"] == (
        "left -100.00 EUR = -(left row 1: 100.00 on 2024-03-05), on the same key"
    )
    assert (found["left_rows"], found["right_rows"]) == ([2], [])


def test_an_original_that_came_later_was_not_undone(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount   date
        kin_left   A-1  100.00   2024-03-09
        kin_right  A-1  100.00   2024-03-09
        left       A-1  -100.00  2024-03-07
    """)

    assert found["bucket"] == "missing_right"


def test_a_one_sided_original_joins_its_reversal(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount   date
        right  A-1  100.00   2024-03-05
        right  A-1  -100.00  2024-03-06
    """)

    assert (found["bucket"], found["right_rows"], found["amount_right"]) == ("reversal", [1, 2], 0)


def test_the_comment_may_name_the_original(explain: Explain) -> None:
    (found,) = explain("""
        side       key      amount   date        comment
        kin_left   INV0012  100.00   2024-03-05  -
        left       RET77    -100.00  2024-03-07  Return of inv-0012
    """)

    assert found["bucket"] == "reversal"
    assert "named in the comment" in found["evidence"]


def test_a_comment_that_names_another_amount_proves_nothing(explain: Explain) -> None:
    (found,) = explain("""
        side       key      amount  date        comment
        kin_left   INV0012  100.00  2024-03-05  -
        left       RET77    -99.00  2024-03-07  see inv-0012
    """)

    assert found["bucket"] == "missing_right"


def test_a_return_code_and_the_same_party_find_the_original(explain: Explain) -> None:
    found = explain("""
        side   key  amount   date        party  comment
        left   A-1  100.00   2024-03-05  ACME   payment
        right  A-1  100.00   2024-03-06  ACME   -
        left   B-7  -100.00  2024-03-07  ACME   returned AC04 account closed
    """)

    assert [each["bucket"] for each in found] == ["timing", "reversal"]
    assert "of the same party" in found[1]["evidence"]


def test_another_partys_amount_is_not_the_original(explain: Explain) -> None:
    found = explain("""
        side   key  amount   date        party  comment
        left   A-1  100.00   2024-03-05  OTHER  payment
        right  A-1  100.00   2024-03-06  OTHER  -
        left   B-7  -100.00  2024-03-07  ACME   returned AC04 account closed
    """)

    assert "no opposite original" in found[1]["evidence"]


@pytest.mark.parametrize(
    ("comment", "bucket"),
    [
        ("RETURN AC04 closed account", "reversal"),
        ("ACH return R02", "reversal"),
        ("Rücklastschrift MS03", "reversal"),
        ("chargeback case 77", "reversal"),
        ("STORNO", "reversal"),
        ("AC04", "missing_right"),  # a code alone
        ("refund for order 7", "missing_right"),  # a word that has other uses
        ("returning customer", "missing_right"),
        ("order R2D2", "missing_right"),
    ],
)
def test_words_alone_are_weaker_proof(explain: Explain, comment: str, bucket: str) -> None:
    (found,) = explain(f"""
        side  key  amount   date        comment
        left  A-1  -100.00  2024-03-05  {comment}
    """)

    assert found["bucket"] == bucket
    assert bucket != "reversal" or found["bucket_confidence"] <= 0.65


def test_a_zero_amount_undoes_nothing(explain: Explain) -> None:
    (found,) = explain("""
        side       key  amount  date
        kin_left   A-1  0.00    2024-03-05
        left       A-1  0.00    2024-03-25
    """)

    assert found["bucket"] == "missing_right"
