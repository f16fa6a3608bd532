"""What usually follows from a bucket, before anybody here has decided anything."""

from typing import Final

from tieout.model.buckets import Bucket
from tieout.resolve.kinds import ActionKind as Kind

# How sure the evidence alone makes us of each kind; the rest is "something else".
USUAL: Final[dict[Bucket, dict[Kind, float]]] = {
    Bucket.TIMING: {Kind.WAIT: 0.85, Kind.DOCUMENT_VALID: 0.05, Kind.CHASE: 0.05},
    Bucket.CUT_OFF: {Kind.WAIT: 0.4, Kind.JOURNAL_ENTRY: 0.3, Kind.DOCUMENT_VALID: 0.2},
    Bucket.MISSING_LEFT: {Kind.REQUEST_DOCUMENT: 0.5, Kind.TICKET: 0.2, Kind.CHASE: 0.2},
    Bucket.MISSING_RIGHT: {Kind.REQUEST_DOCUMENT: 0.5, Kind.TICKET: 0.2, Kind.CHASE: 0.2},
    Bucket.LATE_FEED: {Kind.TICKET: 0.5, Kind.WAIT: 0.4},
    Bucket.DUPLICATE: {Kind.REQUEST_DOCUMENT: 0.35, Kind.JOURNAL_ENTRY: 0.3, Kind.TICKET: 0.2},
    Bucket.ROUNDING: {Kind.WRITE_OFF: 0.8, Kind.DOCUMENT_VALID: 0.1, Kind.JOURNAL_ENTRY: 0.05},
    Bucket.FX_RATE: {Kind.JOURNAL_ENTRY: 0.7, Kind.WRITE_OFF: 0.15, Kind.DOCUMENT_VALID: 0.1},
    Bucket.FEE_OR_TAX: {Kind.JOURNAL_ENTRY: 0.65, Kind.WRITE_OFF: 0.2, Kind.CHASE: 0.05},
    Bucket.SIGN_FLIP: {Kind.TICKET: 0.45, Kind.JOURNAL_ENTRY: 0.35},
    Bucket.TRANSPOSITION: {Kind.TICKET: 0.5, Kind.JOURNAL_ENTRY: 0.3},
    Bucket.SPLIT_OR_AGGREGATE: {Kind.DOCUMENT_VALID: 0.7, Kind.WAIT: 0.1, Kind.TICKET: 0.1},
    Bucket.PARTIAL_PAYMENT: {Kind.CHASE: 0.65, Kind.WAIT: 0.2, Kind.WRITE_OFF: 0.05},
    Bucket.WRONG_REFERENCE: {Kind.CORRECT_REFERENCE: 0.85, Kind.DOCUMENT_VALID: 0.05},
    Bucket.STATIC_DATA: {Kind.TICKET: 0.75, Kind.DOCUMENT_VALID: 0.1},
    Bucket.REVERSAL: {Kind.JOURNAL_ENTRY: 0.5, Kind.DOCUMENT_VALID: 0.3},
    Bucket.AMBIGUOUS: {Kind.TICKET: 0.2, Kind.REQUEST_DOCUMENT: 0.2},
    Bucket.UNKNOWN: {Kind.TICKET: 0.2, Kind.REQUEST_DOCUMENT: 0.2},
}
# Any kind that can be built may be what people here do.
LEAST: Final = 0.01


def usual(bucket: str) -> dict[Kind, float]:
    """The share of each kind by the evidence alone; summing to 1.

    >>> shares = usual("rounding")
    >>> max(shares, key=shares.get).value, round(sum(shares.values()), 6)
    ('write_off', 1.0)
    """
    known = Bucket(bucket) if bucket in set(Bucket) else Bucket.UNKNOWN
    shares = {kind: USUAL[known].get(kind, LEAST) for kind in Kind}
    total = sum(shares.values())
    return {kind: share / total for kind, share in shares.items()}
