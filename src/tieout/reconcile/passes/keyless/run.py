"""The pass that pairs rows without a key."""

from collections.abc import Sequence
from typing import Final

import ibis.expr.types as ir
import numpy as np
import polars as pl

from tieout.engines.base import Engine
from tieout.model.facts import MatchKind
from tieout.reconcile.passes.assign import assign
from tieout.reconcile.passes.keyless.likeness import text_levels, token_weights
from tieout.reconcile.passes.keyless.weights import Field, Weighed, weigh
from tieout.reconcile.passes.outcome import GROUP_SCHEMA, PassOutcome
from tieout.reconcile.passes.tolerance import Limits, near_pairs

# An amount that so many rows of both sides share is told apart by nothing else; and a product of
# them in rows would flood the pass.
_BLOCK_PAIRS_MAX: Final = 10_000
_PLAUSIBLE: Final = 0.02
_COST_UNITS: Final = 1_000
_CHANCE_MIN: Final = 1e-3
_DAY_LEVELS: Final = 4
# Until rows show how often words agree by accident: mostly, somewhat, not, unknown.
_TEXT_CHANCE: Final = np.array([0.1, 0.4, 3.4, 0.1])


def keyless_pass(
    left: ir.Table,
    right: ir.Table,
    *,
    on: Sequence[str],
    limits: Limits,
    confidence_min: float,
    engine: Engine,
) -> PassOutcome:
    """Pair rows that are near in amount and date, by what their words add to it.

    Rows that both have a key are left alone: keys that differ are an answer. Every pair carries
    its probability; those below `confidence_min` stay unmatched, and rows for which more than one
    partner is equally good are withheld. Twins, rows of a side that say the same in amount,
    date and words, stand for each other: as many pair as there are on the other side.
    """
    # Without a tolerance equal amounts join quickest.
    equal = (*on, "amount") if limits.is_exact else tuple(on)
    left, right = _without_crowds(left, right, on=equal)
    found = engine.fetch(near_pairs(left, right, on=equal, limits=limits))
    rows = [_texts(side, found[f"{name}_row"], engine) for side, name in _named(left, right)]
    found = _with_keys(found, *rows).filter(
        (pl.col("key_left") == "") | (pl.col("key_right") == "")
    )
    if found.is_empty():
        return PassOutcome(name="keyless")
    found = found.sort("left_row", "right_row")
    weighed = _weigh(found, rows[0], rows[1], limits)
    judged = _with_classes(found, rows).with_columns(
        pl.Series("probability", weighed.probability), pl.Series("odds", weighed.odds)
    )
    assigned = assign(_priced(judged.filter(pl.col("probability") >= _PLAUSIBLE)))
    sure = (
        _with_twins(judged)
        .join(assigned.pairs, on=["left_row", "right_row"], how="semi")
        .filter(pl.col("probability") >= confidence_min)
    )
    return PassOutcome(name="keyless", groups=_as_groups(sure), withheld=assigned.withheld)


def _named(left: ir.Table, right: ir.Table) -> list[tuple[ir.Table, str]]:
    return [(left, "left"), (right, "right")]


def _without_crowds(
    left: ir.Table, right: ir.Table, *, on: Sequence[str]
) -> tuple[ir.Table, ir.Table]:
    block = [*dict.fromkeys((*on, "amount"))]
    counted = [side.group_by(block).agg(rows=side.count()) for side in (left, right)]
    both = counted[0].join(counted[1], block, rname="{name}_right")
    crowds = both.filter(both["rows"] * both["rows_right"] > _BLOCK_PAIRS_MAX).select(*block)
    return left.anti_join(crowds, block), right.anti_join(crowds, block)


def _texts(side: ir.Table, wanted: pl.Series, engine: Engine) -> pl.DataFrame:
    """row, key, text, amount, date of the wanted rows."""
    asked = engine.publish(wanted.unique().sort().alias("row").to_frame())
    told = engine.fetch(
        side.select("row", "key", "comment", "party", "amount", "date").semi_join(asked, "row")
    )
    text = pl.concat_str(pl.col("comment", "party").fill_null(""), separator=" ")
    return told.select("row", "key", text.alias("text"), "amount", "date").sort("row")


