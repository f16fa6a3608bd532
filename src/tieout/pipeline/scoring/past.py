"""Rows that a model learnt from, found again by who is in them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.model.table import Table, TableRole

# What behaviour is told of: rows that share none of these are no past of each other.
_SHARED: Final = (
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.ACCOUNT,
    TableRole.COUNTERPARTY,
    TableRole.MERCHANT,
    TableRole.DEVICE,
)
# Above this many records everything that was learnt from is as quick as looking for a part of it.
_LOOKED_UP_MAX: Final = 64


class Past:
    """Earlier rows, by everyone that takes part in them."""

    def __init__(self, table: Table) -> None:
        names = list(dict.fromkeys(table.roles.values()))
        self.table = Table(table.frame.select(names), table.rows, (), table.roles)

    def of(self, current: Table) -> Table:
        """The earlier rows that share a customer, card, merchant or device with some records."""
        if current.height > _LOOKED_UP_MAX or not self._places:
            return self.table
        found = [
            places[value]
            for role, places in self._places.items()
            if role in current.roles
            for value in current.frame[current.roles[role]].unique().drop_nulls().to_list()
            if value in places
        ]
        chosen = np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64)
        return self.table.take(chosen)

    @cached_property
    def _places(self) -> Mapping[TableRole, Mapping[str, NDArray[np.int64]]]:
        return {
            role: _by_value(self.table.frame[self.table.roles[role]])
            for role in _SHARED
            if role in self.table.roles
        }


def _by_value(column: pl.Series) -> dict[str, NDArray[np.int64]]:
    grouped = (
        pl.DataFrame({"value": column.cast(pl.String)})
        .with_row_index("place")
        .drop_nulls("value")
        .group_by("value", maintain_order=True)
        .agg(pl.col("place").cast(pl.Int64))
    )
    return {
        value: places.to_numpy()
        for value, places in zip(grouped["value"].to_list(), grouped["place"], strict=True)
    }
