import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.practice.breaks.names import party_names
from tieout.practice.breaks.world import CARD, PAIRS, PARTIES, Schedule, draw_world


def gross(*amounts: int) -> np.ndarray:
    return np.array(amounts, dtype=np.int64)


def test_a_percentage_and_a_fixed_fee_come_off_the_gross() -> None:
    cards = Schedule(permille=29, fixed=30, of_net=False, channel=CARD)
    assert cards.net_of(gross(10_000)).tolist() == [9_680]  # 100.00 - 2.90 - 0.30


def test_a_fee_is_rounded_half_up() -> None:
    cards = Schedule(permille=5, fixed=0, of_net=False, channel=CARD)
    assert cards.net_of(gross(100, 99, 300)).tolist() == [99, 99, 298]


def test_tax_comes_on_top_of_the_net() -> None:
    tax = Schedule(permille=200, fixed=0, of_net=True, channel=CARD)
    assert tax.gross_of(gross(10_000)).tolist() == [12_000]


@pytest.mark.parametrize("of_net", [True, False])
def test_a_schedule_explains_its_own_amounts_and_no_others(of_net: bool) -> None:
    schedule = Schedule(permille=29, fixed=30, of_net=of_net, channel=CARD)
    high = gross(10_000, 5_000)
    low = schedule.net_of(high)
    if of_net:
        low = high
        high = schedule.gross_of(low)
    assert schedule.explains(low, high).all()
    assert not schedule.explains(low - 1, high).any()


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_schedules_are_like_those_of_payment_providers(seed: int) -> None:
    schedules = draw_world(rows=1_000, seed=seed).schedules
    *cards, tax, wire = schedules
    assert 2 <= len(cards) <= 3
    assert all(5 <= card.permille <= 50 for card in cards)
    assert all(card.fixed in range(0, 101, 5) for card in cards)
    assert (tax.permille, tax.fixed, tax.of_net) == (200, 0, True)
    assert wire.permille == 0 < wire.fixed
    permilles = sorted(card.permille for card in cards)
    assert min(np.diff(permilles)) >= 5


def test_there_is_a_rate_for_each_pair_and_day() -> None:
    world = draw_world(rows=1_000, seed=1)
    assert world.rates.shape == (len(PAIRS), len(world.period.calendar))
    assert len(world.weights) == len(world.period.calendar)


def test_rates_have_four_to_six_decimals() -> None:
    rates = draw_world(rows=10_000, seed=1).rates
    for pair, walk in zip(PAIRS, rates, strict=True):
        assert 4 <= pair.decimals <= 6
        assert (walk % 10 ** (6 - pair.decimals) == 0).all()


def test_rates_walk_slowly() -> None:
    rates = draw_world(rows=10_000, seed=1).rates
    steps = np.abs(np.diff(np.log(rates), axis=1))
    assert 0 < np.median(steps) < 0.01
    assert steps.max() < 0.03


def test_it_reads_rates_by_pair_and_epoch_day() -> None:
    world = draw_world(rows=1_000, seed=1)
    day = np.array([world.period.start + 3])
    assert world.rate(np.array([1]), day)[0] == world.rates[1, 3]


def test_an_original_currency_is_booked_in_one_currency_only() -> None:
    originals = [pair.original for pair in PAIRS]
    assert len(originals) == len(set(originals))
    assert all(pair.original != pair.account for pair in PAIRS)


def test_the_ledger_writes_parties_in_capitals_without_points() -> None:
    world = draw_world(rows=1_000, seed=1)
    assert len(set(world.parties_right)) == PARTIES
    for left, right in zip(world.parties_left, world.parties_right, strict=True):
        assert left.upper().replace(".", "") == right


def test_the_world_is_the_same_for_the_same_seed() -> None:
    one, two = draw_world(rows=1_000, seed=9), draw_world(rows=1_000, seed=9)
    assert one.schedules == two.schedules
    assert one.parties_left == two.parties_left
    assert np.array_equal(one.rates, two.rates)
    assert one.first_number == two.first_number


def test_party_names_are_different() -> None:
    names = party_names(300, np.random.default_rng(1))
    assert len(set(names)) == 300
    assert not any("," in name for name in names)
