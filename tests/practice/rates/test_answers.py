import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.rates.answers import (
    AUTH_CODES,
    CURRENCIES,
    draw_amounts,
    draw_auth_codes,
    draw_currencies,
    draw_durations,
)
from tieout.practice.rates.cells import CELLS, where
from tieout.practice.rates.statuses import (
    APPROVED,
    DENIED,
    FAILED,
    REFUNDED,
    STATUSES,
    TIMEOUT,
)

SIZE = 4_000


def cell_of(**pairs: str) -> int:
    return int(np.flatnonzero(where(**pairs).cells)[0])


def durations(generator: np.random.Generator, status: int, **wishes: float) -> np.ndarray:
    hour, slower, cell = wishes.get("hour", 12), wishes.get("slower", 1.0), wishes.get("cell", 0)
    return draw_durations(
        np.full(SIZE, int(hour * 60)),
        np.full(SIZE, int(cell)),
        np.full(SIZE, status),
        np.full(SIZE, slower),
        generator,
    )


@pytest.mark.parametrize("status", range(len(STATUSES)))
def test_each_status_has_codes(generator: np.random.Generator, status: int) -> None:
    codes = draw_auth_codes(np.full(SIZE, status), generator)
    names = {AUTH_CODES[code] for code in codes.tolist()}
    assert ("00" in names) == (STATUSES[status] not in {"denied", "failed", "timeout"})


def test_most_denials_are_for_want_of_money(generator: np.random.Generator) -> None:
    codes = draw_auth_codes(np.full(SIZE, DENIED), generator)
    assert AUTH_CODES[np.bincount(codes).argmax()] == "51"
    assert 0.4 < (codes == AUTH_CODES.index("51")).mean() < 0.55


def test_acquirers_differ_in_speed(generator: np.random.Generator) -> None:
    fast, slow = (
        np.median(durations(generator, APPROVED, cell=cell_of(acquirer=acquirer)))
        for acquirer in ("A1", "A3")
    )
    assert slow > 1.5 * fast


def test_evenings_are_slower(generator: np.random.Generator) -> None:
    morning, evening = (np.median(durations(generator, APPROVED, hour=h)) for h in (6, 19.5))
    assert 1.05 < evening / morning < 1.25


def test_what_times_out_is_given_up_after_half_a_minute(generator: np.random.Generator) -> None:
    taken = durations(generator, TIMEOUT, slower=4.0)
    assert taken.min() >= 30_000
    assert taken.max() < 31_000


def test_nothing_else_lasts_as_long(generator: np.random.Generator) -> None:
    assert durations(generator, APPROVED, slower=200.0).max() == 29_999


def test_half_of_what_fails_does_so_at_once(generator: np.random.Generator) -> None:
    taken = durations(generator, FAILED)
    assert 0.4 < (taken < 200).mean() < 0.6
    assert (taken > 600).mean() > 0.4


def test_refunds_wait_for_nobody(generator: np.random.Generator) -> None:
    assert np.median(durations(generator, REFUNDED, slower=5.0)) < 200


def test_acquirers_serve_customers_of_their_own(generator: np.random.Generator) -> None:
    cell = np.full(SIZE, cell_of(acquirer="A2"))
    counts = np.bincount(draw_currencies(cell, generator), minlength=len(CURRENCIES))
    assert CURRENCIES[counts.argmax()] == "GBP"
    assert counts.min() > 0


@given(seed=st.integers(0, 2**32))
def test_amounts_are_whole_cents_above_nothing(seed: int) -> None:
    amounts = draw_amounts(np.arange(CELLS), np.random.default_rng(seed))
    assert amounts.dtype == np.int64
    assert amounts.min() >= 50


def test_top_ups_are_round(generator: np.random.Generator) -> None:
    amounts = draw_amounts(np.full(SIZE, cell_of(product="top_up")), generator)
    assert (amounts % 500 == 0).all()
    assert len(set(amounts.tolist())) > 10


def test_prices_like_to_end_in_99(generator: np.random.Generator) -> None:
    amounts = draw_amounts(np.full(SIZE, cell_of(product="purchase")), generator)
    assert 0.3 < (amounts % 100 == 99).mean() < 0.4