def _with_keys(found: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    keyed = found.join(
        left.select("row", pl.col("key").fill_null("").alias("key_left")),
        left_on="left_row",
        right_on="row",
        how="left",
    )
    return keyed.join(
        right.select("row", pl.col("key").fill_null("").alias("key_right")),
        left_on="right_row",
        right_on="row",
        how="left",
    )


def _weigh(found: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, limits: Limits) -> Weighed:
    tokens = token_weights(left, right)
    text = text_levels(found, *tokens)
    by_chance = _shares(text_levels(_accidental(found), *tokens))
    days = found["days"].abs().clip(0, _DAY_LEVELS - 1).cast(pl.Int64)
    amount = (found["amount_left"] != found["amount_right"]).cast(pl.Int64)
    fields = [
        Field(text.cast(pl.Int64).to_numpy(), by_chance, np.array([0.7, 0.2, 0.1, 0.0]), 3),
        Field(days.to_numpy(), _day_chance(limits), np.array([0.6, 0.2, 0.1, 0.1])),
        Field(amount.to_numpy(), np.array([0.5, 0.5]), np.array([0.9, 0.1])),
    ]
    places = [
        (found[name].rank("dense") - 1).cast(pl.Int64).to_numpy()
        for name in ("left_row", "right_row")
    ]
    rows = min(left.height, right.height)
    return weigh(places[0], places[1], fields, _expected(found, left, right, limits), rows)


def _accidental(found: pl.DataFrame) -> pl.DataFrame:
    """Each left row beside some right row that is no candidate of its own."""
    others = np.random.default_rng(0).permutation(found["right_row"].to_numpy())
    pairs = found.select("left_row").with_columns(pl.Series("right_row", others))
    return pairs.join(found, on=["left_row", "right_row"], how="anti")


def _shares(levels: pl.Series) -> np.ndarray:
    counts = np.bincount(levels.cast(pl.Int64).to_numpy(), minlength=4) + _TEXT_CHANCE
    return np.asarray(counts / counts.sum())


def _day_chance(limits: Limits) -> np.ndarray:
    """Where dates fall by accident: evenly over the window."""
    if limits.days is None:
        return np.array([1.0, 1e-9, 1e-9, 1e-9])
    window = range(-limits.days.before, limits.days.after + 1)
    counts = np.bincount([min(abs(day), _DAY_LEVELS - 1) for day in window], minlength=_DAY_LEVELS)
    chance = np.maximum(counts, 1e-9)
    return np.asarray(chance / chance.sum())


def _expected(
    found: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, limits: Limits
) -> np.ndarray:
    """Candidates that the rows of a pair would have by chance: how many others share the amount,
    by what part of all days the window is."""
    share = 1.0
    days = pl.concat([left["date"], right["date"]]).drop_nulls()
    if limits.days is not None and len(days):
        first, last = int(days.min()), int(days.max())  # type: ignore[arg-type]
        share = min(1.0, (limits.days.before + limits.days.after + 1) * 1.4 / (last - first + 1))
    parts = []
    for name, side in (("left", right), ("right", left)):
        counts = side.group_by("amount").agg(pl.len().alias("rows"))
        others = found.select(f"amount_{name}").join(
            counts, left_on=f"amount_{name}", right_on="amount", how="left", maintain_order="left"
        )["rows"]
        parts.append((others.fill_null(1) - 1).clip(0, None).cast(pl.Float64).to_numpy())
    by_amount = np.maximum(parts[0], parts[1]) * share
    usual = float(by_amount.mean()) / 10
    return np.asarray(np.maximum(by_amount, max(_CHANCE_MIN, min(usual, 0.02))))


def _with_classes(found: pl.DataFrame, rows: list[pl.DataFrame]) -> pl.DataFrame:
    """Beside each row its class: rows of a side that are equal in all that is compared.

    left_twin, right_twin: the same number, another one for each row that says nothing in words.
    """
    for name, side in zip(("left", "right"), rows, strict=True):
        alike = pl.struct("amount", "date", "text", "key").rank("dense").cast(pl.Int64)
        says = pl.col("text").str.strip_chars() != ""
        classes = side.select(
            pl.col("row").alias(f"{name}_row"),
            alike.alias(f"{name}_class"),
            pl.when(says).then(alike).otherwise(-pl.col("row")).alias(f"{name}_twin"),
        )
        found = found.join(classes, on=f"{name}_row", how="left", maintain_order="left")
    return found


def _with_twins(judged: pl.DataFrame) -> pl.DataFrame:
    """The probability that a row pairs with this one or with a twin of it."""
    shared = pl.max_horizontal(
        pl.col("probability").sum().over("left_twin", "right_row"),
        pl.col("probability").sum().over("left_row", "right_twin"),
    )
    return judged.with_columns(probability=shared.clip(upper_bound=1.0))


def _priced(judged: pl.DataFrame) -> pl.DataFrame:
    """The likeliest pairs cost least."""
    logs = np.log(judged["odds"].to_numpy())
    most = logs.max(initial=0.0)
    cost = pl.Series("cost", np.rint((most - logs) * _COST_UNITS).astype(np.int64))
    return (
        judged.select("left_row", "right_row", "left_class", "right_class")
        .with_columns(cost)
        .sort("left_row", "right_row")
    )


def _as_groups(pairs: pl.DataFrame) -> pl.DataFrame:
    found = pairs.sort("left_row").select(
        pl.lit(MatchKind.ONE_TO_ONE.value).alias("kind"),
        pl.concat_list("left_row").alias("left_rows"),
        pl.concat_list("right_row").alias("right_rows"),
        (pl.col("amount_left") - pl.col("amount_right")).alias("difference"),
        "currency",
    )
    sure = pairs.sort("left_row")["probability"].round(4).clip(0.0, 1.0).alias("confidence")
    return found.cast(GROUP_SCHEMA).with_columns(sure)  # type: ignore[arg-type]
