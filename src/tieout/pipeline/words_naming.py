"""Buckets of breaks from the words beside them, where no evidence proves one."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tieout.explain.words import Suggestion, WordModel, fuse_with_evidence
from tieout.explain.words.embedding import EmbeddingSimilarity, embeddings_installed
from tieout.explain.words.evidence import PROOF_MIN
from tieout.explain.words.similarity import Similarity
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.explain.words.tokens import canonical, tokens
from tieout.model.buckets import Bucket
from tieout.pipeline.words_vocabulary import Vocabulary

# Beyond so many different comments each costs more than it tells.
_EMBEDDED_MAX: Final = 2_000
_USUAL_MIN: Final = 20
_GENUINE_MIN: Final = 0.5
_NOTHING: Final = Suggestion(None, 0.0, None, "what records that tie out say as often")


@dataclass(frozen=True)
class NamedByWords:
    """breaks: as they came, with bucket, bucket_confidence and evidence. similarities: by which
    words were compared; none where no words were needed."""

    breaks: pl.DataFrame
    similarities: tuple[str, ...] = ()


def name_by_words(
    breaks: pl.DataFrame,
    comments: Sequence[str],
    vocabulary: Vocabulary,
    *,
    usual: Callable[[], Sequence[str]] = tuple,
    among: frozenset[str] | None = None,
) -> NamedByWords:
    """Fuse what evidence says of each break with what its words say.

    breaks: bucket, bucket_confidence, evidence, a row a break. comments: of the same rows. usual:
    reads comments of records that tie out; what they say as often explains no break. Proof and
    ambiguity stay as they are; such breaks are not even read. among: buckets whose breaks are read;
    None means all.
    """
    readable = unproven(breaks, among)
    open_rows = [
        at
        for at, (comment, is_open) in enumerate(zip(comments, readable, strict=True))
        if is_open and comment and tokens(comment)
    ]
    if not open_rows:
        return NamedByWords(breaks)
    heard = [comments[at] for at in open_rows]
    similarities = _similarities(heard, vocabulary)
    of_tied = list(usual())
    model = WordModel.fit(
        vocabulary.texts,
        vocabulary.decided,
        background=[*heard, *of_tied],
        similarities=similarities,
        sides=vocabulary.sides,
        margin_min=vocabulary.margin_min,
    )
    suggestions = _genuine(model.classify(heard), model.classify(of_tied))
    return NamedByWords(
        _fused(breaks, dict(zip(open_rows, suggestions, strict=True)), vocabulary.margin_min),
        model.similarities,
    )


def unproven(breaks: pl.DataFrame, among: frozenset[str] | None) -> pl.Series:
    """Which breaks words may name: true where no evidence proves what they are.

    breaks: bucket, bucket_confidence. among: as in `name_by_words`.
    """
    bucket = pl.col("bucket")
    proven = (pl.col("bucket_confidence") >= PROOF_MIN) & (bucket != str(Bucket.UNKNOWN))
    readable = ~proven & (bucket != str(Bucket.AMBIGUOUS))
    if among is not None:
        readable &= bucket.is_in(sorted(among))
    return breaks.select(readable.fill_null(value=True)).to_series()


def _similarities(heard: Sequence[str], vocabulary: Vocabulary) -> list[Similarity]:
    found: list[Similarity] = [TfidfSimilarity()]
    if embeddings_installed() and len({canonical(each) for each in heard}) <= _EMBEDDED_MAX:
        found.append(EmbeddingSimilarity(cache=vocabulary.cache))
    return found


def _genuine(said: Sequence[Suggestion], usual: Sequence[Suggestion]) -> list[Suggestion]:
    """Suggestions, less sure by how often records that tie out say the same."""
    if len(usual) < _USUAL_MIN:
        return list(said)
    of_breaks = Counter(each.bucket for each in said)
    of_usual = Counter(each.bucket for each in usual)
    found = []
    for each in said:
        if each.bucket is None:
            found.append(each)
            continue
        share = of_breaks[each.bucket] / len(said)
        genuine = 1.0 - min(1.0, (of_usual[each.bucket] / len(usual)) / share)
        if genuine < _GENUINE_MIN:
            found.append(_NOTHING)
        else:
            sure = round(each.confidence * genuine, 4)
            found.append(Suggestion(each.bucket, sure, each.runner_up, each.why))
    return found


def _fused(
    breaks: pl.DataFrame, suggestions: dict[int, Suggestion], margin_min: float
) -> pl.DataFrame:
    buckets = breaks["bucket"].to_list()
    confidences = breaks["bucket_confidence"].to_list()
    evidence = breaks["evidence"].to_list()
    for at, suggestion in suggestions.items():
        if suggestion.bucket is None:
            continue
        fused = fuse_with_evidence(
            buckets[at], confidences[at] or 0.0, suggestion, margin_min=margin_min
        )
        buckets[at], confidences[at] = fused.bucket, fused.confidence
        evidence[at] = f"{evidence[at]}; {fused.why}" if evidence[at] else fused.why
    return breaks.with_columns(
        pl.Series("bucket", buckets, dtype=pl.String),
        pl.Series("bucket_confidence", confidences, dtype=pl.Float64),
        pl.Series("evidence", evidence, dtype=pl.String),
    )
