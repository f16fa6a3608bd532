"""Card payments: fitted on usual ones, judged at the share of frauds that there really is.

The file holds far more frauds than life does, so rows are weighted to a prior of .173 %.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detect_figures import Figures, FloatArray, LabelArray, figures, mean, show
from detect_run import run_detect, run_peers
from tieout.detect.rerank import query

PRIOR = 0.00173
LABELS = 50
LOF, FOREST = "sklearn LOF, std", "sklearn IForest, std"


@dataclass(frozen=True)
class Split:
    """Half of the usual payments to learn from; the other half and all frauds to judge."""

    seed: int
    history: pl.DataFrame
    rows: pl.DataFrame
    labels: LabelArray


def measure_cards(data: Path, *, splits: int, peers: str | None) -> None:
    """Print figures without labels and with fifty, and ratios to peers on the same splits."""
    whole = pl.read_csv(data / "card_payments.csv.gz")
    found: dict[str, list[Figures]] = {}
    asked: dict[str, list[Figures]] = {}
    used = 0
    for split in card_splits(whole, splits):
        run = run_detect(split.rows, history=split.history, labels=split.labels)
        said = run_peers(split.history.to_numpy(), split.rows.to_numpy(), peers=peers)
        _add(found, {"tieout": run.figures(split.labels, prior=PRIOR)})
        _add(found, {name: peer.figures(split.labels, prior=PRIOR) for name, peer in said.items()})

        known, others = asked_labels(run.score, split.labels, labels_asked=LABELS, seed=split.seed)
        learnt = run_detect(split.rows, history=split.history, labels=known, learn=True)
        used += learnt.sentence.startswith("used")
        scores = {f"tieout, {LABELS} labels": learnt.score, "tieout, no labels": run.score}
        scores |= {name: said[name].score for name in (LOF, FOREST)}
        _add(asked, {name: _at_prior(each, split.labels, others) for name, each in scores.items()})
    title = f"Card payments, {splits} splits, anomalies weighted to {PRIOR:.3%}"
    show(title, {name: mean(each) for name, each in found.items()})
    for name in (LOF, FOREST, "sklearn LOF", "sklearn IForest"):
        _show_ratio(found, "tieout", name)
    show(
        f"Card payments, {LABELS} labels: on the half that nobody was asked about",
        {name: mean(each) for name, each in asked.items()},
    )
    _show_ratio(asked, f"tieout, {LABELS} labels", LOF)
    print(f"what was learnt was used in {used} of {splits} splits")


def card_splits(whole: pl.DataFrame, splits: int) -> Iterator[Split]:
    """Halves of the usual payments drawn by seeds 0, 1, ..."""
    labels = whole["Class"].to_numpy().astype(np.int8)
    rows = whole.drop("Class").cast(pl.Float64)
    for seed in range(splits):
        usual = np.random.default_rng(seed).permutation(np.flatnonzero(labels == 0))
        half = len(usual) // 2
        judged = np.sort(np.concatenate([usual[half:], np.flatnonzero(labels == 1)]))
        yield Split(seed, rows[np.sort(usual[:half])], rows[judged], labels[judged])


def asked_labels(
    score: FloatArray, labels: LabelArray, *, labels_asked: int, seed: int
) -> tuple[LabelArray, NDArray[np.int64]]:
    """What a person answers about some rows, -1 for the rest; and places never asked about.

    Rows with labels are halved by the seed; questions go to one half by the product's own query
    strategy, and the other half is what the answers must help with.
    """
    shuffled = np.random.default_rng(1000 + seed).permutation(np.flatnonzero(labels >= 0))
    half = len(shuffled) // 2
    pool, others = np.sort(shuffled[:half]), np.sort(shuffled[half:])
    nothing = np.full(half, -1, dtype=np.int8)
    places = pool[query(score[pool], nothing, labels_asked, seed=seed)]
    known = np.full(len(labels), -1, dtype=np.int8)
    known[places] = labels[places]
    return known, others


def _at_prior(score: FloatArray, labels: LabelArray, places: NDArray[np.int64]) -> Figures:
    return figures(score[places], labels[places], prior=PRIOR)


def _add(several: dict[str, list[Figures]], more: dict[str, Figures]) -> None:
    for name, each in more.items():
        several.setdefault(name, []).append(each)


def _show_ratio(found: dict[str, list[Figures]], ours: str, theirs: str) -> None:
    mine, others = (
        np.array([each.average_precision for each in found[name]]) for name in (ours, theirs)
    )
    ratio = mine / others
    print(
        f"AP {ours} / {theirs}: of the means {mine.mean() / others.mean():.2f}, "
        f"by split {ratio.mean():.2f} (lowest {ratio.min():.2f}, highest {ratio.max():.2f})"
    )
