"""Payment features as window expressions, for engines of more than one machine."""

from collections.abc import Collection
from typing import Any

import ibis
import ibis.expr.types as ir

from tieout.detect.behaviour import plan_places
from tieout.detect.behaviour.amounts import LATEST
from tieout.detect.behaviour.clock import KEYS
from tieout.detect.behaviour.family import CARRIERS, HOLDERS, first_of
from tieout.detect.behaviour.firsts import ANYWHERE, OF_HOLDER, PAIRS, plural, short
from tieout.detect.behaviour.plan_windows import ago, before, counted, in_order, known, summed
from tieout.detect.behaviour.repeats import PARTNERS
from tieout.detect.behaviour.timeline import DAY_US, MICROSECONDS
from tieout.detect.behaviour.velocity import DISTINCT, SECONDS, WINDOWS, distinct_name
from tieout.model.table import TableRole

Columns = dict[str, Any]


def behaviour_plan(rows: ir.Table, roles: Collection[TableRole], *, decimals: int) -> ir.Table:
    """`row`, and the features of velocity, bursts, repeats, firsts, travel and own amounts.

    rows: of history and of what is judged together, each with a time: row (int64, the order of
    equal times), time_us (int64), a column of text for each role, amount (float64), amount_minor
    (int64, units of 10^-decimals), latitude and longitude (degrees). roles: those that the table
    has. Null is unknown. Equal to what `behaviour` computes where times are more than dates.
    """
    present = frozenset(roles)
    found = rows
    if TableRole.AMOUNT in present:
        # A missing amount equals no other.
        whole = ibis.ifelse(rows["amount"].notnull(), rows["amount_minor"], ibis.null("int64"))
        found = rows.mutate(_minor=whole)
    if TableRole.LATITUDE in present and TableRole.LONGITUDE in present:
        found = plan_places.placed(found, present)
    firsts = {
        f"_first_{role}": before(found, first_of(_others(role), present), role) == 0
        for role in _of_holder(present)
    }
    found = found.mutate(**_passing(found, present, decimals), **firsts)
    named: Columns = {}
    for role in _of_holder(present):
        named |= _new(found, first_of(_others(role), present), role)
    if any(carrier in present for carrier in CARRIERS):
        named |= _burst(found, first_of(CARRIERS, present))
        if "_latitude" in found.columns:
            named |= plan_places.travel(found, first_of(CARRIERS, present), present)
    plan = found.mutate(**named)
    plan = plan.drop(*(name for name in plan.columns if name.startswith("_")))
    for key, other, window in DISTINCT:
        if key in present and other in present:
            plan = _with(plan, _distinct(rows, key, other, window))
    if TableRole.AMOUNT in present and any(holder in present for holder in HOLDERS):
        plan = _with(plan, _own_amounts(rows, first_of(HOLDERS, present), present))
    return plan.drop(*(name for name in rows.columns if name != "row"))


def _of_holder(present: frozenset[TableRole]) -> list[TableRole]:
    """What may be new of whoever acts."""
    return [
        role
        for role in OF_HOLDER
        if role in present and any(holder in present for holder in _others(role))
    ]


def _others(role: TableRole) -> tuple[TableRole, ...]:
    return tuple(holder for holder in HOLDERS if holder is not role)


def _passing(rows: ir.Table, present: frozenset[TableRole], decimals: int) -> Columns:
    """What one window each tells: counts, sums, gaps, repeats, and how rare a value is."""
    found: Columns = {}
    for key in (key for key in KEYS if key in present):
        found[f"{key}_rows_before"] = before(rows, key)
        found[f"{key}_seconds_since_last"] = ago(rows, key) / MICROSECONDS
        for window in WINDOWS:
            found[f"{key}_count_{window}"] = counted(rows, key, _us(window))
            if TableRole.AMOUNT in present:
                total = summed(rows, key, _us(window)).cast("float64")
                found[f"{key}_sum_{window}"] = total / 10.0**decimals
    for key in (TableRole.CUSTOMER, TableRole.CARD, TableRole.DEVICE):
        if key in present:
            found[f"{key}_count_1m"] = counted(rows, key, _us("1m"))
    if any(holder in present for holder in HOLDERS):
        holder = first_of(HOLDERS, present)
        found["rows_before"] = before(rows, holder)
        found["seconds_since_last"] = ago(rows, holder) / MICROSECONDS
    for role in (role for role in ANYWHERE if role in present):
        found[f"{short(role)}_rows_before"] = before(rows, role)
    for pair in (pair for pair in PAIRS if present.issuperset(pair)):
        found[f"{'_and_'.join(map(short, pair))}_pair_before"] = before(rows, *pair)
    return found | _repeats(rows, present)


