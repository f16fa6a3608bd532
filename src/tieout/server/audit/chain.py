"""How entries are chained: sha256 over the entry before and the row in canonical form."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

FIRST_PREVIOUS: Final = "0" * 64


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; decimals, dates and ids as text.

    >>> canonical({"b": Decimal("1.10"), "a": None})
    '{"a":null,"b":"1.10"}'
    """
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_as_text,
    )


def chained(previous: str, row: Mapping[str, Any]) -> str:
    """The hash of a row that follows the one with hash `previous`."""
    return hashlib.sha256(f"{previous}{canonical(dict(row))}".encode()).hexdigest()


def moment_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond, the same however a database gives it back."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date | Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't stand in the audit log")
