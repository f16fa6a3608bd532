"""Equal in every field: join first, number only what is not unique."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.passes.outcome import PassOutcome, identified, nothing_withheld
from tieout.reconcile.passes.pairs import PAIR_SCHEMA, in_order, repeated_pairs

# A fingerprint that occurs this often among the first rows would make the join quadratic.
CROWD_SAMPLE_ROWS = 100_000
CROWD_OCCURRENCES = 30
# So many pairs more than rows mean the same of rows that are further down.
PAIRS_SPARE = 1_000_000
BATCH_ROWS = 100_000


def exact_pass(
    left: ir.Table, right: ir.Table, *, on: Sequence[str], engine: Engine
) -> PassOutcome:
    """Pair rows that are equal in all columns `on`.

    Equal twins are paired by occurrence number, the first with the first; without a key among
    `on` twins may be different things, so groups of more than one pair are withheld as ambiguous.
    Equality is that of two 64-bit fingerprints with different seeds, 128 bits together.
    """
    keyed = any(name.startswith("key") for name in on)
    equal_amounts = "amount" in on
    prints_left = _fingerprints(left, on, engine, carry=True)
    prints_right = _fingerprints(right, on, engine, carry="amount" not in on)
    # Records with a key rarely crowd, and a flood of pairs would show that they do.
    if not keyed and (_is_crowded(prints_left, engine) or _is_crowded(prints_right, engine)):
        return _without_crowds(prints_left, prints_right, keyed=keyed, engine=engine)
    pairs = _streamed(_join(prints_left, prints_right), engine)
    if pairs is None:
        return _without_crowds(prints_left, prints_right, keyed=keyed, engine=engine)
    crowd = repeated_pairs(pairs)
    withheld, lost = nothing_withheld(), None
    if not crowd.is_empty():
        chosen, withheld = _by_occurrence(crowd) if keyed else _withhold(crowd)
        lost = crowd["at"].filter(~crowd["at"].is_in(chosen["at"].implode()))
    return PassOutcome(
        name="exact",
        pairs=engine.publish(in_order(pairs, without=lost)),
        withheld=withheld,
        equal_amounts=equal_amounts,
    )


def _streamed(joined: ir.Table, engine: Engine) -> pl.DataFrame | None:
    """The pairs as narrow rows of this process; None where they are a flood."""
    parts = [pl.DataFrame(schema=PAIR_SCHEMA)]
    pairs = last = 0
    for batch in engine.batches(joined, rows=BATCH_ROWS):
        part = pl.DataFrame(pl.from_arrow(batch)).cast(PAIR_SCHEMA)
        if part.is_empty():
            continue
        parts.append(part)
        pairs += part.height
        last = max(last, *(int(part[side].to_numpy().max()) for side in ("left_row", "right_row")))
        if pairs > last + PAIRS_SPARE:
            return None
    return pl.concat(parts, rechunk=True)


def _fingerprints(table: ir.Table, on: Sequence[str], engine: Engine, *, carry: bool) -> ir.Table:
    table = identified(table, on)
    columns = [table[name] for name in on]
    prints = {
        "print_one": engine.fingerprint(columns),
        "print_two": engine.fingerprint(columns, seed="second"),
    }
    carried = {"currency": table["currency"]} if carry else {}
    if "amount" not in on:
        carried["amount"] = table["amount"]
    return table.select(row=table["row"], **prints, **carried)


def _join(left: ir.Table, right: ir.Table) -> ir.Table:
    keys = [name for name in left.columns if name in {"print_one", "print_two", "occurrence"}]
    joined = left.rename(left_row="row").join(
        right.rename(right_row="row"), keys, rname="{name}_right"
    )
    difference = (
        joined["amount"] - joined["amount_right"]
        if "amount" in joined.columns
        else ibis.literal(0, "int64")
    )
    return joined.select("left_row", "right_row", "currency", difference=difference)


def _without_crowds(left: ir.Table, right: ir.Table, *, keyed: bool, engine: Engine) -> PassOutcome:
    """The same pairs by counting: no row of a crowd ever meets all of the others."""
    if keyed:
        pairs = _ordered(_join(_numbered(left), _numbered(right)), engine)
        return PassOutcome(name="exact", pairs=pairs, equal_amounts="amount" not in left.columns)
    counted = _counted(left).join(_counted(right), list(_PRINTS), rname="{name}_right")
    is_lone = (counted["rows"] == 1) & (counted["rows_right"] == 1)
    lone = engine.materialise(counted.filter(is_lone).select(*_PRINTS))
    groups = engine.materialise(counted.filter(~is_lone).select(*_PRINTS))
    pairs = _ordered(_join(left.semi_join(lone, list(_PRINTS)), right), engine)
    members = [
        engine.fetch(side.semi_join(groups, list(_PRINTS)).select("row", *_PRINTS))
        .sort("row")
        .group_by(_PRINTS)
        .agg(pl.col("row").alias(name))
        for side, name in ((left, "left_rows"), (right, "right_rows"))
    ]
    both = members[0].join(members[1], on=_PRINTS).sort(pl.col("right_rows").list.first())
    return PassOutcome(name="exact", pairs=pairs, withheld=_with_reason(both.drop(_PRINTS)))


def _ordered(joined: ir.Table, engine: Engine) -> ir.Table:
    return engine.publish(in_order(engine.fetch(joined).cast(PAIR_SCHEMA)))


_PRINTS = ("print_one", "print_two")


def _counted(prints: ir.Table) -> ir.Table:
    return prints.group_by(list(_PRINTS)).agg(rows=ibis._.count())


def _is_crowded(prints: ir.Table, engine: Engine) -> bool:
    head = prints.limit(CROWD_SAMPLE_ROWS).group_by("print_one").agg(occurrences=ibis._.count())
    most = engine.fetch(head.agg(most=head["occurrences"].max())).item()
    return most is not None and int(most) >= CROWD_OCCURRENCES


def _numbered(prints: ir.Table) -> ir.Table:
    window = ibis.window(group_by=["print_one", "print_two"], order_by="row")
    return prints.mutate(occurrence=ibis.row_number().over(window))


def _by_occurrence(crowd: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    # Every group of equal rows is complete (all left x all right), so a row's rank among the
    # partners of any one counterpart is its occurrence number.
    ranked = crowd.with_columns(
        pl.col("left_row").rank("ordinal").over("right_row").alias("left_occurrence"),
        pl.col("right_row").rank("ordinal").over("left_row").alias("right_occurrence"),
    )
    chosen = ranked.filter(pl.col("left_occurrence") == pl.col("right_occurrence"))
    return chosen, nothing_withheld()


def _withhold(crowd: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    groups = (
        crowd.with_columns(pl.col("right_row").min().over("left_row").alias("group"))
        .group_by("group")
        .agg(
            pl.col("left_row").unique().sort().alias("left_rows"),
            pl.col("right_row").unique().sort().alias("right_rows"),
        )
        .sort("group")
    )
    return crowd.clear(), _with_reason(groups.drop("group"))


def _with_reason(groups: pl.DataFrame) -> pl.DataFrame:
    reason = pl.format(
        "{} left and {} right rows are equal and no key tells them apart",
        pl.col("left_rows").list.len(),
        pl.col("right_rows").list.len(),
    )
    return groups.with_columns(reason.alias("reason"))