def _repeats(rows: ir.Table, present: frozenset[TableRole]) -> Columns:
    """Equal amounts of one payer to one partner."""
    payers = [role for role in (*CARRIERS, *HOLDERS) if role in present]
    partners = [role for role in PARTNERS if role in present]
    if not payers or not partners or TableRole.AMOUNT not in present:
        return {}
    keys: list[str] = [payers[0], partners[0]]
    keys += [TableRole.CURRENCY] if TableRole.CURRENCY in present else []
    keys.append("_minor")
    return {
        "seconds_since_same_amount": ago(rows, *keys) / MICROSECONDS,
        "same_amount_before": before(rows, *keys),
    }


def _new(rows: ir.Table, holder: TableRole, role: TableRole) -> Columns:
    """Whether a value is the first of its kind for whoever acts, and how well it is known."""
    name, first = short(role), rows[f"_first_{role}"]
    earlier = ibis.window(group_by=holder, order_by=["time_us", "row"], preceding=(None, 1))
    firsts = first.fill_null(False).cast("int64").sum().over(earlier).fill_null(0).cast("int64")
    different = known(rows, [holder], firsts)
    since = rows["time_us"].min().over(group_by=[holder, role])
    return {
        f"new_{name}": ibis.ifelse(different > 0, first, ibis.null("boolean")),
        f"{name}_seen_before": before(rows, holder, role),
        f"{plural(name)}_before": different,
        f"{name}_known_days": known(rows, [holder, role], (rows["time_us"] - since) / DAY_US),
    }


def _burst(rows: ir.Table, carrier: TableRole) -> Columns:
    """The largest count of the ten minutes that follow, whose windows hold the row."""
    ahead = ibis.range_window(
        group_by=carrier, order_by="time_us", preceding=0, following=_us("10m")
    )
    largest = rows[f"{carrier}_count_10m"].max().over(ahead)
    return {"burst_10m": known(rows, [carrier], largest)}


def _distinct(rows: ir.Table, key: TableRole, other: TableRole, window: str) -> ir.Table:
    """How many different others a key has in a window: no engine counts those over a range."""
    here = rows.filter(rows[key].notnull()).select("row", "time_us", key)
    there = here.join(rows.select(key, _row="row", _time=rows["time_us"], _other=rows[other]), key)
    inside = there.filter(
        there["_time"] >= there["time_us"] - _us(window),
        (there["_time"] < there["time_us"])
        | ((there["_time"] == there["time_us"]) & (there["_row"] <= there["row"])),
    )
    name = distinct_name(key, other, window)
    return inside.group_by("row").aggregate(**{name: inside["_other"].nunique()})


def _own_amounts(rows: ir.Table, holder: TableRole, present: frozenset[TableRole]) -> ir.Table:
    """The lower median of the latest 64 earlier amounts, the ring of the Polars form as a join."""
    keys = [holder, *([TableRole.CURRENCY] if TableRole.CURRENCY in present else [])]
    whole = rows.filter(*(rows[key].notnull() for key in keys))
    size = ibis.ifelse(whole["amount"] != 0, whole["amount"].abs(), ibis.null("float64"))
    whole = whole.select("row", "time_us", *keys, _size=size, _amount=whole["amount"].abs())
    earlier = ibis.window(group_by=keys, order_by=["time_us", "row"], preceding=(None, 1))
    whole = whole.mutate(_seen=whole["_size"].count().over(earlier).cast("int64"))
    values = whole.filter(whole["_size"].notnull())
    values = values.select(*keys, _place="_seen", _value="_size")
    pairs = whole.join(values, keys)
    pairs = pairs.filter(
        pairs["_place"] < pairs["_seen"], pairs["_place"] >= pairs["_seen"] - LATEST
    )
    ranked = pairs.mutate(
        _rank=in_order(pairs, ["row"], ["_value", "_place"]),
        _count=pairs.count().over(group_by="row").cast("int64"),
    )
    middle = ranked.filter(ranked["_rank"] == (ranked["_count"] - 1).cast("int64") // 2)
    middle = middle.select("row", _count="_count", _median="_value")
    told = _with(whole.select("row", "_amount"), middle)
    return told.select(
        "row",
        amount_own_rows=told["_count"].fill_null(0),
        amount_own_median=told["_median"],
        amount_own_times=told["_amount"] / told["_median"],
    )


def _with(rows: ir.Table, more: ir.Table) -> ir.Table:
    joined = rows.left_join(more, "row")
    return joined.drop(*(name for name in joined.columns if name.endswith("_right")))


def _us(window: str) -> int:
    return SECONDS[window] * MICROSECONDS
