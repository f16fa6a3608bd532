from collections.abc import Callable
from itertools import combinations
from typing import Any

import polars as pl
import pytest

Generate = Callable[..., Any]

SEEDS = [1, 2, 3]


def wholes(pairs: pl.DataFrame) -> list[tuple[str, int, list[int], int]]:
    """Per reference of labelled pairs: side of the parts, the whole, the parts, the minor unit."""
    found = []
    for _, group in pairs.group_by("key_left", maintain_order=True):
        minor = 100 if group["currency_left"][0] == "JPY" else 1
        side = "right" if group["left_row"].n_unique() == 1 else "left"
        other = "left" if side == "right" else "right"
        found.append((side, group[f"amount_{other}"][0], group[f"amount_{side}"].to_list(), minor))
    return found


def several(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of references with more than one label."""
    return pairs.filter(pl.len().over("key_left") > 1)


def test_rounded_groups_differ_by_a_minor_unit_a_line_at_most(generated: Generate) -> None:
    groups = wholes(several(generated(rows=20_000).both("rounding")))
    assert len(groups) >= 15
    assert {side for side, *_ in groups} == {"left", "right"}
    for _, whole, parts, minor in groups:
        assert 1 <= abs(whole - sum(parts)) // minor <= len(parts)
        assert (whole - sum(parts)) % minor == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_of_a_split_add_up_exactly(generated: Generate, seed: int) -> None:
    groups = wholes(generated(seed=seed).both("split_or_aggregate"))
    assert len(groups) >= 8
    for _, whole, parts, _ in groups:
        assert 2 <= len(parts) <= 5
        assert sum(parts) == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_a_split_has_one_or_two_lines_that_do_not_belong(generated: Generate, seed: int) -> None:
    practice = generated(rows=5_000, seed=seed)
    pairs = practice.both("split_or_aggregate")
    for (key,), group in pairs.group_by("key_left"):
        side = "right" if group["left_row"].n_unique() == 1 else "left"
        rows = practice.right if side == "right" else practice.left
        cause = "missing_left" if side == "right" else "missing_right"
        extra = practice.only(side, cause).filter(pl.col("key") == key)
        assert 1 <= len(extra) <= 2
        assert len(rows.filter(pl.col("key") == key)) == len(group) + len(extra)


def test_a_split_adds_up_in_one_way_only(generated: Generate) -> None:
    practice = generated(rows=20_000)
    for (key,), group in practice.both("split_or_aggregate").group_by("key_left"):
        side = "right" if group["left_row"].n_unique() == 1 else "left"
        rows = practice.right if side == "right" else practice.left
        whole = group["amount_left" if side == "right" else "amount_right"][0]
        lines = rows.filter(pl.col("key") == key)["amount"].to_list()
        ways = sum(
            sum(subset) == whole
            for size in range(1, len(lines) + 1)
            for subset in combinations(lines, size)
        )
        assert ways == 1


def test_splits_are_on_either_side(generated: Generate) -> None:
    groups = wholes(generated(rows=20_000).both("split_or_aggregate"))
    assert {side for side, *_ in groups} == {"left", "right"}


def test_rows_of_a_group_have_one_date(generated: Generate) -> None:
    practice = generated(rows=5_000)
    for cause in ("split_or_aggregate", "rounding", "partial_payment"):
        pairs = practice.both(cause)
        assert (pairs["date_left"] == pairs["date_right"]).all()
        assert (pairs["key_left"] == pairs["key_right"]).all()


def test_two_part_payments_together_still_fall_short(generated: Generate) -> None:
    groups = wholes(several(generated(rows=20_000).both("partial_payment")))
    assert len(groups) >= 15
    for side, whole, parts, minor in groups:
        assert side == "left"
        assert len(parts) == 2
        assert 0.29 <= sum(parts) / whole <= 0.9
        assert all(part % (10 * minor) != 0 for part in parts)


def test_yen_parts_are_whole_yen(generated: Generate) -> None:
    practice = generated(rows=20_000)
    for rows in (practice.left, practice.right):
        yen = rows.filter(pl.col("currency") == "JPY")
        assert len(yen) > 100
        assert (yen["amount"] % 100 == 0).all()
