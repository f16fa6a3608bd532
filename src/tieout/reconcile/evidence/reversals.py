"""Rows that undo another row of their own side."""

import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.comments import (
    RETURN_CODE,
    RETURN_WORD,
    REVERSAL_WORD,
    named_tokens,
    squashed,
)
from tieout.reconcile.evidence.pairing import mutual_best
from tieout.reconcile.evidence.wording import days_text, with_code
from tieout.reconcile.evidence.work import SIDES, SideName, Work

# How the original was found, the surest way first, and how sure it makes us.
_WAYS = ("on the same key", "named in the comment", "of the same party")
_CONFIDENCE = (0.93, 0.95, 0.75)
_CODE_AND_WORD, _WORD = 0.65, 0.5
_CANDIDATES_MAX = 50


def explain_reversals(work: Work) -> None:
    """Add a break for each one-sided row that has an opposite original on its side.

    An original that is one-sided itself joins the break. Without an original, a return code
    together with a word for returns is weaker proof, and a word for reversals alone the weakest.
    """
    for side in SIDES:
        edges = _edges(work, side)
        if not edges.is_empty():
            _add_found(work, side, edges)
        _add_worded(work, side)


def _edges(work: Work, side: SideName) -> pl.DataFrame:
    """Reversal and possible original: index, original (its index, below -1 for kin), way, gap."""
    rows = work.rest(side).filter(pl.col("amount") != 0)
    originals = _originals(work, side)
    opposite = pl.col("amount").neg().alias("opposite")
    names = ["index", "key", "currency", "opposite", "date", "party", "account"]
    wanted = rows.with_columns(opposite).select(names)
    keyed = wanted.filter(pl.col("key") != "")
    on = ["currency", "amount_original"]
    opposite_of = ["currency", "opposite"]
    same_key = keyed.join(originals, left_on=["key", *opposite_of], right_on=["key_original", *on])
    named = (
        named_tokens(rows)
        .join(wanted, on="index")
        .join(
            originals.with_columns(token=squashed(pl.col("key_original"))),
            left_on=["token", *opposite_of],
            right_on=["token", *on],
        )
    )
    coded = rows.filter(_coded()).select("index")
    party = wanted.join(coded, on="index", how="semi").join(
        originals, left_on=opposite_of, right_on=on
    )
    party = party.filter(
        ((pl.col("party") == pl.col("party_original")) & (pl.col("party") != ""))
        | ((pl.col("account") == pl.col("account_original")) & (pl.col("account") != ""))
    )
    columns = ["index", "original", "row_original", "date", "date_original"]
    found = pl.concat(
        part.select(*columns, pl.lit(way, pl.Int64).alias("way"))
        for way, part in enumerate((same_key, named, party))
    )
    gap = pl.col("date") - pl.col("date_original")
    earlier = (gap >= 0) | gap.is_null()
    return (
        found.filter(earlier & (pl.col("index") != pl.col("original")))
        .with_columns(gap=gap.fill_null(0).cast(pl.Int64))
        .sort("index", "way", "gap", "original")
        .unique(["index", "original"], keep="first", maintain_order=True)
        .group_by("index", maintain_order=True)
        .head(_CANDIDATES_MAX)
    )


def _originals(work: Work, side: SideName) -> pl.DataFrame:
    """Every row of a side that may be undone; matched ones are numbered from -2 downwards."""
    names = ["row", "key", "amount", "date", "party", "account"]
    own = work.rows[side].select(*names, "currency", original="index")
    kin = (
        work.kin[side]
        .with_row_index("original")
        .select(
            pl.col("row", "key", "amount"),
            pl.col("date").cast(pl.Int32),
            party=pl.lit(""),
            account=pl.lit(""),
            currency="currency",
            original=-pl.col("original").cast(pl.Int64) - 2,
        )
    )
    return pl.concat([own, kin], how="vertical_relaxed").rename(
        {name: f"{name}_original" for name in names}
    )


def _add_found(work: Work, side: SideName, edges: pl.DataFrame) -> None:
    # Two rows that undo each other are one pair, whichever of them is called the original.
    free = work.free[side]
    original = edges["original"].to_numpy()
    loose = (original >= 0) & free[original.clip(min=0)]
    open_edges = edges.with_columns(pl.Series("loose", loose))
    chosen = mutual_best(
        open_edges["index"].to_numpy(),
        original,
        open_edges["way"].to_numpy(),
        open_edges["gap"].to_numpy(),
    )
    pairs = open_edges.filter(pl.Series(chosen, dtype=pl.Boolean)).sort("index")
    used: set[int] = set()
    kept = []
    for row in pairs.iter_rows(named=True):
        members = {row["index"], row["original"]} if row["loose"] else {row["index"]}
        if used.isdisjoint(members):
            used |= members
            kept.append({**row, "members": sorted(members)})
    if kept:
        _add_kept(work, side, kept)


def _add_kept(work: Work, side: SideName, kept: list[dict[str, object]]) -> None:
    found = pl.DataFrame(kept, schema_overrides={"members": pl.List(pl.Int64)}).with_columns(
        pl.col("date_original").cast(pl.Int32)
    )
    rows = work.rows[side][found["index"].to_numpy()]
    shown = money_text(rows["amount"], work.scale)
    opposite = money_text(-rows["amount"], work.scale)
    ways = found["way"].replace_strict(dict(enumerate(_WAYS)), return_dtype=pl.String)
    confidence = found["way"].replace_strict(dict(enumerate(_CONFIDENCE)), return_dtype=pl.Float64)
    evidence = found.select(
        pl.format(
            f"{side} {{}} = -({side} row {{}}: {{}} on {{}}), {{}}",
            with_code(shown, rows["currency"]),
            "row_original",
            opposite,
            days_text("date_original"),
            ways,
        )
    ).to_series()
    none = pl.lit([], dtype=pl.List(pl.Int64))
    other = "right" if side == "left" else "left"
    work.add_groups(
        found.select(
            pl.col("members").alias(side),
            none.alias(other),
            pl.lit(str(Bucket.REVERSAL)).alias("bucket"),
            confidence.alias("confidence"),
            evidence.alias("evidence"),
        )
    )


def _add_worded(work: Work, side: SideName) -> None:
    strong = pl.col("comment").str.contains(REVERSAL_WORD)
    rows = work.rest(side).filter(_coded() | strong)
    code = pl.col("comment").str.extract(f"({RETURN_CODE})").fill_null("")
    word = pl.col("comment").str.extract(f"({RETURN_WORD})").fill_null("")
    said = pl.concat_str(code, word, separator=" ").str.strip_chars()
    work.add_singles(
        side,
        rows.select(
            "index",
            pl.format("the comment says {}; no opposite original was found", said).alias(
                "evidence"
            ),
            pl.when(_coded()).then(_CODE_AND_WORD).otherwise(_WORD).alias("confidence"),
            bucket=pl.lit(str(Bucket.REVERSAL)),
        ),
    )


def _coded() -> pl.Expr:
    text = pl.col("comment")
    return text.str.contains(RETURN_CODE) & text.str.contains(RETURN_WORD)
