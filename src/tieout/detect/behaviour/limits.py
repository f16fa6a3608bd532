"""Amounts that stop just short of a limit, again and again."""

from collections.abc import Sequence

import numpy as np

from tieout.detect.behaviour.family import (
    AMOUNTS,
    HOLDERS,
    Computed,
    Family,
    Feature,
    Work,
    floats,
    of_groups,
)
from tieout.detect.behaviour.timeline import DAY_US, Floats
from tieout.model.table import TableRole

NEAR_SHARE = 0.05
NEAR_DAYS = 7
_HIGH = 0.9
_STEPS = (1.0, 2.0, 3.0, 5.0)


def round_limits(amounts: Floats) -> tuple[float, ...]:
    """Round numbers (1, 2, 3 or 5 times a power of ten) above the highest tenth's lower end.

    Where a table has its limits is not told; people set them at round numbers, and below such a
    number among ordinary amounts (9.99) lie ordinary prices.

    >>> round_limits(np.geomspace(1, 20_000, 100))
    (10000.0, 20000.0)
    """
    known = np.abs(amounts[np.isfinite(amounts)])
    if not len(known) or known.max() <= 0.0:
        return ()
    low, high = float(np.quantile(known, _HIGH)), float(known.max())
    powers = range(int(np.floor(np.log10(max(low, 1e-9)))), int(np.ceil(np.log10(high))) + 1)
    rounds = [step * 10.0**power for power in powers for step in _STEPS]
    return tuple(limit for limit in rounds if low < limit <= high / (1.0 - NEAR_SHARE))


def just_below(amounts: Floats, limits: Sequence[float]) -> Floats:
    """The limit that each amount stays less than 5 % below; NaN where there is none."""
    result = floats(len(amounts))
    absolute = np.abs(amounts)
    for limit in sorted(limits, reverse=True):
        with np.errstate(invalid="ignore"):
            near = (absolute >= limit * (1.0 - NEAR_SHARE)) & (absolute < limit)
        result[near] = limit
    return result


def just_below_of(amount: float, limits: Sequence[float]) -> float:
    """As `just_below`, of one amount.

    >>> just_below_of(-96.0, (100.0, 1_000.0)), just_below_of(94.0, (100.0,))
    (100.0, nan)
    """
    absolute = abs(amount)
    near = (each for each in limits if each * (1.0 - NEAR_SHARE) <= absolute < each)
    return min(near, default=float("nan"))


def _near(work: Work) -> Computed:
    from tieout.detect.behaviour.kernels import window_totals

    timeline = work.timeline
    limits = round_limits(work.amount) if work.limits is None else work.limits
    limit = just_below(work.amount, limits)
    below = ~np.isnan(limit)
    holders = work.money_groups(work.holder)
    groups = holders.only(below)
    count = np.zeros(timeline.height, np.int32)
    total = np.zeros(timeline.height, np.int64)
    window_totals(
        groups.order,
        groups.start,
        timeline.time_us[groups.order],
        timeline.amount_minor[groups.order],
        NEAR_DAYS * DAY_US,
        count,
        total,
    )
    return {
        "limit_just_above": limit,
        "near_limit_count_7d": of_groups(holders, count),
        "near_limit_sum_7d": of_groups(holders, total / 10.0**timeline.decimals),
    }


FAMILIES = (
    Family(
        (
            Feature("limit_just_above", "amount", "the limit that the amount is up to 5 % below"),
            Feature(
                "near_limit_count_7d",
                "rows",
                "rows of the customer just below a limit in 7 days; 0 if this one is not",
            ),
            Feature("near_limit_sum_7d", "amount", "their amounts added up"),
        ),
        (HOLDERS, AMOUNTS, (TableRole.TIME,)),
        _near,
    ),
)
