"""Minutes since 1970 as moments, and back. A stream without zones is taken for UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at_minute(minute: int) -> datetime:
    """The moment at which a minute begins.

    >>> at_minute(29_205_465).isoformat()
    '2025-07-12T13:45:00+00:00'
    """
    return _EPOCH + timedelta(minutes=minute)


def minute_of(moment: datetime) -> int:
    """The minute in which a moment lies."""
    return int((moment - _EPOCH) // timedelta(minutes=1))
