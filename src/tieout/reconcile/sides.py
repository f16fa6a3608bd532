"""From a side's spec to the table that is compared."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from tieout.model.errors import InputError
from tieout.reconcile.normalise import normalise_column
from tieout.reconcile.records import RECORD_SCHEMA
from tieout.reconcile.spec import AmountColumns, SideSpec, Spec
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField, TimeField

KEY_SEPARATOR = " | "


def stage_plan(side: SideSpec, *, scale: int, with_time: bool) -> StagePlan:
    """What the side's source must be turned into before rows can be compared."""
    fields: dict[str, TextField | AmountField | DateField | TimeField] = {
        f"key_{number}": TextField((column,)) for number, column in enumerate(side.key)
    }
    fields["amount"] = _amount_field(side.amount, required=True)
    if side.date:
        fields["date"] = DateField(side.date.column, side.date.format)
        if with_time:
            fields["time"] = TimeField(side.date.column, side.date.format)
    if side.original_amount:
        fields["original_amount"] = _amount_field(side.original_amount, required=False)
    for name in ("currency", "party", "account", "original_currency"):
        column = getattr(side, name)
        if column:
            fields[name] = TextField((column,))
    if side.comment:
        fields["comment"] = TextField(side.comment)
    for name, column in side.criteria.items():
        fields[f"criteria_{name}"] = TextField((column,))
    return StagePlan(fields=fields, scale=scale)


def comparable(staged: ir.Table, side: SideSpec, spec: Spec) -> ir.Table:
    """The staged rows in the shape of RECORD_SCHEMA, with `key_<n>` parts and criteria beside."""
    parts = [_within(staged[f"key_{number}"], side) for number in range(len(side.key))]
    steps = [spec.normalise.get(name, spec.normalise.get("key", ())) for name in spec.left.key]
    normalised = [normalise_column(part, each) for part, each in zip(parts, steps, strict=True)]
    dated = [_iso_day(staged["date"])] if spec.date_in_key and side.date else []
    columns: dict[str, ir.Value] = {
        "row": staged["row"],
        "key": _joined([*normalised, *dated]),
        "key_text": _joined([*parts, *dated]),
        "amount": staged["amount"],
        "currency": _currency(staged, side),
    }
    for name, kind in RECORD_SCHEMA.items():
        if name not in columns:
            empty = ibis.literal("") if str(kind) == "String" else ibis.null(_ibis_type(str(kind)))
            columns[name] = staged[name] if name in staged.columns else empty
    columns |= {name: staged[name] for name in staged.columns if name.startswith("criteria_")}
    if len(normalised) > 1:
        columns |= {f"key_{number}": part for number, part in enumerate(normalised)}
    return staged.select(**columns)


def on_columns(names: Sequence[str], spec: Spec) -> list[str]:
    """Columns of the compared tables that a pass's `on` names stand for, in a fixed order.

    A key column may be named as the left or the right side calls it; all of them, or `key`,
    stand for the whole key. Raises InputError for a name that is neither a field nor a criterion.
    """
    known = {"currency", "amount", "date", "party", "account"}
    columns, parts = [], set()
    for name in names:
        if name == "key":
            parts |= set(range(len(spec.left.key)))
        elif name in spec.left.key:
            parts.add(spec.left.key.index(name))
        elif name in spec.right.key:
            parts.add(spec.right.key.index(name))
        elif name in known:
            columns.append(name)
        elif name in spec.left.criteria and name in spec.right.criteria:
            columns.append(f"criteria_{name}")
        else:
            choices = sorted({"key", *spec.left.key, *known, *spec.left.criteria})
            raise InputError(
                f"spec: a pass is `on` {name!r}, which is not one of {', '.join(choices)}"
            )
    if parts and len(parts) == len(spec.left.key):
        return ["key", *columns]
    return [*(f"key_{number}" for number in sorted(parts)), *columns]


def _amount_field(amount: AmountColumns, *, required: bool) -> AmountField:
    return AmountField(
        column=amount.column,
        debit=amount.debit,
        credit=amount.credit,
        direction=amount.direction,
        negative_values=amount.negative,
        debit_negative=amount.debit_negative,
        format=amount.format,
        sign=amount.sign,
        required=required,
    )


def _currency(staged: ir.Table, side: SideSpec) -> ir.Value:
    if side.currency:
        return staged["currency"].upper()
    return ibis.literal((side.currency_fixed or "").upper())


def _within(text: ir.StringValue, side: SideSpec) -> ir.StringValue:
    """The key in a text, "" where there is none; without a pattern, all of the text."""
    return text if side.key_pattern is None else text.re_extract(side.key_pattern, 0)


def _iso_day(days: ir.IntegerValue) -> ir.StringValue:
    return (days.cast("int64") * 86_400).as_timestamp("s").strftime("%Y-%m-%d")


def _joined(parts: Sequence[ir.StringValue]) -> ir.Value:
    if not parts:
        return ibis.literal("")
    if len(parts) == 1:
        return parts[0]
    whole = reduce(lambda first, second: first + KEY_SEPARATOR + second, parts)
    nothing = KEY_SEPARATOR * (len(parts) - 1)
    return ibis.ifelse(whole == nothing, "", whole)


def _ibis_type(kind: str) -> str:
    return kind.lower()
