"""What is left after the passes, with what is needed to say why."""

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.evidence import keys_named_in
from tieout.reconcile.normalise import normalise_series
from tieout.reconcile.records import TWIN, Residue, no_twins, told_without_key
from tieout.reconcile.run import Tied
from tieout.reconcile.spec import SideSpec, Spec

TIED_ROWS_MAX = 200_000
USUAL_ROWS = 500
_KIN_COLUMNS = ("row", "key", "amount", "currency", "date")
_TIED_COLUMNS = ("amount", "date", "account", "original_amount", "original_currency")


def build_residue(
    left: ir.Table,
    right: ir.Table,
    tied: Tied,
    spec: Spec,
    *,
    scale: int,
    engine: Engine,
    last_rows: tuple[int, int] | None = None,
) -> Residue:
    """Bring the unmatched rows, their kin and the counts by date into this process.

    last_rows: of both files, where rows of earlier runs come after them. Feeds are judged by what
    came today: of an earlier day, open items alone would look like a day that lacks all others.
    """
    last_left, last_right = last_rows or (None, None)
    open_left = engine.fetch(tied.left).sort("row")
    open_right = engine.fetch(tied.right).sort("row")
    keys = engine.publish(_keys_of_interest(open_left, open_right, spec))
    return Residue(
        left=open_left,
        right=open_right,
        kin_left=_kin(left, open_left, keys, engine),
        kin_right=_kin(right, open_right, keys, engine),
        days_left=_days(left, open_left, engine, last_left),
        days_right=_days(right, open_right, engine, last_right),
        tied=_tied_sample(left, right, tied, spec, engine),
        ambiguous=tied.withheld,
        scale=scale,
        balances=spec.date_in_key,
        usual_left=_usual(left, open_left, spec.left, engine),
        usual_right=_usual(right, open_right, spec.right, engine),
        twins_left=_twins(left, open_left, engine),
        twins_right=_twins(right, open_right, engine),
        lines=_sides_of_lines(tied, engine),
    )


def _keys_of_interest(left: pl.DataFrame, right: pl.DataFrame, spec: Spec) -> pl.DataFrame:
    steps = next((steps for steps in spec.normalise.values()), ())
    named = [normalise_series(keys_named_in(side), steps) for side in (left, right)]
    keys = pl.concat([left["key"], right["key"], *(each.alias("key") for each in named)])
    return keys.drop_nulls().unique().sort().to_frame("key").filter(pl.col("key") != "")


def _kin(table: ir.Table, unmatched: pl.DataFrame, keys: ir.Table, engine: Engine) -> pl.DataFrame:
    kin = engine.fetch(table.select(*_KIN_COLUMNS).semi_join(keys, "key"))
    return kin.join(unmatched.select("row"), on="row", how="anti").sort("row")


def _usual(table: ir.Table, unmatched: pl.DataFrame, side: SideSpec, engine: Engine) -> pl.Series:
    """Comments of some rows that tie out, spread evenly over the side."""
    if not side.comment or unmatched.is_empty():
        return pl.Series("comment", [], dtype=pl.String)
    rows = int(engine.fetch(table.count().as_table()).item())
    step = max(1, rows // USUAL_ROWS)
    comments = table.select("row", "comment")
    sampled = engine.fetch(comments.filter(comments["row"] % step == 0) if step > 1 else comments)
    tied = sampled.join(unmatched.select("row"), on="row", how="anti").sort("row")
    return tied["comment"].fill_null("")


def _sides_of_lines(tied: Tied, engine: Engine) -> frozenset[str]:
    """The sides of which more rows tie out as lines of a total than one to one."""
    # Passes add columns of their own, such as a confidence.
    columns = ("kind", "left_rows", "right_rows")
    groups = pl.concat([outcome.groups.select(columns) for outcome in tied.outcomes])
    if groups.is_empty():
        return frozenset()
    alone = sum(
        int(engine.fetch(outcome.pairs.count().as_table()).item())
        for outcome in tied.outcomes
        if outcome.pairs is not None
    )
    found = set()
    for side, kind in (("left", "many_to_one"), ("right", "one_to_many")):
        of_totals = groups.filter(pl.col("kind") == kind)[f"{side}_rows"]
        if of_totals.list.len().sum() > alone:
            found.add(side)
    return frozenset(found)


def _twins(table: ir.Table, unmatched: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """Matched rows without a key that say all that an unmatched one says."""
    open_rows = told_without_key(unmatched).select(TWIN).unique()
    if open_rows.is_empty():
        return no_twins()
    texts = {name: table[name].fill_null("") for name in ("currency", "comment", "party")}
    alike = table.filter(table["key"] == "").mutate(**texts).select("row", *TWIN)
    found = engine.fetch(alike.semi_join(engine.publish(open_rows), list(TWIN)))
    return found.join(unmatched.select("row"), on="row", how="anti").sort("row")


def _days(
    table: ir.Table, unmatched: pl.DataFrame, engine: Engine, last_row: int | None
) -> pl.DataFrame:
    if last_row is not None:
        table = table.filter(table["row"] <= last_row)
        unmatched = unmatched.filter(pl.col("row") <= last_row)
    rows = engine.fetch(
        table.group_by("date").agg(rows=ibis._.count(), amount=table["amount"].sum())
    )
    counted = unmatched.group_by("date").agg(pl.len().cast(pl.Int64).alias("unmatched"))
    return (
        rows.filter(pl.col("date").is_not_null())
        .join(counted, on="date", how="left")
        .with_columns(pl.col("unmatched").fill_null(0))
        .sort("date")
    )


def _tied_sample(
    left: ir.Table, right: ir.Table, tied: Tied, spec: Spec, engine: Engine
) -> pl.DataFrame:
    """Some one-to-one matches with both sides' values, spread evenly over the left rows."""
    criteria = [f"criteria_{name}" for name in spec.left.criteria]
    columns = [*_TIED_COLUMNS, *criteria]
    sampled = _sampled_pairs(tied, engine)
    for table, side in ((left, "left"), (right, "right")):
        # A side at a time, into few rows: in one plan, the second join would carry the first one's.
        wanted = engine.publish(sampled.select(pl.col(f"{side}_row").alias("row")))
        part = engine.fetch(table.select("row", *columns).semi_join(wanted, "row"))
        sampled = sampled.join(
            part.rename({name: f"{name}_{side}" for name in part.columns if name != "row"}),
            left_on=f"{side}_row",
            right_on="row",
            how="inner",
        )
    return sampled.sort("left_row")


def _sampled_pairs(tied: Tied, engine: Engine) -> pl.DataFrame:
    tables = [outcome.pairs for outcome in tied.outcomes if outcome.pairs is not None]
    if not tables:
        return pl.DataFrame(
            schema={"left_row": pl.Int64, "right_row": pl.Int64, "currency": pl.String}
        )
    pairs = tables[0].union(*tables[1:]) if len(tables) > 1 else tables[0]
    rows = int(engine.fetch(pairs.count().as_table()).item())
    step = max(1, -(-rows // TIED_ROWS_MAX))
    chosen = pairs.filter(pairs["left_row"] % step == 0) if step > 1 else pairs
    return engine.fetch(chosen.select("left_row", "right_row", "currency"))
