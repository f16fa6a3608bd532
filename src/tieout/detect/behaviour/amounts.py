"""An amount beside the earlier amounts of its customer, category and merchant, and of all."""

from collections.abc import Collection
from dataclasses import dataclass

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
from tieout.detect.behaviour.groups import Groups
from tieout.detect.behaviour.timeline import Codes, Floats
from tieout.model.table import TableRole

LATEST = 64
LATEST_OF_MANY = 256
# How many rows the pool counts as beside the rows of a group's own.
POOL_ROWS_CENTRE = 1.0
POOL_ROWS_SPREAD = 8.0
POOL_FROM = 4
# Of fewer values their spread may be nothing at all, next to which any amount is enormous.
POOL_KNOWN_MIN = 16
CATEGORY_ROWS_MIN = 16
_BLOCK = 1 << 18
TO_SIGMA = 1.4826
SPREAD_MIN = 0.05
# Whose payments an amount is compared with where its customer's own are too few.
_LIKE = (TableRole.CURRENCY, TableRole.MERCHANT_CATEGORY, TableRole.CHANNEL)
# Of fewer neither the middle nor the spread is told well enough to call an amount enormous.
LIKE_ROWS_MIN = 64
# A group's spread counts as at least so much of everyone's: one price is no proof of the next.
SPREAD_OF_ALL_MIN = 0.5


def past(groups: Groups, values: Floats, *, latest: int) -> tuple[Codes, Floats, Floats]:
    """How many of the latest earlier values of a group are known, their median and their MAD."""
    from tieout.detect.behaviour.kernels import past_spread

    known: Codes = np.zeros(groups.height, np.int32)
    median, spread = floats(groups.height), floats(groups.height)
    past_spread(groups.order, groups.start, values[groups.order], latest, known, median, spread)
    return known, median, spread


@dataclass(frozen=True)
class Pool:
    """Centre and MAD of everyone's values so far, brought up to date whenever rows double.

    At row i the values of the first 2^k rows count, 2^k the largest power of two up to i: linear
    cost, and nothing looks ahead. known: how many these are; centre, spread: NaN where none is.
    Each by k.
    """

    known: Codes
    centre: Floats
    spread: Floats

    @classmethod
    def running(cls, values: Floats) -> "Pool":
        """From values in time order; NaN is no value. Nothing is said until 16 are known."""
        steps = max(len(values), 1).bit_length()
        known: Codes = np.zeros(steps, np.int32)
        centre, spread = floats(steps), floats(steps)
        for step in range(POOL_FROM, steps):
            seen = values[: 2**step]
            seen = seen[~np.isnan(seen)]
            known[step] = len(seen)
            if len(seen) >= POOL_KNOWN_MIN:
                centre[step] = np.median(seen)
                spread[step] = np.median(np.abs(seen - centre[step]))
        return cls(known, centre, spread)

    def at(self, first: int, stop: int) -> tuple[Floats, Floats]:
        """Centre and MAD for the rows from `first` up to `stop`."""
        steps = self.steps(first, stop)
        return self.centre[steps], self.spread[steps]

    def steps(self, first: int, stop: int) -> Codes:
        """The k of each row from `first` up to `stop`."""
        steps: Codes = np.frexp(np.arange(first, stop, dtype=np.float64))[1] - 1
        steps[steps < 0] = 0
        return steps


def deviation(values: Floats, pool: Pool, own: tuple[Codes, Floats, Floats]) -> Floats:
    """Robust z of values against a group's past, centre and MAD shrunk to the pool's.

    own: how many earlier values a group has, their median and MAD. With n of them its centre
    weighs n against 1 of the pool, its MAD n against 8. NaN where the pool is not known and n is
    below 8. A MAD below .05 (5 % of an amount) counts as .05: two equal prices are no proof that
    the third has to be.
    """
    z = floats(len(values))
    # In blocks, so that ten million rows need no more room than the result.
    for first in range(0, len(values), _BLOCK):
        rows = slice(first, first + _BLOCK)
        n = own[0][rows].astype(np.float64)
        everyone = pool.at(first, first + len(n))
        centre = _shrunk(n, own[1][rows], everyone[0], POOL_ROWS_CENTRE)
        width = _shrunk(n, own[2][rows], everyone[1], POOL_ROWS_SPREAD)
        width[np.isnan(everyone[1]) & (n < POOL_ROWS_SPREAD)] = np.nan
        z[rows] = (values[rows] - centre) / (TO_SIGMA * np.maximum(width, SPREAD_MIN))
    return z


def _shrunk(n: Floats, own: Floats, everyone: Floats, weight: float) -> Floats:
    """The mean of two, n to a weight; one of them where the other is not known."""
    mixed = (n * own + weight * everyone) / (n + weight)
    known: Floats = np.where(np.isnan(own), everyone, np.where(np.isnan(everyone), own, mixed))
    return known


