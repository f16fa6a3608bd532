"""What can be set from outside: TIEOUT_* variables, and DATABASE_URL."""

from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tieout.model.errors import InputError
from tieout.pipeline.workspace import find_workspace

DATABASE_FILE = "tieout.db"
# Others wait this long for a writer of SQLite before they give up.
BUSY_SECONDS = 30
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"


class ServerConfig(BaseSettings):
    """Settings of `tieout serve` and `tieout worker`, from the environment."""

    model_config = SettingsConfigDict(env_prefix="TIEOUT_", extra="ignore", frozen=True)

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL, as postgresql://user:password@host:port/name; "
        "without it `tieout.db` in the workspace is used",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="signs sessions and links of password resets; needed outside loopback; "
        "otherwise made once and kept in the workspace",
    )
    encryption_key: SecretStr = Field(
        default=SecretStr(""),
        description="encrypts secrets in the database, as `tieout keys new` prints it; older keys "
        "behind it, separated by commas, open what they sealed; without one it is made from the "
        "secret key",
    )
    encryption_key_file: Path | None = Field(
        default=None, description="a file with such keys, one a line; needs no variable with a key"
    )
    debug: bool = Field(default=False, description="show errors in the browser; on loopback only")
    allowed_hosts: str = Field(
        default="localhost,127.0.0.1,[::1]",
        description="names under which the server may be called, separated by commas",
    )
    secure: bool = Field(
        default=False,
        description="cookies and pages by HTTPS only, with HSTS; set by `tieout serve`",
    )
    behind_proxy: bool = Field(
        default=False, description="a proxy in front does TLS and sets X-Forwarded-Proto"
    )
    smtp_host: str = Field(
        default="", description="mail server for resets of passwords; without it none are sent"
    )
    smtp_port: int = Field(default=587, description="its port")
    smtp_user: str = Field(default="", description="its user")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="its password")
    smtp_starttls: bool = Field(default=True, description="whether to speak TLS to it")
    mail_from: str = Field(
        default="tieout@localhost", description="address from which mail is sent"
    )
    oidc_issuer: str = Field(
        default="", description="address of an OpenID Connect issuer, for single sign-on"
    )
    oidc_name: str = Field(default="Single sign-on", description="what its button says")
    oidc_client_id: str = Field(default="", description="our id with the issuer")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="our secret with the issuer"
    )
    session_hours: int = Field(
        default=12, ge=1, description="hours until a session has to log in again"
    )
    sla_hours_critical: int = Field(
        default=4, ge=1, description="hours in which a case of this severity should be decided"
    )
    sla_hours_high: int = Field(default=24, ge=1, description="the same for high")
    sla_hours_medium: int = Field(default=72, ge=1, description="the same for medium")
    sla_hours_low: int = Field(default=168, ge=1, description="the same for low")
    lease_seconds: int = Field(
        default=60, ge=2, description="how long a dead worker's job waits for the next worker"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="what is logged at least"
    )

    open_scoring: bool = Field(
        default=False,
        description="score without a token for callers of this machine; set by "
        "`tieout serve --open-scoring`",
    )
    upload_mebibytes: int = Field(
        default=2048, ge=1, description="MiB of the largest file of an upload"
    )
    body_mebibytes: int = Field(
        default=32, ge=1, description="MiB of the largest body of other requests to the API"
    )
    requests_per_second: float = Field(
        default=200, ge=0, description="API requests of one caller a second; 0 for no limit"
    )
    requests_burst: float = Field(
        default=1000, ge=1, description="API requests of one caller that may come at once"
    )

    @property
    def workspace(self) -> Path:
        """The folder with runs, and with the database where that is SQLite."""
        return find_workspace().absolute()

    def hosts(self) -> list[str]:
        """The names under which the server may be called."""
        return [name.strip() for name in self.allowed_hosts.split(",") if name.strip()]

    def single_sign_on(self) -> list[dict[str, Any]]:
        """The one OpenID Connect issuer as django-allauth has it, or none."""
        if not self.oidc_issuer:
            return []
        return [
            {
                "provider_id": "oidc",
                "name": self.oidc_name,
                "client_id": self.oidc_client_id,
                "secret": self.oidc_client_secret.get_secret_value(),
                "settings": {"server_url": self.oidc_issuer},
            }
        ]

    def database(self) -> dict[str, Any]:
        """The entry of Django's DATABASES."""
        url = self.database_url.get_secret_value() if self.database_url else ""
        return postgresql_database(url) if url else sqlite_database(self.workspace / DATABASE_FILE)


@cache
def load_config() -> ServerConfig:
    """Read the environment. Raises InputError that names the variable at fault."""
    try:
        return ServerConfig()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"TIEOUT_{first['loc'][0]}".upper()
        raise InputError(f"{name}: {first['msg']}") from error


def sqlite_database(path: Path) -> dict[str, Any]:
    """SQLite with a write-ahead log; a transaction asks for the right to write at its start."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": _SQLITE_PRAGMAS,
        },
    }


def postgresql_database(url: str) -> dict[str, Any]:
    """PostgreSQL by its address. Raises InputError for another address, without its password."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise InputError(
            "DATABASE_URL: expected postgresql://user:password@host:port/name, "
            f"not an address that begins with {parts.scheme or 'nothing'}://"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
