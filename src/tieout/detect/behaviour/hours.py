"""How usual an hour of the day is for who acts."""

import numpy as np

from tieout.detect.behaviour.family import HOLDERS, Computed, Family, Feature, Work, of_groups
from tieout.detect.behaviour.groups import Groups
from tieout.detect.behaviour.timeline import Codes, Floats
from tieout.model.table import TableRole

POOL_ROWS = 20.0
CATEGORY_ROWS = 20.0
_HOURS = 24.0


def _past(groups: Groups, work: Work) -> tuple[Codes, Codes]:
    from tieout.detect.behaviour.kernels import past_hours

    near: Codes = np.zeros(groups.height, np.int32)
    same: Codes = np.zeros(groups.height, np.int32)
    past_hours(groups.order, groups.start, work.timeline.hour[groups.order], near, same)
    return near, same


def _pool(work: Work) -> tuple[Floats, Floats]:
    """Share of the three hours around, and of the hour in them, in all rows so far.

    Of the same merchant category where there is one, mixed with all: bars are open at night.
    """
    height = work.timeline.height
    everyone = Groups(np.arange(height, dtype=np.int32), np.zeros(height, np.int32), height)
    near, same = _past(everyone, work)
    share = (near + 3.0 / _HOURS) / (np.arange(height) + 1.0)
    within = (same + 1.0 / 3.0) / (near + 1.0)
    if TableRole.MERCHANT_CATEGORY not in work.roles:
        return share, within
    category = work.groups(TableRole.MERCHANT_CATEGORY)
    near, same = _past(category, work)
    rows = np.maximum(category.rank, 0)
    return (
        (near + CATEGORY_ROWS * share) / (rows + CATEGORY_ROWS),
        (same + CATEGORY_ROWS * within) / (near + CATEGORY_ROWS),
    )


def _hours(work: Work) -> Computed:
    """The share of the three hours around, and in it the hour's own, each mixed with the pool's.

    A customer's few rows tell three hours well and one hour badly; everyone's tell both. At 4 in
    the morning the hour after may be busy and this one not.
    """
    pool_share, pool_within = _pool(work)
    own = work.groups(work.holder)
    near, same = _past(own, work)
    share = (near + POOL_ROWS * pool_share) / (np.maximum(own.rank, 0) + POOL_ROWS)
    within = (same + POOL_ROWS * pool_within) / (near + POOL_ROWS)
    return {
        "hour_near_before": of_groups(own, near),
        "hour_share": of_groups(own, share * within),
    }


FAMILIES = (
    Family(
        (
            Feature(
                "hour_near_before",
                "rows",
                "earlier rows of the customer in this hour of the day or one beside it",
            ),
            Feature(
                "hour_share",
                "",
                "expected share of the customer's rows in this hour, from its earlier rows mixed "
                f"with everyone's as if {POOL_ROWS:.0f} rows of its own had been like theirs",
            ),
        ),
        (HOLDERS, (TableRole.TIME,)),
        _hours,
        needs_clock=True,
    ),
)
