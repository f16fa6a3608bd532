"""From comments to buckets: learnt from descriptions and from what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

import numpy as np

from tieout.explain.words.bucket_text import BucketText
from tieout.explain.words.calibration import Calibration
from tieout.explain.words.choice import ConditionalLogit
from tieout.explain.words.embedding import EmbeddingSimilarity, embeddings_installed
from tieout.explain.words.learnt import LearntTexts
from tieout.explain.words.measures import Measures
from tieout.explain.words.missing import MissingSide
from tieout.explain.words.sides import Sides
from tieout.explain.words.similarity import FloatArray, Similarity
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.explain.words.tokens import canonical, tokens
from tieout.explain.words.why import Explainer
from tieout.model.errors import InputError

MARGIN_MIN: Final = 0.2
_DECIDED_WEIGHT: Final = 5.0
_AT_ONCE: Final = 4_000
_DECIDED_ENOUGH: Final = 100
_WORTH_NAMING: Final = 0.1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the words of a comment say.

    bucket: None where they leave it unknown; then `runner_up` is the likeliest all the same.
    confidence: calibrated probability of the bucket (of the runner-up where unknown), 0 to 1.
    """

    bucket: str | None
    confidence: float
    runner_up: str | None
    why: str


@dataclass(frozen=True)
class WordModel:
    """Names the bucket of a comment and says how sure it is.

    Likeness to descriptions, phrases and decided comments by one or more similarities, fused by a
    conditional logit whose weights were fitted on measures that leave each text out; that also
    calibrates the probabilities (`calibration` says how well). It abstains where no bucket leads
    the next by the margin, or where words are like those that say nothing of a cause.
    """

    measures: Measures
    logit: ConditionalLogit
    explainer: Explainer
    missing: MissingSide
    margin_min: float
    calibration: Calibration

    @classmethod
    def fit(
        cls,
        texts: Sequence[BucketText],
        decided: Sequence[tuple[str, str]] = (),
        *,
        background: Sequence[str | None] = (),
        similarities: Sequence[Similarity] | None = None,
        sides: Sides | None = None,
        margin_min: float = MARGIN_MIN,
    ) -> Self:
        """Learn from buckets in words and from (comment, bucket) as people decided, oldest first.

        background: comments whose words tell what is common in this data, such as those to be
        classified. similarities: those to use, not in use by another model; by default TF-IDF, and
        embeddings where they are installed. sides: as given to `shipped_buckets`. margin_min: by
        how much the likeliest bucket must lead, 0 to 1. Raises InputError for a decision on a
        bucket that is none of `texts`.
        """
        if not 0.0 <= margin_min <= 1.0:
            raise InputError(f"margin {margin_min:g}: expected 0 to 1")
        learnt = LearntTexts.of(texts, decided)
        used = default_similarities() if similarities is None else similarities
        known = [*learnt.descriptions, *learnt.texts]
        common = sorted({canonical(each or "") for each in background})
        measures = Measures.fitted(learnt, [each.fit(known, common) for each in used])
        logit = ConditionalLogit.fitted(
            measures.left_out,
            learnt.bucket,
            importance=_importance(learnt),
            start=measures.starting_weights,
            free=(measures.left_out.shape[2] - 1,),
        )
        missing = MissingSide.fitted(sides or Sides(), learnt)
        chances = logit.probabilities(measures.left_out)
        calibration = _calibrated(missing.shared(chances, learnt, learnt.texts), learnt)
        return cls(measures, logit, Explainer.of(learnt), missing, margin_min, calibration)

    @property
    def buckets(self) -> tuple[str, ...]:
        """The names of the buckets, `unknown` among them, in the order of `probabilities`."""
        return self.measures.learnt.buckets

    @property
    def similarities(self) -> tuple[str, ...]:
        """The names of the similarities in use."""
        return tuple(each.name for each in self.measures.similarities)

    def probabilities(self, comments: Sequence[str]) -> FloatArray:
        """comment x bucket, each row summing to 1; `unknown` is that no cause is named."""
        parts = [
            self._judged(comments[start : start + _AT_ONCE])[0]
            for start in range(0, len(comments), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.buckets)))

    def classify(self, comments: Sequence[str | None]) -> list[Suggestion]:
        """A suggestion for each comment, in their order; those that differ in long
        numbers only, such as references, get the same one."""
        forms = [canonical(comment or "") for comment in comments]
        distinct = {form: comment or "" for form, comment in zip(forms, comments, strict=True)}
        found: dict[str, Suggestion] = {}
        for start in range(0, len(distinct), _AT_ONCE):
            batch = list(islice(distinct.items(), start, start + _AT_ONCE))
            chances, likeness = self._judged([comment for _, comment in batch])
            for (form, comment), row, near in zip(
                batch, np.round(chances, 4), likeness, strict=True
            ):
                found[form] = self._suggestion(comment, row, near)
        return [found[form] for form in forms]

    def _judged(self, comments: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        measured, likeness = self.measures.of(comments)
        chances = self.logit.probabilities(measured)
        return self.missing.shared(chances, self.measures.learnt, comments), likeness

    def _suggestion(self, comment: str, chances: FloatArray, likeness: FloatArray) -> Suggestion:
        if not tokens(comment):
            return Suggestion(None, 0.0, None, "no words to go by")
        neutral = self.measures.learnt.neutral
        named = chances.copy()
        named[neutral] = -1.0
        # Equal chances keep the order of the buckets.
        order = np.argsort(-named, kind="stable")
        first, second = int(order[0]), int(order[1])
        best = float(chances[first])
        name = self.buckets[first]
        if chances[neutral] >= max(best, 1.0 - _WORTH_NAMING):
            return Suggestion(None, best, name, "like words that name no cause")
        why = self.explainer.why(comment, first, likeness)
        if chances[neutral] >= best:
            said = f"like words that name no cause; likeliest is {name} at {best:.0%}"
            return Suggestion(None, best, name, f"{said}: {why}")
        rival = neutral if chances[neutral] > chances[second] else second
        if best - float(chances[rival]) < self.margin_min:
            other = "no cause" if rival == neutral else self.buckets[rival]
            said = f"{name} at {best:.0%} and {other} at {chances[rival]:.0%} are too close"
            return Suggestion(None, best, name, f"{said}: {why}")
        runner_up = None if second == neutral else self.buckets[second]
        return Suggestion(name, best, runner_up, why)


def default_similarities() -> tuple[Similarity, ...]:
    """TF-IDF, and embeddings where all they need is installed."""
    if embeddings_installed():
        return TfidfSimilarity(), EmbeddingSimilarity()
    return (TfidfSimilarity(),)


def _importance(learnt: LearntTexts) -> FloatArray:
    """Each bucket's phrases count alike together; a decided comment counts as several phrases."""
    phrases = np.bincount(learnt.bucket[~learnt.decided], minlength=len(learnt.buckets))
    usual = (~learnt.decided).sum() / max((phrases > 0).sum(), 1)
    each = usual / np.maximum(phrases, 1)[learnt.bucket]
    weights: FloatArray = np.where(learnt.decided, _DECIDED_WEIGHT * learnt.times, each)
    return weights


def _calibrated(chances: FloatArray, learnt: LearntTexts) -> Calibration:
    """Of the likeliest cause on texts that have one: decided comments where they are enough."""
    causes = learnt.bucket != learnt.neutral
    if (causes & learnt.decided).sum() >= _DECIDED_ENOUGH:
        causes &= learnt.decided
    named = np.delete(chances, learnt.neutral, axis=1)
    truth = np.delete(np.eye(len(learnt.buckets)), learnt.neutral, axis=1)[learnt.bucket]
    best = named.argmax(axis=1)
    right = truth[np.arange(len(best)), best] > 0
    return Calibration.measured(named.max(axis=1)[causes], right[causes])
