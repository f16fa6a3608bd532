"""One cause after the other: the best combination is named and its rows are taken away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb, log, prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.scan.columns import Columns
from tieout.explain.scan.families import Family, Floats
from tieout.explain.scan.options import EVIDENCE_MIN
from tieout.explain.scan.result import Condition
from tieout.explain.scan.tables import Tables, Weights, tabulate

LISTED_MAX: Final = 50
CAUSES_MAX: Final = 20
_LISTED_LEAST: Final = -12.0
_PARTS_MAX: Final = 12
_RANKED_MAX: Final = LISTED_MAX + CAUSES_MAX * _PARTS_MAX
_EQUAL: Final = 2e-6
_CELLS_AT_A_TIME: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A combination, its evidence in nats with the prior, and the sums over all of its rows."""

    condition: Condition
    evidence: float
    sums: Floats


@dataclass(frozen=True)
class Peeled:
    """Causes in the order in which they were found, and the others by evidence.

    rest: sums over the rows in no cause. totals: over all rows.
    """

    causes: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    rest: Floats
    totals: Floats
    combinations: int


def peel(
    columns: Columns,
    weights: Weights,
    family: Family,
    *,
    depth: int,
    differing: bool = False,
    named_only: bool = False,
) -> Peeled:
    """Find causes until the best of what is left has less than five nats, at most twenty.

    differing: cells differ as a matter of course, so that only what goes beyond that counts.
    named_only: nobody asks for the others, which are then none.

    A cause whose rise sits wholly in combinations within it gives way to these. Rows of a cause
    are subtracted from all tables, so that nothing is counted twice from the start.
    """
    tables = tabulate(columns, weights, depth=depth)
    fitted = family.fitted(tables) if differing else family
    field = _Field(columns, weights, fitted, depth)
    live = field.living(tables)
    whole = None if named_only else tables.copy()
    combinations = int((tables.cells[0] > 0).sum())
    totals = _totals(columns.rows, weights)
    left, rest = np.ones(columns.rows, dtype=bool), totals.copy()
    found: list[tuple[Condition, float]] = []
    if named_only:
        listed, best = [], field.ranked(live, tables, rest, least=EVIDENCE_MIN)
    else:
        listed = best = field.ranked(live, tables, rest, least=_LISTED_LEAST, most=_RANKED_MAX)
    while best and len(found) < CAUSES_MAX and best[0][1] >= EVIDENCE_MIN:
        for condition, evidence in field.settled(*best[0], left, rest):
            found.append((condition, evidence))
            inside = left & _meets(columns, condition)
            field.take_away(inside, tables)
            rest -= field.total(inside)
            left &= ~inside
        field = replace(field, family=field.family.renewed(weights, left))
        best = field.ranked(live, tables, rest, least=EVIDENCE_MIN)
    named = {condition for condition, _ in found}
    others = [each for each in listed if each[0] not in named][:LISTED_MAX]
    return Peeled(
        tuple(Candidate(*each, field.sums_of(each[0], whole)) for each in found),
        tuple(Candidate(*each, field.sums_of(each[0], whole)) for each in others),
        rest,
        totals,
        combinations,
    )


@dataclass(frozen=True)
class _Live:
    """The cells that may be causes, now or after others were taken away, and their priors."""

    cells: NDArray[np.int64]
    prior: Floats


