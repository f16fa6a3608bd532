import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.practice.payments.people import draw_people
from tieout.practice.payments.period import FIRST_DAY, calendar, month_and_day_of
from tieout.practice.payments.subscriptions import (
    ROWS_SHARE_MAX,
    Subscriptions,
    draw_subscriptions,
)


def some(rows: int = 60_000, seed: int = 4) -> Subscriptions:
    generator = np.random.default_rng(seed)
    people = draw_people(rows=rows, generator=generator)
    return draw_subscriptions(people, rows=rows, generator=generator)


@settings(max_examples=15, deadline=None)
@given(rows=st.integers(100, 20_000), seed=st.integers(0, 2**32))
def test_they_never_take_more_than_their_share_of_rows(rows: int, seed: int) -> None:
    assert some(rows, seed).rows_by_day().sum() <= ROWS_SHARE_MAX * rows


def test_each_is_paid_once_in_every_month_of_its_term() -> None:
    subscriptions = some()
    paid = np.zeros(len(subscriptions), dtype=np.int64)
    for day in calendar().tolist():
        paid[subscriptions.on(day)] += 1
    assert np.array_equal(paid, subscriptions.ends - subscriptions.begins)
    assert paid.max() == 12


def test_they_are_paid_on_their_day() -> None:
    subscriptions = some()
    for day in (FIRST_DAY, FIRST_DAY + 45, FIRST_DAY + 300):
        _, day_of_month = month_and_day_of(np.array([day]))
        assert set(subscriptions.day[subscriptions.on(day)]) <= {day_of_month[0]}


def test_nothing_is_due_late_in_a_month() -> None:
    """Every month has a 28th."""
    assert some().day.max() == 28
    assert len(some().on(FIRST_DAY + 30)) == 0


def test_some_begin_and_end_within_the_year() -> None:
    subscriptions = some()
    assert 0.1 < (subscriptions.begins > 0).mean() < 0.4
    assert 0.03 < (subscriptions.ends < 12).mean() < 0.2


def test_one_service_becomes_dearer_in_summer() -> None:
    subscriptions = some()
    for service, rise in ((0, 1.1), (3, 1.0)):
        index = np.flatnonzero(subscriptions.service == service)[:5]
        before = subscriptions.price(index, np.full(5, 5))
        after = subscriptions.price(index, np.full(5, 6))
        assert after / before == pytest.approx(rise)