def _against(work: Work, name: str, groups: Groups, latest: int) -> Computed:
    logs = work.log_amount
    own = past(groups, logs, latest=latest)
    median = np.exp(own[1])
    return {
        f"amount_{name}_rows": of_groups(groups, own[0]),
        f"amount_{name}_median": median,
        f"amount_{name}_times": np.abs(work.amount) / median,
        f"amount_{name}_z": deviation(logs, Pool.running(logs), own),
    }


def _usual(work: Work) -> Computed:
    """The amount net of its category's usual one, against the same of the customer."""
    logs = work.log_amount
    category = past(work.money_groups(TableRole.MERCHANT_CATEGORY), logs, latest=LATEST_OF_MANY)
    enough = category[0] >= CATEGORY_ROWS_MIN
    net = logs - np.where(enough, category[1], np.nan)
    pool = Pool.running(net)
    own = past(work.money_groups(work.holder), net, latest=LATEST)
    return {"amount_usual_z": deviation(net, pool, own)}


def levels(roles: Collection[TableRole]) -> tuple[tuple[TableRole, ...], ...]:
    """Keys of payments like one, the coarsest first: by currency, then category, then channel."""
    present = [role for role in _LIKE if role in roles]
    return tuple(tuple(present[:n]) for n in range(1, len(present) + 1))


def _among_all(work: Work) -> Computed:
    """Against the finest level of which 64 amounts are known, else against everyone's."""
    logs = work.log_amount
    pool = Pool.running(logs)
    steps = pool.steps(0, len(logs))
    rows, spread = pool.known[steps], pool.spread[steps]
    centre = np.where(rows >= LIKE_ROWS_MIN, pool.centre[steps], np.nan)
    spread_min = np.maximum(SPREAD_OF_ALL_MIN * spread, SPREAD_MIN)
    level = np.zeros(len(logs), np.int8)
    for depth, key in enumerate(levels(work.roles), start=1):
        known, median, distance = past(work.groups(*key), logs, latest=LATEST_OF_MANY)
        enough = known >= LIKE_ROWS_MIN
        rows, centre = np.where(enough, known, rows), np.where(enough, median, centre)
        spread = np.where(enough, distance, spread)
        level[enough] = depth
    return {
        "amount_all_level": level,
        "amount_all_rows": rows,
        "amount_all_median": np.exp(centre),
        "amount_all_z": (logs - centre) / (TO_SIGMA * np.fmax(spread, spread_min)),
    }


def _family(name: str, whose: str, needs: tuple[TableRole, ...], latest: int) -> Family:
    def compute(work: Work) -> Computed:
        role = next(role for role in needs if role in work.roles)
        return _against(work, name, work.money_groups(role), latest)

    return Family(
        (
            Feature(
                f"amount_{name}_rows", "rows", f"earlier amounts known of {whose} (the latest)"
            ),
            Feature(
                f"amount_{name}_median",
                "amount",
                f"median (lower of two) of the latest {latest} earlier absolute amounts of {whose}",
            ),
            Feature(f"amount_{name}_times", "times", "the absolute amount over that median"),
            Feature(
                f"amount_{name}_z",
                "sigma",
                "robust z of the log amount against these, median and MAD shrunk to everyone's",
            ),
        ),
        (needs, AMOUNTS, (TableRole.TIME,)),
        compute,
        timeless=True,
    )


FAMILIES = (
    _family("own", "the customer (else card, account)", HOLDERS, LATEST),
    _family("category", "the merchant category", (TableRole.MERCHANT_CATEGORY,), LATEST_OF_MANY),
    _family("merchant", "the merchant", (TableRole.MERCHANT,), LATEST_OF_MANY),
    Family(
        (
            Feature(
                "amount_usual_z",
                "sigma",
                "robust z of the log amount less its category's median, against the customer's own",
            ),
        ),
        (HOLDERS, (TableRole.MERCHANT_CATEGORY,), AMOUNTS, (TableRole.TIME,)),
        _usual,
        timeless=True,
    ),
    Family(
        (
            Feature(
                "amount_all_level",
                "",
                "payments like this one: 0 all, 1 of its currency (else category, channel), 2 of "
                f"two of them, 3 of all three; the finest of which {LIKE_ROWS_MIN} are known",
            ),
            Feature("amount_all_rows", "rows", "earlier amounts known of them (the latest)"),
            Feature(
                "amount_all_median",
                "amount",
                f"median (lower of two) of the latest {LATEST_OF_MANY} earlier absolute amounts of "
                "them",
            ),
            Feature(
                "amount_all_z",
                "sigma",
                "robust z of the log amount against these, the MAD at least half of everyone's",
            ),
        ),
        (AMOUNTS, (TableRole.TIME,)),
        _among_all,
        timeless=True,
    ),
)
