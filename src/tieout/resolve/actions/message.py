"""What a channel gets and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Environment = Mapping[str, str]


class Outcome(StrEnum):
    """done: the other side has it. retry: try again later. refused: trying again is no use."""

    DONE = "done"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing to deliver. idempotency_key: the same at every attempt, and known to the sink."""

    channel: str
    payload: Mapping[str, Any]
    idempotency_key: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What came of an attempt.

    reference: how the other side calls it. detail: a line for people, without secrets.
    retry_after_seconds: how long the other side asked to be left alone.
    repeated: the other side had it already, from an attempt whose answer was lost.
    """

    outcome: Outcome
    detail: str
    reference: str = ""
    retry_after_seconds: float | None = None
    repeated: bool = False


def refused(detail: str) -> Receipt:
    """Nothing was sent, and trying again is no use."""
    return Receipt(outcome=Outcome.REFUSED, detail=detail)


def later(detail: str, *, seconds: float | None = None) -> Receipt:
    """It may work later."""
    return Receipt(outcome=Outcome.RETRY, detail=detail, retry_after_seconds=seconds)


def done(detail: str, *, reference: str = "", repeated: bool = False) -> Receipt:
    """The other side has it."""
    return Receipt(outcome=Outcome.DONE, detail=detail, reference=reference, repeated=repeated)


def secret(environment: Environment, name: str) -> str | None:
    """The value of a variable, None where it is not set."""
    return environment.get(name) or None
