import numpy as np

from tieout.practice.rates.cells import CELLS, where
from tieout.practice.rates.period import DAY_MINUTES
from tieout.practice.rates.statuses import (
    CHARGEBACK,
    DENIED,
    FAILED,
    REFUNDED,
    STATUSES,
    TIMEOUT,
    draw_levels,
    factors_by_minute,
    levels_of,
    rates_by_cell,
)


def test_rates_leave_room_for_approvals_even_at_their_highest(
    generator: np.random.Generator,
) -> None:
    rates, factors = rates_by_cell(), factors_by_minute()
    assert rates.shape == (CELLS, len(STATUSES) - 1)
    assert rates.min() > 0
    assert factors.min() > 0
    assert (rates.max(axis=0) * factors.max(axis=0)).sum() < 0.7


def test_prepaid_cards_are_denied_more_often() -> None:
    rates = rates_by_cell()[:, DENIED - 1]
    assert rates[where(card_type="prepaid").cells].mean() > 2 * (
        rates[where(card_type="credit").cells].mean()
    )


def test_systems_fail_when_they_are_maintained() -> None:
    failed = factors_by_minute()[:, FAILED - 1]
    assert 3 <= failed.argmax() / 60 <= 4


def test_people_take_things_back_in_office_hours() -> None:
    for status in (REFUNDED, CHARGEBACK):
        factors = factors_by_minute()[:, status - 1]
        assert factors.shape == (DAY_MINUTES,)
        assert factors[12 * 60] > 4 * factors[2 * 60]


def test_cards_and_acquirers_have_levels_of_their_own(generator: np.random.Generator) -> None:
    levels = draw_levels(100, generator)
    debit, credit = (np.flatnonzero(where(card_type=c).cells)[0] for c in ("debit", "credit"))
    minute = np.array([50, 50])
    found = levels_of(levels, minute, np.array([debit, credit]))
    assert found.shape == (2, len(STATUSES) - 1)
    assert found[0, DENIED - 1] != found[1, DENIED - 1]
    assert found[0, FAILED - 1] == found[1, FAILED - 1] == found[0, TIMEOUT - 1]
    first, third = (np.flatnonzero(where(acquirer=a).cells)[0] for a in ("A1", "A3"))
    apart = levels_of(levels, minute, np.array([first, third]))
    assert apart[0, TIMEOUT - 1] != apart[1, TIMEOUT - 1]
    assert apart[0, DENIED - 1] == apart[1, DENIED - 1]
