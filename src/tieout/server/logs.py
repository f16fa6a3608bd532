"""What happens, as lines of JSON in `logs/tieout.log` of the workspace; rotated, redacted."""

import logging
import logging.handlers
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog

from tieout.server.context import current_request_id
from tieout.server.redaction import redacted

LOG_FOLDER: Final = "logs"
LOG_FILE: Final = "tieout.log"
_BYTES_MAX: Final = 10 << 20
_FILES_KEPT: Final = 10
Event = MutableMapping[str, Any]


def set_up_logging(workspace: Path, *, level: str = "info") -> Path:
    """Send everything that is logged in this process to the file, and warnings to stderr too."""
    folder = workspace / LOG_FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / LOG_FILE
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder(allow=["status_code"])],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redact,
            structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False),
        ],
    )
    file = logging.handlers.RotatingFileHandler(
        path, maxBytes=_BYTES_MAX, backupCount=_FILES_KEPT, encoding="utf-8", delay=True
    )
    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(logging.WARNING)
    root = logging.getLogger()
    for handler in [each for each in root.handlers if getattr(each, "of_tieout", False)]:
        root.removeHandler(handler)
        handler.close()
    for handler in (file, shown):
        handler.setFormatter(formatter)
        setattr(handler, "of_tieout", True)  # noqa: B010 - handlers have no such attribute
        root.addHandler(handler)
    root.setLevel(level.upper())
    return path


def logger(name: str) -> Any:
    """A logger: `logger(__name__).info("job done", job=7)`."""
    return structlog.stdlib.get_logger(name)


def _with_request_id(_: Any, __: str, event: Event) -> Event:
    known = current_request_id()
    if known:
        event["request_id"] = known
    return event


def _redact(_: Any, __: str, event: Event) -> Event:
    return {name: redacted(value, name) for name, value in event.items()}


_SHARED: Final[list[Any]] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_request_id,
    structlog.processors.format_exc_info,
]
# From the start, so that nothing ever lands on stdout, where commands answer.
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
