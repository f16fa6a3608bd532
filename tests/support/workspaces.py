"""A workspace of a test's own in this process: Django serves one, and here it is led to another."""

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from databases import outside_variables
from pytest_django.plugin import DjangoDbBlocker


@contextlib.contextmanager
def as_default(settings: dict[str, Any]) -> Iterator[None]:
    """Make a database Django's own: new connections, of any thread, go there."""
    from django.db import connections
    from django.db.utils import ConnectionHandler

    handler = ConnectionHandler({"default": settings})
    kept = connections.settings["default"]
    connections["default"].close()
    connections.settings["default"] = handler.settings["default"]
    connections["default"] = handler["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        del connections["default"]


@contextlib.contextmanager
def in_workspace(folder: Path, blocker: DjangoDbBlocker, address: str = "") -> Iterator[None]:
    """This process serves a folder, and stands in it.

    address: of the PostgreSQL that it has instead of its `tieout.db`.
    """
    from django.test.utils import override_settings

    from tieout.server.config import DATABASE_FILE, postgresql_database, sqlite_database

    database = postgresql_database(address) if address else sqlite_database(folder / DATABASE_FILE)
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        override_settings(WORKSPACE=folder, PASSWORD_HASHERS=hashers),
        as_default(database),
        blocker.unblock(),
        contextlib.chdir(folder),
    ):
        yield


def run_code(
    folder: Path, code: str, blocker: DjangoDbBlocker, address: str = "", **names: object
) -> str:
    """What Python code prints in a workspace, without a process of its own."""
    from tieout.server.jobs import registry
    from tieout.server.resolutions import precedents

    registry.load_handlers()
    out = io.StringIO()
    with (
        in_workspace(folder, blocker, address),
        patch.object(registry, "_handlers", dict(registry._handlers)),
        patch.object(precedents, "_KEPT", {}),
        contextlib.redirect_stdout(out),
    ):
        exec(code, {"json": json, **names})  # noqa: S102 - the tests' own
    return out.getvalue()


def run_tieout(
    folder: Path, words: str, blocker: DjangoDbBlocker, given: str = "", address: str = ""
) -> "subprocess.CompletedProcess[str]":
    """How `tieout` ends in a workspace and what it says, without a process of its own."""
    from tieout.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    with in_workspace(folder, blocker, address), pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - outside_variables().keys():
            patch.delenv(name)
        # What the command sets itself is taken back with this.
        patch.setenv("TIEOUT_WORKSPACE", str(folder))
        patch.setattr(sys, "argv", ["tieout", *shlex.split(words)])
        patch.setattr(sys, "stdin", io.StringIO(given))
        patch.setattr("signal.signal", lambda *_: None)
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
    code = left.value.code
    return subprocess.CompletedProcess(
        sys.argv, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue()
    )
