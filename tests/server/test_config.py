"""What the environment says, and what it must not."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.server.config import ServerConfig, load_config, postgresql_database

POSTGRES = "postgresql://tie%40out:p%2Fw@db.example.org:5433/books?sslmode=require"


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    load_config.cache_clear()
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_without_any_setting_it_is_sqlite_in_the_workspace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIEOUT_WORKSPACE", str(tmp_path))
    database = ServerConfig().database()
    assert database["NAME"] == str(tmp_path / "tieout.db")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_an_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", POSTGRES)
    database = ServerConfig().database()
    assert database["ENGINE"].endswith("postgresql")
    assert (database["USER"], database["PASSWORD"]) == ("tie@out", "p/w")
    assert (database["HOST"], database["PORT"], database["NAME"]) == (
        "db.example.org", "5433", "books",
    )  # fmt: skip
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_an_address_by_socket_keeps_its_folder() -> None:
    database = postgresql_database("postgresql://postgres:@/books?host=/run/pg")
    assert (database["HOST"], database["NAME"], database["OPTIONS"]) == ("/run/pg", "books", {})


@pytest.mark.parametrize("url", ["mysql://root:secret@db/books", "postgresql://u:secret@db", "db"])
def test_another_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InputError, match="DATABASE_URL: expected postgresql://") as refused:
        postgresql_database(url)
    assert "secret" not in str(refused.value)


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_SESSION_HOURS", "soon")
    with pytest.raises(InputError, match="TIEOUT_SESSION_HOURS: "):
        load_config()


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_SECRET_KEY", "hunter2hunter2")
    monkeypatch.setenv("DATABASE_URL", POSTGRES)
    shown = repr(ServerConfig())
    assert "hunter2" not in shown
    assert "p%2Fw" not in shown


def test_hosts_are_names_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_ALLOWED_HOSTS", "books.example.org, ,localhost")
    assert ServerConfig().hosts() == ["books.example.org", "localhost"]
