"""Practice payments and a practice journal, by the defaults that a person would get."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from detect_figures import Figures, LabelArray, mean, show
from detect_run import Run, numbers, run_detect, run_peers
from tieout.detect.roles.infer import Profile
from tieout.practice.ledger.generate import generate_ledger
from tieout.practice.payments import generate_payments

WORKLOAD = 0.05


def measure_practice(kind: Profile, *, seeds: Sequence[int], rows: int, peers: str | None) -> None:
    """Print ranking figures, what is flagged, and recall by type, over all seeds.

    kind: payments or journal.
    """
    found: dict[str, list[Figures]] = {}
    flagged: list[pl.DataFrame] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as scratch:
            path, truth = _generated(kind, rows, seed, Path(scratch))
            table = pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)
            labels, types = _labels(truth, table.height)
            run = run_detect(path, profile=kind)
            judged = run_detect(path, profile=kind, labels=labels).figures(labels)
            inputs = numbers(table)
            said = run_peers(inputs, inputs, peers=peers)
        for name, each in {
            "tieout": judged,
            **{n: p.figures(labels) for n, p in said.items()},
        }.items():
            found.setdefault(name, []).append(each)
        flagged.append(_flagged(run, labels, types))
        _show_run(seed, run, labels)
    show(
        f"Practice {kind}, {rows:,} rows, seeds {list(seeds)}",
        {n: mean(f) for n, f in found.items()},
    )
    _show_types(flagged)


def _generated(kind: Profile, rows: int, seed: int, folder: Path) -> tuple[Path, pl.DataFrame]:
    if kind == "payments":
        payments = generate_payments(rows=rows, seed=seed, out=folder)
        return payments.transactions, pl.read_parquet(payments.labels)
    journal = generate_ledger(rows=rows, seed=seed, out=folder)
    return journal.journal, pl.read_parquet(journal.labels)


def _labels(truth: pl.DataFrame, rows: int) -> tuple[LabelArray, pl.Series]:
    placed = pl.DataFrame({"row": np.arange(1, rows + 1)}).join(
        truth.with_columns(pl.col("row").cast(pl.Int64)),
        on="row",
        how="left",
        maintain_order="left",
    )
    labels = placed["is_anomaly"].fill_null(value=False).cast(pl.Int8).to_numpy()
    return labels, placed["anomaly_type"].fill_null("")


def _flagged(run: Run, labels: LabelArray, types: pl.Series) -> pl.DataFrame:
    """Of each anomaly: flagged by default; and among the first 5 % of both channels together."""
    order = np.lexsort((-run.score, ~run.rule_flags))
    first = np.zeros(len(labels), dtype=bool)
    first[order[: int(WORKLOAD * len(labels))]] = True
    by_score = np.zeros(len(labels), dtype=bool)
    by_score[np.argsort(-run.score, kind="stable")[: int(WORKLOAD * len(labels))]] = True
    told = pl.DataFrame(
        {
            "type": types,
            "anomaly": labels == 1,
            "default": run.flags,
            "rules": run.rule_flags,
            "at 5 %": first,
            "scores at 5 %": by_score,
        }
    )
    return told.filter("anomaly")


def _show_run(seed: int, run: Run, labels: LabelArray) -> None:
    share, found = run.flags.mean(), run.flags[labels == 1].mean()
    precise = (labels[run.flags] == 1).mean() if run.flags.any() else float("nan")
    rules = max((each["share"] for each in run.counts["rules"].values()), default=0.0)
    print(
        f"seed {seed}: flagged by default {share:.2%} of rows, recall {found:.3f}, precision "
        f"{precise:.3f}; the most frequent rule holds at {rules:.2%}"
    )


def _show_types(flagged: Sequence[pl.DataFrame]) -> None:
    together = pl.concat(flagged)
    names = together.columns[2:]
    print(f"\nrecall by type{'':12}{'labelled':>10}" + "".join(f"{name:>15}" for name in names))
    whole = together.with_columns(type=pl.lit("all"))
    rows = pl.concat([together, whole]).group_by("type").agg(pl.len(), pl.col(names).mean())
    for kind, count, *shares in rows.sort("type").iter_rows():
        print(f"{kind:26}{count:10,}" + "".join(f"{share:15.3f}" for share in shares))
