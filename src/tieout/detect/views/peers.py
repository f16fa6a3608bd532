"""What is usual of a quantity in each group: a centre and a scale, drawn towards the pool."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.detect.detector import FloatArray

Codes: TypeAlias = NDArray[np.int64]
Rows: TypeAlias = "NDArray[np.bool_] | NDArray[np.int64] | slice"
_ALL: Final = slice(None)
SIGMA_PER_MAD: Final = 1.4826  # of a normal law
_ALIKE: Final = 1e-3  # groups whose variance is less, in that of their rows, are one
_ROWS_SETTLED: Final = 5
_BITS_COUNTED: Final = 16
_ROWS_MANY: Final = 10_000
ROWS_ALL_MAX: Final = 2_000_000  # of more rows, what is usual is that of a sample
_ROWS_POOLED: Final = 1_000_000
ROWS_OF_GROUP: Final = 5_000  # their median is off by a fiftieth of a scale
_FLOOR: Final = 1e-3  # the smallest scale, in scales of the pool: equal values are no certainty


@dataclass(frozen=True, slots=True)
class Coded:
    """The group of each row as a whole number below `groups`; -1 for a group unseen before."""

    codes: Codes
    groups: int

    def take(self, rows: "Rows") -> "Coded":
        """Of some of the rows."""
        return Coded(self.codes[rows], self.groups)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How many rows of the wider group each group is thought to hold beside its own.

    centre: for the centre of a group of one row; of a group of n rows, an n-th of that, unless
    groups differ so little that more is due. scale: for the scale, which needs far more rows to
    settle than a centre does.
    """

    centre: float = 1.0
    scale: float = 50.0


@dataclass(frozen=True)
class Level:
    """The groups of one grouping: arrays by group code, in units of the quantity.

    rows: how many. shift: of the centre, from that of the wider group. scale: of a further row
    around the centre. spread: robust scale of all rows around the centres of their groups, where
    it was fitted here.
    """

    rows: FloatArray
    shift: FloatArray
    scale: FloatArray
    spread: float = field(default=0.0, kw_only=True)

    @classmethod
    def fitted(
        cls,
        residuals: FloatArray,
        coded: Coded,
        *,
        spread: float,
        shrinkage: Shrinkage,
        floor: float,
        chance: FloatArray | None = None,
    ) -> "Level":
        """From the deviations of rows (no NaN) from the centres of the wider groups.

        spread: their robust scale. chance: by row, what decides whether it stands for others.

        Median and MAD (times 1.4826) of a group of n rows weigh n against k rows of the wider
        group. For the median k is the variance within groups over that between them (empirical
        Bayes, Efron and Morris 1975, JASA 70), but at least `shrinkage.centre` / n: a group of one
        row stays half-way to the wider group, so that its row cannot hide behind itself. The scale
        holds what the centre is still unsure of, the variance between groups times k / (n + k). No
        scale is below the floor. Of over two million rows, medians are those of about 5,000 rows
        a group and what is pooled is that of a million; smaller groups keep all their rows.
        """
        codes, groups = coded.codes, coded.groups
        rows = np.bincount(codes, minlength=groups).astype(np.float64)
        crowd, even = _rows_of_groups(codes, rows, chance), _rows_of_all(chance)
        inner, near = coded.take(crowd), residuals[crowd]
        medians = grouped_medians(near, inner)
        within, between = _variances(
            residuals[even], medians[codes[even]], rows[codes[even]], spread
        )
        noise = within / max(between, within * _ALIKE) if within > 0.0 else 0.0
        k = np.maximum(shrinkage.centre / np.maximum(rows, 1.0), noise)
        shift = rows * medians / (rows + k)
        distances = np.abs(near - shift[inner.codes])
        mad = SIGMA_PER_MAD * grouped_medians(distances, inner)
        if chance is not None:
            distances = np.abs(residuals[even] - shift[codes[even]])
        around = robust_scale(distances)
        scale = (rows * mad + shrinkage.scale * around) / (rows + shrinkage.scale)
        scale = np.sqrt(scale**2 + between * k / (rows + k))
        return cls(rows, shift, np.maximum(scale, floor), spread=around)


