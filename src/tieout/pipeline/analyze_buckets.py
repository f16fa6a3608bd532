"""The bucket of a break that another tool found, where its two amounts prove one."""

from typing import Final

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.compare import pairs_of
from tieout.reconcile.evidence.decide import STRENGTH
from tieout.reconcile.evidence.judge import Judge
from tieout.reconcile.evidence.rates import RateBook
from tieout.reconcile.evidence.work import SIDES, Work
from tieout.reconcile.records import RECORD_SCHEMA, Residue
from tieout.reconcile.spec import EvidenceSpec

_DUPLICATE_CONFIDENCE: Final = 0.9
_ONE_SIDED_CONFIDENCE: Final = 0.7
_TURNS: Final = 3
_SAMPLE: Final = 2_000
_PRIOR: Final = 5.0  # The strength of a form counts like so many unrelated pairs.
_GENUINE_MIN: Final = 0.5
_SAME: Final = ["key", "id", "currency", "left", "right", "units", "date"]


def explain_breaks(breaks: pl.DataFrame, *, scale: int, balances: bool) -> pl.DataFrame:
    """Bucket, confidence and evidence of each break, in their order.

    breaks: row, key, id, currency, left, right, units, date. balances: the rows are balances of a
    day, which nobody pays in part. A form of difference that fits unrelated amounts of this file
    nearly as often as these (amounts in whole thousands are swapped digits of one another all the
    time) proves nothing and stays unknown.
    """
    both = breaks.filter(pl.col("left").is_not_null() & pl.col("right").is_not_null())
    found = [_by_form(both, scale, balances=balances)] if both.height else []
    rest = breaks.filter(pl.col("left").is_null() | pl.col("right").is_null())
    found.append(_one_sided(rest, scale))
    explained = pl.concat(found)
    answer = breaks.join(explained, on="row", how="left", maintain_order="left")
    return _with_duplicates(answer).select("bucket", "bucket_confidence", "evidence")


