"""One bucket from what the numbers prove and what the words say."""

from dataclasses import dataclass
from typing import Final

from tieout.explain.words.model import Suggestion
from tieout.model.buckets import Bucket

# From here on evidence is proof: an equation holds that hardly anything else explains.
PROOF_MIN: Final = 0.8
MARGIN_MIN: Final = 0.2
# Words are said by people who may be wrong; they never weigh as much as a strong proof.
_WORDS_MAX: Final = 0.9
_CERTAIN_MAX: Final = 0.99
_MISSING: Final = frozenset((str(Bucket.MISSING_LEFT), str(Bucket.MISSING_RIGHT)))


@dataclass(frozen=True, slots=True)
class Fused:
    """The bucket of a break (`unknown` included), how sure that is (0 to 1), and why."""

    bucket: str
    confidence: float
    why: str


def fuse_with_evidence(
    evidence_bucket: str | None,
    evidence_confidence: float,
    suggestion: Suggestion,
    *,
    margin_min: float = MARGIN_MIN,
) -> Fused:
    """Evidence first, words next, unknown below a margin.

    Proof (0.8 or more) stands whatever the words say; words that name another bucket only lower
    its confidence. Weaker evidence is one opinion and the words another: each gets the share
    odds(its own) / (odds of both), as for independent witnesses of two hypotheses, must lead by
    the margin, and is never surer than it was alone. Agreement leaves 1 - (1 - a)(1 - b). Without
    evidence the words stand alone. Which side lacks a record is told by the rows, never by words.

    >>> words = Suggestion("reversal", 0.8, None, "shares 'storno'")
    >>> fuse_with_evidence("reversal", 0.6, words).confidence
    0.92
    """
    # Not a number is no confidence.
    confidence = min(evidence_confidence, _CERTAIN_MAX) if evidence_confidence > 0.0 else 0.0
    evident = evidence_bucket if evidence_bucket not in {None, "", str(Bucket.UNKNOWN)} else None
    if evident is None:
        return _by_words(suggestion, confidence)
    if evident == Bucket.AMBIGUOUS:
        return Fused(evident, round(confidence, 4), "several candidates; words cannot choose one")
    said = suggestion.bucket
    if said is None:
        return Fused(evident, round(confidence, 4), "by evidence; the words leave it open")
    heard = min(suggestion.confidence, _WORDS_MAX)
    if said == evident:
        together = min(1.0 - (1.0 - confidence) * (1.0 - heard), _CERTAIN_MAX)
        return Fused(evident, round(together, 4), f"by evidence; the words agree: {suggestion.why}")
    return _against((evident, confidence), (said, heard), suggestion, margin_min)


def _by_words(suggestion: Suggestion, evidence_confidence: float) -> Fused:
    if suggestion.bucket is None:
        confidence = evidence_confidence or 1.0 - suggestion.confidence
        return Fused(
            str(Bucket.UNKNOWN), round(confidence, 4), f"no evidence; words: {suggestion.why}"
        )
    heard = round(min(suggestion.confidence, _WORDS_MAX), 4)
    return Fused(suggestion.bucket, heard, f"no evidence; words: {suggestion.why}")


def _against(
    evidence: tuple[str, float], words: tuple[str, float], suggestion: Suggestion, margin_min: float
) -> Fused:
    (name, confidence), (said, heard) = evidence, words
    if {name, said} == _MISSING:
        why = f"by evidence: rows tell the side better than words ({suggestion.why})"
        return Fused(name, round(confidence, 4), why)
    share = _share(confidence, heard)
    lead = 2.0 * share - 1.0
    against = f"the words say {said} ({suggestion.confidence:.0%}: {suggestion.why})"
    if confidence >= PROOF_MIN:
        lowered = min(max(share, 0.5), confidence)
        return Fused(name, round(lowered, 4), f"by evidence, although {against}")
    if abs(lead) < margin_min:
        why = f"evidence says {name} ({confidence:.0%}), but {against}; too close to tell"
        return Fused(str(Bucket.UNKNOWN), round(1.0 - abs(lead), 4), why)
    # Contradiction makes no one surer than he was alone.
    if lead > 0:
        why = f"by evidence, although {against}"
        return Fused(name, round(min(share, confidence), 4), why)
    why = f"{against}, and the evidence for {name} is weak ({confidence:.0%})"
    return Fused(said, round(min(1.0 - share, heard), 4), why)


def _share(first: float, second: float) -> float:
    """Of two independent opinions on different answers, the share of the first."""
    own, other = first * (1.0 - second), second * (1.0 - first)
    return own / (own + other) if own + other > 0 else 0.5
