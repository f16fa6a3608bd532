from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl
import pytest

Generate = Callable[..., Any]
Pair = dict[str, Any]

SEEDS = [1, 2, 3]
FIXED_STEPS = range(0, 105, 5)


def one_to_one(practice: Any, cause: str) -> list[Pair]:
    """Labelled pairs of references with one label, as dictionaries."""
    pairs = practice.both(cause).filter(pl.len().over("key_left") == 1)
    assert (pairs["key_left"] == pairs["key_right"]).all()
    assert (pairs["date_left"] == pairs["date_right"]).all()
    found: list[Pair] = pairs.to_dicts()
    return found


def minor(pair: Pair) -> int:
    return 100 if pair["currency_left"] == "JPY" else 1


def convert(original: int, rate_micro: int, unit: int) -> int:
    """By decimal arithmetic, half up, away from zero."""
    exact = Decimal(original) * Decimal(rate_micro).scaleb(-6) / unit
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)) * unit


def rate_on(practice: Any, currency: str, day: date) -> int:
    """The world's rate of an original currency, in millionths."""
    pair = {"USD": 0, "GBP": 1, "CHF": 2, "CAD": 3, "SEK": 4, "HKD": 5}[currency]
    first = practice.left["date"].min()
    return int(practice.world.rates[pair, (day - first).days])


