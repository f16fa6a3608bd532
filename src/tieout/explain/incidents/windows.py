"""The span of time in which findings crowd."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tieout.explain.incidents.model import Numbers

_BOUNDS_MAX: Final = 250
_COUNTED_MAX: Final = 1_000_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """From the first to the last slot, both inside. evidence: nats less the choice of bounds."""

    first: int
    last: int
    evidence: float


def crowded_window(
    findings: Numbers, records: Numbers, *, evidence_min: float, ratio_min: float
) -> Window | None:
    """The best span, cut wherever it holds a stretch that has hardly any findings.

    One span over two bursts may be the best for both together; what is asked for is one of them:
    the one with more findings. evidence_min: nats of the stretch against the rest of the span.
    ratio_min: how many times rarer findings are in it.
    """
    window = best_window(findings, records)
    while window is not None:
        inside, beside = findings[_in(findings, window)], records[_in(records, window)]
        gap = best_window(beside, inside)
        if gap is None or gap.evidence < evidence_min:
            break
        if _times(beside, inside, gap) < ratio_min:
            break
        before, after = inside[inside < gap.first], inside[inside > gap.last]
        rest = before if len(before) >= len(after) else after
        if not len(rest):
            break
        window = replace(window, first=int(rest.min()), last=int(rest.max()))
    return window


def _times(findings: Numbers, records: Numbers, part: Window) -> float:
    """How many times as frequent findings are in a part as in the rest."""
    mine, others = _in(findings, part), _in(records, part)
    inside, near = int(mine.sum()) + 0.5, int(others.sum()) + 0.5
    outside, far = int((~mine).sum()) + 0.5, int((~others).sum()) + 0.5
    return inside * far / (near * outside)


def _in(slots: Numbers, part: Window) -> NDArray[np.bool_]:
    return np.asarray((slots >= part.first) & (slots <= part.last))


def best_window(findings: Numbers, records: Numbers) -> Window | None:
    """The span in which findings are most frequent among records, against all other time.

    findings, records: slots, -1 where there is none. None where no span stands out from the rest:
    where there is no other time, or findings are no more frequent in any span.

    Kulldorff's Bernoulli scan statistic over one dimension (Communications in Statistics 26,
    1997), less the logarithm of the number of spans that were looked at.
    """
    findings, records = findings[findings >= 0], records[records >= 0]
    if len(findings) == 0:
        return None
    bounds = _bounds(findings)
    starts, ends = bounds[:-1], bounds[1:]
    # Cumulative, so that the sums of all spans are differences of two of them.
    found, beside = _before(findings, bounds), _before(records, bounds)
    inside = (found[None, :] - found[:, None]).astype(np.float64)
    near = (beside[None, :] - beside[:, None]).astype(np.float64)
    outside = len(findings) - inside
    far = float(len(records)) - near
    valid = np.triu(np.ones_like(inside, dtype=bool), 1) & (inside > 0)
    looked_at = valid & (inside * far > outside * near)
    ratio = np.full(inside.shape, -np.inf)
    ratio[looked_at] = _apart(*(each[looked_at] for each in (inside, near, outside, far)))
    first, last = np.unravel_index(int(np.argmax(ratio)), ratio.shape)
    best = float(ratio[first, last])
    if not np.isfinite(best):
        return None
    begin, end = int(starts[first]), int(ends[last - 1])
    chosen = findings[(findings >= begin) & (findings < end)]
    spans = len(starts) * (len(starts) + 1) / 2
    return Window(int(chosen.min()), int(chosen.max()), best - float(np.log(spans)))


def _bounds(findings: Numbers) -> Numbers:
    """Where a span may begin or end, as many places as can be compared pairwise.

    A stretch without findings is a piece of its own, so that a span can end before it.
    """
    slots = np.unique(findings)
    bounds = np.unique(np.concatenate([slots, slots + 1]))
    if len(bounds) <= _BOUNDS_MAX:
        return bounds
    return bounds[np.unique(np.linspace(0, len(bounds) - 1, _BOUNDS_MAX).round().astype(np.int64))]


def _before(slots: Numbers, bounds: Numbers) -> Numbers:
    """How many slots lie before each bound."""
    reach = int(bounds[-1] - bounds[0])
    if reach > _COUNTED_MAX:
        return np.asarray(np.searchsorted(np.sort(slots), bounds), dtype=np.int64)
    # Counting takes a tenth of sorting. What lies before all bounds is the first count.
    places = np.clip(slots, bounds[0] - 1, bounds[-1]) - (bounds[0] - 1)
    counts = np.cumsum(np.bincount(places, minlength=reach + 2))
    return np.asarray(counts[bounds - bounds[0]], dtype=np.int64)


def _apart(inside: Floats, near: Floats, outside: Floats, far: Floats) -> Floats:
    """Log likelihood ratio of two shares of findings against one."""
    shared = _likelihood(inside + outside, near + far)
    return np.asarray(_likelihood(inside, near) + _likelihood(outside, far) - shared)


def _likelihood(findings: Floats, records: Floats) -> Floats:
    findings, records = np.maximum(findings, 0.0), np.maximum(records, 0.0)
    whole = np.maximum(findings + records, 1e-12)
    first = findings * np.log(np.maximum(findings, 1e-12) / whole)
    return np.asarray(first + records * np.log(np.maximum(records, 1e-12) / whole))
