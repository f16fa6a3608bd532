"""Carries out one pass on two tables that stand in the test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.run import run_passes
from tieout.reconcile.spec import Spec

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Found:
    """What a pass found, in plain lists."""

    pairs: Pairs = field(default_factory=list)
    differences: list[int] = field(default_factory=list)
    groups: list[tuple[str, list[int], list[int], int]] = field(default_factory=list)
    withheld: list[tuple[list[int], list[int], str]] = field(default_factory=list)
    open_left: list[int] = field(default_factory=list)
    open_right: list[int] = field(default_factory=list)


def spec_of(passes: Sequence[dict[str, Any]], **more: Any) -> Spec:
    """A spec whose sides have every field that a test may name."""
    side = {"name": "side", "key": ["key"], "amount": "amount", "date": "date"}
    return Spec.model_validate({"left": side, "right": side, "passes": list(passes), **more})


def found_by(
    left: pl.DataFrame,
    right: pl.DataFrame,
    *passes: dict[str, Any],
    engine: DuckDBEngine,
    scale: int = 2,
    spec: Spec | None = None,
) -> Found:
    """Publish both sides, run the passes and bring everything back."""
    tied = run_passes(
        engine.publish(left),
        engine.publish(right),
        spec or spec_of(passes),
        scale=scale,
        engine=engine,
    )
    pairs = [
        row
        for outcome in tied.outcomes
        if outcome.pairs is not None
        for row in engine.fetch(outcome.pairs)
        .sort("left_row")
        .select("left_row", "right_row", "difference")
        .iter_rows()
    ]
    columns = ("kind", "left_rows", "right_rows", "difference")
    return Found(
        pairs=[(row[0], row[1]) for row in pairs],
        differences=[row[2] for row in pairs],
        groups=[
            row for outcome in tied.outcomes for row in outcome.groups.select(columns).iter_rows()
        ],
        withheld=list(tied.withheld.iter_rows()),
        open_left=engine.fetch(tied.left)["row"].sort().to_list(),
        open_right=engine.fetch(tied.right)["row"].sort().to_list(),
    )


@pytest.fixture(scope="session")
def run(engine: DuckDBEngine) -> Callable[..., Found]:
    """Runs passes on two frames."""

    def carry_out(
        left: pl.DataFrame, right: pl.DataFrame, *passes: dict[str, Any], **more: Any
    ) -> Found:
        return found_by(left, right, *passes, engine=engine, **more)

    return carry_out