@dataclass(frozen=True)
class Peers:
    """The pool of all rows, then levels of groups, each within the one before.

    centre, spread: median and scale of the pool, in units of the quantity. rows: of the pool.
    """

    rows: int
    centre: float
    spread: float
    levels: tuple[Level, ...]

    @classmethod
    def fitted(
        cls,
        values: FloatArray,
        levels: Sequence[Coded],
        *,
        shrinkage: Shrinkage,
        seed: int = 0,
    ) -> "Peers":
        """From the values of rows (NaN is left out) and the groups of each row, widest first.

        seed: of the rows that stand for all, where there are over two million.
        """
        missing = np.isnan(values)
        # Without a copy where it is all of them.
        known: Rows = ~missing if missing.any() else _ALL
        residuals = values[known]
        many = len(residuals) > ROWS_ALL_MAX
        chance = np.random.default_rng(seed).random(len(residuals)) if many else None
        even = _rows_of_all(chance)
        centre = float(np.median(residuals[even])) if len(residuals) else 0.0
        residuals = residuals - centre
        spread = robust_scale(residuals[even])
        fitted: list[Level] = []
        for coded in levels:
            inner = coded.take(known)
            level = Level.fitted(
                residuals,
                inner,
                spread=fitted[-1].spread if fitted else spread,
                shrinkage=shrinkage,
                floor=_FLOOR * spread,
                chance=chance,
            )
            fitted.append(level)
            if len(fitted) < len(levels):
                residuals = residuals - level.shift[inner.codes]
        return cls(len(residuals), centre, spread, tuple(fitted))

    def deviations(self, values: FloatArray, levels: Sequence[Codes]) -> "Deviations":
        """How far each row is from the centre of its group, and the scale there.

        A group unseen by `fitted` (code -1) falls back to the wider group, in the end to the pool.
        """
        distance = values - self.centre
        scale = np.full(len(values), self.spread)
        depth = np.zeros(len(values), dtype=np.int64)
        for level, codes in zip(self.levels, levels, strict=True):
            if len(level.rows) == 0:
                continue
            # The code -1 picks the last entry, and is then left out.
            known = codes >= 0
            distance -= np.where(known, level.shift[codes], 0.0)
            scale = np.where(known, level.scale[codes], scale)
            depth += known
        return Deviations(distance, scale, depth)


@dataclass(frozen=True)
class Deviations:
    """By row: distance from the centre and scale, in units of the quantity; the levels known."""

    distance: FloatArray
    scale: FloatArray
    depth: Codes

    def in_scales(self) -> FloatArray:
        """Distances as multiples of the scale; as they are where history had but one value."""
        return np.divide(
            self.distance, self.scale, out=self.distance.copy(), where=self.scale > 0.0
        )


def robust_scale(deviations: FloatArray) -> float:
    """1.4826 times the median distance from zero; where most are zero, of those that are not.

    0.0 for none.
    """
    if len(deviations) == 0:
        return 0.0
    distances = np.abs(deviations)
    scale = SIGMA_PER_MAD * _median(distances)
    if scale > 0.0:
        return scale
    apart = distances[distances > 0.0]
    if len(apart) == 0:
        return 0.0
    # Weighed by their share: the mass at zero makes the scale smaller.
    return SIGMA_PER_MAD * float(np.median(apart)) * len(apart) / len(distances)


def _rows_of_all(chance: FloatArray | None) -> Rows:
    """Rows for what is pooled: all, or of over two million a million by chance."""
    return _ALL if chance is None else chance * len(chance) < _ROWS_POOLED


def _rows_of_groups(codes: Codes, rows: FloatArray, chance: FloatArray | None) -> Rows:
    """Rows for medians of groups: all, or of over two million some of each large group."""
    if chance is None:
        return _ALL
    share = ROWS_OF_GROUP / np.maximum(rows, ROWS_OF_GROUP)
    return chance < share[codes]


def _variances(
    residuals: FloatArray, medians: FloatArray, rows: FloatArray, spread: float
) -> tuple[float, float]:
    """Of rows around the medians of their groups, and of the groups; robust, in squared units.

    medians, rows: those of the group of each row. spread: of all residuals. From groups of five
    rows or more, because a median lies too near to the rows of a small group; from all where there
    are none.
    """
    settled = rows >= _ROWS_SETTLED
    if not settled.any():
        settled = rows > 0.0
    if not settled.all():
        residuals, medians, rows = residuals[settled], medians[settled], rows[settled]
        spread = robust_scale(residuals)
    # The MAD around a median of n rows falls short by 1 - 0.8 / n (Croux and Rousseeuw 1992).
    within = robust_scale((residuals - medians) / (1.0 - 0.8 / rows)) ** 2
    return within, max(spread**2 - within, 0.0)


def _median(values: FloatArray) -> float:
    """The median of at least one value (no NaN), which may be put in another order."""
    if len(values) < _ROWS_MANY:
        return float(np.median(values))
    from tieout.detect.views.medians import median_of

    return median_of(values)


def grouped_medians(values: FloatArray, coded: Coded) -> FloatArray:
    """The median of the values (no NaN) of each group; 0.0 for a group without any."""
    if len(values) < _ROWS_MANY:
        return _medians_by_sorting(values, coded)
    # Seven times as fast, and not worth loading a compiler for a small table.
    from tieout.detect.views.medians import medians_of_groups

    found: FloatArray = medians_of_groups(values, coded.codes, coded.groups)
    return found


def _medians_by_sorting(values: FloatArray, coded: Coded) -> FloatArray:
    """Sorting by value, then by group, is twenty times as fast as sorting pairs.

    Groups are put in order by two bytes of their codes at a time, which takes counting only.
    """
    order = np.argsort(values)
    for place in range(0, max(coded.groups - 1, 1).bit_length(), _BITS_COUNTED):
        digits = (coded.codes >> place).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    ordered = values[order]
    counts = np.bincount(coded.codes, minlength=coded.groups)
    starts = np.cumsum(counts) - counts
    some = counts > 0
    medians = np.zeros(coded.groups)
    low = ordered[(starts + (counts - 1) // 2)[some]]
    high = ordered[(starts + counts // 2)[some]]
    medians[some] = (low + high) / 2.0
    return medians
