"""From scores and rules to flags, and from flags to cases with their reasons."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.judge import most_telling
from tieout.detect.rules.model import Severity
from tieout.detect.thresholds import Cut
from tieout.pipeline.detection.cutting import cut_scores
from tieout.pipeline.detection.data import Data
from tieout.pipeline.detection.learning import Learnt, learn
from tieout.pipeline.detection.model import Judgement
from tieout.pipeline.detection.ruling import Ruling, rule
from tieout.pipeline.timing import Stopwatch

if TYPE_CHECKING:
    import polars as pl

    from tieout.pipeline.detection.job import DetectJob

# Rows beyond the flagged ones that get reasons, so that a person can look below the cut.
_EXPLAINED_MIN: Final = 200
_RANK: Final = attrgetter("rank")
# How grave a log p-value below each is.
_SEVERITIES: Final = (
    (math.log(1e-9), Severity.CRITICAL),
    (math.log(1e-6), Severity.HIGH),
    (math.log(1e-3), Severity.MEDIUM),
    (math.inf, Severity.LOW),
)


@dataclass(frozen=True)
class Findings:
    """What is flagged and why.

    score, log_p, confidence: of each row. cut: where the score is cut. by_ml, by_rules: flags.
    reasons: up to three sentences by position, for the flagged rows and the next ones below.
    """

    score: FloatArray
    log_p: FloatArray
    confidence: FloatArray
    cut: Cut
    by_ml: NDArray[np.bool_]
    ruling: Ruling
    learnt: Learnt
    reasons: dict[int, tuple[str, ...]]
    entities: "pl.DataFrame | None"

    @property
    def flags(self) -> NDArray[np.bool_]:
        """Rows that detectors or rules flag."""
        either: NDArray[np.bool_] = self.by_ml | self.ruling.flags
        return either

    @property
    def flagged(self) -> NDArray[np.int64]:
        """Positions of the flagged rows, the gravest first, and the oddest first among equals."""
        return self._graded[0]

    @property
    def severities(self) -> list[Severity]:
        """Of each flagged row: that of its p-value, or of the gravest rule that flags it."""
        return self._graded[1]

    @cached_property
    def _graded(self) -> tuple[NDArray[np.int64], list[Severity]]:
        places = np.flatnonzero(self.flags)
        severities = [
            severity_of(log_p) if ruled is None else max(severity_of(log_p), ruled, key=_RANK)
            for log_p, ruled in zip(self.log_p[places], self.ruling.gravest(places), strict=True)
        ]
        ranks = np.array([each.rank for each in severities], dtype=np.int64)
        order = np.lexsort((places, -self.score[places], -ranks))
        return places[order], [severities[at] for at in order]


def find(job: "DetectJob", data: Data, judgement: Judgement, clock: Stopwatch) -> Findings:
    """Apply the rules, learn from labels where asked, choose the cut and say why."""
    fused = judgement.judged.fused
    with clock.step("rules"):
        ruling = rule(job, data, fused.log_p)
    with clock.step("rank"):
        learnt = learn(job, data, judgement)
        cut = cut_scores(job, data, judgement, learnt.score, learnt.log_p, ruling.flags)
        by_ml: NDArray[np.bool_] = learnt.score >= cut.threshold
    with clock.step("explain"):
        flags = by_ml | ruling.flags
        reasons = _reasons(data, judgement, ruling, _to_explain(learnt.score, flags))
        flagged = np.flatnonzero(flags)
        reasons |= _of_silent(learnt.score, [place for place in flagged if not reasons[int(place)]])
        said = [reasons[int(place)] for place in flagged]
        entities = ruling.entities(learnt.score, flagged, said)
    return Findings(
        score=learnt.score,
        log_p=learnt.log_p,
        confidence=learnt.confidence,
        cut=cut,
        by_ml=by_ml,
        ruling=ruling,
        learnt=learnt,
        reasons=reasons,
        entities=entities,
    )


def severity_of(log_p: float) -> Severity:
    """How grave a p-value alone is."""
    return next(severity for most, severity in _SEVERITIES if log_p < most)


def _to_explain(score: FloatArray, flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The flagged rows, and the highest scores whether flagged or not."""
    count = min(_EXPLAINED_MIN, len(score))
    top = np.argpartition(-score, count - 1)[:count] if count else np.array([], dtype=np.int64)
    wanted = flags.copy()
    wanted[top[score[top] > 0.0]] = True
    return np.flatnonzero(wanted)


def _of_silent(score: FloatArray, places: Sequence[np.int64]) -> dict[int, tuple[str, ...]]:
    """What is said of flagged rows of which no detector has anything to say: why they are shown."""
    ordered = np.sort(score)
    found: dict[int, tuple[str, ...]] = {}
    for place in map(int, places):
        as_high = len(ordered) - int(np.searchsorted(ordered, score[place]))
        rows = f"{as_high:,} of {len(ordered):,} rows score {score[place]:.3f} or more"
        found[place] = (f"no single value stands out; {rows}",)
    return found


def _reasons(
    data: Data, judgement: Judgement, ruling: Ruling, places: NDArray[np.int64]
) -> dict[int, tuple[str, ...]]:
    """The gravest rule's sentence, the detectors', and those of other rules."""
    by_detectors = judgement.judge.reasons(data.to_judge, judgement.judged, places)
    by_rules = ruling.reasons(places)
    found = {}
    for place, judged, ruled in zip(places.tolist(), by_detectors, by_rules, strict=True):
        found[place] = most_telling([r.text for r in judged], [r.text for r in ruled])
    return found
