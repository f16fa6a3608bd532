import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.practice.payments.period import DAYS, FIRST_DAY
from tieout.practice.payments.plan import PART_DAYS_MAX, QUIET_DAYS, STORIES, draw_plan
from tieout.practice.payments.rows import KINDS
from tieout.practice.payments.world import draw_world


@settings(max_examples=15, deadline=None)
@given(rows=st.integers(100, 30_000), seed=st.integers(0, 2**32))
def test_all_counts_add_up_to_the_rows(rows: int, seed: int) -> None:
    world = draw_world(rows=rows, seed=seed)
    total = int(world.subscriptions.rows_by_day().sum())
    for part in draw_plan(world, rows=rows, seed=seed):
        assert part.visits.min() >= 0
        total += int(part.visits.sum()) + part.second_ones + part.rounds
        total += sum(int(sizes.sum()) for sizes in part.sizes)
    assert total == rows


def test_parts_cover_the_year_once() -> None:
    plan = draw_plan(draw_world(rows=1_000, seed=1), rows=1_000, seed=1)
    days = np.concatenate([part.days for part in plan])
    assert np.array_equal(days, np.arange(FIRST_DAY, FIRST_DAY + DAYS))
    assert max(len(part.days) for part in plan) == PART_DAYS_MAX


def test_parts_of_many_rows_are_short() -> None:
    """Memory holds one part: for millions of rows a day, not a fortnight."""
    world = draw_world(rows=1_000, seed=1)
    few, many = (draw_plan(world, rows=rows, seed=1) for rows in (8_000_000, 80_000_000))
    assert {len(part.days) for part in few.parts[:-1]} == {6}
    assert {len(part.days) for part in many} == {1}


def test_every_story_has_a_kind_of_its_own() -> None:
    assert [story.kind for story in STORIES] == list(KINDS)
    assert [story.code for story in STORIES] == list(range(1, len(KINDS) + 1))


def test_sizes_of_stories_keep_to_their_limits() -> None:
    plan = draw_plan(draw_world(rows=20_000, seed=1), rows=20_000, seed=1)
    for place, story in enumerate(STORIES):
        sizes = np.concatenate([part.sizes[place] for part in plan])
        low, high = story.sizes
        assert low <= sizes.min() <= sizes.max() <= high
        assert abs(sizes.sum() - 20_000 * story.share) <= high


def test_the_first_weeks_are_free_of_stories() -> None:
    plan = draw_plan(draw_world(rows=20_000, seed=1), rows=20_000, seed=1)
    for part in plan:
        if part.days[-1] < FIRST_DAY + QUIET_DAYS:
            assert all(len(sizes) == 0 for sizes in part.sizes)
