"""Rows that stand on their side more often than on the other."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.wording import days_text, rows_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, SideName, Work
from tieout.reconcile.records import TWIN, told_without_key

CONFIDENCE = 0.93
# Without a key, words may be those of every purchase at one place; a long number is of one.
_BY_WORDS = 0.75
_NUMBER = r"[0-9]{5,}"
_SAME = ["key", "currency", "amount"]


def explain_duplicates(work: Work) -> None:
    """Add a break for each one-sided row that repeats another of its side.

    The same key, currency and amount within the settlement lag; as many are duplicates as there
    are more than on the other side, one being always right. The last ones are the extra ones.
    Without a key, the same currency, amount, date and words, as where two exports overlap.
    """
    for side in SIDES:
        work.add_singles(side, _copies(work, side))
        counted = _clusters(work, side)
        own, other = (pl.col("side") == name for name in (side, OTHER[side]))
        counted = counted.with_columns(
            own=own.sum().over("cluster"), other=other.sum().over("cluster")
        ).with_columns(extra=pl.col("own") - pl.max_horizontal("other", pl.lit(1)))
        repeated = counted.filter((pl.col("own") >= 2) & (pl.col("extra") > 0))
        said = (
            repeated.filter(pl.col("side") == side)
            .group_by("cluster")
            .agg(pl.col("row").sort().alias("rows"))
        )
        last = pl.col("index").rank("ordinal", descending=True).over("cluster")
        extra = (
            repeated.filter((pl.col("side") == side) & pl.col("free"))
            .filter(last <= pl.col("extra"))
            .join(said, on="cluster", maintain_order="left")
        )
        work.add_singles(side, _worded(extra, side, work))


def _clusters(work: Work, side: SideName) -> pl.DataFrame:
    """Rows of both sides with a key that may be repeated, numbered by cluster of near dates."""
    suspects = pl.concat([_counted(work, side)[name] for name in ("own", "kin")])
    suspects = suspects.group_by(_SAME).agg(pl.len(), pl.col("free").any())
    suspects = suspects.filter((pl.col("len") >= 2) & pl.col("free") & (pl.col("key") != ""))
    parts = [
        part.join(suspects.select(_SAME), on=_SAME, how="semi")
        for name in SIDES
        for part in _counted(work, name).values()
    ]
    rows = pl.concat(parts).sort(*_SAME, "ordinal", "date", "side", "index", "row")
    near = (pl.col("ordinal") - pl.col("ordinal").shift(1) <= work.spec.settlement_days) | (
        pl.col("ordinal").is_null() & pl.col("ordinal").shift(1).is_null()
    )
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in _SAME)
    return rows.with_columns(cluster=(~(same & near).fill_null(value=False)).cum_sum())


def _counted(work: Work, side: SideName) -> dict[str, pl.DataFrame]:
    columns = [*_SAME, "date", "ordinal", "row", "index", "side", "free"]
    own = work.rows[side].with_columns(
        pl.lit(side).alias("side"), pl.Series("free", work.free[side])
    )
    kin = work.kin[side].with_columns(
        pl.lit(-1, pl.Int64).alias("index"),
        pl.lit(side).alias("side"),
        pl.lit(value=False).alias("free"),
    )
    casts = [pl.col("date").cast(pl.Int32), pl.col("row").cast(pl.Int64)]
    return {
        "own": own.with_columns(casts).select(columns),
        "kin": kin.with_columns(casts).select(columns),
    }


def _worded(extra: pl.DataFrame, side: SideName, work: Work) -> pl.DataFrame:
    rows = pl.Series("rows", [rows_text(rows) for rows in extra["rows"].to_list()], pl.String)
    shown = money_text(extra["amount"], work.scale)
    said = pl.format(
        f"key {{}} {{}}: {{}} on {side} ({{}}), {{}} on {OTHER[side]}",
        "key",
        with_code(shown, "currency"),
        "own",
        rows,
        "other",
    )
    return extra.select(
        "index",
        said.alias("evidence"),
        bucket=pl.lit(str(Bucket.DUPLICATE)),
        confidence=pl.lit(CONFIDENCE),
    )


def _copies(work: Work, side: SideName) -> pl.DataFrame:
    """Open rows without a key that say all that another row of their side says."""
    residue, columns = work.residue, ["row", "index", *TWIN]
    free = told_without_key(work.rest(side)).select(columns)
    tied = residue.twins_left if side == "left" else residue.twins_right
    tied = tied.with_columns(index=pl.lit(None, pl.Int64)).select(columns)
    counted = pl.concat([free, tied]).with_columns(
        rows=pl.col("row").sort().over(TWIN, mapping_strategy="join"),
        last=pl.col("index").rank("ordinal", descending=True).over(TWIN),
        times=pl.len().over(TWIN),
    )
    extra = counted.drop_nulls("index").filter(pl.col("last") < pl.col("times")).sort("index")
    rows = pl.Series("rows", [rows_text(rows) for rows in extra["rows"].to_list()], pl.String)
    shown = with_code(money_text(extra["amount"], work.scale), "currency")
    words = pl.concat_str("comment", "party", separator=" ")
    told = pl.when(words.str.contains(_NUMBER)).then(CONFIDENCE).otherwise(_BY_WORDS)
    return extra.select(
        "index",
        pl.format(
            f"{side} {{}} on {{}} in the same words {{}} times ({{}})",
            shown,
            days_text("date"),
            "times",
            rows,
        ).alias("evidence"),
        told.alias("confidence"),
        bucket=pl.lit(str(Bucket.DUPLICATE)),
    )
