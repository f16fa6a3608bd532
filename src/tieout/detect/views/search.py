"""Which quantity in which groups foretells the columns best: found without labels or hints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray
from tieout.detect.views.gain import Gain, gain_over, held_out_density
from tieout.detect.views.groups import Grouping, fits, paired, subset
from tieout.detect.views.peers import Coded, Shrinkage
from tieout.detect.views.quantities import Columns, Form, Quantity, pair_forms, single_forms
from tieout.detect.views.ranks import average_ranks
from tieout.detect.views.sampling import halves, sampled_by_group, sampled_rows

SAMPLE_ROWS: Final = 60_000
GAIN_MIN: Final = 0.15
NUMBERS_MAX: Final = 30
GROUPINGS_MAX: Final = 12
PAIRS_MAX: Final = 12
CORRELATION_MIN: Final = 0.3
_BEST_GROUPS: Final = 3
_BEST_QUANTITIES: Final = 6
_REFINES: Final = 1.25  # fewer pairs than this times the finer groups: one holds the other


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quantity in a grouping, and what it gained."""

    quantity: Quantity
    grouping: Grouping
    gain: Gain


@dataclass(frozen=True)
class Sample:
    """Some rows: their positions, numbers, halves, and what each column says of itself."""

    rows: NDArray[np.int64]
    columns: Columns
    alone: Columns
    folds: NDArray[np.bool_]


