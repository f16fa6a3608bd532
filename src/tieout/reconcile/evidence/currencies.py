"""Rows that say no currency: what the other side's rows of their key say stands for it."""

from dataclasses import replace

import polars as pl

from tieout.reconcile.records import Residue


def with_known_currencies(residue: Residue) -> Residue:
    """The residue, a blank currency filled in where the other side's rows of the key have one.

    A side without a column of currencies says nothing of them, so nothing differs in currency.
    """
    left, right = (_codes(residue.left, residue.kin_left), _codes(residue.right, residue.kin_right))
    return replace(
        residue,
        left=_filled(residue.left, right),
        kin_left=_filled(residue.kin_left, right),
        right=_filled(residue.right, left),
        kin_right=_filled(residue.kin_right, left),
    )


def _codes(unmatched: pl.DataFrame, kin: pl.DataFrame) -> pl.DataFrame:
    """Keys whose rows are in one currency: key, known."""
    rows = pl.concat(
        [each.select("key", pl.col("currency").cast(pl.String)) for each in (unmatched, kin)]
    )
    said = rows.filter((pl.col("key") != "") & (pl.col("currency") != ""))
    one = said.group_by("key").agg(
        pl.col("currency").min().alias("known"), same=pl.col("currency").n_unique() == 1
    )
    return one.filter("same").select("key", "known")


def _filled(rows: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    blank = pl.col("currency").fill_null("") == ""
    if codes.is_empty() or not rows.select(blank.any()).item():
        return rows
    found = rows.select("key").join(codes, on="key", how="left", maintain_order="left")["known"]
    return rows.with_columns(
        currency=pl.when(blank).then(found.fill_null("")).otherwise(pl.col("currency"))
    )
