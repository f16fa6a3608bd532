"""The log of a workspace: lines of JSON with the id of the request, without secrets."""

import json
import logging
import logging.handlers
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tieout.server.context import request_context
from tieout.server.logs import logger, set_up_logging


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The file, with the process's logging as it was afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield set_up_logging(tmp_path)
    for handler in [each for each in root.handlers if each not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_says_what_when_where_and_for_which_request(log: Path) -> None:
    with request_context("request-0001"):
        logger("tieout.test").info("job ends", job=7)
    (line,) = lines(log)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "job ends",
        "job": 7,
        "level": "info",
        "logger": "tieout.test",
        "request_id": "request-0001",
    }


def test_what_libraries_log_goes_the_same_way(log: Path) -> None:
    logging.getLogger("django.request").warning("Not found: %s", "/x/ for ann@example.org")
    (line,) = lines(log)
    assert (line["event"], line["level"]) == ("Not found: /x/ for <email>", "warning")


def test_secrets_and_personal_data_do_not_reach_the_file(log: Path) -> None:
    logger("tieout.test").info("in", password="hunter2", note="IBAN DE89370400440532013000")
    error = ValueError("postgresql://tieout:hunter2@db/books")
    logger("tieout.test").error("no database", exc_info=error)
    text = log.read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "DE8937" not in text
    assert "postgresql://tieout:***@db/books" in text


def test_below_its_level_nothing_is_written(log: Path) -> None:
    logger("tieout.test").debug("trifle")
    assert not log.exists() or lines(log) == []


def test_set_up_twice_a_line_is_written_once(log: Path, tmp_path: Path) -> None:
    set_up_logging(tmp_path)
    logger("tieout.test").info("once")
    assert [line["event"] for line in lines(log)] == ["once"]


def test_the_file_is_rotated(log: Path) -> None:
    (handler,) = [
        each
        for each in logging.getLogger().handlers
        if isinstance(each, logging.handlers.RotatingFileHandler)
    ]
    handler.maxBytes = 500
    for number in range(100):
        logger("tieout.test").info("line", number=number)
    kept = sorted(path.name for path in log.parent.iterdir())
    assert kept[:3] == ["tieout.log", "tieout.log.1", "tieout.log.10"]
    assert len(kept) == 11
