"""Labels, and pairs of labels, that history hardly has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from tieout.detect.calibration import TailCalibration
from tieout.detect.detector import FloatArray, Json, Scores, State, zero_for_nan
from tieout.detect.detectors.encoding import CodeArray, Vocabulary, require, vocabularies
from tieout.detect.detectors.keeping import (
    CALIBRATION_ROWS_MAX,
    calibrated,
    calibration_state,
    integers,
    learnt,
    number,
    part,
    placed,
    restored_calibration,
    texts,
)
from tieout.detect.detectors.matrix import sample_rows
from tieout.detect.detectors.pairs import DENSE_CELLS_MAX, PairRarity
from tieout.detect.detectors.rarity_reasons import rows_reasons
from tieout.detect.detectors.values import ValueRarity
from tieout.model.facts import Reason
from tieout.model.table import Kind, Table

_GATE_ROWS_MAX: Final = 200_000
_SPARSE_ROWS_MAX: Final = 2_000_000
_POWER_MIN: Final = 0.001
CHUNK_ROWS: Final = 200_000


@dataclass(frozen=True)
class _Fitted:
    columns: tuple[str, ...]
    vocabularies: tuple[Vocabulary, ...]
    values: tuple[ValueRarity, ...]
    pairs: dict[tuple[int, int], PairRarity]
    calibration: TailCalibration

    @cached_property
    def worths(self) -> list[NDArray[np.float32]]:
        """For each column what its labels are worth, by code."""
        return _worths(self.values, self.pairs)


class Rarity:
    """Rare labels and rare pairs of labels, weighed by how often history had something new.

    The score of a row is evidence in nats: the sum, over columns, of how rare its labels are
    (`ValueRarity`) and, over pairs of columns, of how rarely they stand together (`PairRarity`),
    each only beyond a threshold, so that what is usual never adds up to something odd. Every
    count is taken without one row of its own label or pair, since the judged row may be part of
    history: so the table that is judged can be the history itself, and a row cannot hide behind
    its own presence. Missing labels say nothing.

    Sums of such evidence are not p-values (pairs of one column lean on one another), hence the
    calibration on the sums of history's rows. It takes each of these out of history first, and
    then judges it like any other row; so p-values hold for new rows, and rows of history get
    somewhat larger ones.

    Which pairs of columns are looked at is decided on a sample of 200,000 rows: how much evidence
    chance would give if the right column were shuffled against the left. Pairs that would give
    none are left out, as are those beyond `pairs_max`; where history has over two million rows,
    also those whose table of all pairs exceeds four million cells.
    """

    name: ClassVar[str] = "rarity"
    version: ClassVar[int] = 1

    def __init__(
        self, columns: Sequence[str] | None = None, *, pairs_max: int = 40, seed: int = 0
    ) -> None:
        self.columns = None if columns is None else tuple(columns)
        self.pairs_max = pairs_max
        self.seed = seed
        self._fitted: _Fitted | None = None

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of columns that are looked at, the most telling first."""
        fitted = learnt(self._fitted)
        return tuple((fitted.columns[a], fitted.columns[b]) for a, b in fitted.pairs)

    def fit(self, history: Table) -> Self:
        """Count labels and pairs. Raises ValueError when a chosen column is missing."""
        columns = history.names(Kind.CATEGORY) if self.columns is None else self.columns
        known = vocabularies(history, columns)
        codes = _encoded(history, columns, known)
        values = tuple(map(ValueRarity.counted, codes, known))
        chosen = self._chosen(codes, known, history.height)
        pairs = {
            (a, b): PairRarity.counted(codes[a], codes[b], (known[a].size, known[b].size))
            for a, b in chosen
        }
        step = max(1, -(-history.height // CALIBRATION_ROWS_MAX))
        score = _evidence(
            [code[::step] for code in codes],
            _worths([value.of_history() for value in values], pairs),
            {columns: pair.of_history() for columns, pair in pairs.items()},
        )
        self._fitted = _Fitted(tuple(columns), known, values, pairs, calibrated(score))
        return self

    def score(self, current: Table) -> Scores:
        """Evidence in nats, 0.0 where nothing is odd; NaN for a table without labels."""
        fitted = learnt(self._fitted)
        require(current, fitted.columns)
        score, log_p = np.full(current.height, np.nan), np.zeros(current.height)
        # Codes of all rows at once would take more room than what comes of them.
        for start in range(0, current.height if fitted.columns else 0, CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            rows = replace(current, frame=current.frame[part], rows=current.rows[part])
            codes = _encoded(rows, fitted.columns, fitted.vocabularies)
            score[part] = _evidence(codes, fitted.worths, fitted.pairs)
            log_p[part] = _log_p(score[part], fitted.calibration)
        return Scores(score, log_p)

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """The three labels or pairs that weigh most, with their counts in history."""
        fitted = learnt(self._fitted)
        require(current, fitted.columns)
        rows = current.take(np.asarray(indices, dtype=np.int64))
        codes = _encoded(rows, fitted.columns, fitted.vocabularies)
        labels = rows.frame.select(fitted.columns).rows() if fitted.columns else [()] * len(indices)
        return rows_reasons(labels, fitted.columns, codes, fitted.values, fitted.pairs)

    def state(self) -> State:
        """Labels, counts of labels and pairs, and the calibration."""
        fitted = learnt(self._fitted)
        result: dict[str, Json | np.ndarray] = {
            "columns": list(fitted.columns),
            "pairs_max": self.pairs_max,
            "seed": self.seed,
            "pairs": np.array(list(fitted.pairs), dtype=np.int64).reshape(-1, 2),
        }
        for j, (known, value) in enumerate(zip(fitted.vocabularies, fitted.values, strict=True)):
            result[f"labels{j}"] = list(known.labels)
            result[f"counts{j}"] = value.counts
        for i, pair in enumerate(fitted.pairs.values()):
            result[f"cells{i}"] = pair.cells
            result[f"rows{i}"] = pair.counts
        return {**result, **placed("calibration", calibration_state(fitted.calibration))}

    @classmethod
    def restored(cls, state: State) -> Self:
        """From what `state` gave."""
        columns = texts(state, "columns")
        known = tuple(Vocabulary(texts(state, f"labels{j}")) for j in range(len(columns)))
        pairs = {
            (int(a), int(b)): PairRarity.from_cells(
                integers(state, f"cells{i}"),
                integers(state, f"rows{i}"),
                (known[int(a)].size, known[int(b)].size),
            )
            for i, (a, b) in enumerate(integers(state, "pairs"))
        }
        result = cls(
            columns, pairs_max=int(number(state, "pairs_max")), seed=int(number(state, "seed"))
        )
        result._fitted = _Fitted(
            columns,
            known,
            tuple(
                ValueRarity.from_counts(integers(state, f"counts{j}")) for j in range(len(columns))
            ),
            pairs,
            restored_calibration(part(state, "calibration")),
        )
        return result

    def _chosen(
        self, codes: Sequence[CodeArray], known: Sequence[Vocabulary], rows: int
    ) -> list[tuple[int, int]]:
        random = np.random.default_rng(self.seed)
        if rows > _GATE_ROWS_MAX:
            sample = sample_rows(rows, _GATE_ROWS_MAX, self.seed)
            codes = [code[sample] for code in codes]
        shuffled = random.permutation(len(codes[0])) if codes else np.zeros(0, dtype=np.int64)
        powers: list[tuple[float, int, int]] = []
        for a, b in combinations(range(len(codes)), 2):
            shape = known[a].size, known[b].size
            if rows > _SPARSE_ROWS_MAX and shape[0] * shape[1] > DENSE_CELLS_MAX:
                continue
            pair = PairRarity.counted(codes[a], codes[b], shape)
            power = float(pair.evidence(codes[a], codes[b][shuffled]).mean()) if rows else 0.0
            if power > _POWER_MIN:
                powers.append((-power, a, b))
        return [(a, b) for _, a, b in sorted(powers)[: self.pairs_max]]


def _encoded(table: Table, columns: Sequence[str], known: Sequence[Vocabulary]) -> list[CodeArray]:
    require(table, columns)
    return [
        vocabulary.encode(table.frame[name])
        for name, vocabulary in zip(columns, known, strict=True)
    ]


def _worths(
    values: Sequence[ValueRarity], pairs: Collection[tuple[int, int]]
) -> list[NDArray[np.float32]]:
    return [value.with_pairs(sum(j in pair for pair in pairs)) for j, value in enumerate(values)]


def _evidence(
    codes: Sequence[CodeArray],
    worths: Sequence[NDArray[np.float32]],
    pairs: Mapping[tuple[int, int], PairRarity],
) -> FloatArray:
    if codes and len(codes[0]) == 1:
        return _evidence_of_one([int(code[0]) for code in codes], worths, pairs)
    total = np.zeros(len(codes[0]) if codes else 0, dtype=np.float32)
    for code, worth in zip(codes, worths, strict=True):
        total += worth[code]
    for (a, b), pair in pairs.items():
        total += pair.evidence(codes[a], codes[b])
    return total.astype(np.float64)


def _evidence_of_one(
    codes: Sequence[int],
    worths: Sequence[NDArray[np.float32]],
    pairs: Mapping[tuple[int, int], PairRarity],
) -> FloatArray:
    """As of many rows, added up in the same order, without arrays of one."""
    total = np.float32(0.0)
    for code, worth in zip(codes, worths, strict=True):
        total += worth[code]
    for (a, b), pair in pairs.items():
        total += pair.evidence_of(codes[a], codes[b])
    return np.array([total], dtype=np.float64)


def _log_p(score: FloatArray, calibration: TailCalibration) -> FloatArray:
    """The share of history with any evidence, times exp(-evidence).

    Evidence of e nats bears no p-value below exp(-e) (Vovk and Wang, E-values: calibration,
    combination and applications, 2021), and in history it comes up in few rows to begin with. The
    rank among history's rows is not used: where history has errors of its own kind, they would
    hide behind each other, and where nothing is wrong, its oddest rows would look as if it were.
    """
    history = calibration.scores
    some = len(history) - int(np.searchsorted(history, 0.0, side="right"))
    share = np.log((some + 1.0) / (len(history) + 1.0))
    known = zero_for_nan(score)
    log_p: FloatArray = np.where(known > 0.0, share - known, 0.0)
    return np.minimum(log_p, 0.0)
