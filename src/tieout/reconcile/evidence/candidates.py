"""The nearest misses of a row that found no partner, each with the clause that it failed."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.reconcile.evidence.work import OTHER, SIDES, Ints, SideName, Work

CANDIDATES_MAX = 3
_KEY_DISTANCE_MAX = 2
_NEAR_AMOUNT = 5  # within a fifth of it
_DAY_BITS = 24
_DAY_OFFSET = 1 << 23
# Same key first, then same amount, then a similar key.
_SAME_KEY, _SAME_AMOUNT, _NEAR_KEY = range(3)


def nearest_misses(work: Work, side: SideName, index: Ints) -> pl.DataFrame:
    """Sentences about rows of the other side's residue: index, candidates (list of at most 3)."""
    rows = work.rows[side].with_columns(wanted=pl.lit(value=True))[index]
    other = work.rows[OTHER[side]]
    if rows.is_empty() or other.is_empty():
        return pl.DataFrame(schema={"index": pl.Int64, "candidates": pl.List(pl.String)})
    edges = pl.concat([_same_key(rows, other), _same_amount(rows, other), _near_key(rows, other)])
    edges = (
        edges.unique(["index", "index_other"], keep="first", maintain_order=True)
        .sort("index", "how", "cost", "index_other")
        .group_by("index", maintain_order=True)
        .head(CANDIDATES_MAX)
    )
    said = edges.with_columns(_sentences(work, side, edges))
    return said.group_by("index", maintain_order=True).agg(pl.col("said").alias("candidates"))


