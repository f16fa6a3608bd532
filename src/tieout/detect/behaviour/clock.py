"""Features of the moment itself."""

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import HOLDERS, Computed, Family, Feature, Work
from tieout.detect.behaviour.groups import Groups
from tieout.detect.behaviour.timeline import Floats
from tieout.model.table import TableRole

NIGHT_ENDS = 6
WEEKDAYS = 5


def _clock(work: Work) -> Computed:
    hours = work.timeline.hour
    return {"hour": hours, "is_night": hours < NIGHT_ENDS}


def _calendar(work: Work) -> Computed:
    moments = work.timeline.frame["time"]
    weekday = moments.dt.weekday()
    to_month_end = (moments.dt.month_end().dt.date() - moments.dt.date()).dt.total_days()
    return {
        "weekday": weekday,
        "is_weekend": weekday > WEEKDAYS,
        "days_to_month_end": to_month_end.cast(pl.Int8),
        "is_month_end": to_month_end == 0,
    }


def _gaps(work: Work, groups: Groups) -> Floats:
    """Seconds since the row before in the same group; NaN for its first."""
    time = work.timeline.time_us
    gaps: Floats = np.where(groups.previous >= 0, (time - time[groups.previous]) / 1e6, np.nan)
    return gaps


def _seconds_since(work: Work, key: TableRole) -> Computed:
    groups = work.groups(key)
    return {
        f"{key}_seconds_since_last": _gaps(work, groups),
        f"{key}_rows_before": pl.Series(groups.rank).replace(-1, None),
    }


def _rows_before(work: Work) -> Computed:
    groups = work.groups(work.holder)
    return {
        "rows_before": pl.Series(groups.rank).replace(-1, None),
        "seconds_since_last": _gaps(work, groups),
    }


KEYS = (
    TableRole.CUSTOMER,
    TableRole.CARD,
    TableRole.MERCHANT,
    TableRole.DEVICE,
    TableRole.ACCOUNT,
    TableRole.COUNTERPARTY,
)


def _since(key: TableRole) -> Family:
    features = (
        Feature(f"{key}_seconds_since_last", "s", f"time since the {key}'s row before"),
        Feature(f"{key}_rows_before", "rows", f"rows of the {key} before this one"),
    )
    return Family(features, ((key,), (TableRole.TIME,)), lambda work: _seconds_since(work, key))


FAMILIES = (
    Family(
        (
            Feature("hour", "h", "hour of the day, 0 to 23"),
            Feature("is_night", "", "from midnight to before 6 in the morning"),
        ),
        ((TableRole.TIME,),),
        _clock,
        needs_clock=True,
    ),
    Family(
        (
            Feature("weekday", "", "day of the week, Monday 1 to Sunday 7"),
            Feature("is_weekend", "", "Saturday or Sunday"),
            Feature("days_to_month_end", "days", "days until the last one of the month"),
            Feature("is_month_end", "", "the last day of its month"),
        ),
        ((TableRole.TIME,),),
        _calendar,
    ),
    Family(
        (
            Feature("rows_before", "rows", "earlier rows of the customer (else card, account)"),
            Feature("seconds_since_last", "s", "time since the last of them"),
        ),
        (HOLDERS, (TableRole.TIME,)),
        _rows_before,
    ),
    *(_since(key) for key in KEYS),
)
