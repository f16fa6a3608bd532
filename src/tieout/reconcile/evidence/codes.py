"""Codes that should agree: criteria and accounts, through mappings that are given or seen."""

from collections.abc import Mapping

import polars as pl

from tieout.reconcile.evidence.work import Flags, Work

_SEEN_MIN = 3
_SEEN_SHARE_MIN = 0.9
_SHARED_SHARE_MIN = 0.5


def differing_criteria(compared: pl.DataFrame, work: Work) -> pl.Series:
    """Text of the criteria that differ in each row, "" where all agree.

    "account" is not among them: it tells of a wrong reference, not of static data.
    """
    parts = []
    for name in work.criteria:
        if name == "account":
            continue
        columns = f"criteria_{name}_left", f"criteria_{name}_right"
        agree = _agrees(compared, *columns, work.spec.mappings.get(name, {}), work.residue.tied)
        said = pl.format(f"{name} differs (left {{}}, right {{}})", *columns)
        parts.append(pl.when(pl.Series(agree)).then(pl.lit(None, pl.String)).otherwise(said))
    if not parts:
        return pl.Series("criteria", [""] * compared.height, dtype=pl.String)
    text = pl.concat_str(parts, separator="; ", ignore_nulls=True).alias("criteria")
    return compared.select(text).to_series()


def differing_accounts(compared: pl.DataFrame, work: Work) -> Flags:
    """Rows whose accounts differ, where accounts of both sides are comparable at all.

    They are when most accounts of the residue occur on both sides, or when the tied rows show
    which account stands for which.
    """
    columns = ("account_left", "account_right")
    if "account" in work.criteria:
        columns = ("criteria_account_left", "criteria_account_right")
    mapping = work.spec.mappings.get("account", {})
    agree = pl.Series(_agrees(compared, *columns, mapping, work.residue.tied, "account"))
    filled = (compared[columns[0]] != "") & (compared[columns[1]] != "")
    known = _known(compared, *columns, mapping, work)
    return (~agree & filled & known).to_numpy()


def _agrees(
    compared: pl.DataFrame,
    left: str,
    right: str,
    mapping: Mapping[str, str],
    tied: pl.DataFrame,
    tied_name: str = "",
) -> Flags:
    pairs = compared.select(_code(left).alias("left"), _code(right).alias("right"))
    same = pairs["left"] == pairs["right"]
    if mapping:
        codes = {key.strip().upper(): value.strip().upper() for key, value in mapping.items()}
        same |= pairs["left"].replace(codes) == pairs["right"]
    seen = _seen(tied, tied_name or left.removesuffix("_left"))
    if not seen.is_empty():
        together = pairs.join(seen, on=["left", "right"], how="left", maintain_order="left")
        same |= together["seen"].fill_null(value=False)
    return same.to_numpy()


def _seen(tied: pl.DataFrame, name: str) -> pl.DataFrame:
    """Pairs of codes that tied rows regularly have: left, right, seen."""
    columns = f"{name}_left", f"{name}_right"
    if not set(columns) <= set(tied.columns) or tied.is_empty():
        return pl.DataFrame(schema={"left": pl.String, "right": pl.String, "seen": pl.Boolean})
    # There are few different codes: these are brought into one form instead of every row's.
    written = tied.group_by(columns).len("rows")
    pairs = written.select(
        _code(columns[0]).alias("left"), _code(columns[1]).alias("right"), "rows"
    )
    counted = pairs.group_by("left", "right").agg(pl.col("rows").sum())
    usual = pl.max_horizontal(
        pl.col("rows") / pl.col("rows").sum().over("left"),
        pl.col("rows") / pl.col("rows").sum().over("right"),
    )
    return counted.filter((pl.col("rows") >= _SEEN_MIN) & (usual >= _SEEN_SHARE_MIN)).select(
        "left", "right", seen=pl.lit(value=True)
    )


def _known(
    compared: pl.DataFrame, left: str, right: str, mapping: Mapping[str, str], work: Work
) -> pl.Series:
    """Whether something is known about the left or the right account of each row."""
    columns = {"left": left, "right": right}
    codes = {side: compared.select(_code(name)).to_series() for side, name in columns.items()}
    if mapping or "account" in work.criteria or _share_one_list(codes["left"], codes["right"]):
        return pl.Series([True]).new_from_index(0, compared.height)
    seen = _seen(work.residue.tied, "account")
    return codes["left"].is_in(seen["left"].implode()) & codes["right"].is_in(
        seen["right"].implode()
    )


def _share_one_list(left: pl.Series, right: pl.Series) -> bool:
    first, second = left.filter(left != "").unique(), right.filter(right != "").unique()
    if first.is_empty() or second.is_empty():
        return False
    shared = first.is_in(second.implode()).sum()
    return shared >= _SHARED_SHARE_MIN * min(len(first), len(second))


def _code(column: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.strip_chars().str.to_uppercase()