@dataclass(frozen=True)
class Search:
    """The rows searched.

    columns: the numbers, Float64 with NaN. categories: the groups of each row by column.
    seed: of the samples and halves.
    """

    columns: Columns
    categories: Mapping[str, Coded]
    height: int
    seed: int = 0
    shrinkage: Shrinkage = field(default_factory=Shrinkage)
    _pairs: dict[Grouping, Coded] = field(default_factory=dict, init=False, repr=False)

    def candidates(self) -> list[Candidate]:
        """All that was tried and gained something, best first.

        Capped: the first 30 number columns that vary, the 12 category columns with the fewest
        groups, the 12 pairs of numbers with the highest rank correlation; pairs of groups of the
        best three columns that do not hold one another, for the best six quantities.
        """
        singles, pairs = self.quantities()
        fitting = {name: coded for name, coded in self.categories.items() if fits(coded)}
        few = sorted(fitting, key=lambda name: (fitting[name].groups, name))[:GROUPINGS_MAX]
        found = self.tried(pairs, (), singles)
        for name in few:
            found += self.tried([*singles.values(), *pairs], (name,), singles)
        found.sort(key=_order)
        best = self._best_groups([c.grouping[0] for c in found if c.grouping])
        wanted = list(dict.fromkeys(c.quantity for c in found))[:_BEST_QUANTITIES]
        for first, second in combinations(best, 2):
            found += self.tried(wanted, (first, second), singles)
        return sorted((c for c in found if c.gain.nats > 0.0), key=_order)

    def judged(self, given: Iterable[tuple[Quantity, Grouping]]) -> list[Candidate]:
        """Quantities in groupings that someone else has chosen, with what they gain.

        They count for 0.15 nats a row at least. Left out are those of a column that never varies.
        """
        wanted = list(given)
        singles, _ = self.quantities() if wanted else ({}, [])
        judged: list[Candidate] = []
        for quantity, grouping in wanted:
            if all(name in singles for name in quantity.columns):
                (found,) = self.tried([quantity], grouping, singles)
                gain = Gain(max(found.gain.nats, GAIN_MIN), found.gain.error)
                judged.append(Candidate(quantity, grouping, gain))
        return judged

    def quantities(self) -> tuple[dict[str, Quantity], list[Quantity]]:
        """For each column the form whose own pool foretells it best; ratios and differences."""
        rows = sampled_rows(self.height, rows=SAMPLE_ROWS, seed=self.seed)
        columns = {name: values[rows] for name, values in self.columns.items()}
        varying = [name for name, values in columns.items() if _varies(values)][:NUMBERS_MAX]
        columns = {name: columns[name] for name in varying}
        singles = {name: self._best_form(name, values) for name, values in columns.items()}
        pairs = [form for pair in correlated(columns) for form in pair_forms(*pair, columns)]
        return singles, pairs

    def tried(
        self, quantities: Iterable[Quantity], grouping: Grouping, singles: Mapping[str, Quantity]
    ) -> list[Candidate]:
        """Quantities in one grouping. singles: the forms of columns to compare with."""
        levels = self.coded(grouping)
        sample = self._sample(levels, singles)
        inner = subset(levels, sample.rows)
        return [
            Candidate(quantity, grouping, self._gain(quantity, inner, sample))
            for quantity in quantities
        ]

    def coded(self, grouping: Grouping) -> list[Coded]:
        """The groups of each row, widest first."""
        levels = [self.categories[name] for name in grouping]
        if len(levels) < 2:
            return levels
        if grouping not in self._pairs:
            self._pairs[grouping] = paired(*levels)
        return [levels[0], self._pairs[grouping]]

    def _best_groups(self, names: Sequence[str]) -> list[str]:
        """The first few columns, without those that only repeat or refine one before."""
        best: list[str] = []
        for name in dict.fromkeys(names):
            coded = self.categories[name]
            others = [self.categories[other] for other in best]
            if all(
                paired(other, coded).groups > _REFINES * max(coded.groups, other.groups)
                for other in others
            ):
                best.append(name)
            if len(best) == _BEST_GROUPS:
                break
        return best

    def _best_form(self, name: str, values: FloatArray) -> Quantity:
        folds = halves(len(values), seed=self.seed)
        columns = {name: values}
        nothing = {name: np.where(np.isnan(values), np.nan, 0.0)}
        best, nats = Quantity(Form.RAW, (name,)), -np.inf
        for form in single_forms(name, values):
            density = self._density(form, columns, [], folds)
            gain = gain_over(form, density, columns, nothing).nats
            if gain > nats:
                best, nats = form, gain
        return best

    def _sample(self, levels: Sequence[Coded], singles: Mapping[str, Quantity]) -> Sample:
        if levels:
            rows = sampled_by_group(levels[-1], rows=SAMPLE_ROWS, seed=self.seed)
        else:
            rows = sampled_rows(self.height, rows=SAMPLE_ROWS, seed=self.seed)
        columns = {name: self.columns[name][rows] for name in singles}
        folds = halves(len(rows), seed=self.seed)
        alone = {
            name: self._density(form, columns, [], folds) + form.log_jacobian(columns, name)
            for name, form in singles.items()
        }
        return Sample(rows, columns, alone, folds)

    def _gain(self, quantity: Quantity, levels: Sequence[Coded], sample: Sample) -> Gain:
        density = self._density(quantity, sample.columns, levels, sample.folds)
        return gain_over(quantity, density, sample.columns, sample.alone)

    def _density(
        self,
        quantity: Quantity,
        columns: Columns,
        levels: Sequence[Coded],
        folds: NDArray[np.bool_],
    ) -> FloatArray:
        values = quantity.values(columns)
        return held_out_density(values, levels, folds, shrinkage=self.shrinkage)


def correlated(columns: Columns) -> list[tuple[str, str]]:
    """Pairs of columns by rank correlation, the highest first."""
    names = list(columns)
    if len(names) < 2:
        return []
    correlation = np.corrcoef(np.array([average_ranks(columns[name]) for name in names]))
    pairs = [
        (float(correlation[i, j]), names[i], names[j])
        for i, j in combinations(range(len(names)), 2)
        if correlation[i, j] >= CORRELATION_MIN
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [(first, second) for _, first, second in pairs[:PAIRS_MAX]]


def _varies(values: FloatArray) -> bool:
    known = values[~np.isnan(values)]
    return bool(len(known) > 1 and known.min() < known.max())


def _order(candidate: Candidate) -> tuple[float, str, tuple[str, ...], Grouping]:
    """Best first, equals by name."""
    quantity = candidate.quantity
    return (-candidate.gain.nats, quantity.form.value, quantity.columns, candidate.grouping)
