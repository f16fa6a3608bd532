"""Tieout's passes alone: the same work as the hand-written SQL, without causes and report.

Usage: tieout_passes.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

from tieout.engines.duckdb import DuckDBEngine
from tieout.pipeline.inputs import read_side
from tieout.reconcile.matches import write_matches
from tieout.reconcile.run import run_passes
from tieout.reconcile.spec import Spec
from tieout.sources.open import open_source

SIDE = {"key": "reference", "amount": "amount", "currency": "currency", "date": "date"}


def main(left: str, right: str, out: Path) -> None:
    """Read, match, write the matches and the rows that are left over."""
    out.mkdir(parents=True, exist_ok=True)
    sides = {side: {"name": side, "comment": "narrative", **SIDE} for side in ("left", "right")}
    spec = Spec.model_validate(sides)
    with DuckDBEngine() as engine:
        inputs = [
            read_side(
                open_source(location, engine=engine, workdir=out),
                side,
                spec,
                scale=2,
                engine=engine,
                path=out / f"{side.name}.staged",
            )
            for location, side in ((left, spec.left), (right, spec.right))
        ]
        tied = run_passes(inputs[0].table, inputs[1].table, spec, scale=2, engine=engine)
        write_matches(tied.outcomes, out / "matches.parquet", scale=2, engine=engine)
        engine.write_parquet(tied.left, out / "left_over_left.parquet")
        engine.write_parquet(tied.right, out / "left_over_right.parquet")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
