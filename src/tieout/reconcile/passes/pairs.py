"""One-to-one pairs as narrow rows of this process, told apart and put in order by row number.

Row numbers are dense, so an array with a place for each of them does in one look what an engine
does by grouping and sorting.
"""

import numpy as np
import polars as pl

# currency is a dictionary of few words: 4 bytes a row.
PAIR_SCHEMA = pl.Schema(
    {
        "left_row": pl.Int64(),
        "right_row": pl.Int64(),
        "currency": pl.Categorical(),
        "difference": pl.Int64(),
    }
)


def repeated_pairs(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which a row is in another pair too: `at` (position in `pairs`) and both rows.

    In the order of their rows.
    """
    repeated = np.zeros(pairs.height, dtype=bool)
    for column in ("left_row", "right_row"):
        rows = pairs[column].to_numpy()
        at = np.arange(len(rows), dtype=np.int32)
        # Only places that were just written are looked at.
        place = np.empty(int(rows.max(initial=-1)) + 1, dtype=np.int32)
        place[rows] = at
        again = rows[place[rows] != at]
        if len(again):
            is_again = np.zeros(len(place), dtype=bool)
            is_again[again] = True
            repeated |= is_again[rows]
    found = pl.Series("at", np.flatnonzero(repeated))
    return pairs[found].select(found, "left_row", "right_row").sort("left_row", "right_row")


def in_order(pairs: pl.DataFrame, without: pl.Series | None = None) -> pl.DataFrame:
    """The pairs in the order of their left rows, each of which stands in one of them.

    without: positions of pairs to leave out, so that this is so.
    """
    rows = pairs["left_row"].to_numpy()
    at = np.arange(len(rows), dtype=np.int32)
    if without is not None:
        at = np.delete(at, without.to_numpy())
    place = np.full(int(rows.max(initial=-1)) + 1, -1, dtype=np.int32)
    place[rows[at]] = at
    ordered = np.flatnonzero(place >= 0)
    others = pairs.drop("left_row")[place[ordered]]
    return others.select(pl.Series("left_row", ordered), pl.all()).select(pairs.columns)


def open_rows(taken: list[pl.Series], last: int) -> pl.DataFrame:
    """The rows from 1 to `last` that are in none of some lists, as `row`."""
    is_open = np.ones(last + 1, dtype=bool)
    is_open[0] = False
    for rows in taken:
        is_open[rows.to_numpy()] = False
    return pl.DataFrame({"row": np.flatnonzero(is_open)}, schema={"row": pl.Int64})
