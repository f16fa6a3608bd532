"""A model in memory that judges records: detectors, rules and a cut, as a detection had them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.entries import with_entry_columns
from tieout.detect.judge import Judge, Judged, most_telling
from tieout.model.table import ColumnFacts, Table
from tieout.pipeline.detection.scorer import ScoredRecord, Scorer
from tieout.pipeline.scoring.cells import TYPES
from tieout.pipeline.scoring.records import Record, Shape
from tieout.pipeline.scoring.ruling import RecordRules

# A p-value of zero would say that something is impossible.
_P_MIN: Final = 1e-300


@dataclass(frozen=True)
class Verdict:
    """Records scored, and the fields that no column was for."""

    scored: tuple[ScoredRecord, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ScoringModel:
    """What a detection learnt, held in memory.

    name: of the data that it learnt from; rows: how many. judged: the columns that detectors see.
    threshold: a record is flagged by detectors when its score is at least so high.
    single: judges payments that come alone, where it can.
    practice: learnt from shipped practice payments, as the workspace has no data of its own.
    """

    name: str
    location: str
    rows: int
    fingerprint: str
    shape: Shape
    judge: Judge
    judged: tuple[ColumnFacts, ...]
    threshold: float
    rules: RecordRules
    single: Scorer | None = None
    practice: bool = False

    @property
    def profile(self) -> str:
        """What kind of data it is for."""
        return self.shape.profile

    def score(self, records: Sequence[Record]) -> Verdict:
        """Judge records by what was learnt; those of one call are each other's company.

        A record gets the score that its row would get from this model in a file, and the same
        score whenever it is sent: other calls are not remembered. Raises RecordError.
        """
        if not records:
            return Verdict((), ())
        typed = self.shape.typed(records)
        table = self._as_judged(typed.table)
        judged = self.judge.judge(table)
        fused = judged.fused
        by_ml = fused.score >= self.threshold
        ruled = self.rules.apply(typed.table)
        flags = by_ml | ruled.flags
        reasons = self._reasons(table, judged, np.flatnonzero(flags))
        with np.errstate(under="ignore"):
            p_values = np.maximum(np.exp(fused.log_p), _P_MIN)
        scored = []
        for place in range(table.height):
            said = ruled.reasons(place) if flags[place] else ()
            scored.append(
                ScoredRecord(
                    score=float(fused.score[place]) + 0.0,
                    p_value=float(p_values[place]),
                    is_ml_flag=bool(by_ml[place]),
                    is_rule_flag=bool(ruled.flags[place]),
                    is_flag=bool(flags[place]),
                    triggered_rules=ruled.triggered(place),
                    reasons_top3=most_telling(reasons.get(place, ()), said),
                )
            )
        return Verdict(tuple(scored), typed.ignored)

    def score_next(self, record: Record) -> Verdict:
        """Judge one record as the next of those that come one by one.

        A payment is judged by what was learnt and, for bursts, repeats, ways and company, by the
        payments that this was asked of before: the latest 50,000 are remembered. The same one sent
        again gets the same answer and counts once. Other records are judged as by `score`. Raises
        RecordError.
        """
        if self.single is not None:
            values, ignored = self.shape.cells_of_one(record)
            found = self.single.score_read(values, threshold=self.threshold)
            if found is not None:
                return Verdict((found,), ignored)
        return self.score([record])

    @property
    def is_quick(self) -> bool:
        """Whether `score_next` takes less than a millisecond."""
        return self.single is not None and not self.single.rules_left_out

    def with_threshold(self, threshold: float) -> "ScoringModel":
        """The same model cut elsewhere."""
        return replace(self, threshold=threshold)

    def _as_judged(self, table: Table) -> Table:
        """The columns that detectors learnt; a journal with what its entries tell."""
        if self.shape.profile != "journal":
            return table
        # Which labels tell entries apart was settled on the data that was learnt from.
        wide = with_entry_columns(replace(table, columns=())).frame
        kept = table.frame.with_columns(wide[n] for n in wide.columns if n not in table.frame)
        frame = kept.select(
            pl.col(c.name) if c.name in kept.columns else pl.lit(None, TYPES[c.kind]).alias(c.name)
            for c in self.judged
        )
        return replace(table, frame=frame, columns=self.judged)

    def _reasons(
        self, table: Table, judged: Judged, places: NDArray[np.int64]
    ) -> dict[int, tuple[str, ...]]:
        found = self.judge.reasons(table, judged, places)
        return {
            int(place): tuple(reason.text for reason in reasons)
            for place, reasons in zip(places, found, strict=True)
        }
