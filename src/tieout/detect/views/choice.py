"""Which of the candidates become views: few, strong, and not twice the same."""

from collections.abc import Callable, Sequence
from typing import Final

from tieout.detect.detector import FloatArray
from tieout.detect.views.ranks import rank_correlation
from tieout.detect.views.search import GAIN_MIN, Candidate

VIEWS_MAX: Final = 4
_WIDER_GAIN_MIN: Final = 0.05
_PEER_SHARE: Final = 0.5
_TWIN_CORRELATION: Final = 0.9


def chosen(
    candidates: Sequence[Candidate],
    distances: Callable[[Candidate], FloatArray],
    *,
    given: Sequence[Candidate] = (),
) -> list[Candidate]:
    """At most four candidates, best first.

    candidates: best first. given: those taken in any case, before all others.
    distances: |residual| of the same rows for each candidate, NaN allowed.

    A candidate needs 0.15 nats a row for certain, half the gain of the best view of its quantity,
    0.05 more than its wider groups, and ranks of its own: no Spearman correlation above 0.9 with a
    view chosen before. All rows together are no peers of a quantity that has groups.
    """
    views = list(given)
    seen = [distances(candidate) for candidate in given]
    best = {candidate.quantity: candidate.gain.nats for candidate in reversed(given)}
    for candidate in candidates:
        if len(views) >= VIEWS_MAX:
            break
        first = best.setdefault(candidate.quantity, candidate.gain.nats)
        if candidate.gain.sure < GAIN_MIN or candidate.gain.nats < _PEER_SHARE * first:
            continue
        if not _beats_wider(candidate, candidates):
            continue
        if not candidate.grouping and any(view.quantity == candidate.quantity for view in views):
            # Groups are drawn towards the pool already.
            continue
        mine = distances(candidate)
        if any(rank_correlation(mine, other) > _TWIN_CORRELATION for other in seen):
            continue
        views.append(candidate)
        seen.append(mine)
    return views


def _beats_wider(candidate: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether it says more than the wider groupings of the same quantity do."""
    wider = [
        other.gain.nats
        for other in candidates
        if other.quantity == candidate.quantity
        and len(other.grouping) < len(candidate.grouping)
        and set(other.grouping) <= set(candidate.grouping)
    ]
    return candidate.gain.nats >= max(wider, default=-_WIDER_GAIN_MIN) + _WIDER_GAIN_MIN
