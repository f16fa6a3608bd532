"""What a model's bucket counts beside the evidence: it never decides alone."""

from dataclasses import dataclass
from typing import Final

from tieout.explain.words.evidence import PROOF_MIN
from tieout.model.buckets import CAUSES, Bucket

# As good as that many decisions of people, until there are some.
_PRIOR_DECISIONS: Final = 10
_CONFIDENCE_MAX: Final = PROOF_MIN - 0.01
_UNKNOWN: Final = str(Bucket.UNKNOWN)
# How evidence reads where nothing but a model named the bucket.
NAMED_BY_MODEL: Final = "no evidence; the assistant says"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """bucket: what counts. needs_person: two opinions stand against each other. why: a line."""

    bucket: str
    confidence: float
    needs_person: bool
    why: str


def buckets_for(side: str) -> tuple[str, ...]:
    """What may be said of a break of a side: which side lacks a record is told by its rows.

    >>> "missing_left" in buckets_for("right"), "missing_left" in buckets_for("both")
    (True, False)
    """
    missing = {Bucket.MISSING_LEFT: "right", Bucket.MISSING_RIGHT: "left"}
    return tuple(str(cause) for cause in CAUSES if missing.get(cause, side) == side)


def settled(
    evidence: str | None, evidence_confidence: float, said: str, confidence: float
) -> Verdict:
    """One bucket from what evidence proves and what a model says.

    Proof (0.8 or more) and ambiguity stand whatever a model says. Where nothing names a bucket the
    model's is taken, and is never as sure as proof. Otherwise the evidence's stands; where the
    model says another, or one against proof, a person has to look.

    >>> settled("unknown", 0.3, "fee_or_tax", 0.5).bucket
    'fee_or_tax'
    >>> settled("timing", 0.6, "fee_or_tax", 0.5).needs_person
    True
    """
    evident = evidence or _UNKNOWN
    agrees = said == evident
    if said == _UNKNOWN or agrees:
        why = "the assistant agrees" if agrees else "the assistant leaves it open"
        return Verdict(bucket=evident, confidence=evidence_confidence, needs_person=False, why=why)
    if evident == _UNKNOWN:
        sure = round(min(confidence, _CONFIDENCE_MAX), 4)
        why = f"{NAMED_BY_MODEL} {said}"
        return Verdict(bucket=said, confidence=sure, needs_person=False, why=why)
    proven = evidence_confidence >= PROOF_MIN or evident == Bucket.AMBIGUOUS
    why = f"{'proof' if proven else 'evidence'} says {evident}, the assistant {said}"
    return Verdict(bucket=evident, confidence=evidence_confidence, needs_person=True, why=why)


def confidence_of(prior: float, *, agreed: int, judged: int) -> float:
    """How often the assistant's bucket is the one people decide, by those that were judged.

    prior: what is assumed before; it counts like ten decisions.

    >>> confidence_of(0.5, agreed=0, judged=0), confidence_of(0.5, agreed=9, judged=10)
    (0.5, 0.7)
    """
    share = (agreed + prior * _PRIOR_DECISIONS) / (judged + _PRIOR_DECISIONS)
    return round(min(share, _CONFIDENCE_MAX), 4)
