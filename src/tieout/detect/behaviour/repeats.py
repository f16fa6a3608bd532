"""The same again: equal amounts, and gaps too even for a person."""

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import (
    AMOUNTS,
    CARRIERS,
    HOLDERS,
    Computed,
    Family,
    Feature,
    Work,
    first_of,
    floats,
)
from tieout.model.table import TableRole

PARTNERS = (TableRole.MERCHANT, TableRole.COUNTERPARTY, TableRole.ACCOUNT)
GAPS = 20
GAPS_MIN = 5


def _same_amount(work: Work) -> Computed:
    timeline = work.timeline
    # A missing amount equals no other.
    work.keys.add("_amount", timeline.amount_minor, ~np.isnan(work.amount))
    payer = first_of((*CARRIERS, *HOLDERS), work.roles)
    groups = work.money_groups(payer, first_of(PARTNERS, work.roles), "_amount")
    known = groups.previous >= 0
    time = timeline.time_us
    seconds = np.where(known, (time - time[groups.previous]) / 1e6, np.nan)
    return {
        "seconds_since_same_amount": seconds,
        "same_amount_before": pl.Series(groups.rank).replace(-1, None),
    }


def _gap_variation(work: Work) -> Computed:
    from tieout.detect.behaviour.kernels import gap_variation

    groups = work.groups(work.holder)
    out = floats(work.timeline.height)
    seconds = work.timeline.time_us[groups.order] / 1e6
    gap_variation(groups.order, groups.start, seconds, GAPS, GAPS_MIN, out)
    return {"gap_variation": out}


FAMILIES = (
    Family(
        (
            Feature(
                "seconds_since_same_amount",
                "s",
                "time since the same card paid the same amount to the same merchant",
            ),
            Feature(
                "same_amount_before", "rows", "earlier rows with that card, amount and merchant"
            ),
        ),
        ((*CARRIERS, *HOLDERS), PARTNERS, AMOUNTS, (TableRole.TIME,)),
        _same_amount,
    ),
    Family(
        (
            Feature(
                "gap_variation",
                "",
                f"standard deviation over mean of the customer's latest {GAPS} gaps between rows "
                f"(at least {GAPS_MIN}): people are near 1 and above, machines near 0",
            ),
        ),
        (HOLDERS, (TableRole.TIME,)),
        _gap_variation,
        needs_clock=True,
    ),
)
