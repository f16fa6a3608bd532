from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from rapidfuzz.distance import Levenshtein

Generate = Callable[..., Any]

SEEDS = [1, 2, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_reference_agrees_in_everything_else(generated: Generate, seed: int) -> None:
    pairs = generated(seed=seed).both("wrong_reference")
    assert len(pairs) >= 15
    for name in ("amount", "currency", "date", "party", "original", "original_currency"):
        assert pairs[f"{name}_left"].eq_missing(pairs[f"{name}_right"]).all()


def test_a_wrong_reference_is_one_or_two_edits_away(generated: Generate) -> None:
    pairs = generated(rows=20_000).both("wrong_reference")
    distances = [
        Levenshtein.distance(left, right)
        for left, right in pairs.select("key_left", "key_right").iter_rows()
    ]
    assert set(distances) == {1, 2}
    lengths = {
        len(left) - len(right) for left, right in pairs.select("key_left", "key_right").iter_rows()
    }
    assert lengths == {-1, 0, 1}  # dropped and inserted on either side


@pytest.mark.parametrize("chunk_rows", [100, 250_000])
def test_a_mistyped_reference_is_nobody_elses(generated: Generate, chunk_rows: int) -> None:
    """Not even when only the digits are compared."""
    practice = generated(rows=20_000, chunk_rows=chunk_rows)
    digits = pl.concat([practice.left["key"], practice.right["key"]]).str.slice(3)
    uses = dict(digits.value_counts().iter_rows())
    pairs = practice.both("wrong_reference")
    typed = pl.concat([pairs["key_left"], pairs["key_right"]]).str.slice(3)
    assert all(uses[number] == 1 for number in typed)


def test_either_side_mistypes(generated: Generate) -> None:
    """The true one is of the sequence, so a mistyped left one has another right neighbour."""
    practice = generated(rows=20_000)
    lengths = practice.both("wrong_reference").select(
        pl.col("key_left", "key_right").str.len_chars()
    )
    assert (lengths["key_left"] != 12).any()
    assert (lengths["key_right"] != 12).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_static_data_differ_in_the_currency_alone(generated: Generate, seed: int) -> None:
    pairs = generated(seed=seed).both("static_data")
    assert len(pairs) >= 15
    assert (pairs["currency_left"] != pairs["currency_right"]).all()
    for name in ("key", "amount", "date", "party"):
        assert (pairs[f"{name}_left"] == pairs[f"{name}_right"]).all()
    assert not pairs["currency_left"].is_in(["JPY"]).any()
    assert not pairs["currency_right"].is_in(["JPY"]).any()


def test_every_other_cause_keeps_the_currency(generated: Generate) -> None:
    practice = generated(rows=5_000)
    causes = set(practice.labels["cause"]) - {"static_data"}
    for cause in causes:
        pairs = practice.both(cause)
        assert (pairs["currency_left"] == pairs["currency_right"]).all(), cause
