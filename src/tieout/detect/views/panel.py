"""Views at work together: what they and the patterns say of a row, as one p-value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from tieout.detect.detector import FloatArray, Json, State, zero_for_nan
from tieout.detect.views.groups import Book, Grouping
from tieout.detect.views.patterns import Patterns
from tieout.detect.views.peers import Coded
from tieout.detect.views.quantities import Columns, Quantity, number_columns
from tieout.detect.views.tails import Recalibration
from tieout.detect.views.view import View

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

_TOLD_WEIGHT: Final = 0.5


@dataclass(frozen=True)
class Rows:
    """Rows as views see them: their numbers, and their groups by grouping."""

    columns: Columns
    levels: Mapping[Grouping, list[Coded]]


@dataclass(frozen=True)
class Panel:
    """Views, best first, the groups they need, and the patterns of missing values.

    means: by quantity, what makes a p-value of the mean over its views. least: what makes one of
    the smallest over quantities and pattern.
    """

    views: tuple[View, ...]
    book: Book
    patterns: Patterns
    means: Mapping[Quantity, Recalibration]
    least: Recalibration

    @classmethod
    def fitted(
        cls, views: tuple[View, ...], book: Book, patterns: Patterns, sample: "pl.DataFrame"
    ) -> "Panel":
        """From views fitted to all of history; the recalibrations from a sample of its rows."""
        untouched = Recalibration.fitted(np.zeros(0))
        panel = cls(views, book, patterns, {}, untouched)
        rows = panel.rows(sample)
        means: dict[Quantity, Recalibration] = {}
        for quantity in weights(views):
            mean = mean_log_p(views, quantity, rows)
            means[quantity] = Recalibration.fitted(mean[~np.isnan(mean)])
        panel = replace(panel, means=means)
        paid = panel.paid(panel.smallest(sample))
        return replace(panel, least=Recalibration.fitted(paid[~np.isnan(paid)]))

    def rows(self, frame: "pl.DataFrame") -> Rows:
        """The numbers and groups of the rows of a frame."""
        columns = number_columns(frame, self._names)
        return Rows(columns, self.book.levels(frame, self._groupings))

    def smallest(self, frame: "pl.DataFrame") -> FloatArray:
        """Logarithm of the smallest p-value of each row, not yet paid for by Bonferroni.

        NaN where every quantity is missing and the pattern of what is missing is a usual one.
        """
        rows = self.rows(frame)
        best = np.full(frame.height, np.nan)
        for quantity, weight in self._weights.items():
            mean = mean_log_p(self.views, quantity, rows)
            best = np.fmin(best, weight * self.means[quantity].log_p(mean))
        pattern = self.patterns.log_p(rows.columns, frame.height)
        smallest: FloatArray = np.where(pattern < 0.0, np.fmin(best, pattern), best)
        return smallest

    def paid(self, smallest: FloatArray) -> FloatArray:
        """The smallest log p-value after Bonferroni; at most 0, NaN for NaN."""
        channels = len(self.means) + int(self.patterns.tells)
        paid: FloatArray = np.minimum(smallest + np.log(channels), 0.0)
        return paid

    def log_p(self, smallest: FloatArray) -> FloatArray:
        """What history makes of the smallest log p-value; 0.0 for NaN."""
        return zero_for_nan(self.least.log_p(self.paid(smallest)))

    @cached_property
    def _weights(self) -> dict[Quantity, float]:
        return weights(self.views)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The columns that are numbers here, each once."""
        names = [name for view in self.views for name in view.quantity.columns]
        return tuple(dict.fromkeys([*names, *self.patterns.watched]))

    @cached_property
    def _groupings(self) -> tuple[Grouping, ...]:
        return tuple(dict.fromkeys(view.groups for view in self.views))

    def state(self) -> "dict[str, Json | NDArray[np.generic]]":
        """What `restored` needs."""
        parts: dict[str, Mapping[str, Json | NDArray[np.generic]]] = {
            "book": self.book.state(),
            "patterns": self.patterns.state(),
        }
        for position, view in enumerate(self.views):
            parts[f"view/{position}"] = view.state()
        for position, mean in enumerate(self.means.values()):
            parts[f"mean/{position}"] = mean.state()
        parts["least"] = self.least.state()
        nested = {f"{name}/{key}": v for name, part in parts.items() for key, v in part.items()}
        return {"views": len(self.views), **nested}

    @classmethod
    def restored(cls, state: State) -> "Panel":
        """From what `state` gave."""
        count = int(str(state["views"]))
        views = tuple(View.restored(_part(state, f"view/{position}")) for position in range(count))
        means = {
            quantity: Recalibration.restored(_part(state, f"mean/{position}"))
            for position, quantity in enumerate(weights(views))
        }
        book = Book.restored(_part(state, "book"))
        patterns = Patterns.restored(_part(state, "patterns"))
        least = Recalibration.restored(_part(state, "least"))
        return cls(views, book, patterns, means, least)


def weights(views: tuple[View, ...]) -> dict[Quantity, float]:
    """What the log p-values of a quantity count: 1, or half.

    Half where better quantities tell of all its columns already: beside the unit price of a sale,
    its quantity alone is a weak channel, and a weak channel at full weight buries the strong one.
    """
    weighed: dict[Quantity, float] = {}
    told: set[str] = set()
    for view in views:
        if view.quantity not in weighed:
            new = set(view.quantity.columns) - told
            weighed[view.quantity] = 1.0 if new else _TOLD_WEIGHT
            told |= new
    return weighed


def mean_log_p(views: tuple[View, ...], quantity: Quantity, rows: Rows) -> FloatArray:
    """The mean, weighed by gain, of what the views of one quantity say; NaN where it is missing.

    A view whose group was never seen is left out where another one knows peers of the row.
    """
    values = quantity.values(rows.columns)
    totals = np.zeros((2, len(values)))
    weights_known = np.zeros(len(values))
    gain = 0.0
    for view in views:
        if view.quantity == quantity:
            judged = view.judged(values, rows.levels[view.groups])
            totals[0] += view.gain * judged.log_p
            totals[1] += view.gain * np.where(judged.known, judged.log_p, 0.0)
            weights_known += view.gain * judged.known
            gain += view.gain
    if (weights_known == gain).all():
        everywhere: FloatArray = totals[0] / gain
        return everywhere
    known = weights_known > 0.0
    mean: FloatArray = np.where(
        known, totals[1] / np.where(known, weights_known, 1.0), totals[0] / gain
    )
    return mean


def _part(state: State, name: str) -> State:
    prefix = f"{name}/"
    return {key.removeprefix(prefix): v for key, v in state.items() if key.startswith(prefix)}
