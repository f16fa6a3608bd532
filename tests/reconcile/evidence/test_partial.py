"""What makes it likely, and what unlikely, that a smaller amount is a payment in part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.reconcile.evidence.partial import one_way

from .conftest import Explain


def confidences(explain: Explain, *pairs: tuple[str, str], comment: str = "-") -> list[float]:
    """Of the payments in part that keys with these amounts on the left and right come to."""
    lines = [
        f"{side} K-{at} {amount} 2024-03-05 {comment if side == 'left' else '-'}"
        for at, pair in enumerate(pairs)
        for side, amount in zip(("left", "right"), pair, strict=True)
    ]
    found = explain("\n".join(["side key amount date comment", *lines]))
    assert {each["bucket"] for each in found} == {"partial_payment"}
    return [each["bucket_confidence"] for each in found]


def test_a_smaller_amount_alone_is_as_likely_as_not_a_payment_in_part(explain: Explain) -> None:
    assert confidences(explain, ("517.83", "1234.56")) == [0.5]


@pytest.mark.parametrize(
    ("paid", "due", "why"),
    [
        ("617.28", "1234.56", "half of it"),
        ("411.52", "1234.56", "a third, rounded"),
        ("864.19", "1234.56", "seven tenths, rounded"),
    ],
)
def test_a_simple_share_makes_it_likely(explain: Explain, paid: str, due: str, why: str) -> None:
    assert confidences(explain, (paid, due)) > [0.85], why


def test_a_share_of_a_small_amount_says_little(explain: Explain) -> None:
    # Of the 29 smaller amounts nearly all are within a cent of one share or the other.
    assert confidences(explain, ("0.15", "0.30")) == [0.5]


def test_a_round_sum_makes_it_likely_where_amounts_are_not_round(explain: Explain) -> None:
    odd = [(f"{17 + at}.{at + 11}", f"{217 + 3 * at}.{at + 23}") for at in range(20)]
    assert confidences(explain, ("500.00", "1234.56"), *odd)[0] > 0.85


def test_a_round_sum_says_nothing_where_all_payments_are_round(explain: Explain) -> None:
    # Half go one way and half the other, so that this says nothing either.
    round_ones = [("700.00", f"{1517 + at}.37") for at in range(4)]
    round_ones += [(f"{1517 + at}.41", "700.00") for at in range(5)]
    assert confidences(explain, ("500.00", "1234.56"), *round_ones)[0] == pytest.approx(
        0.5, abs=0.06
    )


@pytest.mark.parametrize(
    ("paid", "due"), [("96.70", "99.90"), ("98.12", "99.90"), ("1201.37", "1234.56")]
)
def test_a_small_rest_is_hardly_a_payment_in_part(explain: Explain, paid: str, due: str) -> None:
    assert confidences(explain, (paid, due)) < [0.3]


def test_where_hardly_anything_was_paid_it_is_unlikely(explain: Explain) -> None:
    assert confidences(explain, ("24.31", "1234.56")) < [0.3]


@pytest.mark.parametrize(
    "comment", ["INV 12 part payment", "2. Teilzahlung", "ACOMPTE FACTURE 12", "paid on account"]
)
def test_a_comment_that_says_so_makes_it_likely(explain: Explain, comment: str) -> None:
    assert confidences(explain, ("517.83", "1234.56"), comment=comment) > [0.85]


@pytest.mark.parametrize("comment", ["less 2 % Skonto", "net of bank charges", "tax withheld"])
def test_a_comment_about_discounts_and_fees_makes_it_unlikely(
    explain: Explain, comment: str
) -> None:
    assert confidences(explain, ("517.83", "1234.56"), comment=comment) < [0.25]


def test_several_payments_make_it_likelier(explain: Explain) -> None:
    (found,) = explain("""
        side   key  amount   date
        left   A-1  317.83   2024-03-05
        left   A-1  291.46   2024-03-19
        right  A-1  1234.56  2024-03-05
    """)
    assert (found["bucket"], found["bucket_confidence"]) == ("partial_payment", 0.8)


def test_differences_that_all_go_one_way_make_it_likelier(explain: Explain) -> None:
    short = [(f"{317 + 7 * at}.83", f"{1234 + 3 * at}.56") for at in range(6)]
    either = short[:3] + [(due, paid) for paid, due in short[3:]]
    assert min(confidences(explain, *short)) == 0.8
    assert max(confidences(explain, *either)) < 0.5


@given(flags=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_which_side_is_called_left_decides_nothing(flags: list[tuple[bool, bool]]) -> None:
    left_pays, partial = np.array(flags).T
    times = one_way(left_pays, partial)
    assert times.tolist() == one_way(~left_pays, partial).tolist()
    assert (times >= 0.25).all()
    assert (times <= 4).all()


def test_nothing_makes_it_certain(explain: Explain) -> None:
    half = [(f"{600 + at}.28", f"{1200 + 2 * at}.56") for at in range(8)]
    found = confidences(explain, *half, comment="part payment, instalment 1")
    assert max(found) == 0.95
