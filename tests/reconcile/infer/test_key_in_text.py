"""References of one side that stand within texts of the other."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.reconcile.infer import SampleSide, infer_spec
from tieout.reconcile.infer.key_in_text import key_in_text, reference_pattern
from tieout.reconcile.infer.profile import profile

Side = Callable[..., SampleSide]
ROWS = range(12)
INVOICES = [f"INV-{2000 + 37 * row}" for row in ROWS]
DAYS = [f"2026-01-{row + 10}" for row in ROWS]
AMOUNTS = [f"{(row * 7919 + 1234) / 100:.2f}" for row in ROWS]


def bank(side: Side, details: list[str], *, amounts: list[str] = AMOUNTS) -> SampleSide:
    return side(name="bank", date=DAYS, details=details, amount=amounts)


def books(side: Side, references: list[str] = INVOICES) -> SampleSide:
    return side(name="books", document=references, posted=DAYS, value=AMOUNTS)


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (["INV-2001", "INV-2002"], r"(?i)\bINV[^A-Za-z0-9]{0,2}[0-9]{4}\b"),
        (["re 00017", "RE 12345"], r"(?i)\bRE[^A-Za-z0-9]{0,2}[0-9]{5}\b"),
        (["90001", "1234567"], r"(?i)\b[0-9]{5,7}\b"),
        (["AB1234567", "CD1234567"], r"(?i)\b[A-Za-z]{2}[0-9]{7}\b"),
        (["2025/0017", "2026/0001"], r"(?i)\b[0-9]{4}[^A-Za-z0-9]{0,2}[0-9]{4}\b"),
    ],
)
def test_references_of_one_shape_have_a_pattern(values: list[str], pattern: str) -> None:
    assert reference_pattern(pl.Series(values)) == pattern


@pytest.mark.parametrize(
    "values",
    [["17", "1234"], ["Smith", "Jones"], ["INV-1", "A/77/B", "9"], ["AB12", "CD34"], [None, None]],
    ids=["short numbers", "names", "several shapes", "little that tells", "nothing"],
)
def test_what_could_be_anything_has_none(values: list[str | None]) -> None:
    assert reference_pattern(pl.Series(values, dtype=pl.String)) is None


def test_a_reference_within_a_text_is_found_on_either_side(side: Side) -> None:
    texts = [f"SEPA CREDIT {row} inv {INVOICES[row][4:]} thank you" for row in ROWS]
    left, right = profile(bank(side, texts)), profile(books(side))
    for at, sides in ((0, (left, right)), (1, (right, left))):
        found = key_in_text(*sides)
        assert found is not None
        assert (found.at, found.column, found.common) == (at, "details", 12)


def test_the_spec_says_where_the_key_stands_and_keeps_the_text_as_a_comment(side: Side) -> None:
    texts = [f"Payment {INVOICES[row]} of customer {row}" for row in ROWS]
    # Fees were kept, so that amounts alone would pair nothing.
    net = [f"{float(amount) * 0.9:.2f}" for amount in AMOUNTS]
    inferred = infer_spec(bank(side, texts, amounts=net), books(side), name="x")
    assert inferred.spec.left.key == ("details",)
    assert inferred.spec.left.key_pattern == r"(?i)\bINV[^A-Za-z0-9]{0,2}[0-9]{4}\b"
    assert inferred.spec.left.comment == ("details",)
    assert (inferred.spec.right.key, inferred.spec.right.key_pattern) == (("document",), None)
    told = next(choice for choice in inferred.choices if choice.subject == "key in a text")
    assert told.reason.startswith("12 of 12 sampled references")


def test_texts_that_name_few_references_are_no_key(side: Side) -> None:
    texts = [f"Payment {INVOICES[row] if row < 6 else ''} of customer {row}" for row in ROWS]
    assert key_in_text(profile(bank(side, texts)), profile(books(side))) is None


def test_other_numbers_in_the_texts_are_no_references(side: Side) -> None:
    texts = [f"Card INV-{9000 + row} of customer {row}" for row in ROWS]
    assert key_in_text(profile(bank(side, texts)), profile(books(side))) is None


def test_a_column_that_is_a_key_by_itself_needs_no_pattern(side: Side) -> None:
    spec = infer_spec(bank(side, INVOICES), books(side), name="x").spec
    assert (spec.left.key, spec.left.key_pattern) == (("details",), None)


def test_lines_may_share_a_reference_that_each_text_names_once(side: Side) -> None:
    payouts = [f"po_{4100 + row}" for row in ROWS]
    texts = [
        f"ACQUIRER PAYOUT {payout.upper()} REF{row * 7919}" for row, payout in enumerate(payouts)
    ]
    lines = [
        (payout, amount, day)
        for payout, amount, day in zip(payouts, AMOUNTS, DAYS, strict=True)
        for amount in ("3.00", f"{float(amount) - 3:.2f}")
    ]
    names, amounts, days = (list(each) for each in zip(*lines, strict=True))

    found = infer_spec(
        bank(side, texts),
        side(name="settlement", payout=names, net=amounts, settled=days),
        name="payouts",
    )

    assert (found.spec.left.key, found.spec.right.key) == (("details",), ("payout",))
    assert found.spec.left.key_pattern == r"(?i)\bPO[^A-Za-z0-9]{0,2}[0-9]{4}\b"
    assert any(each.group for each in found.spec.passes)


def test_a_reference_that_all_lines_share_in_all_texts_is_no_key(side: Side) -> None:
    shared = ["BATCH4711", "BATCH4712"] * 6
    found = key_in_text(
        profile(bank(side, [f"of {each}" for each in shared])), profile(books(side, shared))
    )

    assert found is None
