"""What was before each break, computed where the plans of a run are carried out."""

from collections.abc import Callable

import ibis.expr.types as ir
import polars as pl

from tieout.detect.history.features import break_features, row_features
from tieout.detect.history.plan import feature_plan, row_plan
from tieout.engines.base import Engine

_BREAK: tuple[str, ...] = ("code", "at", "quantity", "units")
_ROW: tuple[str, ...] = ("code", "at", "is_break")


def known_of_breaks(breaks: pl.DataFrame, engine: Engine | None = None) -> pl.DataFrame:
    """Adds to each break what `break_features` does; on an engine of its own what `describe` does.

    engine: of the run. One that reads by itself is of this machine, where Polars takes less time.
    """
    if engine is None or engine.reader is engine:
        return break_features(breaks)
    return _on(engine, breaks, _BREAK, feature_plan)


def known_of_rows(rows: pl.DataFrame, engine: Engine | None = None) -> pl.DataFrame:
    """Adds to each row what `row_features` does. engine: as above."""
    if engine is None or engine.reader is engine:
        return row_features(rows)
    return _on(engine, rows, _ROW, row_plan)


def _on(
    engine: Engine,
    frame: pl.DataFrame,
    columns: tuple[str, ...],
    plan: Callable[[ir.Table], ir.Table],
) -> pl.DataFrame:
    # History and present number their rows apart, and a plan needs one order of all.
    placed = frame.select(pl.int_range(pl.len()).cast(pl.Int64).alias("row"), *columns)
    found = engine.fetch(plan(engine.publish(placed)).drop(*columns)).sort("row")
    return frame.hstack(found.drop("row"))
