"""Equal where it must be, near where it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.passes.assign import assign
from tieout.reconcile.passes.outcome import PassOutcome, identified
from tieout.reconcile.spec import AmountTolerance, DayWindow

_DAYS_COST = 1 << 12  # more than any day difference that a window allows


@dataclass(frozen=True)
class Limits:
    """What a pass permits, in the units of the run.

    ordinals: date (int32 epoch days) and ordinal (number of business days before it), for every
    date of both sides; None when dates don't matter.
    """

    amount: AmountTolerance
    scale: int
    days: DayWindow | None = None
    ordinals: pl.DataFrame | None = None

    @property
    def is_exact(self) -> bool:
        """Whether no difference of amounts is permitted."""
        tolerances = (self.amount.absolute, self.amount.percent, *self.amount.by_currency.values())
        return not any(tolerances)

    def within_amount(
        self, left: ir.IntegerValue, right: ir.IntegerValue, currency: ir.StringValue
    ) -> ir.BooleanValue:
        """Whether two amounts differ by at most the larger of the absolute and percent limit."""
        difference = (_wide(left) - _wide(right)).abs()
        absolute = difference <= self.absolute_units(currency)
        if not self.amount.percent:
            return absolute
        share = Fraction(self.amount.percent) / 100
        larger = ibis.greatest(_wide(left).abs(), _wide(right).abs())
        return absolute | (
            difference * ibis.literal(share.denominator, "int64")
            <= larger * ibis.literal(share.numerator, "int64")
        )

    def absolute_units(self, currency: ir.Value) -> ir.Value:
        """The absolute limit of a row's currency, in units of 10**-scale."""
        default = ibis.literal(_units(self.amount.absolute, self.scale), "int64")
        cases = [
            (currency == code.upper(), ibis.literal(_units(limit, self.scale), "int64"))
            for code, limit in sorted(self.amount.by_currency.items())
        ]
        return ibis.cases(*cases, else_=default) if cases else default


def tolerance_pass(
    left: ir.Table,
    right: ir.Table,
    *,
    on: Sequence[str],
    limits: Limits,
    engine: Engine,
) -> PassOutcome:
    """Pair rows that are equal `on` some columns and near in amount and date.

    Pairs without a competitor are settled by the engine; the others are assigned optimally.
    """
    candidates = engine.materialise(near_pairs(left, right, on=on, limits=limits))
    rival_left = _rivals(candidates, "left_row")
    rival_right = _rivals(candidates, "right_row")
    contested_left = engine.materialise(rival_left)
    contested_right = engine.materialise(rival_right)
    open_pairs = candidates.semi_join(contested_left, "left_row").union(
        candidates.semi_join(contested_right, "right_row"), distinct=True
    )
    contested = engine.fetch(_whole_components(candidates, open_pairs, engine))
    if contested.is_empty():
        pairs = engine.materialise(_as_pairs(candidates), keep_order=True)
        return PassOutcome(name="tolerance", pairs=pairs)
    assigned = assign(_priced(contested))
    lost = engine.publish(
        contested.select("left_row", "right_row").join(
            assigned.pairs, on=["left_row", "right_row"], how="anti"
        )
    )
    kept = candidates.anti_join(lost, ["left_row", "right_row"])
    pairs = engine.materialise(_as_pairs(kept), keep_order=True)
    return PassOutcome(name="tolerance", pairs=pairs, withheld=assigned.withheld)


def _as_pairs(candidates: ir.Table) -> ir.Table:
    return candidates.select(
        "left_row",
        "right_row",
        "currency",
        difference=candidates["amount_left"] - candidates["amount_right"],
    ).order_by("left_row")


