"""Items that were carried forward against the counterparts that they waited for."""

import ibis.expr.types as ir
import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.passes.outcome import PassOutcome
from tieout.reconcile.passes.tolerance import Limits, tolerance_pass


def carried_pass(
    left: ir.Table, right: ir.Table, *, limits: Limits, last_rows: tuple[int, int], engine: Engine
) -> PassOutcome:
    """Pair rows of one key, currency and amount within the limits, one of them carried forward.

    Rows of the files are compared as well, for the nearest has the first claim to a partner, but
    such pairs are left open: whether they tie out is for the passes of the spec to say.

    last_rows: of both files; rows behind them were carried.
    """
    found = tolerance_pass(left, right, on=("key", "currency"), limits=limits, engine=engine)
    last_left, last_right = last_rows
    if found.pairs is None:
        return PassOutcome(name="carried")
    waited = (found.pairs["left_row"] > last_left) | (found.pairs["right_row"] > last_right)
    pairs = engine.materialise(found.pairs.filter(waited), keep_order=True)
    waiting = (pl.col("left_rows").list.max() > last_left) | (
        pl.col("right_rows").list.max() > last_right
    )
    withheld = found.withheld.filter(waiting.fill_null(value=False))
    return PassOutcome(name="carried", pairs=pairs, withheld=withheld)
