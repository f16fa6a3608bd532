"""Schedules found among noise."""

import numpy as np
import pytest

from tieout.reconcile.evidence.fee_search import complexity, find_schedules
from tieout.reconcile.evidence.fees import Schedule

_TRUE = [(30, 29_000), (0, 15_000), (25, 3_500), (150, 0)]


def _gross(rows: int, generator: np.random.Generator) -> np.ndarray:
    return np.exp(generator.normal(9, 1.2, rows)).astype(np.int64) + 200


def _mixed(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Half of the differences from four schedules, half payments of any part."""
    generator = np.random.default_rng(seed)
    gross = _gross(rows, generator)
    kind = generator.integers(0, 8, rows)
    difference = (gross * generator.uniform(0.05, 0.95, rows)).astype(np.int64)
    for number, (fixed, percent) in enumerate(_TRUE):
        fee = fixed + (gross * percent + 500_000) // 1_000_000
        difference = np.where(kind == number, fee, difference)
    usable = (difference > 0) & (difference < gross)
    return difference[usable], gross[usable]


def _ones(like: np.ndarray) -> np.ndarray:
    return np.ones(len(like), np.int64)


@pytest.mark.parametrize(
    ("rows", "seed"), [(200, 1), (200, 2), (1_000, 3), (5_000, 4), (100_000, 5)]
)
def test_four_schedules_are_found_among_as_much_noise(rows: int, seed: int) -> None:
    difference, gross = _mixed(rows, seed)

    found = find_schedules(difference, gross, unit=_ones(gross))

    assert {(each.fixed, each.percent) for each in found} == set(_TRUE)
    assert all(each.of == "gross" and each.strength > 0.8 for each in found)


@pytest.mark.parametrize("seed", range(5))
def test_payments_of_any_part_are_no_fees(seed: int) -> None:
    generator = np.random.default_rng(seed)
    gross = _gross(3_000, generator)
    open_part = (gross * generator.uniform(0.02, 0.95, len(gross))).astype(np.int64)

    assert find_schedules(open_part, gross, unit=_ones(gross)) == []


@pytest.mark.parametrize("seed", range(5))
def test_payments_of_round_shares_are_no_taxes(seed: int) -> None:
    generator = np.random.default_rng(seed)
    gross = _gross(1_000, generator)
    paid = generator.choice([10, 20, 25, 30, 40, 50, 60, 75, 80, 90], len(gross))
    open_part = gross - gross * paid // 100

    assert find_schedules(open_part, gross, unit=_ones(gross)) == []


def test_a_tax_of_the_net_amount_is_found() -> None:
    generator = np.random.default_rng(1)
    net = _gross(100, generator)
    tax = (net * 19 + 50) // 100

    (found,) = find_schedules(tax, net + tax, unit=_ones(net))

    assert (found.fixed, found.percent, found.of) == (0, 190_000, "net")


def test_two_fixed_fees_are_two_schedules() -> None:
    generator = np.random.default_rng(1)
    gross = _gross(60, generator)
    difference = np.where(np.arange(60) % 2 == 0, 25, 40)
    usable = difference < gross // 2

    found = find_schedules(difference[usable], gross[usable], unit=_ones(gross[usable]))

    assert {(each.fixed, each.percent) for each in found} == {(25, 0), (40, 0)}


def test_four_rows_are_too_few() -> None:
    gross = np.array([10_000, 22_200, 35_700, 47_100])

    assert find_schedules(gross * 29 // 1_000 + 30, gross, unit=_ones(gross)) == []


def test_nothing_in_nothing_out() -> None:
    nothing = np.zeros(0, np.int64)

    assert find_schedules(nothing, nothing, unit=nothing) == []


def test_the_order_of_the_rows_does_not_matter() -> None:
    difference, gross = _mixed(4_000, 9)
    order = np.random.default_rng(3).permutation(len(gross))

    first = find_schedules(difference, gross, unit=_ones(gross))
    second = find_schedules(difference[order], gross[order], unit=_ones(gross))

    assert first == second


def test_simple_numbers_are_less_complex() -> None:
    simple, odd = Schedule(30, 29_000, "gross"), Schedule(31, 28_700, "gross")

    assert complexity(simple) < complexity(odd)
    assert complexity(simple) < complexity(Schedule(30, 29_000, "net"))


def test_votes_do_not_depend_on_how_many_percentages_are_counted_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    difference, gross = _mixed(900, seed=5)
    unit = _ones(gross)
    found = find_schedules(difference, gross, unit=unit)
    monkeypatch.setattr("tieout.reconcile.evidence.fee_search._GRID_AT_ONCE", 7)
    assert found
    assert find_schedules(difference, gross, unit=unit) == found
