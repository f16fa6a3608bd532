import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.breaks.period import Period, day_weights, month_of, pick, plan_period


def epoch(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


def january(late_left: list[int] | None = None, late_right: list[int] | None = None) -> Period:
    """The business days from 25 January to 7 February 2024, ten of them."""
    days = [*range(25, 27), *range(29, 32)]
    business = [epoch(f"2024-01-{day}") for day in days]
    business += [epoch(f"2024-02-0{day}") for day in (1, 2, 5, 6, 7)]
    return Period(
        business=np.array(business),
        late_left=np.array(late_left or [], dtype=np.int64),
        late_right=np.array(late_right or [], dtype=np.int64),
    )


def test_the_calendar_has_the_weekends_too() -> None:
    assert len(january().calendar) == 14
    assert january().start == epoch("2024-01-25")


def test_it_finds_the_position_of_a_business_day() -> None:
    days = np.array([epoch("2024-01-25"), epoch("2024-01-29"), epoch("2024-02-07")])
    assert january().position(days).tolist() == [0, 2, 9]


def test_moves_stay_within_the_period() -> None:
    moves = january().moves(np.array([-1, 1]))
    assert moves[0].tolist() == [False, True]
    assert moves[9].tolist() == [True, False]
    assert moves[1:9].all()


def test_moves_neither_leave_nor_reach_a_late_day() -> None:
    moves = january(late_left=[3], late_right=[6]).moves(np.array([1, 2]))
    assert moves[3].tolist() == [False, False]
    assert moves[2].tolist() == [False, True]
    assert moves[4].tolist() == [True, False]
    assert moves[5].tolist() == [False, True]


def test_moves_within_a_month_and_over_its_end_are_apart() -> None:
    steps = np.array([1, 2, 3])
    within = january().moves(steps, across_month_end=False)
    across = january().moves(steps, across_month_end=True)
    assert not (within & across).any()
    assert across[4].tolist() == [True, True, True]  # 31 January
    assert within[3].tolist() == [True, False, False]  # 30 January


def test_it_knows_the_days_with_a_move() -> None:
    possible = january().can_move(np.array([1, 2, 3]), across_month_end=True)
    assert np.flatnonzero(possible).tolist() == [2, 3, 4]


def test_it_moves_over_a_weekend() -> None:
    period, steps = january(), np.array([1])
    friday = np.array([epoch("2024-02-02")])
    moved = period.move(friday, steps, period.moves(steps), np.random.default_rng(1))
    assert moved.tolist() == [epoch("2024-02-05")]


@given(seed=st.integers(0, 1000))
def test_it_picks_what_is_allowed(seed: int) -> None:
    allowed = np.array([[True, False, False], [False, True, True]])
    picked = pick(np.array([7, 8, 9]), allowed, np.random.default_rng(seed))
    assert picked[0] == 7
    assert picked[1] in (8, 9)


def test_it_picks_each_of_the_allowed() -> None:
    allowed = np.tile([True, False, True], (200, 1))
    picked = pick(np.array([7, 8, 9]), allowed, np.random.default_rng(1))
    assert set(picked.tolist()) == {7, 9}


def test_months_count_from_1970() -> None:
    days = np.array([epoch("1970-01-31"), epoch("1970-02-01"), epoch("2024-03-05")])
    assert month_of(days).tolist() == [0, 1, 54 * 12 + 2]


@pytest.mark.parametrize(
    ("rows", "size", "late"), [(100, 44, 2), (2_000, 100, 2), (5_220, 261, 3), (10**7, 261, 3)]
)
def test_a_period_has_up_to_a_year_of_days(rows: int, size: int, late: int) -> None:
    period = plan_period(rows=rows, generator=np.random.default_rng(1))
    assert len(period.business) == size
    assert period.late.sum() == late
    assert all(day.weekday() < 5 for day in period.business.astype("datetime64[D]").tolist())


@given(seed=st.integers(0, 2**32))
def test_late_days_are_never_neighbours_nor_near_the_ends(seed: int) -> None:
    period = plan_period(rows=6_000, generator=np.random.default_rng(seed))
    late = np.flatnonzero(period.late)
    assert np.diff(late).min() >= 2
    assert late.min() >= 10
    assert late.max() < len(period.business) - 9


@given(seed=st.integers(0, 2**32))
def test_days_weigh_one_together_and_weekends_little(seed: int) -> None:
    generator = np.random.default_rng(seed)
    period = plan_period(rows=6_000, generator=generator)
    weights = day_weights(period, generator)
    weekend = ~np.isin(period.calendar, period.business)
    assert abs(weights.sum() - 1) < 1e-9
    assert 0 < weights[weekend].sum() < 0.03
