"""What detectors need to know of a column as a whole."""

from typing import Final

import polars as pl

from tieout.model.table import ColumnFacts, Kind

_IDENTIFIER_ROWS_MIN: Final = 50
_IDENTIFIER_SHARE_MIN: Final = 0.9


def column_facts(values: pl.Series, kind: Kind) -> ColumnFacts:
    """How many labels differ, how many values are missing; whether each row has a label of its own.

    Different numbers and moments are not counted: it takes longest, and nobody asks.

    >>> column_facts(pl.Series("paid_by", ["card", None, "card"]), Kind.CATEGORY).distinct
    1
    """
    missing = values.null_count()
    filled = len(values) - missing
    if kind is not Kind.CATEGORY:
        return ColumnFacts(values.name, kind, min(filled, 1), missing)
    distinct = values.n_unique() - (1 if missing else 0)
    is_identifier = filled > _IDENTIFIER_ROWS_MIN and distinct > _IDENTIFIER_SHARE_MIN * filled
    return ColumnFacts(values.name, kind, distinct, missing, is_identifier)
