"""Sales reports: no labels, halves of the salespeople, and a hundred labels."""

from pathlib import Path

import numpy as np
import polars as pl

from detect_cards import asked_labels
from detect_figures import Figures, FloatArray, LabelArray, figures, mean, show
from detect_run import numbers, run_detect, run_peers

MEANING = {"fraud": 1, "ok": 0, "unkn": -1}
LABELS = 100


def measure_sales(data: Path, *, halvings: int, peers: str | None) -> None:
    """Print figures of all reports, of halves by salesperson, and after a hundred answers."""
    whole = pl.read_csv(data / "sales_reports.csv.gz")
    labels = whole["inspection"].replace_strict(MEANING).to_numpy().astype(np.int8)
    rows = whole.drop("inspection")
    run = run_detect(rows, labels=labels)
    inputs = numbers(rows)
    said = run_peers(inputs, inputs, peers=peers)
    table = {name: peer.figures(labels) for name, peer in said.items()}
    ratio = rows["value"] / rows["quantity"]
    table["robust z of price by product"] = figures(_robust_z(rows, ratio), labels)
    show("Sales reports, all rows", {"tieout": run.figures(labels), **table})
    _measure_halves(rows, labels, halvings)
    _measure_labels(rows, labels, run.score, halvings)


def _measure_halves(rows: pl.DataFrame, labels: LabelArray, halvings: int) -> None:
    people = np.sort(rows["salesperson"].unique().to_numpy())
    several: list[Figures] = []
    for seed in range(halvings):
        chosen = np.random.default_rng(seed).permutation(people)[: len(people) // 2]
        first = rows["salesperson"].is_in(chosen.tolist()).to_numpy()
        several += [
            run_detect(rows.filter(m), labels=labels[m]).figures(labels[m]) for m in (first, ~first)
        ]
    shown = {f"half {place // 2}{'ab'[place % 2]}": each for place, each in enumerate(several)}
    show("Sales reports, halves by salesperson", {**shown, "mean": mean(several)})


def _measure_labels(
    rows: pl.DataFrame, labels: LabelArray, score: FloatArray, halvings: int
) -> None:
    """Half of the inspected reports may be asked about, the other half is measured."""
    before, after = [], []
    used = 0
    for seed in range(halvings):
        known, others = asked_labels(score, labels, labels_asked=LABELS, seed=seed)
        learnt = run_detect(rows, labels=known, learn=True)
        used += learnt.sentence.startswith("used")
        hidden = np.full(len(labels), -1, dtype=np.int8)
        hidden[others] = labels[others]
        before.append(figures(score, hidden))
        after.append(figures(learnt.score, hidden))
        print(f"halving {seed}: {learnt.sentence}")
    show(
        f"Sales reports, {LABELS} labels: on the inspected half that nobody was asked about",
        {"no labels": mean(before), f"{LABELS} labels": mean(after)},
    )
    lowest = min(each.average_precision for each in after)
    print(f"lowest AP with labels {lowest:.3f}; used in {used} of {halvings}")


def _robust_z(rows: pl.DataFrame, ratio: pl.Series) -> FloatArray:
    """What a person who knows the data would do: |log unit price - median| over a shrunk MAD."""
    frame = rows.select("product", price=ratio.log())
    middle = pl.col("price").median().over("product")
    off = (pl.col("price") - middle).abs()
    frame = frame.with_columns(
        off=off,
        spread=1.4826 * off.median().over("product"),
        known=pl.count("price").over("product"),
    )
    pooled = 1.4826 * float(np.nanmedian(frame["off"].cast(pl.Float64).to_numpy()))
    shrunk = (pl.col("known") * pl.col("spread").pow(2) + 10 * pooled**2) / (pl.col("known") + 10)
    z: FloatArray = frame.select(pl.col("off") / shrunk.sqrt()).to_series().to_numpy()
    return z
