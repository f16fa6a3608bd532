"""Tieout's passes alone: the same work as the hand-written SQL, without causes and report.

The process begins and ends as that of a command does.

Usage: tieout_passes.py LEFT.parquet RIGHT.parquet OUT_FOLDER
"""

import sys
from pathlib import Path

from tieout.cli.start import collect_rarely, keep_imported, leave

collect_rarely()

import ibis  # noqa: E402

from tieout.engines.duckdb import DuckDBEngine  # noqa: E402
from tieout.pipeline.inputs import read_side  # noqa: E402
from tieout.reconcile.matches import write_matches  # noqa: E402
from tieout.reconcile.run import run_passes  # noqa: E402
from tieout.reconcile.spec import Spec  # noqa: E402
from tieout.sources.open import open_source  # noqa: E402

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
        open_rows = [
            rows.mutate(side=ibis.literal(side))
            for side, rows in (("left", tied.left), ("right", tied.right))
        ]
        engine.write_parquet(open_rows[0].union(open_rows[1]), out / "left_over.parquet")


if __name__ == "__main__":
    keep_imported()
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    leave(0)
