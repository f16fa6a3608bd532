"""Why a row is out of pattern among its peers, in sentences with numbers."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from tieout.detect.detector import FloatArray
from tieout.detect.views.panel import Panel, Rows
from tieout.detect.views.view import View
from tieout.model.facts import Reason

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

_SAYS: Final = float(np.log(0.05))


def reasons_of(panel: Panel, frame: "pl.DataFrame") -> list[tuple[Reason, ...]]:
    """For each row of a (small) frame what each view and its pattern say, strongest first.

    What a view says counts by its gain; a view that finds at least one row in twenty as far out
    says nothing. The numbers of a view: the quantity, its distance in robust sigma, what is usual,
    and the rows of history that this rests on. Usual is the median of the group drawn to that of
    the wider groups, a robust sigma 1.4826 MAD drawn likewise (`Level.fitted`); of sizes and
    ratios both are taken of logarithms. The numbers of a pattern: rows of history that had it,
    all rows.
    """
    rows = panel.rows(frame)
    said: list[list[tuple[float, int, Reason]]] = [[] for _ in range(frame.height)]
    patterns = panel.patterns
    log_p = patterns.log_p(rows.columns, frame.height)
    for row in np.flatnonzero(log_p <= _SAYS).tolist():
        seen = int(patterns.seen(rows.columns, frame.height)[row])
        words = patterns.words(rows.columns, row)
        text = f"{words}, as in {seen:,} of {patterns.rows:,} rows"
        said[row].append((float(log_p[row]), -1, Reason(text, (float(seen), float(patterns.rows)))))
    for position, view in enumerate(panel.views):
        values = view.quantity.values(rows.columns)
        log_p = view.judged(values, rows.levels[view.groups]).log_p
        odd = np.flatnonzero(log_p <= _SAYS)
        reasons = _of_view(view, rows, frame, values, odd)
        for row, reason in zip(odd.tolist(), reasons, strict=True):
            said[row].append((view.gain * float(log_p[row]), position, reason))
    return [
        tuple(reason for _, _, reason in sorted(each, key=lambda item: item[:2])) for each in said
    ]


def shown(value: float) -> str:
    """A number as sentences show it: two decimals, or three digits below one.

    >>> shown(12400), shown(0.03456), shown(-7.5)
    ('12,400.00', '0.0346', '-7.50')
    """
    return f"{value:,.2f}" if abs(value) >= 1.0 or value == 0.0 else f"{value:.3g}"


def _of_view(
    view: View, rows: Rows, frame: "pl.DataFrame", values: FloatArray, odd: "NDArray[np.int64]"
) -> Iterator[Reason]:
    """What a view says of the rows `odd`."""
    codes = [level.codes[odd] for level in rows.levels[view.groups]]
    found = view.peers.deviations(values[odd], codes)
    labels = frame.select(view.groups)[odd].rows() if view.groups else [()] * len(odd)
    counts = [
        level.rows[known].tolist() if len(level.rows) else []
        for level, known in zip(view.peers.levels, codes, strict=True)
    ]
    numbers = (values[odd], found.distance, found.scale, found.in_scales(), found.depth)
    quantity = view.quantity
    for at, (value, distance, scale, sigmas, depth) in enumerate(
        zip(*(each.tolist() for each in numbers), strict=True)
    ):
        here = quantity.natural(value)
        usual = quantity.natural(value - distance)
        count = int(counts[depth - 1][at]) if depth else view.peers.rows
        side = "above" if sigmas > 0.0 else "below"
        known = dict(zip(view.groups[:depth], labels[at], strict=False))
        peers = _peers_in_words(known, count)
        if scale == 0.0:
            text = f"{quantity.describe()} is {shown(here)}, but {shown(usual)} in {peers}"
            yield Reason(text, (here, usual, float(count)))
            continue
        text = (
            f"{quantity.describe()} {shown(here)} is {abs(sigmas):,.1f} robust sigma {side}"
            f" the usual {shown(usual)} of {peers}"
        )
        yield Reason(text, (here, abs(sigmas), usual, float(count)))


def _peers_in_words(values: Mapping[str, str | None], count: int) -> str:
    """`product p7 and seller v1 (12 rows)`, or what is left where the inner group is new.

    Peers by what they lack are `rows without product (12 rows)`, `seller v1 without product`.
    """
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    if not values:
        return f"all {rows}"
    named = [f"{name} {value}" for name, value in values.items() if value is not None]
    lacking = [name for name, value in values.items() if value is None]
    peers = " and ".join(named) or "rows"
    without = f" without {' and '.join(lacking)}" if lacking else ""
    return f"{peers}{without} ({rows})"