def digits_swapped(one: int, other: int) -> bool:
    """Adjacent different digits of one number swapped give the other, seen as text."""
    texts = (str(abs(one)), str(abs(other)))
    if len(texts[0]) != len(texts[1]):
        return False
    where = [i for i, (a, b) in enumerate(zip(*texts, strict=True)) if a != b]
    if len(where) != 2 or where[1] != where[0] + 1:
        return False
    first, second = where
    return texts[0][first] == texts[1][second] and texts[0][second] == texts[1][first]


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_is_one_minor_unit_either_way(generated: Generate, seed: int) -> None:
    pairs = one_to_one(generated(seed=seed), "rounding")
    assert len(pairs) >= 15
    steps = [(p["amount_left"] - p["amount_right"]) // minor(p) for p in pairs]
    assert set(steps) == {-1, 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_clean_amounts_are_the_original_at_the_rate_of_the_day(
    generated: Generate, seed: int
) -> None:
    practice = generated(seed=seed)
    pairs = practice.both("clean").drop_nulls("original_left").to_dicts()
    assert len(pairs) > 300
    for pair in pairs:
        rate = rate_on(practice, pair["original_currency_left"], pair["date_left"])
        assert pair["amount_left"] == convert(pair["original_left"], rate, minor(pair))


@pytest.mark.parametrize("seed", SEEDS)
def test_fx_rate_converts_the_right_side_at_an_earlier_days_rate(
    generated: Generate, seed: int
) -> None:
    practice = generated(seed=seed)
    pairs = one_to_one(practice, "fx_rate")
    assert len(pairs) >= 15
    first = practice.left["date"].min()
    for pair in pairs:
        currency, day = pair["original_currency_left"], pair["date_left"]
        assert pair["original_left"] == pair["original_right"]
        today = rate_on(practice, currency, day)
        assert pair["amount_left"] == convert(pair["original_left"], today, minor(pair))
        assert abs(pair["amount_left"] - pair["amount_right"]) > 2 * minor(pair)
        earlier = [
            convert(pair["original_left"], rate_on(practice, currency, past), minor(pair))
            for past in pl.date_range(first, day, eager=True)[-11:-1]
        ]
        assert pair["amount_right"] in earlier


def test_a_quarter_of_the_rows_has_an_original_amount(generated: Generate) -> None:
    practice = generated(rows=20_000)
    for rows in (practice.left, practice.right):
        assert 0.2 < rows["original"].is_not_null().mean() < 0.3
        assert rows["original"].is_null().equals(rows["original_currency"].is_null())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fee_is_what_one_of_the_schedules_takes(generated: Generate, seed: int) -> None:
    practice = generated(seed=seed)
    schedules = practice.world.schedules
    for pair in one_to_one(practice, "fee_or_tax"):
        net, gross = pair["amount_left"], pair["amount_right"]
        assert 0 < net < gross
        fees = []
        for schedule in schedules:
            base = net if schedule.of_net else gross
            percentage = Decimal(base * schedule.permille) / 1000
            rounded = int(percentage.quantize(Decimal(1), rounding=ROUND_HALF_UP))
            fees.append(rounded + schedule.fixed)
        assert fees.count(gross - net) == 1


def test_every_schedule_is_used_by_many_breaks(generated: Generate) -> None:
    practice = generated(rows=20_000)
    pairs = one_to_one(practice, "fee_or_tax")
    for schedule in practice.world.schedules:
        if schedule.of_net:
            uses = sum(schedule.gross_of(p["amount_left"]) == p["amount_right"] for p in pairs)
        else:
            uses = sum(schedule.net_of(p["amount_right"]) == p["amount_left"] for p in pairs)
        assert uses >= 20


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sign_flip_is_the_opposite_amount(generated: Generate, seed: int) -> None:
    pairs = one_to_one(generated(seed=seed), "sign_flip")
    assert len(pairs) >= 15
    assert all(p["amount_left"] == -p["amount_right"] != 0 for p in pairs)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_transposition_swaps_digits_or_moves_the_point(generated: Generate, seed: int) -> None:
    pairs = one_to_one(generated(seed=seed), "transposition")
    assert len(pairs) >= 15
    swaps = 0
    for pair in pairs:
        left, right = pair["amount_left"] // minor(pair), pair["amount_right"] // minor(pair)
        if digits_swapped(left, right):
            swaps += 1
            assert (left - right) % 9 == 0
        else:
            small, large = sorted([abs(left), abs(right)])
            assert large in (small * 10, small * 100)
    assert swaps >= 5


def test_a_transposition_is_on_either_side(generated: Generate) -> None:
    pairs = one_to_one(generated(rows=20_000), "transposition")
    slips = [abs(p["amount_left"]) >= 10 * abs(p["amount_right"]) for p in pairs]
    assert any(slips)
    assert any(abs(p["amount_right"]) >= 10 * abs(p["amount_left"]) for p in pairs)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_partial_payment_is_30_to_90_percent_of_what_is_due(
    generated: Generate, seed: int
) -> None:
    pairs = one_to_one(generated(seed=seed), "partial_payment")
    assert len(pairs) >= 15
    assert all(0.3 <= p["amount_left"] / p["amount_right"] <= 0.9 for p in pairs)
    assert all(p["amount_left"] % (10 * minor(p)) for p in pairs)


def test_no_fee_that_a_schedule_could_have_explains_a_partial_payment(generated: Generate) -> None:
    """Fixed 0 to 1.00 in steps of 0.05 and 0.5 to 5 % in steps of 0.1."""
    for pair in one_to_one(generated(rows=20_000), "partial_payment"):
        net, gross = abs(pair["amount_left"]), abs(pair["amount_right"])
        largest = (gross * 50 + 500) // 1000 + max(FIXED_STEPS)
        assert gross - net > largest


def test_amounts_differ_for_these_causes_only(generated: Generate) -> None:
    practice = generated(rows=5_000)
    differing = {"rounding", "fx_rate", "fee_or_tax", "sign_flip", "transposition"}
    differing |= {"partial_payment", "split_or_aggregate"}
    for cause in set(practice.labels["cause"]) - differing - {"clean"}:
        pairs = practice.both(cause)
        assert (pairs["amount_left"] == pairs["amount_right"]).all(), cause


def test_amounts_are_often_equal(generated: Generate) -> None:
    """Price points make amount alone a poor key."""
    amounts = generated(rows=5_000).left["amount"].abs()
    assert amounts.value_counts()["count"].max() > 20
