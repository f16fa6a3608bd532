"""A column of lists of text out of Python's own lists."""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def text_lists(name: str, lists: Sequence[Sequence[str]]) -> "pl.Series":
    """A column of type List(String). Polars, given lists, would make a column of each first.

    >>> text_lists("reasons", [["a", "b"], [], ["c"]]).to_list()
    [['a', 'b'], [], ['c']]
    """
    import polars as pl
    import pyarrow as pa

    ends = pl.Series(accumulate(map(len, lists), initial=0), dtype=pl.Int64)
    texts = pl.Series(chain.from_iterable(lists), dtype=pl.String)
    # Arrow, given values of Python, would import pandas.
    array = pa.LargeListArray.from_arrays(ends.to_arrow(), texts.to_arrow())
    return pl.Series(name, array, dtype=pl.List(pl.String))
