"""Findings and records of a view as whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.explain.incidents.model import AT, Clock, Numbers, Rows, View

_OTHER = 0


@dataclass(frozen=True)
class CodedView:
    """Codes of a view's findings and records.

    findings, records: one array an attribute, the slot of time last. values: of each code.
    present: findings that are on this side.
    """

    view: View
    clock: Clock
    findings: tuple[Numbers, ...]
    records: tuple[Numbers, ...] | None
    values: tuple[tuple[str | None, ...], ...]
    present: Rows

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the attributes."""
        return tuple(self.view.attributes)

    def meets(
        self, values: tuple[tuple[str, str | None], ...], slots: tuple[int, int] | None
    ) -> tuple[Rows, Rows | None]:
        """Which findings, and which records, meet a condition and lie in a window."""
        wanted = [
            (self.names.index(name), self.values[self.names.index(name)].index(value))
            for name, value in values
        ]
        inside = self.present & _meets(self.findings, wanted, slots)
        records = None if self.records is None else _meets(self.records, wanted, slots)
        return inside, records


@dataclass(frozen=True)
class Sample:
    """Findings of one bucket beside the records that they are among, ready for a scan.

    codes: one array an attribute, findings first; 0 stands for values with too few findings.
    kept: the value's code in the view behind each code from 1. attributes: their places, where
    the number of attributes stands for the slot of time.
    """

    codes: tuple[NDArray[np.int32], ...]
    outcomes: Rows
    kept: tuple[Numbers, ...]
    attributes: tuple[int, ...]


def code_view(view: View, findings: pl.DataFrame) -> CodedView:
    """Number the values of each attribute by their order, in findings and records alike."""
    moments = [findings[AT], *([] if view.records is None else [view.records[AT]])]
    clock = Clock.of(pl.concat([each.cast(pl.Datetime("us")) for each in moments]))
    coded, numbered, values = [], [], []
    for name in view.attributes:
        texts = findings[name].cast(pl.String)
        others = pl.Series(name, [], pl.String) if view.records is None else view.records[name]
        known = pl.concat([texts.unique(), others.cast(pl.String).unique()]).drop_nulls()
        categories = known.unique().sort()
        kind = pl.Enum(categories)
        values.append((None, *categories.to_list()))
        coded.append(_codes(texts, kind))
        numbered.append(_codes(others.cast(pl.String), kind))
    known_here = [pl.col(name).is_not_null() for name in view.attributes]
    present = (
        findings.select(pl.any_horizontal(known_here)).to_series().to_numpy()
        if known_here
        else np.ones(findings.height, dtype=bool)
    )
    slots = clock.slots(findings[AT].cast(pl.Datetime("us")))
    records = None
    if view.records is not None:
        records = (*numbered, clock.slots(view.records[AT].cast(pl.Datetime("us"))))
    return CodedView(view, clock, (*coded, slots), records, tuple(values), present)


def attribute_sets(view: CodedView, bucket: str) -> list[tuple[int, ...]]:
    """Which attributes may stand together in a condition for a bucket: places, time among all."""
    wrong = [at for at, name in enumerate(view.names) if name in view.view.faulty.get(bucket, ())]
    time = len(view.names)
    defining = view.view.defining.get(bucket, ())
    said = {at for at, name in enumerate(view.names) if name in defining}
    wrong = [at for at in wrong if at not in said]
    sound = tuple(at for at in range(time) if at not in wrong and at not in said)
    return [(*sound, time), *((at, time) for at in wrong)]


def sample(
    view: CodedView,
    mine: Rows,
    others: Rows,
    *,
    among: Sequence[int],
    least: int,
    most: int,
) -> Sample:
    """Findings of `mine` against the view's records, or against `others` where none are known.

    among: places of the attributes to take. least: findings that a value needs to be told apart.
    most: findings that are looked at.
    """
    places = np.flatnonzero(mine)
    places = places[:: max(1, -(-len(places) // most))]
    rest = np.flatnonzero(others)
    codes, kept, attributes = [], [], []
    for at in among:
        column = view.findings[at]
        beside = column[rest] if view.records is None else view.records[at]
        own = column[places]
        low = min(int(own.min(initial=0)), int(beside.min(initial=0)))
        counts = np.bincount(own - low)
        frequent = np.flatnonzero(counts >= least)
        is_time = at == len(view.names)
        if is_time:
            frequent = frequent[frequent + low >= 0]
        every = np.concatenate([own, beside]) - low
        place = np.full(int(every.max(initial=0)) + 1, _OTHER, dtype=np.int32)
        place[frequent] = np.arange(1, len(frequent) + 1)
        if len(frequent) and not _is_one_value(every):
            codes.append(place[every])
            kept.append(frequent + low)
            attributes.append(at)
    outcomes = np.zeros(len(places) + (len(rest) if view.records is None else _height(view)), bool)
    outcomes[: len(places)] = True
    return Sample(tuple(codes), outcomes, tuple(kept), tuple(attributes))


def _height(view: CodedView) -> int:
    return 0 if view.records is None else len(view.records[-1])


def _is_one_value(column: Numbers) -> bool:
    return bool(len(column) == 0 or (column == column[0]).all())


def _codes(texts: pl.Series, kind: pl.Enum) -> Numbers:
    """From 1; 0 for a blank."""
    physical = texts.cast(kind).to_physical().cast(pl.Int64)
    found: Numbers = (physical + 1).fill_null(0).to_numpy().astype(np.int64)
    return found


def _meets(
    columns: tuple[Numbers, ...], wanted: list[tuple[int, int]], slots: tuple[int, int] | None
) -> Rows:
    inside = np.ones(len(columns[-1]), dtype=bool)
    for at, code in wanted:
        inside &= columns[at] == code
    if slots is not None:
        inside &= (columns[-1] >= slots[0]) & (columns[-1] <= slots[1])
    return inside
