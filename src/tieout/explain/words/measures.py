"""How well a text fits each bucket, in several ways."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.ridge import KernelRidge
from tieout.explain.words.similarity import FloatArray, Similarity

# A decided comment was written by those who write the next one, a phrase by this project.
_DECIDED_IMPORTANCE: Final = 3.0
_RIDGE_PENALTY: Final = 0.3
_NEIGHBOURS: Final = 5
# Likeness that neighbours together need before they are believed.
_NEIGHBOUR_MASS: Final = 0.3
_REPEAT_MASS: Final = 0.5
PER_SIMILARITY: Final = ("description", "nearest phrase", "all texts", "nearest decided")
# A repeat must count before any was seen to be right; the weights of all others start at nothing.
REPEAT_WEIGHT: Final = 5.0


@dataclass(frozen=True)
class Measures:
    """Measures of fit to each bucket by one or more similarities, and those of the learnt texts.

    Of each similarity: to the description; to the nearest phrase of the bucket; kernel ridge over
    all texts; the vote of the nearest decided comments by the cube of their likeness. Then the
    share of decided comments with the very same words, and 1 for `unknown`, which lets the weights
    say how little likeness is none. `left_out` are the measures of each learnt text without it.
    """

    learnt: LearntTexts
    similarities: tuple[Similarity, ...]
    ridges: tuple[KernelRidge, ...]
    left_out: FloatArray

    @classmethod
    def fitted(cls, learnt: LearntTexts, similarities: Sequence[Similarity]) -> Self:
        """Learn from texts by similarities that have been fitted."""
        targets = np.eye(len(learnt.buckets))[learnt.bucket]
        importance = np.where(learnt.decided, _DECIDED_IMPORTANCE * learnt.times, 1.0)
        ridges: list[KernelRidge] = []
        parts: list[FloatArray] = []
        for each in similarities:
            likeness = each.between(learnt.texts, learnt.texts)
            ridge = KernelRidge.fitted(
                likeness, targets, importance=importance, penalty=_RIDGE_PENALTY
            )
            # What was decided more than once is its own neighbour; all else is left out.
            others = likeness - 2.0 * np.diag(learnt.times < 2.0)
            described = each.between(learnt.texts, learnt.descriptions)
            parts += [described, *_neighbours(learnt, others, ridge.left_out)]
            ridges.append(ridge)
        once = [
            _without(learnt.repeats(text), place) if decided else Counter()
            for text, place, decided in zip(
                learnt.texts, learnt.bucket.tolist(), learnt.decided.tolist(), strict=True
            )
        ]
        return cls(learnt, tuple(similarities), tuple(ridges), _stacked(learnt, parts, once))

    def of(self, comments: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """The measures of comments (comment x bucket x measure), and likeness to learnt texts.

        The likeness (comment x learnt text) is the mean of the similarities.
        """
        learnt = self.learnt
        parts: list[FloatArray] = []
        total = np.zeros((len(comments), len(learnt.texts)))
        for each, ridge in zip(self.similarities, self.ridges, strict=True):
            both = each.between(comments, [*learnt.texts, *learnt.descriptions])
            likeness, described = np.split(both, [len(learnt.texts)], axis=1)
            parts += [described, *_neighbours(learnt, likeness, ridge.values(likeness))]
            total += likeness
        repeats = [learnt.repeats(comment) for comment in comments]
        return _stacked(learnt, parts, repeats), total / len(self.similarities)

    @property
    def starting_weights(self) -> FloatArray:
        """Of each measure, in the order of the last axis."""
        own = len(self.similarities) * len(PER_SIMILARITY)
        return np.array([*[0.0] * own, REPEAT_WEIGHT, 0.0])


def _neighbours(
    learnt: LearntTexts, likeness: FloatArray, ridge: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    count = len(learnt.buckets)
    nearest = np.zeros((len(likeness), count))
    for place in range(count):
        mine = (learnt.bucket == place) & ~learnt.decided
        if mine.any():
            nearest[:, place] = np.maximum(likeness[:, mine].max(axis=1), 0.0)
    return nearest, ridge, _vote(learnt, likeness)


def _vote(learnt: LearntTexts, likeness: FloatArray) -> FloatArray:
    decided = np.flatnonzero(learnt.decided)
    votes = np.zeros((len(likeness), len(learnt.buckets)))
    if len(decided) == 0:
        return votes
    near = np.maximum(likeness[:, decided], 0.0)
    if len(decided) > _NEIGHBOURS:
        # The fifth nearest bounds the neighbours; all that are as near count too.
        bound = np.partition(near, -_NEIGHBOURS, axis=1)[:, [-_NEIGHBOURS]]
        near = np.where(near >= bound, near, 0.0)
    weight = near**3 * learnt.times[decided]
    targets = np.eye(len(learnt.buckets))[learnt.bucket[decided]]
    votes = weight @ targets
    share: FloatArray = votes / (votes.sum(axis=1, keepdims=True) + _NEIGHBOUR_MASS)
    return share


def _stacked(
    learnt: LearntTexts, parts: list[FloatArray], repeats: list[Counter[int]]
) -> FloatArray:
    rows, count = len(repeats), len(learnt.buckets)
    repeated = np.zeros((rows, count))
    for row, counts in enumerate(repeats):
        for place, times in counts.items():
            repeated[row, place] = times / (counts.total() + _REPEAT_MASS)
    nothing = np.zeros((rows, count))
    nothing[:, learnt.neutral] = 1.0
    return np.stack([*parts, repeated, nothing], axis=-1)


def _without(counts: Counter[int], place: int) -> Counter[int]:
    rest = Counter(counts)
    rest[place] -= 1
    return +rest
