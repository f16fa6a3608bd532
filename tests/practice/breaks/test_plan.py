import numpy as np
import pytest

from tieout.practice.breaks.plan import KINDS, Plan, draw_plan
from tieout.practice.breaks.world import World, draw_world

NAMES = [kind.name for kind in KINDS]


def plan(rows: int, *, seed: int = 1, adversarial: bool = True) -> tuple[World, Plan]:
    world = draw_world(rows=rows, seed=seed)
    generator = np.random.default_rng(seed)
    return world, draw_plan(world, rows=rows, adversarial=adversarial, generator=generator)


def count(drawn: Plan, name: str) -> int:
    return int(drawn.counts[NAMES.index(name)].sum())


@pytest.mark.parametrize("rows", [100, 2_000, 50_000, 1_000_000])
def test_the_expected_left_rows_are_those_asked_for(rows: int) -> None:
    _, drawn = plan(rows)
    left_rows = sum(kind.left_rows * count(drawn, kind.name) for kind in KINDS)
    assert abs(left_rows - rows) <= 1


def test_each_kind_comes_as_often_as_its_share_says() -> None:
    _, drawn = plan(1_000_000)
    for kind in KINDS:
        if kind.share and not kind.of_day:
            assert count(drawn, kind.name) == round(kind.share * 1_000_000)


def test_two_thousand_rows_have_fifteen_of_each_main_kind() -> None:
    _, drawn = plan(2_000)
    for kind in KINDS:
        if not kind.of_day:
            assert count(drawn, kind.name) >= kind.items_min


def test_late_days_have_late_rows_and_nothing_else() -> None:
    world, drawn = plan(20_000)
    days = np.searchsorted(world.period.calendar, world.period.business[world.period.late])
    late = [NAMES.index("late_left"), NAMES.index("late_right")]
    others = np.delete(drawn.counts, late, axis=0)
    assert others[:, days].sum() == 0
    assert (drawn.counts[late][:, days].sum(axis=0) > 0).all()


def test_a_late_day_has_about_the_rows_of_any_other() -> None:
    _, drawn = plan(261_000)
    late = count(drawn, "late_left")
    assert 600 < late < 1_700


def test_weekends_have_single_rows_only() -> None:
    world, drawn = plan(20_000)
    weekend = ~np.isin(world.period.calendar, world.period.business)
    by_kind = drawn.counts[:, weekend].sum(axis=1)
    assert np.flatnonzero(by_kind).tolist() == [NAMES.index("single")]


def test_without_adversaries_it_plans_none() -> None:
    _, drawn = plan(20_000, adversarial=False)
    for kind in KINDS:
        assert (count(drawn, kind.name) == 0) == kind.adversarial


def test_names_of_kinds_are_different() -> None:
    assert len(set(NAMES)) == len(KINDS)


@pytest.mark.parametrize("rows", [1, 500, 3_000, 10**9])
def test_chunks_cover_each_day_once(rows: int) -> None:
    _, drawn = plan(20_000)
    days = [day for chunk in drawn.chunks(rows) for day in range(chunk.start, chunk.stop)]
    assert days == list(range(drawn.counts.shape[1]))


def test_chunks_have_about_as_many_rows_as_asked_for() -> None:
    _, drawn = plan(100_000)
    left_rows = np.array([kind.left_rows for kind in KINDS]) @ drawn.counts
    sizes = [left_rows[chunk].sum() for chunk in drawn.chunks(10_000)]
    assert max(sizes) <= 10_000
    assert min(sizes[:-1]) > 9_000


def test_a_chunk_has_one_day_at_the_least() -> None:
    _, drawn = plan(20_000)
    assert all(chunk.stop - chunk.start >= 1 for chunk in drawn.chunks(1))
