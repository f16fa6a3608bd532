"""Minutes of a metric pooled until a person can read them: one payment an hour is no rate."""

import math
from collections.abc import Sequence
from typing import Any, Final

EVENTS_MIN: Final = 100
# With so few events that a quarter of an hour does not tell, more would blur what broke.
QUIET_WIDTH_MAX: Final = 15
WIDTHS: Final = (1, 5, 10, 15, 30, 60, 120, 240, 480, 1_440)

# Of one minute: value, limit, usual value and number of events, and whatever else is kept.
MinuteValues = Sequence[Any]


def readable_width(events: float) -> int:
    """Minutes that make one point where a minute has so many events.

    >>> [readable_width(events) for events in (400, 40, 0.1)]
    [1, 5, 15]
    """
    return next(width for width in WIDTHS if is_readable(width, events))


def is_readable(width: int, events: float) -> bool:
    """Whether so many minutes of so many events each tell something, or no more would."""
    return width * events >= EVENTS_MIN or width >= QUIET_WIDTH_MAX


def pooled(
    metric: str, minutes: Sequence[MinuteValues]
) -> tuple[float | None, float | None, float | None]:
    """Value, limit and usual value of some minutes together.

    A rate, a latency and an amount weigh by events; volume counts events a minute. The limit is
    that of the minutes as if they were independent: what it allows beyond the usual grows with the
    root of their number.
    """
    is_count = metric.startswith("volume")
    weights = [1.0 if is_count else float(values[3] or 0.0) for values in minutes]
    whole = sum(weights)
    if not whole:
        return None, None, None
    value = sum(weight * each[0] for weight, each in zip(weights, minutes, strict=True)) / whole
    pairs = [(w, each) for w, each in zip(weights, minutes, strict=True) if each[2] is not None]
    known = sum(weight for weight, _ in pairs)
    if not known:
        return value, None, None
    usual = sum(weight * each[2] for weight, each in pairs) / known
    beyond = [weight * (each[1] - each[2]) for weight, each in pairs if each[1] is not None]
    if not beyond:
        return value, None, usual
    allowed = math.copysign(math.sqrt(sum(each * each for each in beyond)), sum(beyond)) / known
    limit = usual + allowed
    return value, min(limit, 1.0) if metric.endswith("_rate") else limit, usual