def _by_form(both: pl.DataFrame, scale: int, *, balances: bool) -> pl.DataFrame:
    work = _work(both, scale, balances=balances)
    index = np.arange(both.height)
    judge = Judge(work, RateBook(), [])
    compared = pairs_of(work, index, index)
    forms = judge.examine(compared)
    if not balances:
        # Balances of a day carry no fees; of payments a sample shows what is charged.
        shown = compared.gather_every(max(1, -(-both.height // _SAMPLE)))
        judge.learn_fees([(shown, judge.examine(shown))])
    judged = judge.decide(compared, forms)
    genuine = _genuine(judge, work, judged["bucket"])
    unknown = str(Bucket.UNKNOWN)
    by_chance = (pl.col("genuine") < _GENUINE_MIN) & (pl.col("bucket") != unknown)
    # The key of a side is its place here, so that both sides are in one order.
    return judged.select(
        pl.Series("row", both["row"]),
        "bucket",
        "confidence",
        "evidence",
        pl.col("bucket").replace_strict(genuine, return_dtype=pl.Float64).alias("genuine"),
    ).select(
        "row",
        pl.when(by_chance).then(pl.lit(unknown)).otherwise("bucket").alias("bucket"),
        pl.when(by_chance)
        .then(STRENGTH[Bucket.UNKNOWN])
        .otherwise(pl.col("confidence") * pl.col("genuine"))
        .round(4)
        .alias("bucket_confidence"),
        pl.when(by_chance)
        .then(pl.format("{}; unrelated amounts of this file fit it as well", "evidence"))
        .otherwise("evidence")
        .alias("evidence"),
    )


def _work(both: pl.DataFrame, scale: int, *, balances: bool) -> Work:
    width = len(str(both.height))
    place = pl.int_range(pl.len()).cast(pl.String).str.zfill(width)
    sides = {}
    for side in SIDES:
        known = {
            "row": pl.col("row"),
            "key": place,
            "key_text": pl.col("key"),
            "amount": pl.col(side),
            "currency": pl.col("currency"),
            "date": pl.col("date"),
        }
        sides[side] = both.select(
            known.get(name, pl.lit("" if kind is pl.String else None, kind)).alias(name)
            for name, kind in RECORD_SCHEMA.items()
        )
    kin = sides["left"].select("row", "key", "amount", "currency", "date").clear()
    days = pl.DataFrame(schema=dict.fromkeys(("date", "rows", "unmatched", "amount"), pl.Int64))
    residue = Residue(
        left=sides["left"],
        right=sides["right"],
        kin_left=kin,
        kin_right=kin,
        days_left=days,
        days_right=days,
        tied=pl.DataFrame(),
        ambiguous=pl.DataFrame(),
        scale=scale,
        balances=balances,
    )
    return Work.begin(residue, EvidenceSpec(), ())


def _genuine(judge: Judge, work: Work, buckets: pl.Series) -> dict[str, float]:
    """By bucket, how much more often its forms fit these pairs than unrelated ones of like size."""
    rows = len(buckets)
    order = work.rows["left"]["amount"].abs().arg_sort().to_numpy()
    counts: dict[str, int] = {}
    turns = range(1, min(_TURNS if rows < _SAMPLE else 1, rows - 1) + 1)
    for turn in turns:
        unrelated = pairs_of(work, order, np.roll(order, turn))
        fitting = judge.buckets(unrelated).value_counts()
        for bucket, count in fitting.iter_rows():
            counts[bucket] = counts.get(bucket, 0) + count
    genuine = {str(Bucket.UNKNOWN): 1.0}
    for bucket, count in buckets.value_counts().iter_rows():
        if bucket == str(Bucket.UNKNOWN):
            continue
        weak = 1.0 - STRENGTH.get(Bucket(bucket), 0.5)
        chance = (counts.get(bucket, 0) + _PRIOR * weak) / (len(turns) * rows + _PRIOR)
        genuine[bucket] = max(0.0, 1.0 - chance / (count / rows))
    return genuine


def _one_sided(rest: pl.DataFrame, scale: int) -> pl.DataFrame:
    """Breaks with one amount, or with none but their difference."""
    shown = rest.with_columns(
        money_text(rest[name], scale).alias(f"{name}_text") for name in ("left", "right", "units")
    )
    unknown = str(Bucket.UNKNOWN)
    left, right = pl.col("left").is_not_null(), pl.col("right").is_not_null()
    return shown.select(
        "row",
        pl.when(left)
        .then(pl.lit(str(Bucket.MISSING_RIGHT)))
        .when(right)
        .then(pl.lit(str(Bucket.MISSING_LEFT)))
        .otherwise(pl.lit(unknown))
        .alias("bucket"),
        pl.when(left | right)
        .then(_ONE_SIDED_CONFIDENCE)
        .otherwise(STRENGTH[Bucket.UNKNOWN])
        .alias("bucket_confidence"),
        pl.when(left)
        .then(pl.format("left {}; no amount on the right", "left_text"))
        .when(right)
        .then(pl.format("right {}; no amount on the left", "right_text"))
        .otherwise(pl.format("difference {}; no amounts to compare", "units_text"))
        .alias("evidence"),
    )


def _with_duplicates(breaks: pl.DataFrame) -> pl.DataFrame:
    """A break that is there twice, to the last field: all but the first are duplicates."""
    repeated = breaks.with_columns(
        pl.int_range(pl.len()).over(_SAME).alias("_nth"),
        pl.col("row").first().over(_SAME).alias("_first"),
    )
    # Records with ids of their own are two things that look alike.
    again = (pl.col("_nth") > 0) & (pl.col("key") != "") & pl.col("date").is_not_null()
    said = pl.format("the same key, amounts and date as row {}", "_first")
    return repeated.with_columns(
        pl.when(again).then(pl.lit(str(Bucket.DUPLICATE))).otherwise("bucket").alias("bucket"),
        pl.when(again)
        .then(_DUPLICATE_CONFIDENCE)
        .otherwise("bucket_confidence")
        .alias("bucket_confidence"),
        pl.when(again).then(said).otherwise("evidence").alias("evidence"),
    )
