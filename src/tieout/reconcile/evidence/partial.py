"""How likely a smaller amount under one key is a payment in part: any such amount could be one."""

from typing import Final

import numpy as np
import polars as pl

from tieout.reconcile.evidence.amounts import is_partial
from tieout.reconcile.evidence.comments import PART_WORD, SHORT_WORD
from tieout.reconcile.evidence.work import SIDES, Flags, Floats, Ints, Work

# An open rest under these shares of what is due, and how many times it speaks for a payment in
# part: so little is left open by fees, discounts and taxes rather than by who pays.
_SMALL_RESTS: Final = ((0.10, 0.5), (0.05, 0.35), (0.02, 0.25))
# Where nearly nothing was paid, another thing under the same key is as likely.
_PAID_SHARE_MIN, _HARDLY_PAID = 0.05, 0.35
# Payers think in shares and in round sums: this part of them, about.
_ROUND_USUAL: Final = 0.3
_SHARES: Final = (
    (1, 2),
    (1, 3),
    (2, 3),
    (1, 4),
    (3, 4),
    *((tenths, 10) for tenths in range(1, 10)),
)
_TIMES_MAX: Final = 8.0
_SAID, _SAID_OTHERWISE = 8.0, 0.25
_SEVERAL_PAYMENTS: Final = 4.0
_ONE_WAY_MAX: Final = 4.0
_MULTIPLIED_MAX: Final = 2**59
_ZEROS_MAX: Final = 9


def partial_odds(compared: pl.DataFrame, differ: Flags, unit: Ints, work: Work) -> Floats:
    """Odds of each row of `compared` that it is a payment in part; 0 where it cannot be one.

    Evens to begin with. For it speak a simple share, a sum rounder than amounts of this run are,
    a comment that says so and several payments; against it a small rest, hardly anything paid, and
    a comment about discounts or fees. differ: rows of one currency whose amounts differ. Balances
    of a day are never paid in part.
    """
    left, right = compared["amount_left"].to_numpy(), compared["amount_right"].to_numpy()
    odds = np.zeros(len(left))
    if work.residue.balances:
        return odds
    rows = np.flatnonzero(differ & is_partial(left, right))
    part = compared[rows]
    sizes = np.abs(np.stack([left[rows], right[rows]]))
    paid, due = sizes.min(axis=0), sizes.max(axis=0)
    found = np.maximum(_of_shares(paid, due, unit[rows]), _of_zeros(paid, due, work))
    found *= _of_rest(paid, due) * _of_words(part)
    lines = [part[f"lines_{side}"].to_numpy() for side in SIDES]
    payments = np.where(sizes[0] < sizes[1], *lines)
    odds[rows] = np.where(payments > 1, found * _SEVERAL_PAYMENTS, found)
    return odds


def one_way(left_pays: Flags, partial: Flags) -> Floats:
    """How many times the odds of each row change by which side pays less in the other rows.

    partial: rows that nothing else explains. Who pays in parts is one side; differences that go
    either way alike are of another kind.

    >>> left_pays = np.array([True, True, True, False])
    >>> one_way(left_pays, np.ones(4, np.bool_)).round(2).tolist()
    [1.5, 1.5, 1.5, 0.25]
    """
    counts = [int((partial & pays).sum()) for pays in (left_pays, ~left_pays)]
    # A row says nothing about itself: one more of the others' than there are is a fair guess.
    alike, other = np.where(left_pays, *counts), np.where(left_pays, *reversed(counts))
    times: Floats = np.maximum(alike, 1) / (other + 1)
    return np.clip(times, 1 / _ONE_WAY_MAX, _ONE_WAY_MAX)


def _of_rest(paid: Ints, due: Ints) -> Floats:
    """How much less a small rest speaks for a payment in part, or one of nearly all."""
    times = np.where(paid < _PAID_SHARE_MIN * due, _HARDLY_PAID, 1.0)
    for share, less in _SMALL_RESTS:
        times[(due - paid) < share * due] = less
    return times


def _of_shares(paid: Ints, due: Ints, unit: Ints) -> Floats:
    """How many times more often payers pay a simple share than chance would hit one."""
    hits = np.zeros(len(paid), np.bool_)
    for of, parts in _SHARES:
        hits |= np.abs(paid * parts - due * of) < unit * parts
    hits &= due < _MULTIPLIED_MAX
    chance = np.minimum(2.0 * len(_SHARES) * unit / due, 1.0)
    return np.where(hits, np.clip(_ROUND_USUAL / chance, 1.0, _TIMES_MAX), 1.0)


def _of_zeros(paid: Ints, due: Ints, work: Work) -> Floats:
    """The same of sums that end in zeros where what is due does not, by how usual these are."""
    amounts = np.concatenate([np.abs(work.rows[side]["amount"].to_numpy()) for side in SIDES])
    amounts = amounts[amounts > 0]
    times = np.ones(len(paid))
    for zeros in range(1, _ZEROS_MAX):
        rounder = (paid % 10**zeros == 0) & (due % 10**zeros != 0)
        if not rounder.any():
            continue
        usual = (amounts % 10**zeros == 0).mean()
        times[rounder] = np.maximum(times[rounder], np.clip(_ROUND_USUAL / usual, 1.0, _TIMES_MAX))
    return times


def _of_words(part: pl.DataFrame) -> Floats:
    """What the comments of either side say."""
    says = pl.lit(value=False)
    says_otherwise = pl.lit(value=False)
    for side in SIDES:
        comment = pl.col(f"comment_{side}")
        says |= comment.str.contains(PART_WORD)
        says_otherwise |= comment.str.contains(SHORT_WORD)
    times = pl.when(says).then(_SAID).when(says_otherwise).then(_SAID_OTHERWISE).otherwise(1.0)
    found: Floats = part.select(times.cast(pl.Float64).alias("times"))["times"].to_numpy()
    return found
