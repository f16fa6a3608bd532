"""All behaviour features of a table, or those that are asked for."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from tieout.detect.behaviour import (
    amounts,
    bookings,
    clock,
    firsts,
    hours,
    journal,
    limits,
    places,
    repeats,
    statuses,
    velocity,
)
from tieout.detect.behaviour.family import Family, Feature, Work
from tieout.detect.behaviour.timeline import has_clock, timeline
from tieout.model.table import Table

if TYPE_CHECKING:
    import polars as pl

FAMILIES: tuple[Family, ...] = (
    *clock.FAMILIES,
    *velocity.FAMILIES,
    *firsts.FAMILIES,
    *places.FAMILIES,
    *repeats.FAMILIES,
    *amounts.FAMILIES,
    *hours.FAMILIES,
    *statuses.FAMILIES,
    *limits.FAMILIES,
    *bookings.FAMILIES,
)
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        feature.name: feature
        for feature in (*(f for family in FAMILIES for f in family.features), *journal.FEATURES)
    }
)


def behaviour(
    current: Table,
    history: Table | None = None,
    *,
    features: Collection[str] | None = None,
    amount_limits: Sequence[float] | None = None,
) -> "pl.DataFrame":
    """What is known of each current row from its past, a column for each feature.

    current: the rows to describe. history: other, earlier rows; rows of both are merged by time,
    equal times in the order of their file, history first, and only what is before a row counts.
    features: names in `FEATURES`; all that the roles allow if None. Unknown names raise KeyError.
    amount_limits: for the features of amounts just below a limit; round numbers if None.

    A feature whose roles are missing has no column; a row without a time has nulls in all that
    needs one, and comes after all others for what does not. The rows are in the order of `current`.
    """
    wanted = frozenset(FEATURES if features is None else features)
    unknown = sorted(wanted - set(FEATURES))
    if unknown:
        raise KeyError(unknown[0])
    lines = journal.of_lines(current)
    columns = [lines[name] for name in lines.columns if name in wanted]
    # A record at midnight, alone, says nothing of whether times are more than dates.
    timed = has_clock(current) or (history is not None and has_clock(history))
    families = chosen(current, wanted, timed=timed)
    if families:
        columns += _in_time(current, history, families, wanted, amount_limits)
    return _frame(columns, current.height)


def chosen(table: Table, wanted: Collection[str], *, timed: bool) -> list[Family]:
    """The families of a table's roles that compute any of some features.

    timed: whether its times are more than dates.
    """
    roles = frozenset(table.roles)
    return [
        family
        for family in FAMILIES
        if family.available(roles, clock=timed)
        and any(feature.name in wanted for feature in family.features)
    ]


def _in_time(
    current: Table,
    history: Table | None,
    families: Sequence[Family],
    wanted: frozenset[str],
    amount_limits: Sequence[float] | None,
) -> "list[pl.Series]":
    import polars as pl

    merged = timeline(current, history)
    limits_given = None if amount_limits is None else tuple(amount_limits)
    work = Work(merged, frozenset(current.roles), limits_given)
    everyone = pl.Series(merged.positions)
    all_timed = bool(merged.timed.all())
    timed = everyone if all_timed else everyone.set(pl.Series(~merged.timed), None)
    in_place = all_timed and np.array_equal(merged.positions, np.arange(merged.height))
    columns = []
    for family in families:
        for name, values in family.compute(work).items():
            if name not in wanted:
                continue
            series = _series(name, values)
            places = everyone if family.timeless else timed
            columns.append(series if in_place else series.gather(places))
    return columns


def _series(name: str, values: "np.ndarray | pl.Series") -> "pl.Series":
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(name)
    return pl.Series(name, values, nan_to_null=True)


def _frame(columns: "list[pl.Series]", height: int) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(columns or None, height=height)
