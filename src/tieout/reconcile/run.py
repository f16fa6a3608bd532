"""The passes in order, each on what the ones before left over."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.calendars import business_ordinals
from tieout.reconcile.passes.exact import exact_pass
from tieout.reconcile.passes.group import group_pass
from tieout.reconcile.passes.keyless import keyless_pass
from tieout.reconcile.passes.netting import netting_pass
from tieout.reconcile.passes.outcome import PassOutcome, nothing_withheld
from tieout.reconcile.passes.pairs import open_rows
from tieout.reconcile.passes.tolerance import Limits, tolerance_pass
from tieout.reconcile.sides import on_columns
from tieout.reconcile.spec import KeylessPass, PassSpec, Spec


@dataclass
class Tied:
    """What the passes found and what is left.

    left, right: unmatched rows, materialised, those withheld as ambiguous among them.
    outcomes: one for each pass of the spec, in order.
    """

    left: ir.Table
    right: ir.Table
    outcomes: list[PassOutcome] = field(default_factory=list)
    withheld: pl.DataFrame = field(default_factory=nothing_withheld)


def run_passes(
    left: ir.Table,
    right: ir.Table,
    spec: Spec,
    *,
    scale: int,
    engine: Engine,
    progress: Callable[[str], None] = lambda _: None,
) -> Tied:
    """Carry out the passes of a spec on two comparable tables (`sides.comparable`)."""
    tied = Tied(left=left, right=right)
    last = {side: _last_row(table, engine) for side, table in (("left", left), ("right", right))}
    open_left, open_right = left, right
    for number, rule in enumerate(spec.passes, start=1):
        outcome = _named(_run(rule, open_left, open_right, spec, scale, engine), number, spec)
        progress(f"pass {number} ({outcome.name})")
        tied.outcomes.append(outcome)
        tied.withheld = tied.withheld.vstack(outcome.withheld)
        tied.left = _without(tied.left, _taken(outcome, "left", engine), last["left"], engine)
        tied.right = _without(tied.right, _taken(outcome, "right", engine), last["right"], engine)
        open_left = _without_withheld(tied.left, tied.withheld, "left_rows", engine)
        open_right = _without_withheld(tied.right, tied.withheld, "right_rows", engine)
    return tied


def _run(
    rule: PassSpec, left: ir.Table, right: ir.Table, spec: Spec, scale: int, engine: Engine
) -> PassOutcome:
    has_dates = spec.left.date is not None and spec.right.date is not None
    if rule.exact:
        return exact_pass(left, right, on=on_columns(rule.exact.on, spec), engine=engine)
    if rule.tolerance:
        part = rule.tolerance
        days = part.days if has_dates else None
        ordinals = _ordinals(left, right, part.calendar, engine) if days else None
        limits = Limits(part.amount, scale, days, ordinals)
        on = on_columns(part.on, spec)
        return tolerance_pass(left, right, on=on, limits=limits, engine=engine)
    if rule.netting:
        on = on_columns(rule.netting.on, spec)
        return netting_pass(left, right, rule.netting, on=on, engine=engine)
    if rule.keyless:
        return _run_keyless(rule.keyless, left, right, spec, scale, engine)
    assert rule.group is not None  # noqa: S101 - a pass is exactly one of five
    group = rule.group
    days = group.days if has_dates else None
    ordinals = _ordinals(left, right, spec.evidence.calendar, engine) if days else None
    limits = Limits(group.amount, scale, days, ordinals)
    on = on_columns(group.on, spec)
    return group_pass(left, right, group, on=on, limits=limits, engine=engine)


def _run_keyless(
    rule: KeylessPass, left: ir.Table, right: ir.Table, spec: Spec, scale: int, engine: Engine
) -> PassOutcome:
    has_dates = spec.left.date is not None and spec.right.date is not None
    days = rule.days if has_dates else None
    ordinals = _ordinals(left, right, rule.calendar, engine) if days else None
    return keyless_pass(
        left,
        right,
        on=on_columns(rule.on, spec),
        limits=Limits(rule.amount, scale, days, ordinals),
        confidence_min=rule.confidence_min,
        engine=engine,
    )


def _named(outcome: PassOutcome, number: int, spec: Spec) -> PassOutcome:
    """Passes of one kind are told apart by their place."""
    kinds = [next(iter(rule.model_dump(exclude_none=True))) for rule in spec.passes]
    name = outcome.name if kinds.count(outcome.name) == 1 else f"{outcome.name}_{number}"
    return replace(outcome, name=name)


def _ordinals(
    left: ir.Table, right: ir.Table, calendar: str | None, engine: Engine
) -> pl.DataFrame:
    dates = left.select("date").distinct().union(right.select("date").distinct(), distinct=True)
    known = engine.fetch(dates)["date"].drop_nulls().unique().sort()
    return pl.DataFrame({"date": known, "ordinal": business_ordinals(known, calendar=calendar)})


def _last_row(table: ir.Table, engine: Engine) -> int:
    return int(engine.fetch(table.agg(last=table["row"].max())).item() or 0)


def _taken(outcome: PassOutcome, side: str, engine: Engine) -> list[pl.Series]:
    column = f"{side}_rows"
    taken = [outcome.groups[column].explode().drop_nulls()]
    if outcome.pairs is not None:
        taken.append(engine.fetch(outcome.pairs.select(f"{side}_row")).to_series())
    return [rows for rows in taken if not rows.is_empty()]


def _without(table: ir.Table, taken: list[pl.Series], last: int, engine: Engine) -> ir.Table:
    """The rows that are still open: they are few, so the engine looks for these."""
    if not taken:
        return table
    return engine.materialise(table.semi_join(engine.publish(open_rows(taken, last)), "row"))


def _without_withheld(
    table: ir.Table, withheld: pl.DataFrame, column: str, engine: Engine
) -> ir.Table:
    if withheld.is_empty():
        return table
    rows = withheld.select(pl.col(column).explode().alias("row")).drop_nulls()
    return table.anti_join(engine.publish(rows), "row")
