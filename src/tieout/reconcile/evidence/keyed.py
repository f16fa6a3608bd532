"""Rows of both sides that carry the same key."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.compare import pairs_of, sums_of
from tieout.reconcile.evidence.groups import (
    OpenRows,
    equal_pairs,
    near_sums,
    nearest_pairs,
    part_payments,
    sole_pairs,
    whole_groups,
)
from tieout.reconcile.evidence.judge import Judge
from tieout.reconcile.evidence.splits import split_groups, take_equal_sums
from tieout.reconcile.evidence.work import Ints, Work

# What proves that two rows of a larger group belong together.
_STRONG = [
    str(bucket)
    for bucket in (
        Bucket.SIGN_FLIP,
        Bucket.ROUNDING,
        Bucket.TRANSPOSITION,
        Bucket.FX_RATE,
        Bucket.FEE_OR_TAX,
    )
]
_OF_SUMS = [
    str(bucket) for bucket in (Bucket.SIGN_FLIP, Bucket.ROUNDING, Bucket.FX_RATE, Bucket.FEE_OR_TAX)
]


def explain_keyed(work: Work, judge: Judge) -> None:
    """Add a break for every key that is open on both sides.

    One row against one is one break, whatever the difference. In larger groups rows of equal
    amount pair off first, then exact sums, then what a form of difference explains; then a total
    and the lines that it is nearly the sum of; what is left pairs by nearest amount, and the rest
    stays one-sided.
    """
    rows = OpenRows.of(work)
    pairs = [sole_pairs(rows), equal_pairs(rows)]
    split_groups(work, rows)
    take_equal_sums(work, rows)
    pairs.append(sole_pairs(rows))
    compared = pairs_of(work, *_joined(pairs))
    forms = judge.examine(compared)
    groups = whole_groups(rows)
    sums = sums_of(work, groups)
    sums_forms = judge.examine(sums)
    judge.learn_fees([(compared, forms), (sums, sums_forms)])
    work.add_pairs(judge.decide(compared, forms))
    explained = judge.decide(sums, sums_forms).filter(pl.col("bucket").is_in(_OF_SUMS))
    work.add_groups(explained)
    rows.take_lists(explained)
    _explain_rest(work, judge, rows)


def _explain_rest(work: Work, judge: Judge, rows: OpenRows) -> None:
    left, right = nearest_pairs(rows)
    candidates = judge.decide(pairs_of(work, left, right))
    strong = candidates.filter(pl.col("bucket").is_in(_STRONG))
    taken = rows.take_best(strong, strength=(strong["confidence"] * -10_000).cast(pl.Int64))
    work.add_pairs(taken)
    paid = judge.decide(sums_of(work, part_payments(rows)))
    paid = paid.filter(pl.col("bucket") == str(Bucket.PARTIAL_PAYMENT))
    work.add_groups(paid)
    rows.take_lists(paid)
    summed = judge.decide(sums_of(work, near_sums(rows)))
    work.add_groups(summed)
    rows.take_lists(summed)
    work.add_pairs(rows.take_best(candidates))


def _joined(pairs: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return left, right