def _same_key(rows: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The row of that key and the nearest amount."""
    both = (
        rows.filter(pl.col("key") != "")
        .select("index", "key", "amount")
        .join(
            other.filter(pl.col("key") != "")
            .group_by("key")
            .head(20)
            .select("index", "key", "amount"),
            on="key",
            suffix="_other",
        )
    )
    cost = (pl.col("amount") - pl.col("amount_other")).abs()
    return _edges(both.with_columns(cost=cost), _SAME_KEY)


def _same_amount(rows: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The rows of that amount and currency with the nearest dates, before and after."""
    block = ["amount", "currency"]
    known = other.select(block).unique(maintain_order=True).with_row_index("block")
    wanted = rows.join(known, on=block, maintain_order="left")
    blocked = other.join(known, on=block, maintain_order="left")
    codes = _day_code(blocked)
    order = np.argsort(codes, kind="stable")
    places = np.searchsorted(codes[order], _day_code(wanted))
    found = _neighbours(wanted, blocked, order, places, ["block"])
    cost = (pl.col("date") - pl.col("date_other")).abs().cast(pl.Int64).fill_null(1 << 20)
    return _edges(found.with_columns(cost=cost), _SAME_AMOUNT)


def _near_key(rows: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Rows whose keys stand beside it in the alphabet."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    wanted, offered = (side.filter(pl.col("key") != "") for side in (rows, other))
    places = offered["key"].search_sorted(wanted["key"]).cast(pl.Int64).to_numpy()
    both = _neighbours(wanted, offered, np.arange(offered.height), places, [])
    # Numbers in a row are near keys too; only a near amount makes the likeness worth a look.
    gap = (pl.col("amount") - pl.col("amount_other")).abs()
    both = both.filter(gap <= pl.col("amount").abs() // _NEAR_AMOUNT)
    distance = process.cpdist(
        both["key"].to_list(),
        both["key_other"].to_list(),
        scorer=OSA.distance,
        score_cutoff=_KEY_DISTANCE_MAX,
        dtype=np.int64,
    )
    costed = both.with_columns(pl.Series("cost", distance, dtype=pl.Int64))
    # In a short key two edits are no likeness.
    near = (pl.col("cost") * 3 <= pl.col("key").str.len_chars()) & (pl.col("cost") > 0)
    return _edges(costed.filter(near & (pl.col("cost") <= _KEY_DISTANCE_MAX)), _NEAR_KEY)


def _neighbours(
    wanted: pl.DataFrame, offered: pl.DataFrame, order: Ints, places: Ints, within: list[str]
) -> pl.DataFrame:
    """Each wanted row beside the two offered rows that its place is between."""
    parts = []
    names = ["index", "key", "date", "amount", *within]
    for step in (-1, 0):
        at = places + step
        inside = (at >= 0) & (at < len(order))
        first = wanted.select(names).filter(pl.Series(inside, dtype=pl.Boolean))
        second = offered.select(names)[order[at[inside]]]
        second = second.rename({name: f"{name}_other" for name in names})
        both = pl.concat([first, second], how="horizontal")
        parts.append(
            both.filter(
                pl.all_horizontal(
                    [
                        pl.lit(value=True),
                        *(pl.col(name) == pl.col(f"{name}_other") for name in within),
                    ]
                )
            )
        )
    return pl.concat(parts)


def _day_code(rows: pl.DataFrame) -> Ints:
    day = pl.col("date").cast(pl.Int64).fill_null(0) + _DAY_OFFSET
    code = pl.col("block").cast(pl.Int64) * (1 << _DAY_BITS) + day
    return rows.select(code).to_series().to_numpy()


def _edges(both: pl.DataFrame, how: int) -> pl.DataFrame:
    return both.select(
        "index", "index_other", pl.lit(how, pl.Int64).alias("how"), pl.col("cost").cast(pl.Int64)
    )


def _sentences(work: Work, side: SideName, edges: pl.DataFrame) -> pl.Series:
    other = OTHER[side]
    own = work.rows[side][edges["index"].to_numpy()]
    theirs = work.rows[other][edges["index_other"].to_numpy()].rename(lambda name: f"{name}_other")
    both = pl.concat([edges.select("how"), own, theirs], how="horizontal")
    row = pl.format(f"{other} row {{}}: ", "row_other")
    amounts = pl.format("amount differs ({} against {})", "amount_text", "amount_text_other")
    keys = pl.format("key differs ({} against {})", "key_text", "key_text_other")
    days = (pl.col("date") - pl.col("date_other")).abs()
    dates = pl.when(days > 0).then(pl.format(", {} days apart", days)).otherwise(pl.lit(""))
    currency = (
        pl.when(pl.col("currency") != pl.col("currency_other"))
        .then(pl.format(", currency differs ({} against {})", "currency", "currency_other"))
        .otherwise(pl.lit(""))
    )
    equal = pl.col("amount") == pl.col("amount_other")
    same_key = (
        pl.when(equal)
        .then(pl.lit("key and amount equal"))
        .otherwise(pl.concat_str(pl.lit("key equal, "), amounts))
    )
    near_key = (
        pl.when(equal)
        .then(pl.concat_str(pl.lit("amount equal, "), keys))
        .otherwise(pl.concat_str(keys, pl.lit(", "), amounts))
    )
    clause = pl.when(pl.col("how") == _SAME_KEY).then(same_key).otherwise(near_key)
    said = pl.concat_str(row, clause, currency, dates.fill_null(""))
    return both.select(said.alias("said")).to_series()


def candidates_of(work: Work, found: pl.DataFrame) -> pl.Series:
    """For each break the candidates of its first row.

    Where both sides are in it, only what is ambiguous or unknown has any, those of its left row;
    a sum of rows has none, as no row is near to it.
    found: left, right (lists of indexes), bucket.
    """
    numbered = found.select("left", "right", "bucket").with_row_index("number")
    lines = [pl.col(side).list.len() for side in SIDES]
    has_left, has_right = (count > 0 for count in lines)
    alone = pl.all_horizontal(count == 1 for count in lines)
    undecided = (pl.col("bucket") == str(Bucket.AMBIGUOUS)) | (
        (pl.col("bucket") == str(Bucket.UNKNOWN)) & alone
    )
    asked = {"left": has_left & (~has_right | undecided), "right": has_right & ~has_left}
    parts = []
    for side in SIDES:
        rows = numbered.filter(asked[side]).select("number", index=pl.col(side).list.first())
        misses = nearest_misses(work, side, rows["index"].to_numpy())
        parts.append(rows.join(misses, on="index", how="left").select("number", "candidates"))
    joined = numbered.select("number").join(pl.concat(parts), on="number", how="left")
    return joined.sort("number")["candidates"].fill_null([])
