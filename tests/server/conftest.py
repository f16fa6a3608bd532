"""Every test that touches the ORM runs twice: on SQLite in a file, and on a real PostgreSQL.

A test asks for the database as pytest-django has it (`@pytest.mark.django_db`, the fixtures `db`
and `transactional_db`); what is here makes two of it. `server_environment` is for tests that start
`tieout` as a process of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import new_database, outside_variables, sqlite_with_tables
from django.db import connections
from django.test.utils import override_settings
from pytest_django.plugin import DjangoDbBlocker
from workspaces import as_default

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
    with as_default(settings):
        _flush_past_triggers(connections["default"])
        yield request.param


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The databases are made by `database`; pytest-django makes none."""


@pytest.fixture(scope="session")
def sqlite_for_tests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A file with all tables, set up as in real use but for waiting on the disk."""
    settings = sqlite_database(
        sqlite_with_tables(tmp_path_factory, tmp_path_factory.mktemp("database"))
    )
    pragmas = settings["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    settings["OPTIONS"] = settings["OPTIONS"] | {"init_command": pragmas}
    return settings


@pytest.fixture(scope="session")
def postgresql_with_tables(
    postgresql_server: str, django_db_blocker: DjangoDbBlocker
) -> Callable[[], str]:
    """Makes databases with all tables on a real server, and answers with the address of one."""
    made = new_database(postgresql_server)
    _migrate(postgresql_database(made), django_db_blocker)
    return lambda: new_database(postgresql_server, like=made)


@pytest.fixture(scope="session")
def postgresql_for_tests(postgresql_with_tables: Callable[[], str]) -> dict[str, Any]:
    """A database with all tables on a real server."""
    return postgresql_database(postgresql_with_tables())


@pytest.fixture(scope="session", autouse=True)
def _quick_hasher() -> Iterator[None]:
    """Argon2 takes its time on purpose, which tests need not wait for."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def server_environment(
    request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> dict[str, str]:
    """Variables for a `tieout` process with a workspace and a database of its own, with tables."""
    return environment_of(database, tmp_path, request)


@pytest.fixture
def person(db: None) -> People:
    """Makes a user with roles: person("ann", "preparer"). The password is PASSWORD."""
    from tieout.server.accounts.services import create_user

    def make(username: str, *roles: str, **more: Any) -> User:
        return create_user(username, password=PASSWORD, roles=roles, **more)

    return make


def environment_of(
    database: str, workspace: Path, request: pytest.FixtureRequest
) -> dict[str, str]:
    """Variables for a `tieout` process in a workspace, with a database of its own."""
    environment = outside_variables() | {"TIEOUT_WORKSPACE": str(workspace)}
    if database == "postgresql":
        return environment | {"DATABASE_URL": request.getfixturevalue("postgresql_with_tables")()}
    sqlite_with_tables(request.getfixturevalue("tmp_path_factory"), workspace)
    return environment


def _migrate(settings: dict[str, Any], blocker: DjangoDbBlocker) -> None:
    from django.core.management import call_command

    with as_default(settings), blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)


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
