"""What the files as a whole must be for their labels to be true."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest

Generate = Callable[..., Any]
SEEDS = [1, 2, 3]
AMOUNT = re.compile(r"-?\d+\.\d\d")
SAME_ROW = ["amount", "currency", "date", "party", "original", "original_currency"]


def lines(path: Any) -> list[list[str]]:
    """The cells of a file that quotes nothing, without its header."""
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_the_banks_cells_are_plain(generated: Generate) -> None:
    for cells in lines(generated().written.left):
        assert len(cells) == 9
        assert re.fullmatch(r"2024-\d\d-\d\d", cells[0])
        assert re.fullmatch(r"(INV|CRD|WIR|DDB)-\d{8,10}", cells[1])
        assert AMOUNT.fullmatch(cells[4])
        assert re.fullmatch(r"ACC-[A-Z]{3}-[12]", cells[6])
        assert bool(AMOUNT.fullmatch(cells[7])) == bool(re.fullmatch(r"[A-Z]{3}", cells[8]))


def test_the_ledgers_cells_are_plain(generated: Generate) -> None:
    for cells in lines(generated().written.right):
        assert len(cells) == 10
        assert re.fullmatch(r"\d\d/\d\d/2024", cells[0])
        assert re.fullmatch(r"(inv|crd|wir|ddb)\d{8,10}", cells[1])
        assert bool(cells[4]) != bool(cells[5])
        assert Decimal(cells[4] or cells[5]) > 0
        assert re.fullmatch(r"1[1-5][12]0", cells[7])


def test_an_account_of_the_bank_is_one_account_of_the_ledger(generated: Generate) -> None:
    accounts = generated(rows=20_000).both("clean").select("account_left", "account_right").unique()
    assert len(accounts) == accounts["account_left"].n_unique() == 10
    assert accounts["account_right"].n_unique() == 10


def test_labels_stand_in_the_order_of_the_left_rows(generated: Generate) -> None:
    rows = generated().labels["left_row"]
    known = rows.drop_nulls()
    assert known.is_sorted()
    assert rows.head(len(known)).null_count() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_of_one_label_share_their_reference_unless_it_is_wrong(
    generated: Generate, seed: int
) -> None:
    practice = generated(seed=seed)
    for cause in set(practice.labels["cause"]) - {"wrong_reference"}:
        pairs = practice.both(cause)
        assert (pairs["key_left"] == pairs["key_right"]).all(), cause


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reference_on_both_sides_means_that_its_rows_are_related(
    generated: Generate, seed: int
) -> None:
    """No accident brings two items under one reference: it has one party on both sides."""
    practice = generated(rows=5_000, seed=seed)
    both = pl.concat([practice.left.select("key", "party"), practice.right.select("key", "party")])
    assert both.group_by("key").agg(pl.col("party").n_unique())["party"].max() == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_rows_alone_on_their_sides_could_be_a_pair(generated: Generate, seed: int) -> None:
    """A missing left and a missing right row of one party, day and amount would be a match."""
    practice = generated(rows=5_000, seed=seed)
    left = practice.only("left", "missing_right")
    right = practice.only("right", "missing_left")
    assert left.join(right, on=SAME_ROW, nulls_equal=True).is_empty()


def intervals(pairs: pl.DataFrame) -> dict[tuple[str, Any], list[tuple[Fraction, Fraction]]]:
    """By original currency and day, between which rates each clean amount was rounded."""
    found: dict[tuple[str, Any], list[tuple[Fraction, Fraction]]] = {}
    for pair in pairs.drop_nulls("original_left").to_dicts():
        original, amount = abs(pair["original_left"]), abs(pair["amount_left"])
        half = 50 if pair["currency_left"] == "JPY" else Fraction(1, 2)
        key = (pair["original_currency_left"], pair["date_left"])
        bounds = (Fraction(amount - half) / original, Fraction(amount + half) / original)
        found.setdefault(key, []).append(bounds)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_files_alone_show_one_rate_a_currency_and_day(generated: Generate, seed: int) -> None:
    rates = intervals(generated(rows=5_000, seed=seed).both("clean"))
    assert sum(len(bounds) > 1 for bounds in rates.values()) > 100
    for bounds in rates.values():
        assert max(low for low, _ in bounds) <= min(high for _, high in bounds)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_side_of_fx_rate_does_not_fit_the_rate_of_its_day(
    generated: Generate, seed: int
) -> None:
    practice = generated(rows=5_000, seed=seed)
    rates = intervals(practice.both("clean"))
    tested = 0
    for pair in practice.both("fx_rate").to_dicts():
        bounds = rates.get((pair["original_currency_left"], pair["date_left"]))
        if bounds is None:
            continue
        tested += 1
        implied = Fraction(abs(pair["amount_right"]), abs(pair["original_right"]))
        low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
        assert not low <= implied < high
    assert tested > 15


@pytest.mark.parametrize("cause", ["rounding", "fx_rate", "partial_payment", "transposition"])
def test_no_difference_is_what_a_schedule_takes_by_accident(
    generated: Generate, cause: str
) -> None:
    practice = generated(rows=20_000)
    pairs = practice.both(cause).filter(pl.len().over("key_left") == 1)
    low = pairs.select(
        pl.min_horizontal(pl.col("amount_left").abs(), pl.col("amount_right").abs())
    ).to_series()
    high = pairs.select(
        pl.max_horizontal(pl.col("amount_left").abs(), pl.col("amount_right").abs())
    ).to_series()
    if cause == "rounding":  # a minor unit may be a percentage of next to nothing
        large = (high >= 50_000).to_numpy()
        low, high = low.filter(large), high.filter(large)
    for schedule in practice.world.schedules:
        assert not schedule.explains(low.to_numpy(), high.to_numpy()).any()


@pytest.mark.parametrize("cause", ["fx_rate", "fee_or_tax", "partial_payment"])
def test_no_difference_is_a_swap_of_digits_by_accident(generated: Generate, cause: str) -> None:
    pairs = generated(rows=20_000).both(cause).filter(pl.len().over("key_left") == 1)
    for left, right in pairs.select("amount_left", "amount_right").iter_rows():
        one, other = str(abs(left)), str(abs(right))
        swapped = {
            one[:i] + one[i + 1] + one[i] + one[i + 2 :]
            for i in range(len(one) - 1)
            if one[i] != one[i + 1]
        }
        assert other not in swapped


def test_several_chunks_hold_the_same_truths(generated: Generate) -> None:
    whole, chunked = generated(rows=5_000), generated(rows=5_000, chunk_rows=400)
    for cause, count in whole.written.causes.items():
        assert np.isclose(count, chunked.written.causes[cause], rtol=0.5, atol=15), cause
    pairs = chunked.both("clean")
    assert (pairs["key_left"] == pairs["key_right"]).all()
    assert (pairs["date_left"] == pairs["date_right"]).all()
