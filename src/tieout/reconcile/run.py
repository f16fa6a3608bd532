"""The passes in order, each on what the ones before left over."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.calendars import business_ordinals
from tieout.reconcile.passes.exact import exact_pass
from tieout.reconcile.passes.group import group_pass
from tieout.reconcile.passes.netting import netting_pass
from tieout.reconcile.passes.outcome import PassOutcome, nothing_withheld
from tieout.reconcile.passes.pairs import open_rows
from tieout.reconcile.passes.tolerance import Limits, tolerance_pass
from tieout.reconcile.sides import on_columns
from tieout.reconcile.spec import AmountTolerance, DayWindow, KeylessPass, PassSpec, Spec

Pass = Callable[[ir.Table, ir.Table], PassOutcome]

# Looking past half of the rows costs less than to copy the others.
TAKEN_SHARE_KEPT = 2


@dataclass
class Tied:
    """What the passes found and what is left.

    left, right: unmatched rows, those withheld as ambiguous among them.
    outcomes: one for each pass of the spec, in order, then that of items carried forward.
    """

    left: ir.Table
    right: ir.Table
    outcomes: list[PassOutcome] = field(default_factory=list)
    withheld: pl.DataFrame = field(default_factory=nothing_withheld)


@dataclass
class Unmatched:
    """The rows of one side that no pass has taken yet.

    rows: these rows. last: the highest row number.
    kept: rows that the engine keeps, of which the first `kept_without` lists in `taken` are gone.
    """

    rows: ir.Table
    last: int
    kept: ir.Table = field(init=False)
    kept_without: int = 0
    taken: list[pl.Series] = field(default_factory=list)

    def __post_init__(self) -> None:
        """At first all of them are unmatched."""
        self.kept = self.rows

    def without(self, taken: list[pl.Series], engine: Engine) -> None:
        """Take rows away. Few are looked past from then on; after many the others are kept."""
        if not taken:
            return
        self.taken += taken
        unmatched = self.last - sum(map(len, self.taken[: self.kept_without]))
        since = pl.concat(self.taken[self.kept_without :]).alias("row").to_frame()
        if since.height * TAKEN_SHARE_KEPT < unmatched:
            self.rows = engine.view(self.kept.anti_join(engine.publish(since), "row"))
            return
        others = engine.publish(open_rows(self.taken, self.last))
        self.rows = self.kept = engine.materialise(self.kept.semi_join(others, "row"))
        self.kept_without = len(self.taken)


def run_passes(
    left: ir.Table,
    right: ir.Table,
    spec: Spec,
    *,
    scale: int,
    engine: Engine,
    progress: Callable[[str], None] = lambda _: None,
    last_rows: tuple[int, int] | None = None,
) -> Tied:
    """Carry out the passes of a spec on two comparable tables (`sides.comparable`).

    last_rows: of both files, where rows that were carried forward come after them. What the passes
    of the spec leave of these is tried once more, within the settlement lag.
    """
    tied = Tied(left=left, right=right)
    sides = [Unmatched(table, _last_row(table, engine)) for table in (left, right)]
    open_left, open_right = left, right
    steps: list[Pass] = [
        partial(_run_rule, rule, number, spec, scale, engine)
        for number, rule in enumerate(spec.passes, start=1)
    ]
    if last_rows is not None and _waits(spec):
        steps.append(partial(_run_carried, spec, scale, last_rows, engine))
    for number, step in enumerate(steps, start=1):
        outcome = step(open_left, open_right)
        progress(f"pass {number} ({outcome.name})")
        tied.outcomes.append(outcome)
        tied.withheld = tied.withheld.vstack(outcome.withheld)
        for each, side in zip(sides, ("left", "right"), strict=True):
            each.without(_taken(outcome, side, engine), engine)
        tied.left, tied.right = (each.rows for each in sides)
        open_left = _without_withheld(tied.left, tied.withheld, "left_rows", engine)
        open_right = _without_withheld(tied.right, tied.withheld, "right_rows", engine)
    return tied


def _run_rule(
    rule: PassSpec,
    number: int,
    spec: Spec,
    scale: int,
    engine: Engine,
    left: ir.Table,
    right: ir.Table,
) -> PassOutcome:
    return _named(_run(rule, left, right, spec, scale, engine), number, spec)


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
    from tieout.reconcile.passes.keyless import keyless_pass

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


def _waits(spec: Spec) -> bool:
    """Whether rows have what an open item knows its counterpart by, and dates to wait between."""
    sides = spec.left, spec.right
    return bool(spec.left.key) and all(side.date is not None for side in sides)


def _run_carried(
    spec: Spec,
    scale: int,
    last_rows: tuple[int, int],
    engine: Engine,
    left: ir.Table,
    right: ir.Table,
) -> PassOutcome:
    from tieout.reconcile.passes.carried import carried_pass

    lag = spec.evidence.settlement_days
    ordinals = _ordinals(left, right, spec.evidence.calendar, engine)
    limits = Limits(AmountTolerance(), scale, DayWindow(before=lag, after=lag), ordinals)
    return carried_pass(left, right, limits=limits, last_rows=last_rows, engine=engine)


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


def _without_withheld(
    table: ir.Table, withheld: pl.DataFrame, column: str, engine: Engine
) -> ir.Table:
    if withheld.is_empty():
        return table
    rows = withheld.select(pl.col(column).explode().alias("row")).drop_nulls()
    return table.anti_join(engine.publish(rows), "row")
