"""Buckets against the labels of practice data."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tieout.practice.breaks import generate_breaks
from tieout.reconcile.evidence import explain_residue, keys_named_in
from tieout.reconcile.records import RECORD_SCHEMA, Residue
from tieout.reconcile.spec import EvidenceSpec

_LEFT = {
    "key_text": "Reference",
    "currency": "Currency",
    "comment": "Narrative",
    "party": "Counterparty",
    "account": "Account",
    "original_currency": "Original Currency",
}
_RIGHT = {
    "key_text": "doc_no",
    "currency": "ccy",
    "comment": "description",
    "party": "party",
    "account": "gl_account",
    "original_currency": "fc_currency",
}
_SAME = ["key", "currency", "amount"]


def _cents(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64)


def _records(path: Path, names: dict[str, str], **columns: pl.Expr) -> pl.DataFrame:
    rows = pl.read_csv(path, infer_schema=False).with_row_index("row", offset=1)
    texts = {name: pl.col(column).fill_null("") for name, column in names.items()}
    key = pl.col(names["key_text"]).str.to_uppercase().str.replace_all("-", "")
    return rows.select(
        pl.col(name).cast(kind) if name == "row" else column.cast(kind).alias(name)
        for name, kind in RECORD_SCHEMA.items()
        for column in [{**texts, **columns, "key": key}.get(name, pl.lit(None))]
    )


def _left(path: Path) -> pl.DataFrame:
    return _records(
        path,
        _LEFT,
        amount=_cents("Amount"),
        date=pl.col("Booking Date").str.to_date("%Y-%m-%d").to_physical(),
        original_amount=_cents("Original Amount"),
    )


def _right(path: Path) -> pl.DataFrame:
    return _records(
        path,
        _RIGHT,
        amount=_cents("debit").fill_null(0) - _cents("credit").fill_null(0),
        date=pl.col("posted_on").str.to_date("%d/%m/%Y").to_physical(),
        original_amount=_cents("fc_amount"),
    )


def _exact(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    on = [*_SAME, "date", "twin"]
    twin = pl.cum_count("row").over([*_SAME, "date"]).alias("twin")
    return left.with_columns(twin).join(right.with_columns(twin), on=on, suffix="_right")


def _sums(one: pl.DataFrame, many: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Rows of `one` that a whole group of `many` sums to, and the rows of those groups."""
    groups = many.group_by("key", "currency").agg(pl.col("amount").sum(), rows="row")
    alone = one.filter(pl.len().over("key", "currency") == 1)
    hits = groups.join(alone, on=_SAME).filter(pl.col("rows").list.len() > 1)
    return hits["row"], hits["rows"].explode()


def _without(side: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    return side.filter(~pl.col("row").is_in(rows.implode()))


def _residue(empty: Residue, left: pl.DataFrame, right: pl.DataFrame) -> Residue:
    """What exact matches and group sums leave over."""
    pairs = _exact(left, right)
    open_left, open_right = _without(left, pairs["row"]), _without(right, pairs["row_right"])
    one_left, many_right = _sums(open_left, open_right)
    one_right, many_left = _sums(open_right, open_left)
    open_left = _without(_without(open_left, one_left), many_left)
    open_right = _without(_without(open_right, one_right), many_right)
    named = [keys_named_in(side) for side in (open_left, open_right)]
    keys = pl.concat([open_left["key"], open_right["key"], *named])

    def kin(whole: pl.DataFrame, unmatched: pl.DataFrame) -> pl.DataFrame:
        matched = _without(whole, unmatched["row"])
        return matched.filter(pl.col("key").is_in(keys.implode())).select(empty.kin_left.columns)

    both = {
        f"{name}_{side}": f"{name}{suffix}"
        for side, suffix in (("left", ""), ("right", "_right"))
        for name in ("account", "original_amount", "original_currency")
    }
    tied = pairs.select(
        "currency",
        **both,
        left_row="row",
        right_row="row_right",
        amount_left="amount",
        amount_right="amount",
        date_left="date",
        date_right="date",
    )
    counted = [
        whole.group_by("date").len("rows").sort("date").with_columns(unmatched=pl.lit(0))
        for whole in (left, right)
    ]
    return Residue(
        left=open_left,
        right=open_right,
        kin_left=kin(left, open_left),
        kin_right=kin(right, open_right),
        days_left=counted[0],
        days_right=counted[1],
        tied=tied,
        ambiguous=empty.ambiguous,
        scale=2,
    )


@pytest.mark.parametrize("seed", [2, 3])
def test_it_names_the_causes_of_practice_breaks(
    residue: Callable[..., Residue], tmp_path: Path, seed: int
) -> None:
    written = generate_breaks(rows=6_000, seed=seed, out=tmp_path)
    given = _residue(residue("side"), _left(written.left), _right(written.right))

    breaks = explain_residue(given, EvidenceSpec())

    labels = pl.read_parquet(written.labels)
    judged = pl.concat(
        breaks.select("bucket", row=f"{side}_rows")
        .explode("row")
        .drop_nulls()
        .join(labels.select("cause", row=f"{side}_row").unique(), on="row")
        for side in ("left", "right")
    ).with_columns(right=pl.col("bucket") == pl.col("cause"))
    by_cause = judged.group_by("cause").agg(pl.col("right").mean())
    assert judged.select(pl.col("right").mean()).item() >= 0.98
    assert by_cause.filter(pl.col("right") < 0.9).rows() == []
    assert by_cause.height == 16
