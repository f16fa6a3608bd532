"""Fees and taxes that one side books as a row of their own."""

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.reconcile.evidence.comments import FEE_WORD
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.wording import minor_units
from tieout.reconcile.evidence.work import SIDES, SideName, Work

_BY_SCHEDULE, _BY_WORD, _BOTH = 0.85, 0.6, 0.95
# A word that so many rows say which tie out is the name of what is booked here, not a cause.
_USUAL_SHARE_MAX = 0.1
_BASES_MAX = 20


def explain_fee_lines(work: Work, schedules: list[Schedule]) -> None:
    """Add a break for each one-sided row that is the fee on a row of its key, or says so."""
    for side in SIDES:
        fitting = _fitting(work, side, schedules)
        said = _said(work, side)
        both = said.join(fitting, on="index", how="full", coalesce=True).sort("index")
        by_word = pl.format("the comment says {}", "word")
        work.add_singles(
            side,
            both.select(
                "index",
                pl.concat_str("equation", by_word, separator="; ", ignore_nulls=True).alias(
                    "evidence"
                ),
                pl.when(pl.col("word").is_null())
                .then(_BY_SCHEDULE)
                .when(pl.col("equation").is_null())
                .then(_BY_WORD)
                .otherwise(_BOTH)
                .alias("confidence"),
                bucket=pl.lit(str(Bucket.FEE_OR_TAX)),
            ),
        )


def _said(work: Work, side: SideName) -> pl.DataFrame:
    """Rows whose comment says that it is a fee or a tax: index, word."""
    word = pl.col("comment").str.extract(f"({FEE_WORD})")
    said = work.rest(side).select("index", word=word).drop_nulls()
    usual = work.residue.usual_left if side == "left" else work.residue.usual_right
    heard = usual.rename("comment").to_frame().select(word=word.str.to_lowercase())["word"]
    counted = heard.drop_nulls().value_counts()
    common = counted.filter(pl.col("count") > _USUAL_SHARE_MAX * len(heard))["word"]
    return said.filter(~pl.col("word").str.to_lowercase().is_in(common.implode()))


def _fitting(work: Work, side: SideName, schedules: list[Schedule]) -> pl.DataFrame:
    """Rows whose amount is a schedule's fee: index, equation."""
    none = pl.DataFrame(schema={"index": pl.Int64, "equation": pl.String})
    rows = work.rest(side).filter(pl.col("key") != "").select("index", "key", "currency", "amount")
    pairs = (
        rows.join(work.kin[side], on=["key", "currency"], suffix="_base")
        .filter((pl.col("amount").abs() < pl.col("amount_base").abs()) & (pl.col("amount") != 0))
        .sort("index", "amount_base", "row")
        .group_by("index", maintain_order=True)
        .head(_BASES_MAX)
    )
    fee, base = pairs["amount"].abs().to_numpy(), pairs["amount_base"].abs().to_numpy()
    unit = minor_units(pairs["currency"], work.scale).to_numpy()
    shown_fee, shown_base = (
        money_text(pairs[name].abs(), work.scale).to_list() for name in ("amount", "amount_base")
    )
    found = []
    for schedule in schedules:
        # A matched row is the gross amount, or the net one that the fee was taken from.
        of_base = [schedule.fits(fee, gross, unit=unit) for gross in (base, base + fee)]
        hits = np.flatnonzero(of_base[0] if schedule.of == "gross" else of_base[1])
        for row in hits.tolist():
            said = schedule.text(shown_base[row], work.scale)
            equation = f"{side} {shown_fee[row]} = {said}, of the matched row of this key"
            found.append((pairs["index"][row], equation))
    if not found:
        return none
    frame = pl.DataFrame(found, schema=none.schema, orient="row")
    return frame.unique("index", keep="first", maintain_order=True)
