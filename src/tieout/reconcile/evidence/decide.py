"""From the forms that fit a difference to one bucket, and how sure it makes us."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.work import Floats

# How strongly a fitting form speaks for its bucket, given that the key says that both records are
# about the same thing. Each is one minus the share of unrelated pairs of amounts that would fit.
# Any smaller amount fits a payment in part, hence its odds are weighed (`partial`).
STRENGTH: dict[Bucket, float] = {
    Bucket.SIGN_FLIP: 0.99,  # One value in all amounts is the exact opposite.
    Bucket.ROUNDING: 0.98,  # Two values in all, and nothing else produces them.
    Bucket.TRANSPOSITION: 0.95,  # Some five values of the same length, or a power of ten.
    Bucket.FX_RATE: 0.93,  # A value for each date; lowered by the share of amounts that they cover.
    Bucket.FEE_OR_TAX: 0.90,  # A value for each schedule; lowered where few differences carry it.
    Bucket.STATIC_DATA: 0.90,
    Bucket.WRONG_REFERENCE: 0.85,
    Bucket.TIMING: 0.92,
    Bucket.CUT_OFF: 0.90,  # Timing would fit as well: the period end is what makes it matter.
    Bucket.UNKNOWN: 0.30,
}
# That none of the forms is the reason always remains possible.
STRENGTH_OF_NONE = 0.04


def decide(strengths: Mapping[Bucket, Floats], rows: int) -> tuple[pl.Series, Floats]:
    """The strongest bucket of each row and its share of all that fit.

    strengths: bucket to strength in each row, 0 where it does not fit; the order breaks ties.
    Answers with (bucket, confidence); where nothing fits, `unknown` with its strength.

    >>> fits = {Bucket.ROUNDING: np.array([0.98, 0.0]), Bucket.FEE_OR_TAX: np.array([0.9, 0.0])}
    >>> buckets, confidence = decide(fits, 2)
    >>> buckets.to_list(), confidence.round(2).tolist()
    (['rounding', 'unknown'], [0.51, 0.3])
    """
    best = np.zeros(rows)
    total = np.full(rows, STRENGTH_OF_NONE)
    chosen = np.zeros(rows, np.int64)
    names = [str(bucket) for bucket in strengths]
    for number, strength in enumerate(strengths.values()):
        better = strength > best
        best = np.where(better, strength, best)
        chosen = np.where(better, number, chosen)
        total = total + strength
    confidence = np.where(best > 0, best / total, STRENGTH[Bucket.UNKNOWN])
    labels = pl.Series("bucket", [*names, str(Bucket.UNKNOWN)])
    buckets = labels.gather(np.where(best > 0, chosen, len(names)))
    rounded: Floats = np.round(confidence, 4).astype(np.float64)
    return buckets, rounded
