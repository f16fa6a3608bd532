"""Windows of plans over a key's rows in time order, and what they count."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

ORDER = ("time_us", "row")


def known(rows: ir.Table, keys: Sequence[str], value: Any) -> Any:
    """The value where each part of a key is known, else null: nulls are no group."""
    complete = rows[keys[0]].notnull()
    for key in keys[1:]:
        complete = complete & rows[key].notnull()
    return ibis.ifelse(complete, value, ibis.null(value.type()))


def in_order(rows: ir.Table, keys: Sequence[str], order: Sequence[str] = ORDER) -> Any:
    """The place of each row among those of its key, from 0."""
    window = ibis.window(group_by=list(keys), order_by=[rows[name] for name in order])
    return ibis.row_number().over(window).cast("int64")


def before(rows: ir.Table, *keys: str) -> Any:
    """How many rows of the key come before each."""
    return known(rows, keys, in_order(rows, keys))


def ago(rows: ir.Table, *keys: str) -> Any:
    """Microseconds since the row before of the same key; null for its first."""
    window = ibis.window(group_by=list(keys), order_by=list(ORDER))
    return known(rows, keys, rows["time_us"] - rows["time_us"].lag(1).over(window))


def counted(rows: ir.Table, key: str, window_us: int) -> Any:
    """Rows of the key in the window up to and with each."""
    return _upto(rows, key, rows[key].count(), window_us)


def summed(rows: ir.Table, key: str, window_us: int) -> Any:
    """Amounts of the key, in minor units, over the window up to and with each."""
    return _upto(rows, key, rows["amount_minor"].fill_null(0).sum(), window_us)


def _upto(rows: ir.Table, key: str, total: Any, window_us: int) -> Any:
    """A range ends with all rows of the same moment: those that come after a row are taken off."""
    within = ibis.range_window(group_by=key, order_by="time_us", preceding=window_us, following=0)
    later = ibis.window(group_by=[key, "time_us"], order_by="row", following=(1, None))
    whole = total.over(within).cast("int64")
    return known(rows, [key], whole - total.over(later).fill_null(0).cast("int64"))
