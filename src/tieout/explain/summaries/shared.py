"""What the proofs of an incident's breaks have in common."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

_SHARE_MIN: Final = 0.5
# The part of a proof that is the same where the cause is: a fee's terms, the day of a rate.
_PATTERNS: Final = {
    "fee_or_tax": (r"= ((?:[\d.,]+ \+ )?[\d.]+%) x ", "the terms {}"),
    "fx_rate": (r"uses [\d.,]+ of (\d{4}-\d{2}-\d{2})", "the rate of {}"),
    "late_feed": (r"missing on (left|right)", "a feed missing on the {}"),
    "static_data": (r"(?:against|right) [-\d.,]+ ([A-Z]{3})\b", "{} on the right"),
}


@dataclass(frozen=True, slots=True)
class SharedProof:
    """What `count` of `of` proofs say, in words."""

    words: str
    count: int
    of: int


def shared_proof(bucket: str, evidence: pl.Series) -> SharedProof | None:
    """What at least half of the proofs of a bucket say alike; None where there is no such thing.

    >>> proofs = ["right 10.49 - left 10.00 = 0.49 = 0.20 + 2.9% x 10.00"] * 3
    >>> shared_proof("fee_or_tax", pl.Series(proofs))
    SharedProof(words='the terms 0.20 + 2.9%', count=3, of=3)
    """
    if bucket not in _PATTERNS or not len(evidence):
        return None
    pattern, words = _PATTERNS[bucket]
    found = evidence.str.extract(re.compile(pattern).pattern).drop_nulls()
    if not len(found):
        return None
    counts = found.value_counts().sort("count", found.name, descending=[True, False])
    value, count = counts.row(0)
    if count < 2 or count < _SHARE_MIN * len(evidence):
        return None
    return SharedProof(words.format(value), int(count), len(evidence))
