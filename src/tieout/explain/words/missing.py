"""Missing on which side: read off a comment's order of words, and off what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.sides import Sides
from tieout.explain.words.similarity import FloatArray
from tieout.model.buckets import Bucket

_MISSING: Final = (Bucket.MISSING_LEFT, Bucket.MISSING_RIGHT)
_WORTH_READING: Final = 0.05
# How often a reading is right before anyone decided, and how many decisions outweigh that.
_BELIEVED: Final = 0.9
_STRENGTH: Final = 4.0


@dataclass(frozen=True)
class MissingSide:
    """Shares what the two missing sides have together by the side that a comment says lacks it.

    believed: how often that reading is right, 0 to 1. Below one half people here call the sides
    the other way round, which their decisions show.
    """

    sides: Sides
    believed: float

    @classmethod
    def fitted(cls, sides: Sides, learnt: LearntTexts) -> Self:
        """Learn from decided comments how far to believe: the mean of a beta prior and counts."""
        right = total = 0.0
        for place in np.flatnonzero(learnt.decided).tolist():
            name = learnt.buckets[int(learnt.bucket[place])]
            lacking = sides.lacking(learnt.texts[place]) if name in _MISSING else None
            if lacking is not None:
                total += learnt.times[place]
                right += learnt.times[place] * (name == f"missing_{lacking}")
        return cls(sides, (_BELIEVED * _STRENGTH + right) / (_STRENGTH + total))

    def shared(
        self, chances: FloatArray, learnt: LearntTexts, comments: Sequence[str]
    ) -> FloatArray:
        """New chances (comment x bucket); only those of the two missing sides differ."""
        places = [learnt.buckets.index(each) for each in _MISSING if each in learnt.buckets]
        answer = chances.copy()
        if len(places) < len(_MISSING):
            return answer
        together = chances[:, places].sum(axis=1)
        for row in np.flatnonzero(together >= _WORTH_READING).tolist():
            lacking = self.sides.lacking(comments[row])
            # A comment whose very words were decided before needs no reading.
            if lacking is None or learnt.repeats(comments[row]):
                continue
            left = self.believed if lacking == "left" else 1.0 - self.believed
            answer[row, places] = together[row] * np.array([left, 1.0 - left])
        return answer
