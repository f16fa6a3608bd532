"""Likeness by shared words and by shared parts of words."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np

from tieout.explain.words.similarity import FloatArray
from tieout.explain.words.tokens import is_word, tokens

_PART_SIZES: Final = (3, 4)
_WORDS_SHARE: Final = 0.4


class TfidfSimilarity:
    """Cosine of TF-IDF vectors of words and pairs of words, and of the parts of words.

    Parts of 3 and 4 characters find inflections, compounds and typing errors ("chargebck"); words
    and pairs of words tell apart what parts cannot. Term frequencies are damped (1 + log tf) and
    frequent terms weighed down (Salton and Buckley 1988; character n-grams: Cavnar and Trenkle
    1994). A term that was never seen counts as the rarest.
    """

    name = "tfidf"

    def __init__(self) -> None:
        self._texts = 0
        self._words: dict[str, int] = {}
        self._parts: dict[str, int] = {}

    def fit(self, texts: Sequence[str], background: Sequence[str] = ()) -> Self:
        """Count in how many of the texts each term is."""
        texts = [*texts, *background]
        self._texts = len(texts)
        self._words = _document_counts(*_word_counts(texts))
        self._parts = _document_counts(*_part_counts(texts))
        return self

    def between(self, left: Sequence[str], right: Sequence[str]) -> FloatArray:
        """Likeness of each left to each right text, 0 to 1: left x right."""
        by_words = self._cosine(_word_counts, self._words, left, right)
        by_parts = self._cosine(_part_counts, self._parts, left, right)
        return _WORDS_SHARE * by_words + (1.0 - _WORDS_SHARE) * by_parts

    def _cosine(
        self,
        count: Callable[[Sequence[str]], tuple[Any, list[str]]],
        seen: dict[str, int],
        left: Sequence[str],
        right: Sequence[str],
    ) -> FloatArray:
        # One matrix for both sides, so that their columns are the same terms.
        counts, terms = count([*left, *right])
        documents = np.array([seen.get(term, 0) for term in terms], dtype=np.float64)
        rarity = np.log((1.0 + self._texts) / (1.0 + documents)) + 1.0
        counts.data = (1.0 + np.log(counts.data)) * rarity[counts.indices]
        length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
        per_row = np.diff(counts.indptr)
        counts.data /= np.repeat(np.maximum(length, 1e-12), per_row)
        product = counts[: len(left)] @ counts[len(left) :].T
        likeness: FloatArray = product.toarray()
        return likeness


def _document_counts(counts: Any, terms: list[str]) -> dict[str, int]:
    per_term = np.bincount(counts.indices, minlength=len(terms))
    return dict(zip(terms, per_term.tolist(), strict=True))


def _word_counts(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """Counts of words and pairs of neighbours, text x term, and the terms."""
    return _counts(_with_pairs(tokens(text)) for text in texts)


def _part_counts(texts: Sequence[str]) -> tuple[Any, list[str]]:
    """Counts of parts of words, text x part: those of each distinct word are taken once."""
    words, vocabulary = _counts(tokens(text) for text in texts)
    parts, terms = _counts(_parts(word) for word in vocabulary)
    product = words @ parts
    product.sort_indices()
    return product, terms


def _with_pairs(single: tuple[str, ...]) -> list[str]:
    pairs = pairwise(single)
    return [*single, *(f"{first} {second}" for first, second in pairs)]


@lru_cache(maxsize=32_768)
def _parts(word: str) -> list[str]:
    """Parts of a word between its two edges; what stands for an amount has none."""
    if not is_word(word):
        return [word]
    edged = f" {word} "
    return [
        edged[start : start + size]
        for size in _PART_SIZES
        for start in range(max(1, len(edged) - size + 1))
    ]


def _counts(lists: Iterable[Sequence[str]]) -> tuple[Any, list[str]]:
    from scipy.sparse import csr_matrix

    places: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for terms in lists:
        columns += [places.setdefault(term, len(places)) for term in terms]
        ends.append(len(columns))
    shape = (len(ends) - 1, len(places))
    counts = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
    counts.sum_duplicates()
    return counts, list(places)
