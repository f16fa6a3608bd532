"""What detectors need to know of a column as a whole."""

from typing import Final

import polars as pl

from tieout.model.table import ColumnFacts, Kind

_IDENTIFIER_ROWS_MIN: Final = 50
_IDENTIFIER_SHARE_MIN: Final = 0.9


def column_facts(values: pl.Series, kind: Kind) -> ColumnFacts:
    """Exact counts of distinct and missing values, and whether nearly every row has its own.

    >>> column_facts(pl.Series("paid", [1.0, None, 1.0]), Kind.NUMBER).distinct
    1
    """
    missing = values.null_count()
    filled = len(values) - missing
    distinct = values.n_unique() - (1 if missing else 0)
    is_identifier = (
        kind is Kind.CATEGORY
        and filled > _IDENTIFIER_ROWS_MIN
        and distinct > _IDENTIFIER_SHARE_MIN * filled
    )
    return ColumnFacts(values.name, kind, distinct, missing, is_identifier)
