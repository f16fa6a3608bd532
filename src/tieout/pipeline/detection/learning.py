"""Scores after learning from labels, and how sure a flag is."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.detector import FloatArray
from tieout.detect.fuse import score_of
from tieout.detect.rerank import Confidence, Reranker, Usual
from tieout.model.errors import InputError
from tieout.model.table import Kind, Table
from tieout.pipeline.detection.data import Data
from tieout.pipeline.detection.model import Judgement
from tieout.pipeline.detection.store import load_reranker, reranker_path
from tieout.pipeline.inputs import fingerprint_file

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import DetectJob


@dataclass(frozen=True)
class Learnt:
    """score, log_p, confidence of each row. sentence: what came of learning; empty for none.

    reranker: what this run learnt, to be kept; None where it learnt nothing. kept: the digest of
    the one that an earlier run had learnt and this one used, empty for none.
    """

    score: FloatArray
    log_p: FloatArray
    confidence: FloatArray
    sentence: str = ""
    reranker: Reranker | None = None
    kept: str = ""


def learn(job: "DetectJob", data: Data, judgement: Judgement) -> Learnt:
    """The detectors' scores, or those of a re-ranker where it is better on held-out labels.

    With `--learn` it is trained on the labels, and on history as usual rows; without, one that an
    earlier run trained beside the same model is used. Confidence is one less the local
    false-discovery rate of the p-values, or what practice data tells where they cannot; with
    `--learn` it is calibrated on the labels.
    """
    fused = judgement.judged.fused
    if not job.learn:
        return _by_kept(job, data, judgement)
    labels = data.labels.values
    names, features = _features(data.to_judge, judgement)
    usual = _usual(data.to_learn, judgement) if data.history is not None else None
    reranker = Reranker.fit(features, names, fused.score, labels, usual=usual, seed=job.seed)
    reranked = reranker.score(features, fused.score)
    log_p = _reordered(fused.log_p, reranked.score) if reranked.used else fused.log_p
    score = score_of(log_p) if reranked.used else fused.score
    both = data.labels.positives > 0 and data.labels.negatives > 0
    confidence = (
        Confidence.from_labels(fused.score, labels, seed=job.seed).probability(fused.score)
        if both
        else _unlabelled(data, judgement, log_p).probability(-log_p)
    )
    return Learnt(score, log_p, confidence, reranked.why, reranker)


def _unlabelled(data: Data, judgement: Judgement, log_p: FloatArray) -> Confidence:
    """What p-values alone tell; those of payments among themselves, what practice tells of such."""
    among_themselves = data.history is None and data.profile == "payments"
    if among_themselves and set(judgement.judge.detectors) == {PaymentPattern.name}:
        return Confidence.of_practice_payments()
    return Confidence.from_p_values(log_p)


def _by_kept(job: "DetectJob", data: Data, judgement: Judgement) -> Learnt:
    """The order that an earlier run learnt beside the same model, where it left one."""
    fused = judgement.judged.fused
    reranker = None if job.reranker == "" else load_reranker(judgement.path, judgement.fingerprint)
    digest = fingerprint_file(reranker_path(judgement.path)).sha256 if reranker else ""
    if job.reranker is not None and job.reranker != digest:
        raise InputError("what the run had learnt from labels is no longer in the workspace")
    names, features = _features(data.to_judge, judgement) if reranker else ([], None)
    if reranker is None or features is None or tuple(names) != reranker.names:
        sure = _unlabelled(data, judgement, fused.log_p).probability(-fused.log_p)
        return Learnt(fused.score, fused.log_p, sure)
    reranked = reranker.score(features, fused.score)
    log_p = _reordered(fused.log_p, reranked.score)
    sure = _unlabelled(data, judgement, log_p).probability(-log_p)
    sentence = f"Ordered by what an earlier run learnt from labels; {reranked.why}."
    return Learnt(score_of(log_p), log_p, sure, sentence, kept=digest)


def _features(table: Table, judgement: Judgement) -> tuple[list[str], FloatArray]:
    """Numbers, how frequent each label is, and what each detector says, aspect by aspect."""
    columns: dict[str, FloatArray] = {}
    for name in table.names(Kind.NUMBER):
        columns[name] = table.frame[name].fill_null(np.nan).to_numpy().astype(np.float64)
    for name in table.names(Kind.CATEGORY):
        counts = table.frame.select(pl.col(name).is_not_null().sum().over(name)).to_series()
        # A share, not a count, so that what is learnt holds for files of another size.
        share = (counts.to_numpy().astype(np.float64) + 1.0) / (table.height + 1.0)
        columns[f"frequency of {name}"] = np.log(share)
    for name, log_p in judgement.judged.channels.items():
        columns[f"detector {name}"] = -log_p
    for name, detector in judgement.judge.detectors.items():
        aspects = getattr(detector, "channels", None)
        if callable(aspects):
            columns |= {f"{name} {each}": -log_p for each, log_p in aspects(table).items()}
    return list(columns), np.column_stack(list(columns.values()))


def _usual(history: Table, judgement: Judgement) -> Usual:
    """Rows of history as the rows to judge are seen; detectors may judge what they learnt from."""
    judged = judgement.judge.judge(history)
    _, features = _features(history, replace(judgement, judged=judged))
    return Usual(features, judged.fused.score)


def _reordered(log_p: FloatArray, score: FloatArray) -> FloatArray:
    """The same p-values in another order: the smallest for the largest score; ties share theirs."""
    known = np.where(np.isnan(score), -np.inf, score)
    order = np.argsort(-known, kind="stable")
    dealt = np.empty_like(log_p)
    dealt[order] = np.sort(log_p)
    _, inverse = np.unique(known, return_inverse=True)
    shared = np.full(inverse.max() + 1, -np.inf)
    np.maximum.at(shared, inverse, dealt)
    result: FloatArray = shared[inverse]
    return result
