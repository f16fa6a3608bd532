"""Which side a comment says lacks something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.explain.words.sides import OUTSIDE_WORDS, OWN_WORDS, Sides

# Each comment, and the same with the sides changed over.
MIRRORED = (
    ("GL has it since Monday, bank doesn't", "bank has it since Monday, GL doesn't"),
    ("bank doesn't show this GL posting", "GL doesn't show this bank line"),
    ("journal 4411 has no counterpart on the statement", "statement 12 has no match in the GL"),
    (
        "in our books, never appeared on any statement",
        "on the statement, never entered in our books",
    ),
    ("ledger only", "bank only"),
    ("only the ledger shows it", "only the bank shows it"),
    ("no bank line for this posting", "no GL posting for this bank line"),
    (
        "the processor has no record of the sale we booked",
        "we have no record of the sale the processor reports",
    ),
    ("we show a payment that they don't have", "they show a payment that we don't have"),
    ("booked here, unknown at the bank", "on the bank, unknown here"),
    ("statement is missing this one, it is in the GL", "ledger is missing this, bank has it"),
    ("our entry, nothing on theirs", "their entry, nothing on ours"),
    ("present in ERP, absent at acquirer", "present at acquirer, absent in ERP"),
    ("in the ledger without any bank movement", "on the statement without any journal"),
    ("left side lacks the item", "right side lacks the item"),
    ("right only, nothing left", "left only, nothing right"),
    ("it is in SAP but the bank has never seen it", "the bank has it but SAP has never seen it"),
    ("not on the bank statement", "not posted in the ledger"),
    ("missing from the bank", "missing from the ledger"),
    ("auf dem Kontoauszug nicht", "in der Buchhaltung nicht"),
    ("comptabilisé mais inconnu de la banque", "à la banque mais inconnu chez nous"),
    ("falta en el banco", "falta en la contabilidad"),
    (
        "custodian does not have the trade that we booked",
        "we do not have the trade that the custodian reports",
    ),
)


@pytest.mark.parametrize(("left", "right"), MIRRORED)
def test_the_order_of_words_tells_the_side(left: str, right: str) -> None:
    assert Sides().lacking(left) == "left"
    assert Sides().lacking(right) == "right"


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "bank fee",
        "booked twice in the ledger",
        "not a duplicate",
        "no reference given",
        "bank not ledger not",
        "only two cents",
    ],
)
def test_a_comment_that_says_nothing_of_it_has_no_side(comment: str) -> None:
    assert Sides().lacking(comment) is None


@pytest.mark.parametrize(
    "comment",
    [
        "bank receipt was never booked",
        "direct debit of the bank has not been posted",
        "not yet recorded",
        "noch nicht gebucht",
        "nicht verbucht",
        "non contabilizzato",
        "statement line not entered",
    ],
)
def test_only_the_own_books_are_booked_into(comment: str) -> None:
    assert Sides().lacking(comment) == "right"
    assert Sides(own_side="left").lacking(comment) == "left"


def test_whoever_has_not_posted_it_lacks_it() -> None:
    assert Sides().lacking("the bank has not posted it") == "left"
    assert Sides().lacking("accounting has not posted it") == "right"
    assert Sides().lacking("not yet posted on the bank") == "left"


def test_our_bank_is_the_bank_but_their_books_are_theirs() -> None:
    assert Sides().lacking("not on our bank statement") == "left"
    assert Sides().lacking("not in their books") == "left"
    assert Sides().lacking("not in our books") == "right"


def test_sides_of_ones_own_replace_the_usual_words() -> None:
    sides = Sides(outside=("fund admin",), own=("custodian",))
    assert sides.lacking("custodian has no record of it") == "right"
    assert sides.lacking("not in the fund") == "left"
    assert sides.lacking("not on the left") == "left"
    assert sides.lacking("not in the ledger") is None


def test_a_word_of_both_sides_tells_nothing() -> None:
    sides = Sides(outside=("general ledger",), own=("sub ledger",))
    assert sides.lacking("not in the ledger") is None
    assert sides.lacking("not in the sub ledger") == "right"
    assert sides.lacking("not in the general ledger") == "left"


def test_the_usual_words_are_of_one_side_each() -> None:
    assert not set(OUTSIDE_WORDS) & set(OWN_WORDS)


@pytest.mark.parametrize("comment", [each for pair in MIRRORED for each in pair])
def test_with_the_own_books_on_the_left_the_side_changes_over(comment: str) -> None:
    usual, turned = Sides().lacking(comment), Sides(own_side="left").lacking(comment)
    plainly = "left" in comment or "right side" in comment
    assert (usual == turned) is plainly, "left stays left, whosever books are there"


def test_names_pair_up_and_left_and_right_come_last() -> None:
    sides = Sides(outside=("bank", "PSP"), own=("GL",))
    plain = [("left", "right"), ("left side", "right side")]
    assert sides.pairs == [("bank", "GL"), ("PSP", "GL"), *plain]


def test_with_the_own_books_on_the_left_the_outside_is_right() -> None:
    sides = Sides(outside=("bank",), own=("GL",), own_side="left")
    plain = [("right", "left"), ("right side", "left side")]
    assert sides.pairs == [("bank", "GL"), *plain]


def test_the_usual_names_come_in_pairs() -> None:
    outside, own = zip(*Sides().pairs, strict=True)
    assert not set(outside) & set(own)
    assert len(outside) == len(set(outside)) == len(set(own))


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert Sides().lacking(text) in {None, "left", "right"}
