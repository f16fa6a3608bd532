"""How much the words of two records have in common."""

import polars as pl

_WORD = r"[\p{L}\p{N}]{2,}"
# Shares of the shared weight from which words agree somewhat, and mostly.
SOME, MOST = 0.25, 0.6
NONE_LEVEL, SOME_LEVEL, MOST_LEVEL, UNKNOWN_LEVEL = 2, 1, 0, 3


def token_weights(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of row, token and weight for both sides; rare tokens weigh more (inverse document
    frequency, Sparck Jones 1972).

    left, right: row and text. Tokens that one side alone has, such as a bank's own numbers, tell
    nothing and are left out.
    """
    sides = [_tokens(side) for side in (left, right)]
    counts = pl.concat(sides).group_by("token").agg(pl.len().alias("rows"))
    known = [side.select("token").unique() for side in sides]
    shared = counts.join(known[0], on="token").join(known[1], on="token")
    total = left.height + right.height
    weights = shared.select(
        "token", (pl.lit(float(total + 1)) / pl.col("rows")).log().alias("weight")
    )
    first, second = (side.join(weights, on="token") for side in sides)
    return first, second


def _tokens(side: pl.DataFrame) -> pl.DataFrame:
    return (
        side.select("row", pl.col("text").str.to_uppercase().str.extract_all(_WORD).alias("token"))
        .explode("token")
        .drop_nulls("token")
        .unique(maintain_order=True)
    )


def text_levels(pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> pl.Series:
    """Levels of agreement of pairs (left_row, right_row), in their order.

    left, right: what `token_weights` answers with. The share is that of the side that says less,
    as the other may add what it likes.
    """
    totals = [
        side.group_by("row").agg(pl.col("weight").sum().alias(name))
        for side, name in ((left, "said_left"), (right, "said_right"))
    ]
    numbered = pairs.select("left_row", "right_row").with_row_index("at")
    common = (
        numbered.join(left, left_on="left_row", right_on="row")
        .join(
            right.select("row", "token"), left_on=["right_row", "token"], right_on=["row", "token"]
        )
        .group_by("at")
        .agg(pl.col("weight").sum().alias("common"))
    )
    told = (
        numbered.join(totals[0], left_on="left_row", right_on="row", how="left")
        .join(totals[1], left_on="right_row", right_on="row", how="left")
        .join(common, on="at", how="left")
        .sort("at")
    )
    said = pl.min_horizontal("said_left", "said_right")
    share = pl.col("common").fill_null(0.0) / said
    level = (
        pl.when(pl.col("said_left").is_null() | pl.col("said_right").is_null())
        .then(UNKNOWN_LEVEL)
        .when(share >= MOST)
        .then(MOST_LEVEL)
        .when(share >= SOME)
        .then(SOME_LEVEL)
        .otherwise(NONE_LEVEL)
    )
    return told.select(level.cast(pl.Int8).alias("text")).to_series()
