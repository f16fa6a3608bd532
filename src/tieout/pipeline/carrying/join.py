"""Open items of an earlier run join the rows of this one, behind those of the files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.engines.base import Engine
from tieout.pipeline.carrying.choose import (
    LATEST,
    NONE,
    EarlierRun,
    kept_run,
    latest_run,
    named_run,
    usable_run,
)
from tieout.pipeline.carrying.items import RECORD, SIDES, item_schema, plan_of, read_items
from tieout.pipeline.inputs import Input
from tieout.reconcile.sides import comparable
from tieout.reconcile.spec import Spec
from tieout.sources.fields import TextField

if TYPE_CHECKING:
    from tieout.pipeline.reconcile import ReconcileJob

Settled = Callable[[Sequence[str]], Mapping[str, str]]
_BREAK: Final = ("break_id", "bucket", "bucket_confidence", "evidence")
# What became of an item before it was compared.
IN_FILE: Final = "in_file"
SETTLED: Final = "settled"


@dataclass(frozen=True)
class Carried:
    """What an earlier run left open, and which of it was compared.

    run: None where carrying was asked for and there was no earlier run. offered: its open items,
    `origin_run` always named, with `state` (in_file or settled for those left out, null for those
    that joined), `reason` and `new_row`. breaks: their breaks as that run explained them.
    """

    run: EarlierRun | None
    offered: pl.DataFrame
    breaks: pl.DataFrame
    settled: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> dict[str, Any]:
        """What the manifest keeps, so that the run can be repeated."""
        if self.run is None:
            return {"run": None}
        return {
            "run": self.run.name,
            "folder": str(self.run.folder),
            "sha256": self.run.sha256,
            "settled": dict(sorted(self.settled.items())),
        }

    @property
    def joined(self) -> pl.DataFrame:
        """The items that were compared."""
        return self.offered.filter(pl.col("state").is_null())


def carry_in(
    job: "ReconcileJob",
    spec: Spec,
    inputs: tuple[Input, Input],
    *,
    scale: int,
    engine: Engine,
) -> tuple[tuple[Input, Input], Carried | None]:
    """The sides with the open items that rejoin them; None where nobody asked for any.

    Raises InputError for a run that is none, or whose items cannot rejoin.
    """
    wanted = job.carry_forward or (LATEST if spec.carry_forward else NONE)
    if job.carried is None and wanted == NONE:
        return inputs, None
    folder = _folder(job, wanted, spec, inputs)
    if folder is None:
        empty = pl.DataFrame(schema=item_schema(spec, scale=scale)).with_columns(
            *_undecided(), new_row=pl.lit(None, pl.Int64)
        )
        return inputs, Carried(None, empty, pl.DataFrame(schema={"break_id": pl.String}))
    run = usable_run(folder, spec, scale=scale)
    items = read_items(folder, spec, scale=scale)
    items = items.with_columns(pl.col("origin_run").fill_null(run.name), *_undecided())
    identities = items["break_id"].unique(maintain_order=True).to_list()
    settled = dict(job.settled(identities))
    items = items.with_columns(
        reason=pl.col("break_id").replace_strict(settled, default=None, return_dtype=pl.String)
    ).with_columns(state=pl.when(pl.col("reason").is_not_null()).then(pl.lit(SETTLED)))
    joined, parts = [], []
    for side, read in zip(SIDES, inputs, strict=True):
        more, offered = _join(read, items.filter(pl.col("side") == side), side, spec, scale, engine)
        joined.append(more)
        parts.append(offered)
    breaks = pl.read_parquet(folder / "breaks.parquet", columns=list(_BREAK))
    breaks = breaks.filter(pl.col("break_id").is_in(identities))
    return (joined[0], joined[1]), Carried(run, pl.concat(parts), breaks, settled)


def with_rows(read: Input, items: pl.DataFrame, spec: Spec, engine: Engine) -> Input:
    """A side with items among its rows, by the numbers that stand in their `row`."""
    if items.is_empty():
        return replace(read, carried=items)
    table = read.staged.table
    kinds = table.schema().to_polars()
    frame = items.select(
        pl.col(name if name == "row" else f"{RECORD}{name}").cast(kind).alias(name)
        for name, kind in kinds.items()
    )
    both = table.union(engine.publish(frame))
    return replace(read, table=engine.view(comparable(both, read.side, spec)), carried=items)


def _folder(
    job: "ReconcileJob", wanted: str, spec: Spec, inputs: tuple[Input, Input]
) -> Path | None:
    if job.carried is not None:
        return kept_run(job.carried, job.workspace) if job.carried.get("run") else None
    if wanted == LATEST:
        return latest_run(job.workspace, spec, inputs, but=job.out)
    return named_run(wanted, job.workspace)


def _undecided() -> tuple[pl.Expr, ...]:
    return tuple(pl.lit(None, pl.String).alias(name) for name in ("state", "reason"))


def _join(
    read: Input, items: pl.DataFrame, side: str, spec: Spec, scale: int, engine: Engine
) -> tuple[Input, pl.DataFrame]:
    """A side with those of its items that nobody settled and that its file has not again."""
    again = pl.col("state").is_null() & _in_file(read, items, side, spec, scale, engine)
    items = items.with_columns(
        state=pl.when(again).then(pl.lit(IN_FILE)).otherwise("state"),
        reason=pl.when(again)
        .then(pl.format("the same record is in {} again", pl.lit(read.source.name)))
        .otherwise("reason"),
    )
    joins = pl.col("state").is_null()
    number = joins.cum_sum().cast(pl.Int64) + read.staged.rows
    items = items.with_columns(new_row=pl.when(joins).then(number))
    rows = items.filter(joins).with_columns(row=pl.col("new_row"), times=pl.col("times") + 1)
    return with_rows(read, rows.drop("state", "reason", "new_row"), spec, engine), items


def _in_file(
    read: Input, items: pl.DataFrame, side: str, spec: Spec, scale: int, engine: Engine
) -> pl.Series:
    """Whether the file holds each item again: at least as many equal records as its occurrence."""
    plan = plan_of(side, spec, scale=scale)
    fields = list(plan.fields)
    records = items.select(pl.col(f"{RECORD}{name}").alias(name) for name in fields)
    # Dates and times may be missing, and a join of the engine pairs nothing with nothing.
    sure = ["amount", *(name for name in fields if isinstance(plan.fields[name], TextField))]
    alike = read.staged.table.semi_join(engine.publish(records.select(sure).unique()), sure)
    counted = engine.fetch(alike.select(*fields)).group_by(fields).len("rows")
    counted = counted.select(
        *(pl.col(name).cast(kind) for name, kind in records.schema.items()), "rows"
    )
    found = records.join(counted, on=fields, how="left", nulls_equal=True, maintain_order="left")
    return found["rows"].fill_null(0).cast(pl.Int64) >= items["occurrence"]
