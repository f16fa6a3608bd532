"""How often the words of a comment alone name its bucket, on a labelled set by another hand.

Usage: uv run python benchmarks/words_quality.py [--labelled benchmarks/words_labelled.csv]
The set has columns comment, bucket. Measured without any decided comment, and with the first five
of each bucket by a seeded shuffle as decided ones, on the rest. Each similarity that is installed
is measured, then all together, which is what runs by default. Which side is missing depends on
whose books are on which side, which no comment says: --own-side tells.
"""

import argparse
import csv
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tieout.explain.words import Sides, Suggestion, WordModel, shipped_buckets
from tieout.explain.words.calibration import expected_calibration_error
from tieout.explain.words.embedding import EmbeddingSimilarity, embeddings_installed
from tieout.explain.words.similarity import Similarity
from tieout.explain.words.tfidf import TfidfSimilarity
from tieout.model.buckets import CAUSES

Labelled = list[tuple[str, str]]
MARGINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7)


@dataclass(frozen=True)
class Quality:
    """Shares of the comments that have a cause, 0 to 1; `curve` is (margin, coverage, accuracy)."""

    comments: int
    likeliest_right: float
    first_two_right: float
    named: float
    named_right: float
    calibration_error: float
    unknown_kept: float
    curve: tuple[tuple[float, float, float], ...]
    by_bucket: dict[str, float]


def main() -> None:
    """Measure every set of similarities, without and with decided comments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, default=Path("benchmarks/words_labelled.csv"))
    parser.add_argument("--own-side", choices=["left", "right"], default="right")
    parser.add_argument("--examples", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options = parser.parse_args()
    with options.labelled.open(encoding="utf-8", newline="") as file:
        labelled = [(row["comment"], row["bucket"]) for row in csv.DictReader(file)]
    sides = Sides(own_side=options.own_side)
    print(f"own books on the {sides.own_side}")
    for name, kinds in _backends().items():
        print(f"\n== {name}: {len(labelled)} comments")
        _show("no decided comments", _measured(kinds, sides, [], labelled), curve=True)
        with_examples: list[Quality] = []
        for seed in options.seeds:
            decided, rest = split(labelled, options.examples, seed)
            _show(f"seed {seed}, none decided", _measured(kinds, sides, [], rest))
            told = _measured(kinds, sides, decided, rest)
            with_examples.append(told)
            _show(f"seed {seed}, {options.examples} a bucket decided", told, curve=True)
        mean = float(np.mean([each.likeliest_right for each in with_examples]))
        print(f"mean of {len(with_examples)} seeds, decided: likeliest right {mean:.1%}")


def split(labelled: Labelled, count: int, seed: int) -> tuple[Labelled, Labelled]:
    """The first `count` of each bucket after a seeded shuffle, and the rest."""
    shuffled = list(labelled)
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    taken: dict[str, int] = {}
    first: Labelled = []
    rest: Labelled = []
    for comment, bucket in shuffled:
        taken[bucket] = taken.get(bucket, 0) + 1
        (first if taken[bucket] <= count else rest).append((comment, bucket))
    return first, rest


def _backends() -> dict[str, tuple[type, ...]]:
    known: dict[str, tuple[type, ...]] = {"tfidf": (TfidfSimilarity,)}
    if embeddings_installed():
        known["embedding"] = (EmbeddingSimilarity,)
        known["tfidf and embedding"] = (TfidfSimilarity, EmbeddingSimilarity)
    else:
        print("embeddings are not installed (the `embed` extra); TF-IDF only")
    return known


def _measured(
    kinds: tuple[type, ...], sides: Sides, decided: Labelled, labelled: Labelled
) -> Quality:
    similarities: list[Similarity] = [kind() for kind in kinds]
    comments = [comment for comment, _ in labelled]
    model = WordModel.fit(
        shipped_buckets(sides),
        decided,
        background=comments,
        similarities=similarities,
        sides=sides,
    )
    chances = model.probabilities(comments)
    causes = [model.buckets.index(str(cause)) for cause in CAUSES]
    kept = [place for place, (_, bucket) in enumerate(labelled) if bucket in set(CAUSES)]
    truth = np.array([CAUSES.index(labelled[place][1]) for place in kept])
    named = chances[np.ix_(kept, causes)]
    order = np.argsort(-named, axis=1, kind="stable")
    right = order[:, 0] == truth
    said = model.classify(comments)
    return Quality(
        comments=len(kept),
        likeliest_right=float(right.mean()),
        first_two_right=float((order[:, :2] == truth[:, None]).any(axis=1).mean()),
        **_given([said[place] for place in kept], [labelled[place][1] for place in kept]),
        calibration_error=expected_calibration_error(named.max(axis=1), right),
        unknown_kept=_unknown_kept(said, labelled),
        curve=tuple(_point(chances[kept], causes, right, margin) for margin in MARGINS),
        by_bucket={
            str(cause): float(right[truth == place].mean())
            for place, cause in enumerate(CAUSES)
            if (truth == place).any()
        },
    )


def _given(said: list[Suggestion], truth: list[str]) -> dict[str, float]:
    named = [(each.bucket, bucket) for each, bucket in zip(said, truth, strict=True) if each.bucket]
    right = sum(bucket == true for bucket, true in named)
    return {"named": len(named) / max(len(said), 1), "named_right": right / max(len(named), 1)}


def _unknown_kept(said: list[Suggestion], labelled: Labelled) -> float:
    others = [
        each for each, (_, name) in zip(said, labelled, strict=True) if name not in set(CAUSES)
    ]
    return sum(each.bucket is None for each in others) / len(others) if others else float("nan")


def _point(
    chances: np.ndarray, causes: list[int], right: np.ndarray, margin: float
) -> tuple[float, float, float]:
    best = chances[:, causes].max(axis=1)
    others = np.sort(chances, axis=1)
    first = best >= others[:, -1]
    named = first & (others[:, -1] - others[:, -2] >= margin)
    accuracy = float(right[named].mean()) if named.any() else float("nan")
    return margin, float(named.mean()), accuracy


def _show(title: str, quality: Quality, *, curve: bool = False) -> None:
    print(
        f"{title:28} n {quality.comments}: likeliest right {quality.likeliest_right:.1%}, "
        f"in first two {quality.first_two_right:.1%}, named {quality.named:.1%} of which right "
        f"{quality.named_right:.1%}, calibration error {quality.calibration_error:.3f}, "
        f"unknown kept {quality.unknown_kept:.0%}"
    )
    if curve:
        points = ", ".join(f"{m:g}: {c:.0%} at {a:.1%}" for m, c, a in quality.curve)
        print(f"    margin: coverage at accuracy  {points}")
        worst = sorted(quality.by_bucket.items(), key=lambda each: each[1])
        print("    by bucket  " + ", ".join(f"{name} {share:.0%}" for name, share in worst))


if __name__ == "__main__":
    main()
