from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.payments.period import (
    after_payday,
    calendar,
    day_weights,
    month_and_day_of,
    weekday_of,
)


@given(number=st.integers(0, 40_000))
def test_days_are_those_of_the_calendar(number: int) -> None:
    day = date(1970, 1, 1) + timedelta(days=number)
    epoch = np.array([number])
    month, day_of_month = month_and_day_of(epoch)
    assert (month[0] + 1, day_of_month[0]) == (day.month, day.day)
    assert weekday_of(epoch)[0] == day.weekday()


def test_the_calendar_is_a_year() -> None:
    month, day_of_month = month_and_day_of(calendar())
    assert len(month) == 365
    assert (month[0], day_of_month[0], month[-1], day_of_month[-1]) == (0, 1, 11, 31)


def test_money_is_spent_once_it_is_there() -> None:
    _, day_of_month = month_and_day_of(calendar())
    freely = after_payday(calendar())
    assert freely[day_of_month == 28].min() > freely[day_of_month == 10].max()
    assert freely[day_of_month == 10].min() > freely[day_of_month == 20].max()


def test_weights_are_shares_of_the_year(generator: np.random.Generator) -> None:
    weights = day_weights(generator)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() > 0


def test_hardly_anybody_pays_on_christmas_day(generator: np.random.Generator) -> None:
    weights = day_weights(generator)
    month, day_of_month = month_and_day_of(calendar())
    christmas = weights[(month == 11) & (day_of_month == 25)][0]
    assert christmas < 0.5 * np.median(weights[month == 11])
