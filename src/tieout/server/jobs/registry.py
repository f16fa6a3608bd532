"""Which function does a kind of job.

An app lists its own in `handlers.py`. These bring the engine with them, which takes a second, so
they are imported when somebody first asks, and not by every command that needs the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tieout.server.jobs.models import Job
    from tieout.server.jobs.progress import Progress

Result = dict[str, Any]
Run = Callable[["Job", "Progress"], Result]
Effect = Callable[["Job", Result], None]


class UnknownKindError(LookupError):
    """No app does this kind of job."""


@dataclass(frozen=True)
class Handler:
    """How a kind of job is done."""

    run: Run
    effect: Effect | None = None


_handlers: dict[str, Handler] = {}


def handler(kind: str, *, effect: Effect | None = None) -> Callable[[Run], Run]:
    """Register a function `run(job, progress) -> result` for a kind of job.

    A job may be run more than once (a worker may die in the middle), so what `run` writes must
    stand a repetition. `effect(job, result)` is called in the transaction that marks the job as
    done, which happens once: what it writes to the database is written once.
    """

    def register(run: Run) -> Run:
        _handlers[kind] = Handler(run, effect)
        return run

    return register


def handler_of(kind: str) -> Handler:
    """The handler of a kind. Raises UnknownKindError."""
    load_handlers()
    if kind not in _handlers:
        raise UnknownKindError(f"no handler for jobs of kind {kind}; known: {', '.join(kinds())}")
    return _handlers[kind]


def kinds() -> Iterable[str]:
    """All kinds that can be done."""
    load_handlers()
    return sorted(_handlers)


@cache
def load_handlers() -> None:
    """Import `handlers.py` of every app, once."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("handlers")
