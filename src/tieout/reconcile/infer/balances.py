"""Readings that are running balances, which agree with nothing but balances."""

from collections.abc import Sequence

from tieout.reconcile.infer.readings import Reading

_STEPS_MIN = 3
_RUNNING_MIN = 0.9


def without_balances(
    left: Sequence[Reading], right: Sequence[Reading]
) -> tuple[list[Reading], list[Reading]]:
    """The readings of both sides without balances, unless a side has nothing else.

    A column is a balance by its name, or because its steps from row to row are what another
    reading says of the row.
    """
    moved = [[each for each in side if not _is_balance(each, side)] for side in (left, right)]
    if not all(moved):
        return list(left), list(right)
    return moved[0], moved[1]


def _is_balance(reading: Reading, side: Sequence[Reading]) -> bool:
    column = reading.amount.column
    if column is None or reading.amount.direction is not None:
        return False
    if "balance" in reading.profile.column(column).concepts:
        return True
    return any(_runs(reading, other) for other in side if column not in other.columns)


def _runs(balance: Reading, other: Reading) -> bool:
    """Whether the balance moves by the other reading, in the order of the file or against it."""
    steps = balance.units.diff()
    moved = other.units.abs()
    for movement in (moved, moved.shift(1)):
        told = steps.is_not_null() & movement.is_not_null() & (movement != 0)
        rows = int(told.sum())
        if rows < _STEPS_MIN:
            continue
        if int((steps.abs() == movement).filter(told).sum()) >= _RUNNING_MIN * rows:
            return True
    return False
