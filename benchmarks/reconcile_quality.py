"""How much of labelled practice data is found, and named by its true cause, on several seeds.

Usage: uv run python benchmarks/reconcile_quality.py [--rows 200000] [--seeds 101 102 103]
No spec is given: what is measured includes the inference of the columns.
"""

import argparse
import tempfile
from pathlib import Path

import polars as pl

from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.practice.breaks import generate_breaks
from tieout.practice.score import Score, score_run


def main() -> None:
    """Generate, reconcile and score each seed in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    options = parser.parse_args()
    scores = {seed: _score(options.rows, seed) for seed in options.seeds}
    for seed, score in scores.items():
        print(
            f"seed {seed}: clean pairs found {score.clean_pairs_found / score.clean_pairs:.4%}, "
            f"false matches {score.false_matches / score.matches:.4%}, "
            f"true bucket {score.breaks_in_bucket / score.breaks:.2%}"
        )
    by_cause = pl.concat([score.by_cause for score in scores.values()])
    worst = by_cause.group_by("cause").agg(
        pl.col("labelled").sum(), pl.col("share").min().alias("worst_share")
    )
    for cause, labelled, share in worst.sort("worst_share", "cause").iter_rows():
        print(f"{cause:20}{labelled:9,} labelled, worst seed {share:7.2%}")


def _score(rows: int, seed: int) -> Score:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        written = generate_breaks(rows=rows, seed=seed, out=folder / "data")
        job = ReconcileJob(left=str(written.left), right=str(written.right), out=folder / "run")
        return score_run(reconcile(job).out, written.labels)


if __name__ == "__main__":
    main()
