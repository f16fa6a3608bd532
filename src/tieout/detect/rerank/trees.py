"""Randomised trees as plain arrays: fitted by scikit-learn, saved and walked without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.rerank.examples import Examples

TREES: Final = 100
LEAF_ROWS_MIN: Final = 10
_FEATURE_SHARE: Final = 0.5
_BLOCK_ROWS: Final = 1024
_LEAST: Final = 0.01
IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Trees:
    """Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) over encoded rows.

    roots: first node of each tree. feature, threshold, below, above: of each node; a leaf leads to
    itself. positive: share of anomalies, by weight, of each node. depth: longest way to a leaf.
    """

    roots: IntArray
    feature: IntArray
    threshold: FloatArray
    below: IntArray
    above: IntArray
    positive: FloatArray
    depth: int

    @classmethod
    def fitted(cls, examples: Examples, *, seed: int) -> Self:
        """Grown on examples of which at least one is an anomaly and one is not."""
        from sklearn.ensemble import ExtraTreesClassifier

        forest = ExtraTreesClassifier(
            TREES, min_samples_leaf=LEAF_ROWS_MIN, max_features=_FEATURE_SHARE, random_state=seed
        ).fit(examples.rows, examples.positive, sample_weight=examples.weight)
        trees = [tree.tree_ for tree in forest.estimators_]
        roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        nodes = [_linked(tree, int(root)) for tree, root in zip(trees, roots, strict=True)]
        feature, threshold, below, above, positive = (
            np.concatenate(part) for part in zip(*nodes, strict=True)
        )
        depth = max(int(tree.max_depth) for tree in trees)
        return cls(roots, feature, threshold, below, above, positive, depth)

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Logarithm of the odds of an anomaly, the mean over trees kept within 1 and 99 %."""
        # The thresholds were found between values in single precision.
        single = rows.astype(np.float32)
        share = np.concatenate(
            [
                self._share(single[start : start + _BLOCK_ROWS])
                for start in range(0, max(len(rows), 1), _BLOCK_ROWS)
            ]
        )
        kept = np.clip(share, _LEAST, 1.0 - _LEAST)
        odds: FloatArray = np.log(kept) - np.log1p(-kept)
        return odds

    def _share(self, rows: NDArray[np.float32]) -> FloatArray:
        node = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        at = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_below = rows[at, self.feature[node]] <= self.threshold[node]
            node = np.where(goes_below, self.below[node], self.above[node])
        share: FloatArray = self.positive[node].mean(axis=1)
        return share

    def state(self) -> dict[str, NDArray[np.generic] | int]:
        """What `restored` needs."""
        return {
            "roots": self.roots,
            "feature": self.feature,
            "threshold": self.threshold,
            "below": self.below,
            "above": self.above,
            "positive": self.positive,
            "depth": self.depth,
        }

    @classmethod
    def restored(cls, state: Mapping[str, object]) -> Self:
        """From what `state` gave."""
        roots, feature, below, above = (
            np.asarray(state[key], dtype=np.int64) for key in ("roots", "feature", "below", "above")
        )
        threshold, positive = (
            np.asarray(state[key], dtype=np.float64) for key in ("threshold", "positive")
        )
        depth = int(str(state["depth"]))
        return cls(roots, feature, threshold, below, above, positive, depth)


def _linked(
    tree: "object", root: int
) -> tuple[IntArray, FloatArray, IntArray, IntArray, FloatArray]:
    """Nodes of one of scikit-learn's trees, numbered from `root`, leaves leading to themselves."""
    left = np.asarray(tree.children_left, dtype=np.int64)  # type: ignore[attr-defined]
    right = np.asarray(tree.children_right, dtype=np.int64)  # type: ignore[attr-defined]
    feature = np.asarray(tree.feature, dtype=np.int64)  # type: ignore[attr-defined]
    threshold = np.asarray(tree.threshold, dtype=np.float64)  # type: ignore[attr-defined]
    value = np.asarray(tree.value, dtype=np.float64)[:, 0, :]  # type: ignore[attr-defined]
    leaf, own = left < 0, np.arange(len(left))
    below = root + np.where(leaf, own, left)
    above = root + np.where(leaf, own, right)
    return np.where(leaf, 0, feature), threshold, below, above, value[:, 1] / value.sum(axis=1)
