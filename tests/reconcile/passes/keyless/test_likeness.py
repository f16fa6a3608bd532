"""Words of two records."""

import polars as pl

from tieout.reconcile.passes.keyless.likeness import (
    MOST_LEVEL,
    NONE_LEVEL,
    UNKNOWN_LEVEL,
    text_levels,
    token_weights,
)


def side(*texts: str) -> pl.DataFrame:
    """Rows from 1."""
    return pl.DataFrame({"row": range(1, len(texts) + 1), "text": texts})


def levels(left: pl.DataFrame, right: pl.DataFrame) -> list[int]:
    """Of each row of a side with the row of the same number."""
    pairs = pl.DataFrame({"left_row": left["row"], "right_row": right["row"]})
    return text_levels(pairs, *token_weights(left, right)).to_list()


def test_a_name_is_found_among_other_words_whatever_their_case() -> None:
    left = side("TRF ALPHA FOODS 948811", "TRF BRAVO MOTORS 17")
    right = side("Alpha Foods", "Bravo Motors")
    assert levels(left, right) == [MOST_LEVEL, MOST_LEVEL]


def test_words_that_all_rows_have_are_worth_less_than_rare_ones() -> None:
    names = ["ALPHA", "BRAVO", "CARBON", "DELTA", "ECHO", "FJORD"]
    left = side(*(f"PAYMENT {name}" for name in names))
    right = side(*(f"payment {name}" for name in (*names[1:], names[0])))
    assert levels(left, right) == [NONE_LEVEL] * 6


def test_a_row_without_shared_words_says_nothing() -> None:
    assert levels(side("", "ALPHA", "9911"), side("ALPHA", "ALPHA", "ALPHA")) == [
        UNKNOWN_LEVEL,
        MOST_LEVEL,
        UNKNOWN_LEVEL,
    ]
