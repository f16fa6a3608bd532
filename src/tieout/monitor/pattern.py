"""All metrics of a minute together: an Isolation Forest over how far each is from its usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tieout.monitor.amounts import METRIC as AMOUNT
from tieout.monitor.chosen_spec import ForestSpec
from tieout.monitor.limits import FloatArray, high_p
from tieout.monitor.multiple import NO_TEST
from tieout.monitor.ring import Ring, grown
from tieout.monitor.spec import MonitorSpec
from tieout.monitor.tally import Ints
from tieout.monitor.verdict import Best, Limits, Mask, Verdict
from tieout.monitor.volume import SURGE

PATTERN: Final = "pattern"
WINDOW_MINUTES: Final = 5
_TREE_ROWS: Final = 256
# A surge and a drop are two sides of one count, which would weigh twice.
_LEFT_OUT: Final = (*NO_TEST, SURGE)
_ODD: Final = 0.01
_FAR_SHARE: Final = 0.2
_FAR_TIMES: Final = 4.0
_ROWS_MAX: Final = 50_000
_FIT_ROWS_MIN: Final = 100


@dataclass
class Patterns:
    """Judges cells of at most one dimension, where the spec has a `forest`.

    A vector has for each metric by how many of its own standard errors the last five minutes are
    from the usual, (count - expected) / sqrt(expected + 1); what is unknown is 0, as usual. So one
    forest serves quiet and busy hours and cells. It is grown with its seed on vectors whose minutes
    were in limits, one in five minutes so that none overlap, anew every `refit_minutes` of event
    time (Liu, Ting and Zhou, ICDM 2008).

    A forest's score ends where its rows end: what is far outside in one metric alone scores as the
    farthest of them, and less than what is a little odd in several. So one row in six is a usual
    vector four times as large, which has cuts made outside too. A minute is odd that scores as the
    highest 1 % of usual ones; out of limits is a window, short or long, with more odd minutes than
    chance allows. Vectors of five minutes overlap, so five odd ones count as one.

    recent: vectors of the last minutes, (places, cells, names); odd and told: which of them were
    odd, and of which that is known. history: what the forest is grown on. cut: the score from
    which a minute is odd, and usual: how often one is.
    """

    spec: MonitorSpec
    names: list[str] = field(default_factory=list)
    history: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    minutes: int = 0
    due: int = 0
    forest: Mapping[str, Any] | None = None
    grown_on: list[str] = field(default_factory=list)
    cut: float = 1.0
    usual: float = 1.0
    sums: FloatArray = field(init=False)
    odd: FloatArray = field(init=False)
    told: FloatArray = field(init=False)
    events: FloatArray = field(init=False)
    recent: FloatArray = field(init=False)
    stamps: Ints = field(init=False)
    places: int = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was judged."""
        windows = (*self.spec.windows.minutes, *self.spec.windows.long_minutes)
        self.places = max(*windows, WINDOW_MINUTES) + 1
        self.sums = np.zeros((self.places, 1, 0, 2))
        self.events, self.odd, self.told = (np.zeros((self.places, 1)) for _ in range(3))
        self.recent = np.zeros((self.places, 1, 0))
        self.stamps = np.full(self.places, -1, dtype=np.int64)

    def judge(
        self, minute: int, verdicts: Sequence[Verdict], shallow: Ints, ring: Ring, limits: Limits
    ) -> Verdict | None:
        """Judge the cells `shallow` at a minute; None without a forest.

        verdicts: what was said of each metric at this minute, in any order.
        """
        wanted = self.spec.forest
        if wanted is None or not self.spec.metric(PATTERN).enabled:
            return None
        vectors = self._noted(minute, verdicts, int(shallow.max()) + 1)
        row = minute % self.places
        self.events[row] = 0.0
        heard = ring.events[minute % ring.minutes, : self.events.shape[1]].sum(axis=1)
        self.events[row, : len(heard)] = heard
        if self.minutes >= wanted.warmup_minutes and minute >= self.due:
            self._grow(minute, wanted)
        if self.forest is None:
            return None
        places = [self.names.index(name) for name in self.grown_on]
        scores = self._scored(vectors[shallow][:, places])
        rows = self._rows(minute, WINDOW_MINUTES)
        known = self.events[rows][:, shallow].sum(axis=0) >= limits.sample_min
        known &= heard[shallow] > 0
        self.odd[row], self.told[row] = 0.0, 0.0
        self.odd[row, shallow] = known & (scores >= self.cut)
        self.told[row, shallow] = known
        return self._verdict(minute, shallow, known, scores, self._best(minute, shallow, limits))

    def _best(self, minute: int, cells: Ints, limits: Limits) -> Best:
        best = Best.none((len(cells), 1), limits.windows)
        for window in (*limits.windows, *limits.long):
            rows = self._rows(minute, window)
            count = self.odd[rows][:, cells].sum(axis=0)[:, None]
            expected = self.usual * self.told[rows][:, cells].sum(axis=0)[:, None]
            p = high_p(count, expected, np.full(count.shape, float(WINDOW_MINUTES)))
            best.consider(window, p, p < limits.alpha[cells], (count, expected, expected))
        return best

    def learn(self, minute: int, keep: Mask, shallow: Ints) -> None:
        """Take the vectors of a past minute into what the forest is grown on, where `keep`."""
        wanted = self.spec.forest
        if wanted is None or self.stamps[minute % self.places] != minute:
            return
        self.minutes += 1
        if minute % WINDOW_MINUTES:
            return
        cells = shallow[keep[shallow] & (shallow < self.recent.shape[1])]
        row = minute % self.places
        cells = cells[self.events[row, cells] > 0]
        new = self.recent[row, cells]
        old = np.zeros((len(self.history), new.shape[1]))
        old[:, : self.history.shape[1]] = self.history
        most = min(wanted.history_minutes // WINDOW_MINUTES * max(len(shallow), 1), _ROWS_MAX)
        self.history = np.concatenate([old, new])[-most:].astype(np.float32).astype(np.float64)

    def _noted(self, minute: int, verdicts: Sequence[Verdict], cells: int) -> FloatArray:
        """The vectors of this minute, (cells, names)."""
        for verdict in verdicts:
            self.names += [
                name for name in verdict.metrics if name not in _LEFT_OUT and name not in self.names
            ]
        self.sums = grown(grown(self.sums, 1, cells), 2, len(self.names))
        self.recent = grown(grown(self.recent, 1, cells), 2, len(self.names))
        self.events, self.odd, self.told = (
            grown(each, 1, cells) for each in (self.events, self.odd, self.told)
        )
        row = minute % self.places
        self.sums[row], self.recent[row], self.stamps[row] = 0.0, 0.0, minute
        for verdict in verdicts:
            inside = verdict.cells < cells
            mine = verdict.cells[inside]
            for column, name in enumerate(verdict.metrics):
                if name in _LEFT_OUT:
                    continue
                place = self.names.index(name)
                self.sums[row, mine, place] = _departure(verdict, column)[inside]
        count, scale = np.moveaxis(self.sums[self._rows(minute, WINDOW_MINUTES)].sum(axis=0), 2, 0)
        self.recent[row] = count / np.sqrt(scale + 1.0)
        return np.asarray(self.recent[row])

    def _rows(self, minute: int, window: int) -> Ints:
        rows = np.arange(minute - window + 1, minute + 1)
        return np.asarray(rows[self.stamps[rows % self.places] == rows] % self.places)

    def _grow(self, minute: int, wanted: ForestSpec) -> None:
        from sklearn.ensemble import IsolationForest

        from tieout.detect.forest.packed import packed

        if len(self.history) < _FIT_ROWS_MIN:
            return
        self.due = minute + wanted.refit_minutes
        varied = np.flatnonzero(self.history.any(axis=0))
        if not len(varied):
            return
        self.grown_on = [self.names[place] for place in varied]
        rows = self.history[:, varied]
        chosen = np.random.default_rng(wanted.seed).permutation(len(rows))
        far = rows[chosen[: int(_FAR_SHARE * len(rows))]] * _FAR_TIMES
        fitted = IsolationForest(
            n_estimators=wanted.trees,
            max_samples=min(_TREE_ROWS, len(rows) // 2),
            random_state=wanted.seed,
        ).fit(np.concatenate([rows, far]))
        self.forest = packed(fitted).state()
        scores = np.sort(self._scored(rows))
        beyond = max(int(_ODD * len(scores)), 1)
        self.cut, self.usual = float(scores[-beyond]), (beyond + 1) / (len(scores) + 1)

    def _scored(self, vectors: FloatArray) -> FloatArray:
        """Between 0 and 1, larger for odder."""
        from tieout.detect.forest.packed import PackedForest

        return -PackedForest.restored(dict(self.forest or {})).score_samples(vectors)

    def _verdict(
        self, minute: int, cells: Ints, known: Mask, scores: FloatArray, best: Best
    ) -> Verdict:
        row = minute % self.places
        odd = self.odd[row, cells][:, None]
        usual = self.usual * self.told[row, cells][:, None]
        breached = best.confirmed(odd, usual) & known[:, None]
        events = self.events[row, cells][:, None]

        def trail(row: int, column: int, minutes: int) -> tuple[FloatArray, FloatArray]:
            del column
            rows = np.arange(minute - minutes + 1, minute + 1) % self.places
            return self.odd[rows, cells[row]], self.usual * self.told[rows, cells[row]]

        return Verdict(
            metrics=(PATTERN,),
            cells=cells,
            known=known[:, None],
            breached=breached,
            p_value=best.p_any,
            value=scores[:, None].copy(),
            baseline=np.full(odd.shape, self.cut),
            n=events,
            window=best.window,
            observed=scores[:, None],
            count=odd,
            total=events,
            expected=usual,
            limit=np.full(odd.shape, np.nan),
            trail=trail,
            tests=len((*self.spec.windows.minutes, *self.spec.windows.long_minutes)),
        )


def _departure(verdict: Verdict, column: int) -> FloatArray:
    """Events beyond the usual and the usual, of one minute, (cells, 2); 0 where unknown.

    Of amounts: logs beyond the usual, once for each event, and how many events.
    """
    count, expected = verdict.count[:, column], verdict.expected[:, column]
    if verdict.metrics[column] == AMOUNT:
        with np.errstate(all="ignore"):
            ratio = np.log1p(verdict.observed[:, column]) - np.log1p(verdict.baseline[:, column])
        beyond = ratio * verdict.total[:, column]
    else:
        beyond = count - expected
    known = verdict.known[:, column] & np.isfinite(beyond) & (expected > 0)
    return np.where(known[:, None], np.stack([beyond, expected], axis=1), 0.0)
