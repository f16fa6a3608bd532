"""Which columns share references, and how little they must be normalised for it."""

from collections.abc import Callable
from typing import Any

import pytest

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.keys import KeyPair, key_pairs
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.samples import Samples, key_columns

Side = Callable[..., SampleSide]


def pairs_of(left: SampleSide, right: SampleSide) -> list[KeyPair]:
    """Candidates, the best first."""
    sides = profile(left), profile(right)
    return key_pairs(*sides, Samples(*sides))


def test_dates_currencies_and_amounts_are_no_keys(side: Side) -> None:
    sample = side(
        """
        ref | day        | ccy | amount | total | invoice_no | flat
        A   | 2024-01-31 | EUR | 1.50   | 7     | 1001       | x
        B   | 2024-02-01 | USD | 2.50   | 9     | 1002       | x
        """
    )
    assert [column.name for column in key_columns(profile(sample))] == ["ref", "invoice_no"]


def test_references_on_both_sides_are_paired_whatever_their_names(side: Side) -> None:
    left = side(column_1=["A1", "A2", "A3"], kind=["x", "y", "x"])
    right = side(other=["x", "y", "x"], column_9=["A3", "A2", "A9"])
    best = pairs_of(left, right)[0]
    assert (best.left.name, best.right.name, best.common, best.steps) == (
        "column_1",
        "column_9",
        2,
        (),
    )


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [
        (["INV1", "INV2", "INV3"], ["INV1", "INV2", "INV3"], ()),
        (["INV1", "INV2", "INV3"], ["inv1", "inv2", "inv3"], ("strip", "upper")),
        (
            ["INV-1", "INV-2", "INV-3"],
            ["inv 1", "inv 2", "inv 3"],
            ("strip", "upper", "space", "punctuation"),
        ),
        (
            ["0001234", "0005678", "0009999"],
            ["1234", "5678", "9999"],
            ("strip", "upper", "space", "punctuation", "leading_zeros"),
        ),
        (
            ["0000000001", "0000000002", "0000000013"],
            ["1", "2", "13"],
            ("strip", "upper", "space", "punctuation", "leading_zeros"),
        ),
        (["PAY-1234567", "PAY-7654321"], ["X1234567", "X7654321"], ("digits",)),
        (["PAY-0123456", "PAY-0654321"], ["X123456", "X654321"], ("digits", "leading_zeros")),
    ],
)
def test_the_least_normalisation_that_finds_them_is_chosen(
    side: Side, left: list[str], right: list[str], steps: tuple[str, ...]
) -> None:
    best = pairs_of(side(ref=left), side(ref=right))[0]
    assert best.steps == steps
    assert best.common == len(left)


def test_normalising_that_makes_references_one_is_not_taken(side: Side) -> None:
    left = side(ref=["a1", "A1", "b2", "B2", "c3", "C3"])
    right = side(ref=["a1", "A1", "b2", "b3", "b4", "b5"])
    assert pairs_of(left, right)[0].steps == ()


def test_short_numbers_are_not_paired_by_their_digits(side: Side) -> None:
    left, right = side(ref=["A-1", "A-2", "A-3"]), side(ref=["B-1", "B-2", "B-3"])
    assert pairs_of(left, right) == []


def test_a_single_common_value_is_no_key(side: Side) -> None:
    assert pairs_of(side(ref=["A", "B", "C"]), side(ref=["A", "X", "Y"])) == []


def test_an_identifying_column_comes_before_a_category(side: Side) -> None:
    left = side(kind=["x", "y"] * 10, ref=[f"R{n}" for n in range(20)])
    right = side(kind=["y", "x"] * 10, ref=[f"R{n}" for n in range(5, 25)])
    found = pairs_of(left, right)
    assert [pair.left.name for pair in found] == ["ref", "kind"]
    assert found[0].score > 5 * found[1].score


def test_a_reference_that_is_unique_on_one_side_only_still_identifies(side: Side) -> None:
    left = side(payout=[f"P{n}" for n in range(10)])
    right = side(payout=[f"P{n % 10}" for n in range(50)])
    assert pairs_of(left, right)[0].distinct > 0.6


def test_sentences_are_worth_less_than_references(side: Side) -> None:
    texts = [f"payment of the invoice number {n} by bank" for n in range(10)]
    refs = [f"R{n}" for n in range(10)]
    found = pairs_of(side(text=texts, x=refs), side(text=texts, x=refs))
    assert [pair.left.name for pair in found] == ["x", "text"]


def test_what_samples_of_large_sides_share_is_measured_by_what_they_can_share(side: Side) -> None:
    left = [f"R{n:06d}" for n in range(2_000)]
    right = [f"R{n:06d}" for n in range(1_800, 3_800)]
    whole = pairs_of(side(ref=left), side(ref=right))[0]
    parts = pairs_of(side(ref=left, rows=20_000), side(ref=right, rows=20_000))[0]
    assert whole.common == parts.common == 200
    assert whole.coverage == pytest.approx(0.1)
    assert parts.coverage == pytest.approx(1.0)


@pytest.mark.parametrize("write", [str.lower, lambda ref: ref.replace("-", ""), str.strip])
def test_large_columns_are_thinned_alike_on_both_sides(side: Side, write: Any) -> None:
    left = [f"TX-{n:07d}" for n in range(45_000)]
    right = [write(ref) for ref in reversed(left)]
    best = pairs_of(side(ref=left), side(ref=right))[0]
    assert best.coverage == 1.0
    assert best.common == best.found_left == best.found_right < 25_000


def test_references_without_digits_are_thinned_by_their_letters(side: Side) -> None:
    letters = "ABCDEFGHIJ"
    left = ["".join(letters[int(d)] for d in f"{n:05d}") for n in range(45_000)]
    best = pairs_of(side(ref=left), side(ref=[ref.lower() for ref in left]))[0]
    assert best.coverage == 1.0
    assert 5_000 < best.common < 25_000


def test_exchanging_the_sides_exchanges_the_pairs(side: Side) -> None:
    left = side(a=["A1", "A2", "A3"], b=["x", "y", "z"])
    right = side(c=["a3", "a2", "a9"], d=["x", "z", "z"])
    one = [(p.left.name, p.right.name, p.steps) for p in pairs_of(left, right)]
    other = [(p.right.name, p.left.name, p.steps) for p in pairs_of(right, left)]
    assert one == other
