"""Why a comment is thought to be of a bucket, in words and numbers."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.tokens import is_word, tokens

_SHOWN_WORDS: Final = 3
_SHOWN_LENGTH: Final = 60
_NEAR_MIN: Final = 0.15
_WRITTEN: Final = re.compile(r"[^\W\d_]+\d{0,2}")


@dataclass(frozen=True)
class Explainer:
    """Knows the words of each bucket, and how many buckets share a word."""

    learnt: LearntTexts
    words: tuple[frozenset[str], ...]
    pairs: tuple[frozenset[tuple[str, str]], ...]
    spread: Counter[str]

    @classmethod
    def of(cls, learnt: LearntTexts) -> Self:
        """From learnt texts; words that people decided on are not the bucket's own."""
        words: list[frozenset[str]] = []
        pairs: list[frozenset[tuple[str, str]]] = []
        for place, description in enumerate(learnt.descriptions):
            mine = (learnt.bucket == place) & ~learnt.decided
            lists = [
                tokens(description),
                *(tokens(learnt.texts[at]) for at in np.flatnonzero(mine)),
            ]
            words.append(frozenset(word for each in lists for word in each if is_word(word)))
            pairs.append(frozenset(pair for each in lists for pair in pairwise(each)))
        spread = Counter(word for each in words for word in each)
        return cls(learnt, tuple(words), tuple(pairs), spread)

    def why(self, comment: str, bucket: int, likeness: FloatArray) -> str:
        """What speaks for a bucket; likeness: of the comment to each learnt text."""
        name = self.learnt.buckets[bucket]
        parts: list[str] = []
        shared = self.shared(comment, bucket)
        if shared:
            quoted = ", ".join(f"'{words}'" for words in shared)
            parts.append(f"shares {quoted} with the description of {name}")
        else:
            mine = np.flatnonzero((self.learnt.bucket == bucket) & ~self.learnt.decided)
            parts += self._nearest(likeness, mine, f"nearest to {{}}, a phrase of {name}")
        repeats = self.learnt.repeats(comment)
        if repeats:
            parts.append(self._repeats(repeats))
        else:
            decided = np.flatnonzero(self.learnt.decided)
            parts += self._nearest(likeness, decided, "nearest decided comment {} was {}")
        return "; ".join(parts) or f"a little like many phrases of {name}, like none of them much"

    def shared(self, comment: str, bucket: int) -> list[str]:
        """Words of a comment, as written, that are among those of a bucket; the rarest first.

        Words that most buckets use say nothing. Neighbours that are neighbours in the bucket's
        phrases as well are shown together.
        """
        rare = len(self.words) / 2
        kept: dict[str, float] = {}
        for group in self._groups(comment, bucket):
            spread = min(self.spread[token] for token, _ in group)
            if spread <= rare:
                kept.setdefault(" ".join(word for _, word in group), spread)
        return sorted(kept, key=lambda words: (kept[words], -len(words), words))[:_SHOWN_WORDS]

    def _groups(self, comment: str, bucket: int) -> Iterator[list[tuple[str, str]]]:
        group: list[tuple[str, str]] = []
        for token, word in _as_written(comment):
            known = token in self.words[bucket]
            if group and (not known or (group[-1][0], token) not in self.pairs[bucket]):
                yield group
                group = []
            if known:
                group.append((token, word))
        if group:
            yield group

    def _nearest(self, likeness: FloatArray, among: NDArray[np.intp], said: str) -> list[str]:
        if len(among) == 0:
            return []
        best = int(among[np.argmax(likeness[among])])
        if likeness[best] < _NEAR_MIN:
            return []
        shown = f"'{shortened(self.learnt.texts[best])}' ({likeness[best]:.2f})"
        return [said.format(shown, self.learnt.buckets[self.learnt.bucket[best]])]

    def _repeats(self, repeats: Counter[int]) -> str:
        ordered = sorted(repeats.items(), key=lambda each: (-each[1], each[0]))
        said = ", ".join(f"{self.learnt.buckets[place]} {times} x" for place, times in ordered)
        return f"the same words were decided before: {said}"


def shortened(text: str) -> str:
    """A text on one line, cut where it is long.

    >>> shortened("paid " * 20)
    'paid paid paid paid paid paid paid paid paid paid paid paid…'
    """
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_LENGTH else f"{line[:_SHOWN_LENGTH].rstrip()}…"


def _as_written(comment: str) -> Iterator[tuple[str, str]]:
    """Each word of a comment as a token and as it was written."""
    for word in _WRITTEN.findall(comment):
        for token in tokens(word):
            if is_word(token):
                yield token, word
