"""Signs that a column tells without saying debit or credit."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.direction import learn_direction
from tieout.reconcile.infer.joined import Joined
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.readings import Reading, readings

Side = Callable[..., SampleSide]
SIZES = ["1.00", "2.00", "3.00", "4.00", "5.00", "6.00"]
SIGNED = ["1.00", "-2.00", "3.00", "-4.00", "5.00", "-6.00"]
KINDS = ["sale", "refund", "sale", "Refund", "sale", "refund"]


def read(sample: SampleSide) -> Reading:
    """The first reading, in cents."""
    return readings(profile(sample), scale=2)[0]


def in_order(rows: int) -> Joined:
    """Row n of one side belongs to row n of the other."""
    positions = pl.Series(range(rows), dtype=pl.UInt32)
    return Joined(positions, positions)


def test_the_values_beside_opposite_amounts_are_the_negative_ones(side: Side) -> None:
    sizes, signed = read(side(amount=SIZES, kind=KINDS)), read(side(a=SIGNED))
    left, right, choices = learn_direction(in_order(6), sizes, signed)
    assert (left.amount.direction, left.amount.negative) == ("kind", ("REFUND",))
    assert left.units.to_list() == signed.units.to_list()
    assert right is signed
    assert "negative where 'kind' says REFUND, in 3 joined rows" in choices[0].reason


def test_it_is_learnt_for_either_side(side: Side) -> None:
    sizes, signed = read(side(amount=SIZES, kind=KINDS)), read(side(a=SIGNED))
    assert learn_direction(in_order(6), signed, sizes)[1].amount.direction == "kind"


@pytest.mark.parametrize(
    ("amounts", "kinds", "other"),
    [
        (SIZES, KINDS, SIZES),  # Nothing is turned.
        (SIZES, ["sale"] * 5 + ["refund"], SIGNED),  # It does not tell which are.
        (SIGNED, KINDS, ["-1.00", "-2.00", "-3.00", "4.00", "5.00", "6.00"]),  # Signs of its own.
        (SIZES, KINDS, ["9.00", "-9.10", "9.20", "-9.30", "9.40", "-9.50"]),  # Other amounts.
    ],
)
def test_nothing_is_learnt_where_rows_do_not_show_it(
    side: Side, amounts: list[str], kinds: list[str], other: list[str]
) -> None:
    left, right = read(side(amount=amounts, kind=kinds)), read(side(a=other))
    assert learn_direction(in_order(6), left, right) == (left, right, ())
