"""Where findings of one bucket are far more frequent than elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tieout.explain.incidents.coded import CodedView, Sample, attribute_sets, sample
from tieout.explain.incidents.model import Concentration, IncidentOptions, Rows
from tieout.explain.incidents.windows import Window, crowded_window
from tieout.explain.scan.result import Cause
from tieout.explain.scan.rows import scan_outcomes

_CELLS_MAX: Final = 2_000_000
Values = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Search:
    """One bucket's findings that are in no incident yet.

    mine: these findings. others: findings of other buckets. evidence_min: in nats, with the
    number of places that are searched taken into account.
    """

    bucket: str
    mine: Rows
    others: Rows
    options: IncidentOptions
    evidence_min: float


def concentrations(search: Search, views: Sequence[CodedView]) -> list[Concentration]:
    """The concentrations of the view that has the strongest one, strongest first."""
    by_view = [_of_view(search, view) for view in views]
    return max(by_view, key=lambda found: found[0].evidence if found else -np.inf, default=[])


def _of_view(search: Search, view: CodedView) -> list[Concentration]:
    if (search.mine & view.present).sum() < search.options.findings_min:
        return []
    sets = attribute_sets(view, search.bucket)
    found = [_among(search, view, among) for among in sets]
    return max(found, key=lambda each: each[0].evidence if each else -np.inf)


def _among(search: Search, view: CodedView, among: tuple[int, ...]) -> list[Concentration]:
    options = search.options
    taken = sample(
        view,
        search.mine & view.present,
        search.others & view.present,
        among=among,
        least=options.findings_min,
        most=options.sampled_max,
    )
    if not taken.codes or taken.outcomes.all():
        return []
    scan = scan_outcomes(
        taken.codes,
        taken.outcomes,
        depth=min(options.depth, 3),
        cells_max=_CELLS_MAX,
        named_only=True,
    )
    found: list[Concentration] = []
    for cause in scan.named:
        values = _values(view, taken, cause)
        windowed = any(
            taken.attributes[at] == len(view.names) and code > 0 for at, code in cause.condition
        )
        each = _refined(search, view, values, float(cause.evidence), windowed=windowed)
        if each is not None and not _is_known(each, found):
            found.append(each)
    return found


def _values(view: CodedView, taken: Sample, cause: Cause) -> Values:
    """What the cause says of attributes; the values too few to be told apart say nothing."""
    return tuple(
        (view.names[place], view.values[place][int(taken.kept[at][code - 1])])
        for at, code in cause.condition
        if code > 0 and (place := taken.attributes[at]) < len(view.names)
    )


def _is_known(each: Concentration, found: Sequence[Concentration]) -> bool:
    """Whether one of the same values overlaps it: two slots of one span were both named."""
    return any(
        one.values == each.values
        and (
            one.slots is None
            or each.slots is None
            or (one.slots[0] <= each.slots[1] and each.slots[0] <= one.slots[1])
        )
        for one in found
    )


def _refined(
    search: Search, view: CodedView, values: Values, evidence: float, *, windowed: bool
) -> Concentration | None:
    """With its span of time, if it has one; None where it does not stand out enough."""
    inside, records = view.meets(values, None)
    mine = inside & search.mine
    if records is None or view.records is None:
        others = view.findings[-1][inside & search.others]
    else:
        others = view.records[-1][records]
    window = crowded_window(
        view.findings[-1][mine],
        others,
        evidence_min=search.evidence_min,
        ratio_min=search.options.ratio_min,
    )
    narrowed = window is not None and (windowed or window.evidence >= search.evidence_min)
    if not values and not narrowed:
        return None
    slots = _span(window) if narrowed else None
    made = Concentration(search.bucket, view.view.name, values, slots, evidence)
    return _weighed(made, search, view)


def _span(window: Window | None) -> tuple[int, int] | None:
    return None if window is None else (window.first, window.last)


def _weighed(found: Concentration, search: Search, view: CodedView) -> Concentration | None:
    options = search.options
    inside, records = view.meets(found.values, found.slots)
    all_mine = search.mine & view.present
    count, total = int((inside & search.mine).sum()), int(all_mine.sum())
    step = view.view.step
    if records is None:
        beside = search.others & view.present
        near, far = int((inside & beside).sum()), int((beside & ~inside).sum())
    else:
        near, far = int(records.sum()) * step, int((~records).sum()) * step
    # Half a row each, so that a part without any has a ratio too.
    ratio = (count + 0.5) * (far + 0.5) / ((near + 0.5) * (total - count + 0.5))
    rate = None if records is None else min(count / max(near, count, 1), 1.0)
    if (
        count < options.findings_min
        or ratio < options.ratio_min
        or found.evidence < search.evidence_min
        or (rate is not None and rate < options.rate_min)
    ):
        return None
    return replace(found, failure_rate=rate)
