"""How well a text fits each bucket."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pytest

from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.measures import PER_SIMILARITY, REPEAT_WEIGHT, Measures
from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.explain.words.tokens import tokens

TEXTS = (
    BucketText("timing", "Paid later.", ("on its way", "in transit")),
    BucketText("reversal", "Undone again.", ("sent back",)),
    BucketText("unknown", "Says nothing.", ("see mail",)),
)
DESCRIPTION, PHRASE, RIDGE, NEIGHBOURS, REPEAT, NOTHING = range(6)


class SharedWords:
    """Share of common words: a likeness that can be told by counting."""

    name = "shared"

    def fit(self, texts: Sequence[str], background: Sequence[str] = ()) -> Self:
        """Nothing to learn."""
        return self

    def between(self, left: Sequence[str], right: Sequence[str]) -> FloatArray:
        """Common words over all words."""
        return np.array(
            [[self._share(set(tokens(one)), set(tokens(other))) for other in right] for one in left]
        ).reshape(len(left), len(right))

    @staticmethod
    def _share(one: set[str], other: set[str]) -> float:
        return len(one & other) / len(one | other) if one | other else 0.0


def measures(decided: Sequence[tuple[str, str]] = ()) -> Measures:
    """Of the three buckets, by shared words."""
    return Measures.fitted(LearntTexts.of(TEXTS, decided), [SharedWords()])


def of(comment: str, decided: Sequence[tuple[str, str]] = ()) -> FloatArray:
    """bucket x measure of one comment."""
    values, _ = measures(decided).of([comment])
    first: FloatArray = values[0]
    return first


def left_out(found: Measures, text: str) -> FloatArray:
    """bucket x measure of a learnt text without itself."""
    values: FloatArray = found.left_out[found.learnt.texts.index(text)]
    return values


def test_the_description_is_compared_with_the_name_in_front() -> None:
    assert of("timing paid later")[:, DESCRIPTION].tolist() == [1.0, 0.0, 0.0]


def test_the_nearest_phrase_of_a_bucket_counts() -> None:
    assert of("sent back today")[1, PHRASE] == pytest.approx(2 / 3)
    assert of("see transit")[:, PHRASE].tolist() == pytest.approx([1 / 3, 0.0, 1 / 3])


def test_the_ridge_leans_to_the_bucket_of_like_texts() -> None:
    values = of("in transit")[:, RIDGE]
    assert values.argmax() == 0
    assert values[0] > 0.5


def test_nothing_decided_has_no_neighbours_and_no_repeats() -> None:
    assert np.all(of("sent back")[:, [NEIGHBOURS, REPEAT]] == 0.0)


def test_neighbours_vote_by_the_cube_of_their_likeness() -> None:
    decided = [("alpha beta", "timing"), ("alpha gamma", "reversal")]
    values = of("alpha beta", decided)[:, NEIGHBOURS]
    votes = np.array([1.0, (1 / 3) ** 3, 0.0])
    assert values == pytest.approx(votes / (votes.sum() + 0.3))


def test_what_was_decided_more_often_votes_more() -> None:
    once = of("alpha beta", [("alpha beta", "timing")])[0, NEIGHBOURS]
    thrice = of("alpha beta", [("alpha beta", "timing")] * 3)[0, NEIGHBOURS]
    assert once == pytest.approx(1.0 / 1.3)
    assert thrice == pytest.approx(3.0 / 3.3)


def test_only_the_nearest_vote() -> None:
    near = [(f"alpha beta x{'y' * each}", "timing") for each in range(5)]
    far = [(f"alpha q{'r' * each} s t u", "reversal") for each in range(4)]
    assert of("alpha beta", [*near, *far])[1, NEIGHBOURS] == 0.0
    assert of("alpha beta", far)[1, NEIGHBOURS] > 0.0


def test_the_same_words_decided_before_count_by_their_share() -> None:
    decided = [("ticket 12.00", "timing"), ("ticket 13.00", "timing"), ("ticket 14.00", "reversal")]
    values = of("Ticket 99.00", decided)[:, REPEAT]
    assert values == pytest.approx([2 / 3.5, 1 / 3.5, 0.0])


def test_only_unknown_is_marked_as_naming_nothing() -> None:
    assert of("whatever")[:, NOTHING].tolist() == [0.0, 0.0, 1.0]


def test_a_phrase_is_not_its_own_neighbour() -> None:
    values = left_out(measures(), "in transit")
    # Its only other phrases are "timing" and "on its way", where "in" and "on" differ.
    assert values[0, PHRASE] == 0.0


def test_a_decided_comment_is_not_its_own_neighbour_or_repeat() -> None:
    values = left_out(measures([("alpha beta", "timing")]), "alpha beta")
    assert values[0, [NEIGHBOURS, REPEAT]].tolist() == [0.0, 0.0]


def test_a_comment_decided_twice_keeps_its_twin() -> None:
    values = left_out(measures([("alpha beta", "timing")] * 2), "alpha beta")
    assert values[0, NEIGHBOURS] > 0.5
    assert values[0, REPEAT] == pytest.approx(1 / 1.5)


def test_a_contradicted_comment_sees_the_contradiction() -> None:
    found = measures([("alpha beta", "timing"), ("alpha beta", "reversal")])
    values = left_out(found, "alpha beta")
    assert sorted(values[:, REPEAT].tolist()) == pytest.approx([0.0, 0.0, 1 / 1.5])


def test_the_likeness_is_the_mean_of_all_similarities() -> None:
    learnt = LearntTexts.of(TEXTS, [])
    words, shared = TfidfSimilarity().fit(learnt.texts), SharedWords()
    _, likeness = Measures.fitted(learnt, [words, shared]).of(["sent back"])
    expected = (
        words.between(["sent back"], learnt.texts) + shared.between(["sent back"], learnt.texts)
    ) / 2
    np.testing.assert_allclose(likeness, expected)


def test_each_similarity_brings_its_own_measures() -> None:
    learnt = LearntTexts.of(TEXTS, [])
    both = Measures.fitted(learnt, [SharedWords(), SharedWords()])
    values, _ = both.of(["sent back", "in transit"])
    assert values.shape == (2, 3, 2 * len(PER_SIMILARITY) + 2)
    assert both.left_out.shape == (len(learnt.texts), 3, 2 * len(PER_SIMILARITY) + 2)
    assert both.starting_weights.tolist() == [0.0] * 8 + [REPEAT_WEIGHT, 0.0]


def test_no_comments_have_no_measures() -> None:
    values, likeness = measures().of([])
    assert values.shape == (0, 3, 6)
    assert likeness.shape[0] == 0
