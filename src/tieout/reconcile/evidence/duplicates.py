"""Rows that stand on their side more often than on the other."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.wording import rows_text, with_code
from tieout.reconcile.evidence.work import OTHER, SIDES, SideName, Work

CONFIDENCE = 0.93
_SAME = ["key", "currency", "amount"]


def explain_duplicates(work: Work) -> None:
    """Add a break for each one-sided row that repeats another of its side.

    The same key, currency and amount within the settlement lag; as many are duplicates as there
    are more than on the other side, one being always right. The last ones are the extra ones.
    """
    for side in SIDES:
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
