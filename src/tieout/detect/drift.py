"""Whether rows still look like those that a model learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from tieout.detect.detector import FloatArray, Json
from tieout.model.table import Kind, Table

if TYPE_CHECKING:
    import polars as pl

# The usual reading of the index: below 0.1 stable, above 0.25 another population.
DRIFT_MAX: Final = 0.25
_BINS: Final = 10
_VALUES_MAX: Final = 50
_ROWS_MAX: Final = 200_000
_SHARE_MIN: Final = 1e-4


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """A column and its population stability index: 0 for equal shares, over 0.25 for another."""

    column: str
    index: float


@dataclass(frozen=True)
class Outline:
    """How often values of each column fell into each of a few bins.

    bins: for a number the ten quantile bins' edges, for a label its 50 most frequent values; the
    shares have one more entry for all other labels and one for what is missing.
    """

    edges: Mapping[str, FloatArray]
    values: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, FloatArray]

    @classmethod
    def of(cls, table: Table) -> Self:
        """The outline of a table; identifiers and moments have none, they always move on."""
        sample = _sample(table)
        edges = {name: _edges(sample[name]) for name in table.names(Kind.NUMBER)}
        values = {name: _frequent(sample[name]) for name in table.names(Kind.CATEGORY)}
        outline = cls(edges, values, {})
        return cls(edges, values, outline._shares_of(sample))

    def drift(self, table: Table) -> tuple[ColumnDrift, ...]:
        """The population stability index of each column, the largest first.

        PSI is the sum over bins of (share now - share then) x ln(share now / share then), which is
        Jeffreys' divergence (Siddiqi, Credit Risk Scorecards, 2006). Columns that the table has
        not got count as moved entirely.
        """
        now = self._shares_of(_sample(table))
        found = []
        for name, then in self.shares.items():
            share = now.get(name)
            index = (
                np.inf if share is None else float(np.sum((share - then) * np.log(share / then)))
            )
            found.append(ColumnDrift(name, index))
        return tuple(sorted(found, key=lambda part: (-part.index, part.column)))

    def state(self) -> dict[str, Json]:
        """As JSON."""
        return {
            "edges": {name: list(map(float, each)) for name, each in self.edges.items()},
            "values": {name: list(each) for name, each in self.values.items()},
            "shares": {name: list(map(float, each)) for name, each in self.shares.items()},
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """From what `state` gave."""
        return cls(
            edges={name: np.asarray(each) for name, each in state["edges"].items()},
            values={name: tuple(each) for name, each in state["values"].items()},
            shares={name: np.asarray(each) for name, each in state["shares"].items()},
        )

    def _shares_of(self, sample: "pl.DataFrame") -> dict[str, FloatArray]:
        counts = {
            name: _number_counts(sample[name], edges)
            for name, edges in self.edges.items()
            if name in sample.columns
        } | {
            name: _label_counts(sample[name], values)
            for name, values in self.values.items()
            if name in sample.columns
        }
        return {name: _as_shares(each) for name, each in counts.items()}


def _sample(table: Table) -> "pl.DataFrame":
    """Every n-th row, so that all of a file counts and the same rows are taken again."""
    step = -(-table.height // _ROWS_MAX) or 1
    return table.frame.gather_every(step) if step > 1 else table.frame


def _edges(numbers: "pl.Series") -> FloatArray:
    known = numbers.drop_nulls().drop_nans().to_numpy()
    if len(known) == 0:
        return np.array([])
    edges: FloatArray = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
    return edges


def _frequent(labels: "pl.Series") -> tuple[str, ...]:
    import polars as pl

    counted = labels.drop_nulls().cast(pl.String).rename("label").value_counts(name="count")
    ordered = counted.sort(["count", "label"], descending=[True, False])
    return tuple(ordered["label"].head(_VALUES_MAX).to_list())


def _number_counts(numbers: "pl.Series", edges: FloatArray) -> FloatArray:
    values: FloatArray = numbers.cast(float).fill_null(np.nan).to_numpy()
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(known)).astype(np.float64)


def _label_counts(labels: "pl.Series", values: tuple[str, ...]) -> FloatArray:
    import polars as pl

    found = dict(labels.cast(pl.String).value_counts(name="count").iter_rows())
    missing = found.pop(None, 0)
    counts = [found.pop(value, 0) for value in values]
    return np.array([*counts, sum(found.values()), missing], dtype=np.float64)


def _as_shares(counts: FloatArray) -> FloatArray:
    # An empty bin would make the index infinite over a single row.
    shares: FloatArray = np.maximum(counts / max(counts.sum(), 1.0), _SHARE_MIN)
    return shares
