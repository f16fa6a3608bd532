"""How much happens in a window up to a row: counts, sums, and how many different others."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import polars as pl

from tieout.detect.behaviour.clock import KEYS
from tieout.detect.behaviour.family import (
    AMOUNTS,
    CARRIERS,
    Computed,
    Family,
    Feature,
    Work,
    of_groups,
)
from tieout.detect.behaviour.timeline import MICROSECONDS, Codes
from tieout.model.table import TableRole

WINDOWS: Mapping[str, int] = MappingProxyType({"10m": 600, "1h": 3_600, "1d": 86_400})
_IN_WORDS = {"1m": "minute", "10m": "10 minutes", "1h": "hour", "1d": "24 hours"}
SECONDS = {"1m": 60, **WINDOWS}

# Of whom, different what, in which window: many cards at a merchant, or on a device, is how
# stolen card numbers are tried out.
DISTINCT = (
    (TableRole.CUSTOMER, TableRole.MERCHANT, "1h"),
    (TableRole.CUSTOMER, TableRole.MERCHANT, "1d"),
    (TableRole.CUSTOMER, TableRole.COUNTRY, "1d"),
    (TableRole.CUSTOMER, TableRole.DEVICE, "1d"),
    (TableRole.CUSTOMER, TableRole.CARD, "1d"),
    (TableRole.CARD, TableRole.MERCHANT, "1h"),
    (TableRole.CARD, TableRole.MERCHANT, "1d"),
    (TableRole.CARD, TableRole.COUNTRY, "1d"),
    (TableRole.MERCHANT, TableRole.CARD, "10m"),
    (TableRole.MERCHANT, TableRole.CARD, "1h"),
    (TableRole.MERCHANT, TableRole.CUSTOMER, "1h"),
    (TableRole.DEVICE, TableRole.CARD, "1d"),
    (TableRole.DEVICE, TableRole.CUSTOMER, "1d"),
)
_PLURAL = {TableRole.COUNTRY: "countries"}


def _window(work: Work, key: TableRole, window: str, *, sums: bool) -> Computed:
    from tieout.detect.behaviour.kernels import window_totals

    timeline = work.timeline
    groups = work.groups(key)
    values = timeline.amount_minor if sums else np.zeros(timeline.height, np.int64)
    count: Codes = np.zeros(timeline.height, np.int32)
    total = np.zeros(timeline.height, np.int64)
    window_totals(
        groups.order,
        groups.start,
        timeline.time_us[groups.order],
        values[groups.order],
        SECONDS[window] * MICROSECONDS,
        count,
        total,
    )
    if not sums:
        return {f"{key}_count_{window}": of_groups(groups, count)}
    return {f"{key}_sum_{window}": of_groups(groups, total / 10.0**timeline.decimals)}


def _burst(work: Work) -> Computed:
    from tieout.detect.behaviour.kernels import largest_ahead

    groups = work.groups(work.carrier)
    count = pl.Series(_window(work, work.carrier, "10m", sums=False)[f"{work.carrier}_count_10m"])
    out: Codes = np.zeros(groups.height, np.int32)
    time = work.timeline.time_us[groups.order]
    window = SECONDS["10m"] * MICROSECONDS
    largest_ahead(
        groups.order, groups.start, time, count.fill_null(0).to_numpy()[groups.order], window, out
    )
    return {"burst_10m": of_groups(groups, out)}


def _distinct(work: Work, key: TableRole, other: TableRole, window: str) -> Computed:
    from tieout.detect.behaviour.kernels import window_distinct

    timeline = work.timeline
    groups = work.groups(key)
    others = work.keys.codes(other)
    distinct: Codes = np.zeros(timeline.height, np.int32)
    window_distinct(
        groups.order,
        groups.start,
        timeline.time_us[groups.order],
        others.codes[groups.order],
        SECONDS[window] * MICROSECONDS,
        np.zeros(max(others.count, 1), np.int32),
        distinct,
    )
    return {distinct_name(key, other, window): of_groups(groups, distinct)}


def distinct_name(key: TableRole, other: TableRole, window: str) -> str:
    """How many different others of a key there are in a window, as a feature is called."""
    return f"{key}_{_PLURAL.get(other, f'{other}s')}_{window}"


def _families(key: TableRole, window: str) -> tuple[Family, Family]:
    said = _IN_WORDS[window]
    count = Feature(
        f"{key}_count_{window}", "rows", f"rows of the {key} in the {said} up to and with this one"
    )
    total = Feature(
        f"{key}_sum_{window}",
        "amount",
        f"amounts of the {key} added up over the {said} up to and with this one",
    )
    clock = window != "1d"
    needs = ((key,), (TableRole.TIME,))
    return (
        Family((count,), needs, lambda work: _window(work, key, window, sums=False), clock),
        Family(
            (total,),
            (*needs, AMOUNTS),
            lambda work: _window(work, key, window, sums=True),
            clock,
        ),
    )


def _distinct_family(key: TableRole, other: TableRole, window: str) -> Family:
    others = _PLURAL.get(other, f"{other}s")
    feature = Feature(
        distinct_name(key, other, window),
        others,
        f"different {others} of the {key} in the {_IN_WORDS[window]} up to and with this row",
    )
    return Family(
        (feature,),
        ((key,), (other,), (TableRole.TIME,)),
        lambda work: _distinct(work, key, other, window),
        window != "1d",
    )


FAMILIES = (
    *(family for key in KEYS for window in WINDOWS for family in _families(key, window)),
    *(_families(key, "1m")[0] for key in (TableRole.CUSTOMER, TableRole.CARD, TableRole.DEVICE)),
    Family(
        (
            Feature(
                "burst_10m",
                "rows",
                "most rows of the card (else customer, device) in any 10 minutes that hold this "
                "one: the first rows of a burst are part of it",
                looks_ahead=True,
            ),
        ),
        (CARRIERS, (TableRole.TIME,)),
        _burst,
        needs_clock=True,
    ),
    *(_distinct_family(*spec) for spec in DISTINCT),
)
