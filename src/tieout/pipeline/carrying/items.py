"""`open_items.parquet`: what a run leaves open, with all that a later run needs of it."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.pipeline.inputs import Input
from tieout.reconcile.sides import stage_plan
from tieout.reconcile.spec import Spec
from tieout.sources.fields import AmountField, StagePlan, TextField

ITEMS_FILE: Final = "open_items.parquet"
SIDES: Final = ("left", "right")
# Fields of a record stand behind this, as its side's plan calls them.
RECORD: Final = "record_"
ITEM_SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "side": pl.String(),
    "row": pl.Int64(),  # number in the run that keeps the item
    "break_id": pl.String(),
    "break_number": pl.Int64(),  # occurrence number among breaks of the same identity
    "occurrence": pl.Int64(),  # from 1, among equal records of the side
    "times": pl.Int64(),  # runs that it was carried into
    "origin_run": pl.String(),  # run that read it from a file; null for the run that keeps it
    "origin_file": pl.String(),
    "origin_row": pl.Int64(),
}


def plan_of(side: str, spec: Spec, *, scale: int) -> StagePlan:
    """The fields of a side's records."""
    with_time = spec.evidence.cut_off_hour is not None
    return stage_plan(getattr(spec, side), scale=scale, with_time=with_time)


def record_schema(plans: Iterable[StagePlan]) -> dict[str, pl.DataType]:
    """Columns that hold the records of sides."""
    return {
        f"{RECORD}{name}": pl.String()
        if isinstance(field, TextField)
        else pl.Int64()
        if isinstance(field, AmountField)
        else pl.Int32()
        for plan in plans
        for name, field in plan.fields.items()
    }


def item_schema(spec: Spec, *, scale: int) -> dict[str, pl.DataType]:
    """All columns of open_items.parquet."""
    plans = [plan_of(side, spec, scale=scale) for side in SIDES]
    return {**ITEM_SCHEMA, **record_schema(plans)}


def open_items(
    inputs: tuple[Input, Input],
    breaks: pl.DataFrame,
    numbers: pl.Series,
    spec: Spec,
    *,
    scale: int,
    engine: Engine,
) -> pl.DataFrame:
    """The rows of a run's breaks, left ones first, by row.

    breaks: the contract's columns. numbers: the occurrence number of each.
    """
    named = breaks.select("break_id", "left_rows", "right_rows", numbers.alias("break_number"))
    schema = item_schema(spec, scale=scale)
    parts = [pl.DataFrame(schema=schema)]
    for side, read in zip(SIDES, inputs, strict=True):
        rows = named.select("break_id", "break_number", pl.col(f"{side}_rows").alias("row"))
        rows = rows.explode("row").drop_nulls("row").sort("row")
        fresh = rows.filter(pl.col("row") <= read.staged.rows)
        found = [_of_file(read, fresh, engine)]
        if read.carried is not None:
            kept = read.carried.drop("break_id", "break_number")
            found.append(kept.join(rows, on="row", how="inner", maintain_order="left"))
        parts += [_in_shape(each.with_columns(side=pl.lit(side)), schema) for each in found]
    return pl.concat(parts)


def read_items(folder: Path, spec: Spec, *, scale: int) -> pl.DataFrame:
    """The open items of an earlier run. Raises InputError where their columns are others."""
    found = pl.read_parquet(folder / ITEMS_FILE)
    schema = item_schema(spec, scale=scale)
    if dict(found.schema) != schema:
        raise InputError(
            f"{folder / ITEMS_FILE}: has other columns than this version keeps; carry out that "
            "run again (tieout repeat), or go on without it (--carry-forward none)"
        )
    return found


def sha256_of(folder: Path) -> str:
    """Of a run's open items."""
    with (folder / ITEMS_FILE).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_file(read: Input, rows: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """Items of the source's own rows."""
    table = read.staged.table
    wanted = engine.publish(rows.select("row"))
    records = engine.fetch(table.semi_join(wanted, "row"))
    records = records.rename({name: f"{RECORD}{name}" for name in records.columns if name != "row"})
    found = rows.join(records, on="row", how="inner", maintain_order="left")
    found = found.join(
        _occurrences(read, rows, engine), on="row", how="left", maintain_order="left"
    )
    return found.with_columns(
        times=pl.lit(0, pl.Int64),
        origin_run=pl.lit(None, pl.String),
        origin_file=read.names_of_files(found["row"]),
        origin_row=pl.col("row"),
    )


def _occurrences(read: Input, rows: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """The how-manieth each row is among the equal records of its file: `row`, `occurrence`."""
    table = read.staged.table
    fields = [table[name] for name in table.columns if name != "row"]
    prints = table.select("row", record=engine.fingerprint(fields))
    own = prints.semi_join(engine.publish(rows.select("row")), "row")
    alike = engine.fetch(prints.semi_join(own, "record"))
    return alike.select("row", pl.col("row").rank("ordinal").over("record").alias("occurrence"))


def _in_shape(items: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """All columns, null where the side has no such field."""
    return items.select(
        (pl.col(name) if name in items.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    )
