"""The detector of rows that are out of pattern among their peers, in views it finds itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from tieout.detect.detector import FloatArray, Json, Scores, State
from tieout.detect.views.choice import chosen
from tieout.detect.views.groups import Book, Grouping, Keys
from tieout.detect.views.panel import Panel
from tieout.detect.views.patterns import Patterns
from tieout.detect.views.peers import Peers, Shrinkage
from tieout.detect.views.quantities import Quantity, number_columns
from tieout.detect.views.reasons import reasons_of
from tieout.detect.views.sampling import sampled_rows
from tieout.detect.views.search import SAMPLE_ROWS, Candidate, Search
from tieout.detect.views.view import View, residuals_of
from tieout.model.facts import Reason
from tieout.model.table import Kind, Table, TableRole

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

SEARCHED_ROWS: Final = 1_000_000
LAW_ROWS: Final = 200_000
CHUNK_ROWS: Final = 100_000  # of what is computed of so many, most stays close to the processor
_ROWS_MIN: Final = 200
_PLACES: Final = (TableRole.LATITUDE, TableRole.LONGITUDE)


@dataclass(frozen=True)
class PeerViews:
    """Finds by itself which ratio, difference or amount in which peer group says most.

    seed: of the samples it searches on. shrinkage: how many rows of the wider group each group is
    thought to hold. given: quantities in groupings that are known to matter (the signed difference
    of left and right, by key) and need not earn their place.

    Columns are foretold, without labels, by the median and MAD of a row's peers; what foretells
    them best out of sample becomes a view (Student-t log-density in nats a row; selection by
    predictive density as in Geisser and Eddy 1979, JASA 74). Each view gives a p-value; views of
    one quantity are averaged by gain, of quantities and of the pattern of missing values the
    smallest counts (Bonferroni). Where no view passes, it says nothing at all.
    """

    name: ClassVar[str] = "peer_views"
    version: ClassVar[int] = 1

    seed: int = 0
    shrinkage: Shrinkage = Shrinkage()
    given: tuple[tuple[Quantity, Grouping], ...] = ()
    panel: Panel | None = None

    @property
    def views(self) -> tuple[View, ...]:
        """What it looks at, best first; none where nothing passed."""
        return self.panel.views if self.panel else ()

    @property
    def passed(self) -> bool:
        """Whether there is any view: else the gate is off."""
        return bool(self.views)

    @property
    def gain(self) -> float:
        """Nats a row that the best view of each quantity gains, in all; 0.0 without a view."""
        best: dict[Quantity, float] = {}
        for view in self.views:
            best.setdefault(view.quantity, view.gain)
        return sum(best.values())

    def fit(self, history: Table) -> "PeerViews":
        """Search for views and learn what is usual in each. Under 200 rows there are none."""
        if history.height < _ROWS_MIN:
            return replace(self, panel=None)
        numbers = _quantity_columns(history)
        self._require(history, numbers)
        candidates = self._found(history, numbers)
        if not candidates:
            return replace(self, panel=None)
        patterns = Patterns.fitted(history.frame, numbers)
        return replace(self, panel=self._panel(history.frame, candidates, patterns))

    def score(self, current: Table) -> Scores:
        """Score: minus the logarithm of the smallest p-value; log_p: what history makes of it."""
        score = np.full(current.height, np.nan)
        log_p = np.zeros(current.height)
        if self.panel is None:
            return Scores(score, log_p)
        for start in range(0, current.height, CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            smallest = self.panel.smallest(current.frame[part])
            score[part] = 0.0 - smallest
            log_p[part] = self.panel.log_p(smallest)
        return Scores(score, log_p)

    def reasons(self, current: Table, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """What each view says of some rows, and what is missing from them, strongest first."""
        if self.panel is None or not indices:
            return [() for _ in indices]
        return reasons_of(self.panel, current.frame[list(indices)])

    def state(self) -> State:
        """Settings and, where a view passed, the panel."""
        state: dict[str, Json | NDArray[np.generic]] = {
            "seed": self.seed,
            "shrinkage": [self.shrinkage.centre, self.shrinkage.scale],
            "given": [[quantity.state(), list(grouping)] for quantity, grouping in self.given],
            "passed": self.panel is not None,
        }
        if self.panel is not None:
            state |= self.panel.state()
        return state

    @classmethod
    def restored(cls, state: State) -> "PeerViews":
        """From what `state` gave."""
        centre, scale = np.asarray(state["shrinkage"], dtype=np.float64).tolist()
        listed = state["given"]
        return cls(
            seed=int(str(state["seed"])),
            shrinkage=Shrinkage(centre, scale),
            given=tuple(_given(item) for item in (listed if isinstance(listed, list) else [])),
            panel=Panel.restored(state) if state["passed"] else None,
        )

    def _require(self, history: Table, numbers: Sequence[str]) -> None:
        known = {*numbers, *history.names(Kind.CATEGORY)}
        for quantity, grouping in self.given:
            for name in (*quantity.columns, *grouping):
                if name not in known:
                    raise ValueError(f"a given view needs the column {name}")

    def _found(self, history: Table, numbers: Sequence[str]) -> list[Candidate]:
        """The candidates that pass, on at most a million rows of history."""
        labels = history.names(Kind.CATEGORY)
        frame = history.frame.select([*numbers, *labels])
        if frame.height > SEARCHED_ROWS:
            frame = frame[sampled_rows(frame.height, rows=SEARCHED_ROWS, seed=self.seed)]
        search = Search(
            columns=number_columns(frame, numbers),
            categories={name: Keys.of(frame[name]).coded(frame[name]) for name in labels},
            height=frame.height,
            seed=self.seed,
            shrinkage=self.shrinkage,
        )
        given = search.judged(self.given)
        rows = sampled_rows(frame.height, rows=SAMPLE_ROWS, seed=self.seed)

        def distances(candidate: Candidate) -> FloatArray:
            values = candidate.quantity.values(search.columns)
            levels = search.coded(candidate.grouping)
            peers = Peers.fitted(values, levels, shrinkage=self.shrinkage)
            known = ~np.isnan(values[rows])
            found = np.full(len(rows), np.nan)
            found[known] = np.abs(residuals_of(peers, values, levels, rows[known])[1])
            return found

        return chosen(search.candidates(), distances, given=given)

    def _panel(
        self, frame: "pl.DataFrame", candidates: Sequence[Candidate], patterns: Patterns
    ) -> Panel:
        book, levels = Book.with_levels(frame, (each.grouping for each in candidates))
        rows = sampled_rows(frame.height, rows=LAW_ROWS, seed=self.seed)
        views: list[View] = []
        for candidate in candidates:
            columns = number_columns(frame, candidate.quantity.columns)
            view = View.fitted(
                candidate,
                candidate.quantity.values(columns),
                levels[candidate.grouping],
                rows=rows,
                shrinkage=self.shrinkage,
                seed=self.seed,
            )
            views.append(view)
        return Panel.fitted(tuple(views), book, patterns, frame[rows])


def _quantity_columns(history: Table) -> tuple[str, ...]:
    """The number columns that measure something; a place on the globe is no amount."""
    places = {history.roles.get(role) for role in _PLACES}
    return tuple(name for name in history.names(Kind.NUMBER) if name not in places)


def _given(item: object) -> tuple[Quantity, Grouping]:
    if not isinstance(item, list):
        raise TypeError("expected a quantity and its groups")
    quantity, grouping = item
    return Quantity.restored(quantity), tuple(str(name) for name in grouping)
