"""One-to-one assignment of least cost in each connected component, never first come.

The method: candidate pairs form a bipartite graph; each connected component is solved by itself
as a linear sum assignment by shortest augmenting paths (Jonker and Volgenant 1987, Crouse 2016),
in integers, most pairs first, then least total cost. Rows of one side that are alike (same key,
amount and date) form a class. Which pairs of classes every best answer uses equally often is read
from the prices of the solution: another best answer differs by cycles of the residual graph whose
arcs have no reduced cost (complementary slackness; Ahuja, Magnanti and Orlin 1993, chapter 9).
Pairs on such a cycle are in doubt, and their rows are withheld.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.reconcile.passes.outcome import WITHHELD_SCHEMA, nothing_withheld

COMPONENT_ROWS_MAX = 400
_EXACT_MAX = 1 << 60

Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
Pairs = list[tuple[int, int]]
Groups = list[tuple[list[int], list[int], str]]


@dataclass(frozen=True)
class Assigned:
    """Chosen pairs (left_row, right_row) and groups that have more than one best answer."""

    pairs: pl.DataFrame
    withheld: pl.DataFrame


def assign(candidates: pl.DataFrame) -> Assigned:
    """Choose among candidate pairs.

    candidates: left_row, right_row, left_class, right_class (rows that are alike share a class
    and have the same counterparts at the same cost), cost (int64, lower is better, from 0).
    Every candidate is permitted; costs order them.
    """
    if candidates.is_empty():
        return Assigned(candidates.select("left_row", "right_row"), nothing_withheld())
    labelled = candidates.with_columns(_components(candidates)).sort(
        "component", "left_row", "right_row"
    )
    columns = [labelled[name].to_numpy() for name in _COLUMNS]
    component = labelled["component"].to_numpy()
    bounds = [0, *(np.flatnonzero(np.diff(component)) + 1).tolist(), len(component)]
    chosen: Pairs = []
    withheld: Groups = []
    for start, end in pairwise(bounds):
        pairs, groups = _solve(*(values[start:end] for values in columns))
        chosen += pairs
        withheld += groups
    pairs_frame = pl.DataFrame(
        chosen, schema={"left_row": pl.Int64, "right_row": pl.Int64}, orient="row"
    ).sort("left_row")
    groups_frame = pl.DataFrame(sorted(withheld), schema=WITHHELD_SCHEMA, orient="row")
    return Assigned(pairs_frame, groups_frame)


_COLUMNS = ("left_row", "right_row", "left_class", "right_class", "cost")


def _components(candidates: pl.DataFrame) -> pl.Series:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = (candidates["left_row"].rank("dense") - 1).cast(pl.Int64).to_numpy()
    right = (candidates["right_row"].rank("dense") - 1).cast(pl.Int64).to_numpy()
    shift = int(left.max()) + 1
    size = shift + int(right.max()) + 1
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right + shift)), (size, size))
    _, labels = connected_components(graph, directed=False)
    return pl.Series("component", labels[left].astype(np.int64))


def _solve(
    left_row: Integers,
    right_row: Integers,
    left_class: Integers,
    right_class: Integers,
    cost: Integers,
) -> tuple[Pairs, Groups]:
    left_rows, left = np.unique(left_row, return_inverse=True)
    right_rows, right = np.unique(right_row, return_inverse=True)
    if max(len(left_rows), len(right_rows)) > COMPONENT_ROWS_MAX:
        reason = (
            f"{len(left_rows)} left and {len(right_rows)} right rows are within tolerance of one "
            f"another: more than {COMPONENT_ROWS_MAX} to choose from"
        )
        return [], [(left_rows.tolist(), right_rows.tolist(), reason)]
    problem = _Problem.of(
        _Rows.of(left_rows, left, left_class),
        _Rows.of(right_rows, right, right_class),
        left,
        right,
        cost,
    )
    return problem.settle()


@dataclass(frozen=True)
class _Rows:
    """The rows of one side of a component, in order, and the class of each, from 0."""

    numbers: Integers
    classes: Integers

    @classmethod
    def of(cls, numbers: Integers, position: Integers, classes: Integers) -> "_Rows":
        of_row = np.zeros(len(numbers), np.int64)
        of_row[position] = classes
        return cls(numbers, np.unique(of_row, return_inverse=True)[1])

    def by_class(self) -> dict[int, list[int]]:
        """Row numbers of each class, the lowest last."""
        queues: dict[int, list[int]] = {}
        for each, row in zip(self.classes[::-1].tolist(), self.numbers[::-1].tolist(), strict=True):
            queues.setdefault(each, []).append(row)
        return queues


@dataclass(frozen=True)
class _Problem:
    """One component as a dense matrix of costs, from the side with fewer rows to the other."""

    few: _Rows
    many: _Rows
    cost: NDArray[Any]
    forbidden: int
    is_turned: bool

    @classmethod
    def of(
        cls, left: _Rows, right: _Rows, rows: Integers, columns: Integers, costs: Integers
    ) -> "_Problem":
        is_turned = len(left.numbers) > len(right.numbers)
        few, many = (right, left) if is_turned else (left, right)
        most = int(costs.max()) + 1
        # A missing pair costs more than any full answer, so pairs come before cost.
        forbidden = most * (len(few.numbers) + 1)
        fits = forbidden * (len(few.numbers) + 1) < _EXACT_MAX
        cost = np.full(
            (len(few.numbers), len(many.numbers)), forbidden, dtype=np.int64 if fits else object
        )
        place = (columns, rows) if is_turned else (rows, columns)
        cost[place] = costs if fits else costs.tolist()
        return cls(few, many, cost, forbidden, is_turned)

    def settle(self) -> tuple[Pairs, Groups]:
        """Pairs that every best answer has, and the rows for which there is more than one."""
        row_of, price_few, price_many = cheapest(self.cost)
        few, many = self.few.classes, self.many.classes
        shape = int(few.max()) + 2, int(many.max()) + 1
        # The last class stands for "no counterpart": it takes what is left of the many, for free.
        flow, tight = np.zeros(shape, np.int64), np.zeros(shape, bool)
        np.add.at(flow, (np.where(row_of < 0, shape[0] - 1, few[row_of]), many), 1)
        reduced = self.cost - price_few[:, None] - price_many[None, :]
        tight[few[:, None], many[None, :]] = (reduced == 0).astype(bool)
        tight[-1, many] = (price_many == 0).astype(bool)
        real = np.zeros(shape, bool)
        real[few[:, None], many[None, :]] = (self.cost < self.forbidden).astype(bool)
        doubt = _in_doubt(flow, tight, real)
        return self._pairs_and_rest(flow, real & (flow > 0) & ~doubt, doubt)

    def _pairs_and_rest(
        self, flow: Integers, certain: Truths, doubt: Truths
    ) -> tuple[Pairs, Groups]:
        """Rows for the pairs of classes; within a class the lowest rows are used first."""
        few, many = self.few.by_class(), self.many.by_class()
        pairs = [
            (few[row].pop(), many[column].pop())
            for row, column in np.argwhere(certain).tolist()
            for _ in range(int(flow[row, column]))
        ]
        rest_few = sorted(n for each in np.flatnonzero(doubt.any(axis=1)) for n in few[int(each)])
        rest_many = sorted(n for each in np.flatnonzero(doubt.any(axis=0)) for n in many[int(each)])
        if self.is_turned:
            pairs = [(left, right) for right, left in pairs]
            rest_few, rest_many = rest_many, rest_few
        if not rest_few:
            return pairs, []
        return pairs, [(rest_few, rest_many, "more than one counterpart is equally good")]


def cheapest(cost: NDArray[Any]) -> tuple[Integers, NDArray[Any], NDArray[Any]]:
    """Give each row a column of its own at least total cost, by shortest augmenting paths.

    cost: integers from 0, at most as many rows as columns. Answers with the row of each column
    (-1 for none) and the prices of rows and columns: no cost is under the sum of its two prices,
    a chosen one equals it, and a column that nobody has is free.
    """
    rows, columns = cost.shape
    price_row, price_column = np.zeros(rows, cost.dtype), np.zeros(columns, cost.dtype)
    row_of = np.full(columns, -1)
    for row in range(rows):
        distance = cost[row] - price_row[row] - price_column
        came_from = np.full(columns, -1)
        done = np.zeros(columns, bool)
        while True:
            open_columns = np.flatnonzero(~done)
            column = int(open_columns[np.argmin(distance[open_columns])])
            length, current = distance[column], row_of[column]
            if current < 0:
                break
            done[column] = True
            through = length + cost[current] - price_row[current] - price_column
            nearer = ~done & (through < distance)
            distance[nearer], came_from[nearer] = through[nearer], column
        price_row[row] += length
        price_row[row_of[done]] += length - distance[done]
        price_column[done] -= length - distance[done]
        while column >= 0:
            before = int(came_from[column])
            row_of[column] = row if before < 0 else row_of[before]
            column = before
    return row_of, price_row, price_column


def _in_doubt(flow: Integers, tight: Truths, real: Truths) -> Truths:
    """Pairs of classes that not every best answer uses equally often."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = flow.shape
    used = flow > 0
    there, back = np.argwhere(tight), np.argwhere(used)
    starts = np.concatenate([there[:, 0], back[:, 1] + rows])
    ends = np.concatenate([there[:, 1] + rows, back[:, 0]])
    arcs = coo_array((np.ones(len(starts), np.int8), (starts, ends)), (rows + columns,) * 2)
    _, label = connected_components(arcs, directed=True, connection="strong")
    together = label[:rows, None] == label[None, rows:]
    doubt: Truths = real & tight & ~used & together
    crowded = np.bincount(label)[label[:rows]] > 2
    for row, column in np.argwhere(real & used & together & crowded[:, None]).tolist():
        doubt[row, column] = _more_of(row, column, tight, used) or _less_of(
            row, column, tight, used
        )
    return doubt


def _more_of(row: int, column: int, tight: Truths, used: Truths) -> bool:
    """Whether a way leads from the column back to the row other than directly."""
    used = used.copy()
    used[row, column] = False
    return bool(_reached(used.T, tight, column)[row])


def _less_of(row: int, column: int, tight: Truths, used: Truths) -> bool:
    """Whether a way leads from the row to the column other than directly."""
    tight = tight.copy()
    tight[row, column] = False
    return bool(_reached(tight, used.T, row)[column])


def _reached(there: Truths, back: Truths, start: int) -> Truths:
    """Nodes of the other side that can be reached from a node, by arcs there and back."""
    seen_here, seen_there = np.zeros(there.shape[0], bool), np.zeros(there.shape[1], bool)
    fresh = np.array([start])
    while len(fresh):
        seen_here[fresh] = True
        arrived = there[fresh].any(axis=0) & ~seen_there
        seen_there |= arrived
        fresh = np.flatnonzero(back[arrived].any(axis=0) & ~seen_here)
    return seen_there
