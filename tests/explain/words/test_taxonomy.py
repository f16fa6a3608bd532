"""The words that are shipped."""

from collections import Counter

import pytest

from tieout.explain.words.sides import Sides
from tieout.explain.words.taxonomy import neutral_bucket, shipped_buckets
from tieout.explain.words.tokens import tokens
from tieout.model.buckets import CAUSES, Bucket


def test_every_cause_has_words_and_so_has_what_names_none() -> None:
    assert [each.name for each in shipped_buckets()] == [*CAUSES, Bucket.UNKNOWN]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_has_a_description_and_many_phrases(cause: Bucket) -> None:
    (found,) = [each for each in shipped_buckets() if each.name == cause]
    assert len(tokens(found.description)) >= 15
    assert len(found.examples) >= 30


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_is_also_told_in_other_languages(cause: Bucket) -> None:
    (found,) = [each for each in shipped_buckets() if each.name == cause]
    accents = [each for each in found.examples if not each.isascii()]
    assert accents, "German or French words usually carry accents"


def test_no_phrase_belongs_to_two_buckets() -> None:
    counts = Counter(
        phrase
        for each in shipped_buckets()
        for phrase in {tokens(example) for example in each.examples}
    )
    assert [phrase for phrase, count in counts.items() if count > 1] == []


def test_no_phrase_is_without_words() -> None:
    assert all(tokens(example) for each in shipped_buckets() for example in each.examples)


def examples(name: str, sides: Sides) -> tuple[str, ...]:
    """Of one bucket, with these sides."""
    (found,) = [each for each in shipped_buckets(sides) if each.name == name]
    return found.examples


def test_the_sides_are_named_as_told() -> None:
    sides = Sides(outside=("custodian",), own=("fund",))
    assert "not on the custodian" in examples("missing_left", sides)
    assert "not on the fund" in examples("missing_right", sides)
    assert "only on the custodian" in examples("missing_right", sides)


def test_a_phrase_is_there_for_each_pair_of_names() -> None:
    sides = Sides(outside=("bank", "PSP"), own=("GL", "ERP"))
    found = [each for each in examples("missing_left", sides) if each.startswith("only in the")]
    assert found == [f"only in the {name}" for name in ("GL", "ERP", "right", "right side")]


def test_fewer_names_of_one_side_are_used_again() -> None:
    found = examples("missing_left", Sides(outside=("bank",), own=("GL", "ERP")))
    assert "exists in the GL but not on the bank" in found
    assert "exists in the ERP but not on the bank" in found


def test_left_and_right_are_understood_whatever_the_names() -> None:
    for sides in (Sides(), Sides(own_side="left"), Sides(outside=("a",), own=("b",))):
        assert "not on the left" in examples("missing_left", sides)
        assert "not on the right" in examples("missing_right", sides)
        assert "not on the right" not in examples("missing_left", sides)


def test_with_the_own_books_on_the_left_the_outside_lacks_on_the_right() -> None:
    sides = Sides(own_side="left")
    assert "nicht verbucht" in examples("missing_left", sides)
    assert "nicht verbucht" in examples("missing_right", Sides())
    assert "not on the bank" in examples("missing_right", sides)
    assert [each.name for each in shipped_buckets(sides)] == [
        each.name for each in shipped_buckets()
    ]


def test_no_name_is_left_open() -> None:
    for each in shipped_buckets():
        assert not any(mark in text for text in (each.description, *each.examples) for mark in "{}")


def test_the_neutral_words_name_no_cause() -> None:
    neutral = neutral_bucket()
    assert neutral.name == Bucket.UNKNOWN
    assert "invoice payment" in neutral.examples
