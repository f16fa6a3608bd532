"""What is new or rare: for who acts, and in everything seen so far."""

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import (
    HOLDERS,
    Computed,
    Family,
    Feature,
    Work,
    floats,
    of_groups,
)
from tieout.detect.behaviour.timeline import DAY_US, Codes
from tieout.model.table import TableRole

_SHORT = {TableRole.MERCHANT_CATEGORY: "category"}
OF_HOLDER = (
    TableRole.COUNTRY,
    TableRole.CITY,
    TableRole.MERCHANT,
    TableRole.MERCHANT_CATEGORY,
    TableRole.CHANNEL,
    TableRole.DEVICE,
    TableRole.COUNTERPARTY,
)
ANYWHERE = (
    TableRole.COUNTRY,
    TableRole.CITY,
    TableRole.MERCHANT_CATEGORY,
    TableRole.CHANNEL,
    TableRole.PREPARED_BY,
    TableRole.APPROVED_BY,
    TableRole.ORIGIN,
)
PAIRS = (
    (TableRole.ACCOUNT, TableRole.PREPARED_BY),
    (TableRole.ACCOUNT, TableRole.COUNTERPARTY),
    (TableRole.ACCOUNT, TableRole.ORIGIN),
    (TableRole.MERCHANT, TableRole.DEVICE),
    (TableRole.COUNTRY, TableRole.MERCHANT_CATEGORY),
)


def short(role: TableRole) -> str:
    """The role as feature names call it."""
    return _SHORT.get(role, str(role))


def plural(name: str) -> str:
    """The name of several.

    >>> plural("country"), plural("device")
    ('countries', 'devices')
    """
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _firsts(work: Work, role: TableRole) -> Computed:
    height = work.timeline.height
    whose, both = work.groups(work.holder), work.groups(work.holder, role)
    name = short(role)
    # Different values so far: firsts counted along the holder's rows, less those before it began.
    first = (both.rank == 0)[whose.order]
    running = np.cumsum(first, dtype=np.int32)
    before_group = (running - first)[whose.start]
    different: Codes = np.zeros(height, np.int32)
    different[whose.order] = running - first - before_group
    # A holder's first row is not new in any way that matters: there is nothing to compare.
    known = (both.rank >= 0) & (different > 0)
    seen = pl.Series(both.rank).replace(-1, None)
    time = work.timeline.time_us
    since = floats(height)
    since[both.order] = (time[both.order] - time[both.order[both.start]]) / DAY_US
    return {
        f"new_{name}": pl.Series(both.rank == 0).set(pl.Series(~known), None),
        f"{name}_seen_before": seen,
        f"{plural(name)}_before": of_groups(whose, different),
        f"{name}_known_days": since,
    }


def _count_before(work: Work, *roles: TableRole) -> Computed:
    name = "_and_".join(short(role) for role in roles)
    suffix = "pair_before" if len(roles) > 1 else "rows_before"
    return {f"{name}_{suffix}": pl.Series(work.groups(*roles).rank).replace(-1, None)}


def _first_family(role: TableRole) -> Family:
    name = short(role)
    features = (
        Feature(
            f"new_{name}", "", f"the customer (else card, account) has rows, none in this {name}"
        ),
        Feature(f"{name}_seen_before", "rows", f"earlier rows of the customer in this {name}"),
        Feature(
            f"{plural(name)}_before", plural(name), f"different {plural(name)} the customer had"
        ),
        Feature(
            f"{name}_known_days", "days", f"since the customer's first row in this {name}; 0 if new"
        ),
    )
    return Family(
        features,
        (tuple(holder for holder in HOLDERS if holder is not role), (role,), (TableRole.TIME,)),
        lambda work: _firsts(work, role),
    )


def _rarity_family(*roles: TableRole) -> Family:
    pair = len(roles) > 1
    names = [short(role) for role in roles]
    name = f"{'_and_'.join(names)}_{'pair_before' if pair else 'rows_before'}"
    said = f"this pair of {' and '.join(names)}" if pair else f"this {names[0]}"
    return Family(
        (Feature(name, "rows", f"earlier rows of anyone with {said}"),),
        (*((role,) for role in roles), (TableRole.TIME,)),
        lambda work: _count_before(work, *roles),
    )


FAMILIES = (
    *(_first_family(role) for role in OF_HOLDER),
    *(_rarity_family(role) for role in ANYWHERE),
    *(_rarity_family(*pair) for pair in PAIRS),
)
