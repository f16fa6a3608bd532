"""From rows to the scan that answers the question asked of them."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.explain.scan.rates import Cells, scan_rates
from tieout.explain.scan.result import Scan
from tieout.explain.scan.rows import scan_measures, scan_outcomes
from tieout.pipeline.rootcause_attributes import Attribute
from tieout.pipeline.rootcause_moments import Moments
from tieout.pipeline.rootcause_plan import Note, Plan

_LEAVES_MAX: Final = 15_000
_CELLS_MAX: Final = 20_000_000
_CAPS: Final = (200, 100, 50, 30, 20, 12, 8, 5, 3)
_COMMON_RATE: Final = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """Rows as the scans take them.

    counts, trials: outcomes of a row and out of how many; for a measure, value and expectation
    (NaN where the earlier moments say what was to be expected).
    """

    attributes: tuple[Attribute, ...]
    counts: Floats
    trials: Floats
    moments: Moments | None


def answer(
    question: Question, plan: Plan, *, direction: str, notes: list[Note]
) -> tuple[Question, Scan]:
    """Scan. The question comes back with the attributes as they were capped for it."""
    if plan.question == "measure":
        return _measure(question)
    question = _turned(question, plan, direction, notes)
    moments = question.moments
    if moments is None:
        codes = [attribute.codes for attribute in question.attributes]
        if plan.question == "outcome":
            return question, scan_outcomes(codes, question.counts > 0)
        return question, scan_outcomes(codes, question.counts, trials=question.trials)
    question = _fewer_leaves(question, moments, notes)
    return question, scan_rates(_cells(question, moments))


def _turned(question: Question, plan: Plan, direction: str, notes: list[Note]) -> Question:
    """Outcomes are what is rare or was asked for: where a rate fell, its complement rose."""
    falls = direction == "fall"
    if direction == "auto":
        falls = question.counts.sum() > _COMMON_RATE * question.trials.sum()
        if falls and plan.question == "rate":
            what = f"{plan.total} less {plan.value}"
            notes.append(Note("outcome", what, "the value is most of its total", certain=False))
        elif falls:
            what = f"rows that are not {plan.outcome}"
            notes.append(Note("outcome", what, "most rows are (--direction)", certain=False))
    return replace(question, counts=question.trials - question.counts) if falls else question


def _fewer_leaves(question: Question, moments: Moments, notes: list[Note]) -> Question:
    """Put rare values together until the moment has no more cells than can be weighed."""
    attributes = question.attributes
    for cap in _CAPS:
        now = pl.DataFrame({each.name: each.codes[moments.now] for each in attributes})
        if now.n_unique() <= _LEAVES_MAX:
            break
        attributes = tuple(each.capped(cap) for each in attributes)
        shown = f"the {cap} most frequent values of each"
        notes[:] = [note for note in notes if note.subject != "cells"]
        notes.append(Note("cells", shown, "there were too many different cells to weigh"))
    return replace(question, attributes=attributes)


def _cells(question: Question, moments: Moments) -> Cells:
    """Sums of rows by unique cell and moment."""
    names = [f"a{place}" for place in range(len(question.attributes))]
    rows = moments.now | (moments.past >= 0)
    columns = {
        name: each.codes[rows] for name, each in zip(names, question.attributes, strict=True)
    }
    moment = np.where(moments.now, moments.count, moments.past)[rows]
    sums = (
        pl.DataFrame(
            {
                **columns,
                "moment": moment,
                "count": question.counts[rows],
                "trial": question.trials[rows],
            }
        )
        .group_by(*names, "moment")
        .agg(pl.col("count", "trial").sum())
        .sort(*names, "moment")
    )
    codes, leaf = np.unique(sums.select(names).to_numpy(), axis=0, return_inverse=True)
    kept = min(moments.count, max(_CELLS_MAX // max(len(codes), 1), 3))
    place = sums["moment"].to_numpy() - (moments.count - kept)
    late = place >= 0
    counts = np.zeros((len(codes), kept + 1))
    trials = np.zeros_like(counts)
    counts[leaf.reshape(-1)[late], place[late]] = sums["count"].to_numpy()[late]
    trials[leaf.reshape(-1)[late], place[late]] = sums["trial"].to_numpy()[late]
    return Cells(
        codes.astype(np.int64), counts[:, -1], trials[:, -1], counts[:, :-1], trials[:, :-1]
    )


def _measure(question: Question) -> tuple[Question, Scan]:
    codes = [attribute.codes for attribute in question.attributes]
    moments = question.moments
    if moments is None:
        return question, scan_measures(codes, question.counts, question.trials)
    if not np.isnan(question.trials).all():
        now = moments.now
        return question, scan_measures(
            [each[now] for each in codes], question.counts[now], question.trials[now]
        )
    if len(np.unique(moments.instants[moments.now])) > 1:
        return question, _by_instant(question, moments)
    totals = replace(question, trials=np.ones(len(question.counts)))
    cells = _cells(totals, moments)
    usual = cells.counts_past.mean(axis=1)
    return question, scan_measures(list(cells.codes.T), cells.counts, usual)


def _by_instant(question: Question, moments: Moments) -> Scan:
    """A period of several instants: each of them is a row of a cell, against the cell's usual one.

    A sum over the period would leave one row a cell, too few to tell an effect from noise. A cell
    without a row at an instant has a value of zero there.
    """
    names = [f"a{place}" for place in range(len(question.attributes))]
    codes = [each.codes for each in question.attributes]
    frame = pl.DataFrame(
        {
            **dict(zip(names, codes, strict=True)),
            "at": moments.instants,
            "value": question.counts,
            "now": moments.now,
            "past": moments.past >= 0,
        }
    )
    past, now = frame.filter("past"), frame.filter("now")
    usual = past.group_by(names).agg(pl.col("value").sum() / past["at"].n_unique())
    cells = frame.filter(pl.col("past") | pl.col("now")).select(names).unique(maintain_order=True)
    instants = now.select(pl.col("at").unique().sort())
    if cells.height * instants.height > _CELLS_MAX:
        instants = instants.tail(max(1, _CELLS_MAX // cells.height))
    sums = now.group_by(*names, "at").agg(pl.col("value").sum())
    rows = (
        cells.join(instants, how="cross")
        .join(sums, on=[*names, "at"], how="left", maintain_order="left")
        .join(usual.rename({"value": "usual"}), on=names, how="left", maintain_order="left")
        .with_columns(pl.col("value", "usual").fill_null(0.0))
    )
    return scan_measures(
        [rows[name].to_numpy() for name in names],
        rows["value"].to_numpy(),
        rows["usual"].to_numpy(),
    )
