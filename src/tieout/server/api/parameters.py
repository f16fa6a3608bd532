"""Parameters that several endpoints have."""

import hashlib
from typing import Annotated

from fastapi import Header, Path

# What both databases can hold as an id.
IDENTITY_MAX = 2**63 - 1
Identity = Annotated[int, Path(ge=1, le=IDENTITY_MAX)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="a write that is sent again under the same key is done once, and answered "
        "as the first time, for 24 hours",
    ),
]


def digest(*parts: str) -> str:
    """What a request is, to tell a repetition from another one."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
