"""What became of every open item that an earlier run left: nothing of it is lost."""

from pathlib import Path
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.export.run_report import CarriedFacts, CarriedItem, CarriedSide
from tieout.export.table import write_csv
from tieout.model.errors import ConservationError
from tieout.pipeline.carrying.items import RECORD, SIDES
from tieout.pipeline.carrying.join import IN_FILE, SETTLED, Carried
from tieout.pipeline.inputs import Input
from tieout.reconcile.breaks import decimal_of
from tieout.reconcile.matches import match_names
from tieout.reconcile.passes.outcome import PassOutcome
from tieout.reconcile.sides import KEY_SEPARATOR
from tieout.reconcile.spec import Spec

CARRIED_FILE: Final = "carried.parquet"
CARRIED_CSV: Final = "carried.csv"
MATCHED: Final = "matched"
BREAK: Final = "break"
_SHOWN: Final = 20
_COLUMNS: Final = (
    *("side", "row", "state", "reason", "match_id", "break_id", "break_id_earlier"),
    *("origin_run", "origin_file", "origin_row", "occurrence", "times"),
    *("key", "amount", "currency", "date"),
)


def carried_table(
    carried: Carried,
    inputs: tuple[Input, Input],
    outcomes: list[PassOutcome],
    breaks: pl.DataFrame,
    spec: Spec,
    *,
    scale: int,
    engine: Engine,
) -> pl.DataFrame:
    """A row for each item that was offered: its number here, where it came from, what it became.

    Columns as in `carried.csv`, then the record of each. Raises ConservationError where an item
    is in none or more than one of a match, a break, the file itself and what people settled.
    """
    places = pl.concat(
        _places(side, read, outcomes, breaks, engine)
        for side, read in zip(SIDES, inputs, strict=True)
    )
    items = carried.offered.rename({"break_id": "break_id_earlier"}).drop("row", "break_number")
    found = items.rename({"new_row": "row"}).join(
        places, on=["side", "row"], how="left", maintain_order="left"
    )
    if found.height != items.height:
        raise ConservationError(f"{found.height - items.height} carried items are in two places")
    state = (
        pl.when(pl.col("state").is_not_null())
        .then("state")
        .when(pl.col("match_id").is_not_null())
        .then(pl.lit(MATCHED))
        .when(pl.col("break_id").is_not_null())
        .then(pl.lit(BREAK))
    )
    found = found.with_columns(
        state.alias("state"), times=pl.col("times") + pl.col("row").is_not_null().cast(pl.Int64)
    )
    lost = found.filter(pl.col("state").is_null())
    if lost.height:
        raise ConservationError(f"{lost.height} carried items are in no match and no break")
    told = found.with_columns(_key(found), *_figures(spec, scale))
    records = [name for name in found.columns if name.startswith(RECORD)]
    return told.select(*_COLUMNS, *records)


def write_carried(table: pl.DataFrame, folder: Path) -> None:
    """Write carried.csv: the same rows as carried.parquet, without the records' own fields."""
    write_csv(table.select(_COLUMNS), folder / CARRIED_CSV)


def carried_facts(carried: Carried, table: pl.DataFrame) -> CarriedFacts:
    """What the report, the terminal and the manifest tell of it."""
    cleared = table.filter(pl.col("state") == MATCHED)
    shown = cleared.sort("date", "side", "row", nulls_last=True).head(_SHOWN)
    return CarriedFacts(
        run=carried.run.name if carried.run else "",
        left=_side(table, "left"),
        right=_side(table, "right"),
        cleared=tuple(
            CarriedItem(
                side=row["side"],
                row=row["row"],
                key=row["key"],
                amount=row["amount"],
                currency=row["currency"],
                date=row["date"],
                match_id=row["match_id"],
                origin=f"{row['origin_run']}, row {row['origin_row']:,} of {row['origin_file']}",
            )
            for row in shown.iter_rows(named=True)
        ),
    )


def _side(table: pl.DataFrame, side: str) -> CarriedSide:
    states = dict(table.filter(pl.col("side") == side)["state"].value_counts().iter_rows())
    return CarriedSide(
        offered=sum(states.values()),
        matched=states.get(MATCHED, 0),
        in_breaks=states.get(BREAK, 0),
        in_file=states.get(IN_FILE, 0),
        settled=states.get(SETTLED, 0),
    )


def _places(
    side: str, read: Input, outcomes: list[PassOutcome], breaks: pl.DataFrame, engine: Engine
) -> pl.DataFrame:
    """The match or the break of each row behind those of the file."""
    last = read.staged.rows
    schema = {"row": pl.Int64, "match_id": pl.String, "break_id": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    rows = pl.col(f"{side}_rows").alias("row")
    for outcome in outcomes:
        if outcome.pairs is not None:
            pairs = outcome.pairs
            late = engine.fetch(
                pairs.filter(pairs[f"{side}_row"] > last).select("left_row", "right_row")
            )
            name = (pl.lit("M") + pl.col("left_row").cast(pl.String)).alias("match_id")
            parts.append(late.select(pl.col(f"{side}_row").alias("row"), name))
        parts.append(outcome.groups.select(rows, match_names()).explode("row"))
    parts.append(breaks.select(rows, "break_id").explode("row"))
    found = pl.concat(parts, how="diagonal").filter(pl.col("row") > last)
    return found.with_columns(side=pl.lit(side))


def _key(items: pl.DataFrame) -> pl.Expr:
    parts = [name for name in items.columns if name.startswith(f"{RECORD}key_")]
    if not parts:
        return pl.lit("").alias("key")
    return pl.concat_str(*parts, separator=KEY_SEPARATOR, ignore_nulls=True).alias("key")


def _figures(spec: Spec, scale: int) -> tuple[pl.Expr, ...]:
    """Amount, currency and date as people read them."""
    amount = decimal_of(pl.col(f"{RECORD}amount"), scale)
    currency = pl.lit("")
    for side in SIDES:
        part = getattr(spec, side)
        own = pl.col(f"{RECORD}currency") if part.currency else pl.lit(part.currency_fixed or "")
        currency = pl.when(pl.col("side") == side).then(own.str.to_uppercase()).otherwise(currency)
    dated = any(getattr(spec, side).date for side in SIDES)
    date = pl.col(f"{RECORD}date").cast(pl.Date) if dated else pl.lit(None, pl.Date)
    return amount.alias("amount"), currency.alias("currency"), date.alias("date")