def near_pairs(left: ir.Table, right: ir.Table, *, on: Sequence[str], limits: Limits) -> ir.Table:
    """Pairs of rows that are equal `on` some columns and within the limits, a row a pair."""
    columns = ["row", "amount", "currency", "date", "key", *on]
    left = left.select(*dict.fromkeys(columns))
    right = right.select(*dict.fromkeys(columns))
    left, right = identified(left, on), identified(right, on)
    keys: list[str] = list(on)
    left, right = _with_ordinals(left, limits), _with_ordinals(right, limits)
    if not any(name.startswith("key") for name in on):
        left, right, blocks = _blocked(left, right, limits)
        keys += blocks
    right = right.rename({f"{name}_right": name for name in right.columns})
    joined = left.join(right, [left[name] == right[f"{name}_right"] for name in keys])
    near = limits.within_amount(joined["amount"], joined["amount_right"], joined["currency"])
    days = ibis.literal(0, "int64")
    if limits.days is not None and limits.ordinals is not None:
        days = joined["ordinal_right"] - joined["ordinal"]
        near = near & (days >= -limits.days.before) & (days <= limits.days.after)
    return joined.filter(near).select(
        left_row="row",
        right_row="row_right",
        currency="currency",
        amount_left="amount",
        amount_right="amount_right",
        date_left="date",
        date_right="date_right",
        days=days,
        **_identities(joined, on),
    )


def _identities(joined: ir.Table, on: Sequence[str]) -> dict[str, ir.Value]:
    """What tells two rows of one side apart where a pass doesn't compare their whole key."""
    if "key" in on:
        return {}
    return {
        f"identity_{side}": (joined[key] == "").ifelse(joined[row].cast("string"), joined[key])
        for side, key, row in (("left", "key", "row"), ("right", "key_right", "row_right"))
    }


def _with_ordinals(table: ir.Table, limits: Limits) -> ir.Table:
    if limits.ordinals is None:
        return table
    known = ibis.memtable(limits.ordinals)
    return table.left_join(known, "date").drop("date_right")


def _blocked(
    left: ir.Table, right: ir.Table, limits: Limits
) -> tuple[ir.Table, ir.Table, list[str]]:
    """Amount bands a tolerance wide, the left row standing in its own and both next ones."""
    if limits.amount.percent:
        return left, right, []
    most = max(limits.amount.absolute, *limits.amount.by_currency.values(), Decimal(0))
    width = max(_units(most, limits.scale), 1)
    shifts = ibis.array([ibis.literal(each, "int64") for each in (-width, 0, width)]).unnest()
    left = left.mutate(shift=shifts)
    left = left.mutate(band=_band(left["amount"], width) + left["shift"]).drop("shift")
    return left, right.mutate(band=_band(right["amount"], width)), ["band"]


def _band(amount: ir.Value, width: int) -> ir.Value:
    """The multiple of `width` next to an amount towards zero: a division would be a float's."""
    return (amount - amount % ibis.literal(width, "int64")).cast("int64")


def _rivals(candidates: ir.Table, column: str) -> ir.Table:
    counted = candidates.group_by(column).agg(candidates=ibis._.count())
    return counted.filter(counted["candidates"] > 1).select(column)


def _whole_components(candidates: ir.Table, contested: ir.Table, engine: Engine) -> ir.Table:
    """All candidates that hang together with contested ones."""
    contested = engine.materialise(contested)
    while True:
        wider = engine.materialise(
            candidates.semi_join(contested, "left_row").union(
                candidates.semi_join(contested, "right_row"), distinct=True
            )
        )
        before, after = (
            engine.fetch(each.count().as_table()).item() for each in (contested, wider)
        )
        if after == before:
            return wider.order_by("left_row", "right_row")
        contested = wider


def _priced(contested: pl.DataFrame) -> pl.DataFrame:
    """Nearest amount first, then nearest date; rows equal in key, amount and date are alike."""
    classes = [
        pl.struct(f"^(amount|date|identity)_{side}$").rank("dense").cast(pl.Int64)
        for side in ("left", "right")
    ]
    return contested.select(
        "left_row",
        "right_row",
        classes[0].alias("left_class"),
        classes[1].alias("right_class"),
        (
            (pl.col("amount_left") - pl.col("amount_right")).abs() * _DAYS_COST
            + pl.col("days").abs()
        ).alias("cost"),
    )


def _units(amount: Decimal, scale: int) -> int:
    """Whole units of a limit; what is finer than a unit can't be a difference, so it is cut."""
    return int(amount.scaleb(scale))


def _wide(value: ir.Value) -> ir.Value:
    return value.cast("decimal(38,0)")
