"""Running balances: they agree with nothing but balances, and prove which amounts take away."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Kind, sample_units
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


def signed_by_balance(reading: Reading) -> Reading:
    """The reading, turned where a running balance of its side rises by what debits are said to be.

    A statement of a bank's customer falls by its debits, an account of a ledger rises by them; the
    letters alone say neither.
    """
    amount = reading.amount
    if amount.direction is None:
        return reading
    said = reading.profile.column(amount.direction).values.drop_nulls().str.to_uppercase()
    others = tuple(sorted(set(said.unique().to_list()) - set(amount.negative)))
    if not others or not said.is_in(list(amount.negative)).any():
        return reading
    for column in reading.profile.of_kind(Kind.AMOUNT):
        if column.name in reading.columns or column.amount is None:
            continue
        balance = sample_units(column.values, column.amount, reading.scale)
        if _moves(balance, reading.units) < _RUNNING_MIN <= _moves(balance, -reading.units):
            turned = amount.model_copy(update={"negative": others})
            return replace(reading, amount=turned, balance=column.name)
    return reading


def sign_choices(*chosen: Reading) -> list[Choice]:
    """Why the amounts of readings that a balance turned have the signs that they have."""
    return [
        Choice(
            "sign",
            reading.label,
            f"{reading.balance!r} falls where {reading.amount.direction!r} says "
            f"{', '.join(reading.amount.negative)}; by the words alone it would rise.",
            0.9,
        )
        for reading in chosen
        if reading.balance is not None
    ]


def _moves(balance: pl.Series, units: pl.Series) -> float:
    """The part of a balance's steps that are these amounts, sign and all, in either order."""
    steps, shares = balance.diff(), [0.0]
    for step, movement in ((steps, units), (-steps, units.shift(1))):
        told = step.is_not_null() & movement.is_not_null() & (movement != 0)
        rows = int(told.sum())
        if rows >= _STEPS_MIN:
            shares.append(int((step == movement).filter(told).sum()) / rows)
    return max(shares)


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
