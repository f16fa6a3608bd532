"""Refused payments and money asked back."""

import numpy as np
import polars as pl

from tieout.detect.behaviour.family import HOLDERS, Computed, Family, Feature, Work, of_groups
from tieout.detect.behaviour.timeline import DAY_US, Booleans
from tieout.model.table import TableRole

REFUSED = ("declin", "denied", "refus", "reject", "fail", "insufficient", "blocked")
ASKED_BACK = ("chargeback", "charge_back", "charge back", "dispute")
MONTH_DAYS = 90


def _says(work: Work, words: tuple[str, ...]) -> Booleans:
    status = work.timeline.frame["status"].str.to_lowercase()
    found: Booleans = status.str.contains_any(list(words)).fill_null(value=False).to_numpy()
    return found


def says_refused(work: Work) -> Booleans:
    """Rows whose status says that the payment was refused."""
    return _says(work, REFUSED)


def says_asked_back(work: Work) -> Booleans:
    """Rows whose status says that the money was asked back."""
    return _says(work, ASKED_BACK)


def _within(work: Work, role: TableRole, said: Booleans, days: int) -> pl.Series:
    from tieout.detect.behaviour.kernels import window_totals

    groups = work.groups(role)
    count = np.zeros(groups.height, np.int32)
    total = np.zeros(groups.height, np.int64)
    time = work.timeline.time_us[groups.order]
    flags = said.astype(np.int64)[groups.order]
    window_totals(groups.order, groups.start, time, flags, days * DAY_US, count, total)
    return of_groups(groups, total.astype(np.int32))


def _refusals(role: TableRole) -> Family:
    name = f"{role}_refused_1d"
    return Family(
        (Feature(name, "rows", f"refused rows of the {role} in 24 hours, this one included"),),
        ((role,), (TableRole.STATUS,), (TableRole.TIME,)),
        lambda work: {name: _within(work, role, says_refused(work), 1)},
    )


def _asked_back(work: Work) -> Computed:
    said = says_asked_back(work)
    return {
        "is_chargeback": pl.Series(said),
        "chargebacks_90d": _within(work, work.holder, said, MONTH_DAYS),
        "rows_90d": _within(work, work.holder, np.ones_like(said), MONTH_DAYS),
    }


FAMILIES = (
    *(
        _refusals(role)
        for role in (TableRole.CUSTOMER, TableRole.CARD, TableRole.MERCHANT, TableRole.DEVICE)
    ),
    Family(
        (
            Feature("is_chargeback", "", "the status says that the money was asked back"),
            Feature("chargebacks_90d", "rows", "rows of the customer asked back within 90 days"),
            Feature("rows_90d", "rows", "all rows of the customer within 90 days"),
        ),
        (HOLDERS, (TableRole.STATUS,), (TableRole.TIME,)),
        _asked_back,
    ),
)
