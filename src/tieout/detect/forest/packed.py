"""A fitted isolation forest as arrays: the same scores, at a fraction of the cost of a call."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray, State
from tieout.detect.detectors.keeping import floats, number

NodeArray: TypeAlias = NDArray[np.uint32]

_BLOCK_ROWS: Final = 4096
_FEW_ROWS: Final = 4


@dataclass(frozen=True)
class PackedForest:
    """Every node of every tree of an isolation forest (Liu, Ting and Zhou 2008), in one row.

    roots: the first node of each tree; levels: the steps to its deepest leaf. feature, threshold:
    a row whose float32 value is at most the threshold goes to the node `left`, else to the one
    after that; a missing value goes left where `missing_left`. Leaves are their own left, with a
    threshold that nothing exceeds. depth: of leaves, the length of the path to it, and the
    expected rest of the path for the rows of the fit that ended there. denominator: what the
    summed depths are divided by. columns: how many values a row has.
    """

    roots: NodeArray
    levels: NodeArray
    feature: NodeArray
    threshold: NDArray[np.float32]
    left: NodeArray
    missing_left: NDArray[np.bool]
    depth: FloatArray
    denominator: float
    columns: int

    def score_samples(
        self, rows: NDArray[np.floating], *, threads: int | None = None
    ) -> FloatArray:
        """Equal to scikit-learn's `IsolationForest.score_samples`: the lower, the odder.

        rows: shape (n, columns); NaN is missing. Scores do not depend on `threads` (by default
        one for each processor), as each row is summed by itself. Raises ValueError for rows of
        another shape.
        """
        with np.errstate(over="ignore"):
            single = np.ascontiguousarray(rows, dtype=np.float32)
        if single.ndim != 2 or single.shape[1] != self.columns:
            raise ValueError(f"rows have the shape {single.shape}, not (n, {self.columns})")
        total = np.zeros(len(single))
        blocks = [slice(start, start + _BLOCK_ROWS) for start in range(0, len(single), _BLOCK_ROWS)]
        if len(blocks) <= 1:
            self._add(single, total)
        else:
            with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
                list(pool.map(lambda block: self._add(single[block], total[block]), blocks))
        if self.denominator == 0.0:
            return np.full(len(single), -0.5)
        result: FloatArray = -(2.0 ** -(total / self.denominator))
        return result

    def trees(self) -> Iterator["PackedForest"]:
        """Each tree as a forest of its own, on the same arrays."""
        for tree in range(len(self.roots)):
            yield replace(
                self,
                roots=self.roots[tree : tree + 1],
                levels=self.levels[tree : tree + 1],
                denominator=self.denominator / len(self.roots),
            )

    def _add(self, rows: NDArray[np.float32], total: FloatArray) -> None:
        from tieout.detect.forest.walk import add_depths, add_depths_by_level

        nodes = (self.feature, self.threshold, self.left, self.missing_left, self.depth)
        if len(rows) < _FEW_ROWS or np.isnan(rows).any():
            add_depths(rows, self.roots, nodes, total)
        else:
            add_depths_by_level(rows, self.roots, self.levels, nodes, total)

    def state(self) -> State:
        """What `restored` needs."""
        return {
            "roots": self.roots,
            "levels": self.levels,
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left,
            "missing_left": self.missing_left,
            "depth": self.depth,
            "denominator": self.denominator,
            "columns": self.columns,
        }

    @classmethod
    def restored(cls, state: State) -> "PackedForest":
        """From what `state` gave; needs no scikit-learn."""
        return cls(
            roots=_nodes(state["roots"]),
            levels=_nodes(state["levels"]),
            feature=_nodes(state["feature"]),
            threshold=np.asarray(state["threshold"], dtype=np.float32),
            left=_nodes(state["left"]),
            missing_left=np.asarray(state["missing_left"], dtype=np.bool),
            depth=floats(state, "depth"),
            denominator=number(state, "denominator"),
            columns=int(number(state, "columns")),
        )


def packed(forest: Any) -> PackedForest:
    """The arrays of a fitted `sklearn.ensemble.IsolationForest`."""
    trees = [
        _tree(estimator.tree_, np.asarray(columns))
        for estimator, columns in zip(forest.estimators_, forest.estimators_features_, strict=True)
    ]
    sizes = [len(tree["left"]) for tree in trees]
    roots = np.cumsum([0, *sizes[:-1]])
    for root, tree in zip(roots, trees, strict=True):
        tree["left"] += root
    joined = {key: np.concatenate([tree[key] for tree in trees]) for key in trees[0]}
    return PackedForest(
        roots=_nodes(roots),
        levels=_nodes([estimator.tree_.max_depth for estimator in forest.estimators_]),
        feature=_nodes(joined["feature"]),
        threshold=joined["threshold"],
        left=_nodes(joined["left"]),
        missing_left=joined["missing_left"],
        depth=joined["depth"],
        denominator=len(trees) * float(_path_length(np.array([forest.max_samples_]))[0]),
        columns=int(forest.n_features_in_),
    )


def _tree(tree: Any, columns: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """One tree with the children of a node side by side, so that one index names both."""
    order = [0]
    left = np.arange(tree.node_count)
    for place in range(tree.node_count):
        child = tree.children_left[order[place]]
        if child >= 0:
            left[place] = len(order)
            order += [child, tree.children_right[order[place]]]
    leaf = tree.children_left[order] < 0
    depth = tree.compute_node_depths() + _path_length(tree.n_node_samples) - 1.0
    return {
        "feature": columns[np.where(leaf, 0, tree.feature[order])],
        "threshold": np.where(leaf, np.float32(np.inf), _rounded_down(tree.threshold[order])),
        "left": left,
        "missing_left": tree.missing_go_to_left[order].astype(np.bool),
        "depth": depth[order],
    }


def _rounded_down(threshold: FloatArray) -> NDArray[np.float32]:
    """The largest float32 that is at most the threshold.

    scikit-learn compares float32 values to float64 thresholds; a float32 is at most the one
    exactly when it is at most the other.
    """
    near = threshold.astype(np.float32)
    lower = np.nextafter(near, np.float32(-np.inf))
    result: NDArray[np.float32] = np.where(near > threshold, lower, near).astype(np.float32)
    return result


def _path_length(samples: NDArray[np.int64]) -> FloatArray:
    """Mean path length of an unsuccessful search among so many samples (Liu et al., eq. 1)."""
    many = np.maximum(samples, 3).astype(np.float64)
    length = 2.0 * (np.log(many - 1.0) + np.euler_gamma) - 2.0 * (many - 1.0) / many
    result: FloatArray = np.where(samples <= 1, 0.0, np.where(samples == 2, 1.0, length))
    return result


def _nodes(values: object) -> NodeArray:
    return np.asarray(values).astype(np.uint32)
