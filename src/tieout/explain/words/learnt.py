"""The texts that a model learns from: phrases of the buckets and comments that people decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.taxonomy import neutral_bucket
from tieout.explain.words.tokens import tokens
from tieout.model.buckets import Bucket
from tieout.model.errors import InputError

# Every pair of learnt texts is compared; more decisions than these are kept as repeats only.
_DECIDED_MAX: Final = 1_000
_Key = tuple[str, ...]


@dataclass(frozen=True)
class LearntTexts:
    """Texts in a fixed order, phrases first; each has its bucket and how often it was decided.

    `decisions` counts by the tokens of a comment what all comments with these were decided to be,
    also of those that are too many to be compared.
    """

    buckets: tuple[str, ...]
    descriptions: tuple[str, ...]
    texts: tuple[str, ...]
    bucket: NDArray[np.intp]
    decided: NDArray[np.bool_]
    times: NDArray[np.float64]
    decisions: dict[_Key, Counter[int]] = field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[BucketText], decided: Sequence[tuple[str, str]]) -> Self:
        """From buckets and (comment, bucket) as decided, oldest first. Raises InputError."""
        known = _with_neutral(texts)
        number = {each.name: place for place, each in enumerate(known)}
        phrases = _phrases(known)
        counts = _counted(decided, number)
        decisions: dict[_Key, Counter[int]] = {}
        for (text, bucket), times in counts.items():
            decisions.setdefault(tokens(text), Counter())[bucket] += times
        compared = sorted(_latest(counts, len(known)))
        return cls(
            buckets=tuple(number),
            descriptions=tuple(f"{_spoken(each.name)}. {each.description}" for each in known),
            texts=tuple(text for text, _ in [*phrases, *compared]),
            bucket=np.array([place for _, place in [*phrases, *compared]], dtype=np.intp),
            decided=np.arange(len(phrases) + len(compared)) >= len(phrases),
            times=np.array([1.0] * len(phrases) + [float(counts[each]) for each in compared]),
            decisions=decisions,
        )

    @property
    def neutral(self) -> int:
        """The place of `unknown` among the buckets."""
        return self.buckets.index(Bucket.UNKNOWN)

    def repeats(self, comment: str) -> Counter[int]:
        """What comments of the same words were decided to be, by the place of the bucket."""
        key = tokens(comment)
        return self.decisions.get(key, Counter()) if key else Counter()


def _with_neutral(texts: Sequence[BucketText]) -> tuple[BucketText, ...]:
    names = [each.name for each in texts]
    if not set(names) - {Bucket.UNKNOWN}:
        raise InputError("buckets: there are none; expected at least one with a description")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"buckets: {name} is there twice; expected names to differ")
    return tuple(texts) if Bucket.UNKNOWN in names else (*texts, neutral_bucket())


def _phrases(known: tuple[BucketText, ...]) -> list[tuple[str, int]]:
    """Each bucket's own name is a phrase as well: people write it."""
    return [
        (text, place)
        for place, bucket in enumerate(known)
        for text in dict.fromkeys((_spoken(bucket.name), *bucket.examples))
    ]


def _counted(
    decided: Sequence[tuple[str, str]], number: dict[str, int]
) -> Counter[tuple[str, int]]:
    counts: Counter[tuple[str, int]] = Counter()
    for place, (comment, name) in enumerate(decided, start=1):
        if name == Bucket.AMBIGUOUS:
            continue  # It says that there were several candidates, not what the words mean.
        if name not in number:
            raise InputError(
                f"decided comment {place}: no bucket {name!r}; expected {', '.join(number)}"
            )
        counts[" ".join(comment.split()), number[name]] += 1
    return Counter({each: times for each, times in counts.items() if tokens(each[0])})


def _latest(counts: Counter[tuple[str, int]], buckets: int) -> list[tuple[str, int]]:
    """The latest of each bucket in turn, up to the limit."""
    if len(counts) <= _DECIDED_MAX:
        return list(counts)
    by_bucket = [
        [each for each in reversed(counts) if each[1] == place] for place in range(buckets)
    ]
    turns = [(turn, each) for group in by_bucket for turn, each in enumerate(group)]
    turns.sort(key=lambda each: each[0])
    return [each for _, each in turns[:_DECIDED_MAX]]


def _spoken(name: str) -> str:
    return name.replace("_", " ")
