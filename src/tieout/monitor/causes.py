"""Where an incident comes from: the combination of dimension values that explains it."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tieout.monitor.book import EpisodeBook
from tieout.monitor.episodes import Episode
from tieout.monitor.leaves import Leaves
from tieout.monitor.limits import FloatArray
from tieout.monitor.statuses import StatusBook, rate_name
from tieout.monitor.tally import Ints
from tieout.monitor.volume import DROP, SURGE

EVERYWHERE: Final = "everywhere"
LOOKBACK_MINUTES: Final = 120
_MOMENTS_MAX: Final = 8
_MOMENT_MINUTES_MIN: Final = 5
_SPAN_MINUTES_MAX: Final = 30
_ASKED_AT: Final = frozenset({5, 15, 30})
_NAMED_MAX: Final = 2
_DEPTH_MAX: Final = 3
_LEAVES_ASKED_MAX: Final = 1500


@dataclass(frozen=True)
class _Past:
    """Leaves of the moment and of those before: codes (leaves, dimensions), sums by moment."""

    codes: Ints
    events: FloatArray
    outcomes: FloatArray


def explain(book: EpisodeBook, minute: int, leaves: Leaves, statuses: StatusBook) -> None:
    """Name the cause of what broke: when it is found, and when it has lasted 5, 15, 30 minutes.

    All episodes of a metric that are out of limits at once have one cause. An answer is kept until
    there is a better one.
    """
    if not leaves.dimensions:
        return
    by_metric: dict[str, list[tuple[tuple[str, int], Episode]]] = {}
    for series, episode in book.open.items():
        if episode.last_breach == minute:
            by_metric.setdefault(episode.metric, []).append((series, episode))
    for metric, found in by_metric.items():
        if not any(_is_asked(episode, minute) for _, episode in found):
            continue
        since = min(episode.started for _, episode in found)
        cause = cause_of(
            metric, max(since, minute - _SPAN_MINUTES_MAX + 1), minute, leaves, statuses
        )
        for series, episode in found if cause else ():
            book.open[series] = replace(episode, cause=cause)


def cause_of(metric: str, since: int, minute: int, leaves: Leaves, statuses: StatusBook) -> str:
    """`acquirer=A2 & card_type=debit`, several joined by `; `, `everywhere`, or empty if unknown.

    Rates by the scan of rates against the moments before; volumes by that of measures.
    """
    names = [rate_name(name) for name in statuses.names]
    outcome = names.index(metric) if metric in names else None
    if outcome is None and metric not in {DROP, SURGE}:
        return ""
    past = _past(since, minute, leaves, outcome)
    if past is None:
        return ""
    found = _rates(past) if outcome is not None else _volumes(past, risen=metric == SURGE)
    if found is None:
        return EVERYWHERE
    return "; ".join(
        " & ".join(
            f"{leaves.dimensions[place]}={leaves.values[place][code]}" for place, code in each
        )
        for each in found
    )


def _is_asked(episode: Episode, minute: int) -> bool:
    return episode.detected == minute or episode.breached_minutes in _ASKED_AT


def _past(since: int, minute: int, leaves: Leaves, outcome: int | None) -> _Past | None:
    """The moment asked about first, then those before it, which are as long."""
    length = max(minute - since + 1, _MOMENT_MINUTES_MIN)
    spans = [(since, minute)]
    for number in range(_MOMENTS_MAX):
        last = since - 1 - number * length
        if last - length + 1 < min(leaves.rows, default=minute):
            break
        spans.append((last - length + 1, last))
    if len(spans) == 1:
        return None
    tables = [leaves.between(first, last) for first, last in spans]
    size = len(leaves.dimensions)
    whole = np.concatenate([table[:size] for table in tables], axis=1)
    if not whole.shape[1]:
        return None
    codes, places = np.unique(whole, axis=1, return_inverse=True)
    places = places.ravel()
    moments = np.repeat(np.arange(len(tables)), [table.shape[1] for table in tables])
    status, _, count, _ = np.concatenate([table[size:] for table in tables], axis=1)
    at = places * len(tables) + moments
    shape = (codes.shape[1], len(tables))
    events = _binned(at, count, shape)
    wanted = count if outcome is None else np.where(status == outcome, count, 0)
    outcomes = _binned(at, wanted, shape)
    largest = np.argsort(-events.sum(axis=1), kind="stable")[:_LEAVES_ASKED_MAX]
    return _Past(codes.T[largest], events[largest], outcomes[largest])


def _binned(at: Ints, weights: Ints, shape: tuple[int, int]) -> FloatArray:
    whole = np.bincount(at, weights, shape[0] * shape[1])
    return whole.astype(np.float64).reshape(shape)


def _rates(past: _Past) -> list[tuple[tuple[int, int], ...]] | None:
    """Conditions whose rate rose; None where all rose alike."""
    from tieout.explain.scan.options import RateOptions
    from tieout.explain.scan.rates import Cells, scan_rates
    from tieout.explain.scan.result import Verdict

    cells = Cells(
        past.codes, past.outcomes[:, 0], past.events[:, 0], past.outcomes[:, 1:], past.events[:, 1:]
    )
    scan = scan_rates(cells, RateOptions(depth_max=_DEPTH_MAX))
    if scan.verdict is Verdict.EVERYWHERE:
        return None
    return [cause.condition for cause in scan.named[:_NAMED_MAX]]


def _volumes(past: _Past, *, risen: bool) -> list[tuple[tuple[int, int], ...]] | None:
    """Where more of what was to be expected is missing (of what came, was not) than elsewhere."""
    from tieout.explain.scan.rows import scan_outcomes

    now = past.events[:, 0]
    usual = past.events[:, 1:].mean(axis=1)
    trials = now if risen else usual
    beyond = np.clip(now - usual if risen else usual - now, 0.0, None)
    columns = [np.ascontiguousarray(column) for column in past.codes.T]
    scan = scan_outcomes(columns, beyond, trials=trials, depth=_DEPTH_MAX)
    return [cause.condition for cause in scan.named[:_NAMED_MAX]] or None
