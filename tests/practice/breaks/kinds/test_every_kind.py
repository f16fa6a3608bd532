from dataclasses import fields

import numpy as np
import pytest

from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.items import Draw
from tieout.practice.breaks.numbers import Typist, number_at
from tieout.practice.breaks.plan import KINDS, Kind
from tieout.practice.breaks.rows import NO_ROW, Block
from tieout.practice.breaks.world import JPY, draw_world

WORLD = draw_world(rows=10_000, seed=4)
SIZE = 400
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


def days_of(kind: Kind, size: int) -> Ints:
    """As many days as asked for, of those on which the kind may happen."""
    allowed = WORLD.period.business[kind.days(WORLD.period)]
    return np.sort(np.resize(allowed, size))


def build(kind: Kind, size: int, *, seed: int = 1) -> Block:
    draw = Draw(WORLD, np.random.default_rng(seed), Typist(WORLD.first_number))
    numbers = number_at(np.arange(size * kind.references), WORLD.first_number)
    return kind.build(draw, days_of(kind, size), numbers.reshape(size, kind.references))


@EVERY_KIND
def test_every_row_of_a_block_is_labelled(kind: Kind) -> None:
    block = build(kind, SIZE)
    for rows, labelled in ((block.left, block.labels.left), (block.right, block.labels.right)):
        assert set(labelled[labelled != NO_ROW].tolist()) == set(range(len(rows)))


@EVERY_KIND
def test_no_label_is_empty(kind: Kind) -> None:
    labels = build(kind, SIZE).labels
    assert not ((labels.left == NO_ROW) & (labels.right == NO_ROW)).any()


@EVERY_KIND
def test_none_of_a_kind_is_an_empty_block(kind: Kind) -> None:
    block = build(kind, 0)
    assert len(block.left) == len(block.right) == len(block.labels.cause) == 0


@EVERY_KIND
@pytest.mark.parametrize("size", [1, 2, 3])
def test_one_or_two_of_a_kind_are_enough(kind: Kind, size: int) -> None:
    block = build(kind, size)
    assert len(block.left) + len(block.right) >= size


@EVERY_KIND
def test_a_kind_has_as_many_left_rows_as_its_plan_counts_on(kind: Kind) -> None:
    """Within four standard errors of sizes that spread by two rows at most."""
    block = build(kind, SIZE)
    assert abs(len(block.left) / SIZE - kind.left_rows) < 4 * 2 / SIZE**0.5


@EVERY_KIND
def test_the_same_seed_builds_the_same_rows(kind: Kind) -> None:
    one, two = build(kind, 50), build(kind, 50)
    for side in ("left", "right"):
        for field in fields(one.left):
            first, second = (getattr(getattr(b, side), field.name) for b in (one, two))
            assert np.array_equal(first, second), field.name


@EVERY_KIND
def test_rows_stand_in_the_file_at_their_own_day(kind: Kind) -> None:
    block = build(kind, SIZE)
    for rows in (block.left, block.right):
        assert (np.floor(rows.order).astype(np.int64) == rows.day).all()


@EVERY_KIND
def test_amounts_are_whole_minor_units_and_never_nothing(kind: Kind) -> None:
    block = build(kind, SIZE)
    for rows in (block.left, block.right):
        assert (rows.amount != 0).all()
        assert (rows.amount[rows.currency == JPY] % 100 == 0).all()


@EVERY_KIND
def test_rows_stay_within_the_period_and_off_late_days(kind: Kind) -> None:
    block = build(kind, SIZE)
    late = WORLD.period.business[WORLD.period.late]
    for rows in (block.left, block.right):
        assert np.isin(rows.day, WORLD.period.business).all()
        if not kind.name.startswith("late"):
            assert not np.isin(rows.day, late).any()


@EVERY_KIND
def test_a_kind_happens_on_some_day_of_the_shortest_period(kind: Kind) -> None:
    for seed in range(20):
        assert kind.days(draw_world(rows=100, seed=seed).period).any()