@dataclass(frozen=True)
class _Field:
    """Rows in which causes are looked for."""

    columns: Columns
    weights: Weights
    family: Family
    depth: int

    def take_away(self, rows: NDArray[np.bool_], tables: Tables) -> None:
        """Rows out of the tables."""
        places = np.flatnonzero(rows)
        weights = [None if each is None else each[places] for each in self.weights]
        tables.subtract(self.columns.take(places), weights)

    def total(self, rows: NDArray[np.bool_]) -> Floats:
        """Sums of some rows."""
        return np.array(
            [rows.sum() if each is None else each[rows].sum() for each in self.weights],
            dtype=np.float64,
        )

    def sums_of(self, condition: Condition, whole: Tables | None) -> Floats:
        """Sums of all rows that meet a condition: from tables of all of them, or by looking."""
        if whole is None:
            return self.total(_meets(self.columns, condition))
        chosen = tuple(attribute for attribute, _ in condition)
        shape = tuple(whole.sizes[attribute] for attribute in chosen)
        cell = int(np.ravel_multi_index(tuple(code for _, code in condition), shape))
        return whole.sums[chosen][:, cell].astype(np.float64)

    def living(self, tables: Tables) -> _Live:
        """Cells of enough rows; a code that stands for values which were not kept names nothing."""
        some = self.family.living(tables.cells)
        for start, chosen in zip(tables.starts.tolist(), tables.chosen, strict=False):
            spans = [tables.sizes[attribute] for attribute in chosen]
            for axis, attribute in enumerate(chosen):
                if self.columns.rest[attribute]:
                    cells = some[start : start + prod(spans)].reshape(spans)
                    np.moveaxis(cells, axis, 0)[-1] = False
        found = np.flatnonzero(some)
        choice = np.searchsorted(tables.starts, found, side="right") - 1
        return _Live(found, np.array([self._prior(chosen) for chosen in tables.chosen])[choice])

    def ranked(
        self, live: _Live, tables: Tables, totals: Floats, *, least: float, most: int = 1
    ) -> list[tuple[Condition, float]]:
        """Combinations and their evidence, the best first; none under about `least` nats.

        most: how many are wanted; those that tie with the last of them are there too.
        """
        parts = [
            self._evidence(live.cells[part], live.prior[part], tables, totals, least)
            for part in _slices(len(live.cells))
        ]
        places = np.concatenate([place for place, _ in parts])
        evidence = np.concatenate([nats for _, nats in parts])
        if len(places) > most:
            # Evidence that is equal to six places counts as equal.
            floor = np.partition(evidence, -most)[-most] - _EQUAL
            places, evidence = places[evidence >= floor], evidence[evidence >= floor]
        found = []
        for place, nats in zip(places.tolist(), evidence.tolist(), strict=True):
            condition = tables.condition(place)
            found.append((-round(nats, 6), len(condition), condition))
        return [(condition, -negative) for negative, _, condition in sorted(found)]

    def _evidence(
        self,
        cells: NDArray[np.int64],
        prior: Floats,
        tables: Tables,
        totals: Floats,
        least: float,
    ) -> tuple[NDArray[np.int64], Floats]:
        """The cells of about `least` nats, and how many."""
        sums = tables.cells[:, cells]
        needed = np.maximum(least - prior - 1.0, 0.5)
        places = self.family.candidates(sums, totals, least=needed)
        if not len(places):
            return places, np.zeros(0)
        nats = self.family.evidence(sums[:, places].astype(np.float64), totals) + prior[places]
        enough = nats >= least
        return cells[places[enough]], nats[enough]

    def settled(
        self,
        condition: Condition,
        evidence: float,
        left: NDArray[np.bool_],
        totals: Floats,
    ) -> list[tuple[Condition, float]]:
        """The condition, or the narrower ones that hold all of its rise."""
        fixed = [attribute for attribute, _ in condition]
        free = [each for each in range(len(self.columns.sizes)) if each not in fixed]
        if len(condition) >= self.depth or not free:
            return [(condition, evidence)]
        inside = np.flatnonzero(left & _meets(self.columns, condition))
        weights = [None if each is None else each[inside] for each in self.weights]
        narrow = _Field(
            _chosen_columns(self.columns, free, inside),
            weights,
            self.family.among(_totals(len(inside), weights)),
            self.depth - len(condition),
        )
        parts, remains = narrow.hollowed()
        if not parts:
            return [(condition, evidence)]
        outside = totals - narrow.total(np.ones(len(inside), dtype=bool))
        pooled = outside + remains
        risen = self.family.evidence(remains[:, None], pooled)[0] + self._prior(fixed)
        if self._rises(remains, outside) and risen >= EVIDENCE_MIN:
            return [(condition, evidence)]
        return [
            (tuple(sorted((*condition, *((free[at], code) for at, code in part)))), strength)
            for part, strength in parts
        ]

    def hollowed(self) -> tuple[list[tuple[Condition, float]], Floats]:
        """What stands out among these rows, one after the other, and the sums of what remains."""
        tables = tabulate(self.columns, self.weights, depth=self.depth)
        live = self.living(tables)
        totals = self.total(np.ones(self.columns.rows, dtype=bool))
        left = np.ones(self.columns.rows, dtype=bool)
        parts: list[tuple[Condition, float]] = []
        while len(parts) < _PARTS_MAX:
            best = self.ranked(live, tables, totals, least=EVIDENCE_MIN)
            if not best:
                break
            parts.append(best[0])
            inside = left & _meets(self.columns, best[0][0])
            self.take_away(inside, tables)
            totals = totals - self.total(inside)
            left &= ~inside
        return parts, totals

    def _prior(self, chosen: Sequence[int]) -> float:
        """Each depth alike, of a depth each choice of attributes, of a choice each value."""
        attributes = len(self.columns.sizes)
        values = sum(log(self.columns.sizes[attribute]) for attribute in chosen)
        return -log(min(self.depth, attributes)) - log(comb(attributes, len(chosen))) - values

    def _rises(self, part: Floats, rest: Floats) -> bool:
        """Whether a part departs the way that its family asks for."""
        return len(self.family.candidates(part[:, None], part + rest, least=0.0)) > 0


def _slices(count: int) -> list[slice]:
    """Parts of so many cells that their sums are no burden."""
    return [slice(at, at + _CELLS_AT_A_TIME) for at in range(0, max(count, 1), _CELLS_AT_A_TIME)]


def _chosen_columns(columns: Columns, free: Sequence[int], rows: NDArray[np.int64]) -> Columns:
    return Columns(
        tuple(columns.codes[attribute][rows] for attribute in free),
        tuple(columns.sizes[attribute] for attribute in free),
        tuple(columns.kept[attribute] for attribute in free),
        tuple(columns.rest[attribute] for attribute in free),
    )


def _meets(columns: Columns, condition: Condition) -> NDArray[np.bool_]:
    found = np.ones(columns.rows, dtype=bool)
    for attribute, code in condition:
        found &= columns.codes[attribute] == code
    return found


def _totals(rows: int, weights: Weights) -> Floats:
    return np.array([rows if each is None else each.sum() for each in weights], dtype=np.float64)
