"""One-to-one pairs as narrow rows of this process, told apart and put in order by row number.

Row numbers are dense, so an array with a place for each of them does in one look what an engine
does by grouping and sorting.
"""

import numpy as np
import numpy.typing as npt
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
        place = _places(rows)
        again = rows[place[rows] != np.arange(len(rows))]
        if len(again):
            is_again = np.zeros(len(place), dtype=bool)
            is_again[again] = True
            repeated |= is_again[rows]
    at = pl.Series("at", np.flatnonzero(repeated))
    return pairs[at].select(at, "left_row", "right_row").sort("left_row", "right_row")


def in_order(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs in the order of their left rows, each of which stands in one pair."""
    place = _places(pairs["left_row"].to_numpy())
    return pairs[place[place >= 0]]


def open_rows(taken: list[pl.Series], last: int) -> pl.DataFrame:
    """The rows from 1 to `last` that are in none of some lists, as `row`."""
    is_open = np.ones(last + 1, dtype=bool)
    is_open[0] = False
    for rows in taken:
        is_open[rows.to_numpy()] = False
    return pl.DataFrame({"row": np.flatnonzero(is_open)}, schema={"row": pl.Int64})


def _places(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each row number stands in a list, -1 for nowhere; the last place of several."""
    places = np.full(int(rows.max(initial=-1)) + 1, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    return places
