"""The rows that a detector remembers, as arrays that can be saved."""

from typing import TYPE_CHECKING

import numpy as np

from tieout.detect.behaviour.groups import encoded
from tieout.detect.behaviour.timeline import by_role
from tieout.model.table import Table, TableRole

if TYPE_CHECKING:
    import polars as pl

    from tieout.detect.detector import Json, State

REMEMBERED = (
    TableRole.ID,
    TableRole.TIME,
    TableRole.AMOUNT,
    TableRole.CURRENCY,
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.ACCOUNT,
    TableRole.COUNTERPARTY,
    TableRole.MERCHANT,
    TableRole.MERCHANT_CATEGORY,
    TableRole.CHANNEL,
    TableRole.COUNTRY,
    TableRole.CITY,
    TableRole.LATITUDE,
    TableRole.LONGITUDE,
    TableRole.DEVICE,
    TableRole.STATUS,
)


def remembered(table: Table) -> Table:
    """The columns that behaviour rests on, named by their role, of the rows that have a time."""
    roles = tuple(role for role in REMEMBERED if role in table.roles)
    named = Table(by_role(table, roles), table.rows, (), {role: str(role) for role in roles})
    timed = named.frame["time"].is_not_null() if TableRole.TIME in roles else None
    if timed is None or timed.all():
        return named
    return named.take(np.flatnonzero(timed.to_numpy()))


def without_shared(memory: Table, current: Table) -> Table:
    """What is remembered less the rows that are judged now: a row is no past of itself.

    Rows are the same when all that is remembered of them is, their number included.
    """
    roles = tuple(role for role in memory.roles if role in current.roles)
    ours = by_role(memory, roles).hash_rows(seed=0)
    theirs = by_role(current, roles).hash_rows(seed=0)
    fresh = ~ours.is_in(theirs.unique().implode())
    return memory.take(np.flatnonzero(fresh.to_numpy()))


def saved(memory: Table) -> "dict[str, Json | np.ndarray]":
    """Arrays and names from which `restored` makes the same table."""
    import polars as pl

    state: dict[str, Json | np.ndarray] = {"roles": [str(role) for role in memory.roles]}
    for role in memory.roles:
        column = memory.frame[role]
        if role is TableRole.ID:
            # Nearly every row has one of its own: no use in numbering them. None is "".
            state |= _texts(role, column.fill_null(""))
        elif column.dtype == pl.String:
            part = encoded(column)
            state[f"{role} codes"] = part.codes
            state |= _texts(role, column.drop_nulls().unique(maintain_order=True))
        elif column.dtype == pl.Float64:
            state[f"{role} values"] = column.fill_null(np.nan).to_numpy()
        else:
            state[f"{role} values"] = column.to_physical().fill_null(_NO_TIME).to_numpy()
    return state


_NO_TIME = -(2**63)


def _texts(role: TableRole, texts: "pl.Series") -> "dict[str, Json | np.ndarray]":
    """Texts end to end as UTF-8, and where each ends: a fourth of the room of numpy's own."""
    together = "".join(texts.to_list()).encode()
    ends = texts.str.len_bytes().cast(int).cum_sum().to_numpy()
    return {f"{role} utf8": np.frombuffer(together, np.uint8), f"{role} ends": ends}


def restored(state: "State") -> Table:
    """The table that `saved` made arrays of."""
    import polars as pl

    names = state["roles"]
    roles = [TableRole(str(name)) for name in names] if isinstance(names, list) else []
    frame = pl.DataFrame([_column(role, state) for role in roles])
    rows = np.arange(1, frame.height + 1)
    return Table(frame, rows, (), {role: str(role) for role in roles})


def _column(role: TableRole, state: "State") -> "pl.Series":
    import polars as pl

    if f"{role} utf8" in state:
        together = np.asarray(state[f"{role} utf8"]).tobytes()
        ends = np.asarray(state[f"{role} ends"]).tolist()
        parts = [together[a:b].decode() for a, b in zip([0, *ends], ends, strict=False)]
        texts = pl.Series(parts, dtype=pl.String)
        if f"{role} codes" not in state:
            return texts.set(texts == "", None).alias(role)
        codes = pl.Series(np.asarray(state[f"{role} codes"]))
        return texts.gather(codes.set(codes < 0, None)).alias(role)
    values = np.asarray(state[f"{role} values"])
    if role is TableRole.TIME:
        moments = pl.Series(values.astype(np.int64))
        return moments.set(moments == _NO_TIME, None).cast(pl.Datetime("us")).alias(role)
    return pl.Series(role, values.astype(np.float64), nan_to_null=True)
