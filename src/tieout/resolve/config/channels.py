"""Where actions may go: the only recipients, projects and addresses that ever leave.

Secrets never stand in a file: a field that ends in `_env` names the variable that holds one.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Address = Annotated[str, Field(pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+$", max_length=254)]
Name = Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=64)]


class ConfigModel(BaseModel):
    """A part of resolve.yaml; unknown words are errors, not silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def checked_url(url: str) -> str:
    """An address with https and a host, and without a login in it."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("expected an address such as https://example.org/hook")
    if parts.username or parts.password:
        raise ValueError("an address holds no login; name a variable of the environment")
    return url


class HttpTarget(ConfigModel):
    """An address that may be called.

    http: without TLS. private: an address inside the own network, which is refused otherwise.
    """

    url: str
    http: Annotated[bool, Field(description="Allow plain http.")] = False
    private: Annotated[bool, Field(description="Allow addresses of the own network.")] = False
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 15.0

    _url = field_validator("url")(checked_url)

    @model_validator(mode="after")
    def _encrypted(self) -> "HttpTarget":
        if self.url.startswith("http:") and not self.http:
            raise ValueError(f"{self.url}: plain http; write https, or `http: true` to allow it")
        return self


class EmailSettings(ConfigModel):
    """An SMTP server and who may be written to."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Field(description="starttls upgrades a plain connection, tls starts encrypted."),
    ] = "starttls"
    sender: Address
    username_env: Variable | None = None
    password_env: Variable | None = None
    ca_file: Annotated[str | None, Field(description="Certificates to trust, PEM.")] = None
    recipients: Annotated[
        tuple[Address, ...], Field(description="The only addresses that are ever written to.")
    ] = ()
    digest: Annotated[
        tuple[Address, ...], Field(description="Who a test is sent to; else the first recipient.")
    ] = ()
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20.0

    @model_validator(mode="after")
    def _whole(self) -> "EmailSettings":
        if (self.username_env is None) != (self.password_env is None):
            raise ValueError("`username_env` and `password_env` go together")
        if self.username_env and self.security == "none":
            raise ValueError("a login needs `security: starttls` or `tls`")
        stranger = sorted(set(self.digest) - set(self.recipients))
        if stranger:
            raise ValueError(f"`digest` names {stranger[0]}, which is not among `recipients`")
        return self


class JiraSettings(HttpTarget):
    """A Jira site (REST API v3) and the projects in which tickets may be opened."""

    user_env: Variable
    token_env: Variable
    projects: Annotated[tuple[Name, ...], Field(min_length=1)]
    issue_type: str = "Task"


class WebhookTarget(HttpTarget):
    """An address that is told, with a signature over the body."""

    secret_env: Variable


class SlackTarget(ConfigModel):
    """An incoming webhook of Slack; its address is a secret."""

    url_env: Variable
    http: bool = False
    private: bool = False
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 15.0


class HttpEndpoint(HttpTarget):
    """A call of any HTTP API. header_env: header name to the variable that holds its value."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    headers: dict[str, str] = {}
    header_env: dict[str, Variable] = {}


class EventsTarget(HttpTarget):
    """An events API in the form of PagerDuty's version 2."""

    url: str = "https://events.pagerduty.com/v2/enqueue"
    routing_key_env: Variable


class JournalFolder(ConfigModel):
    """Where drafts of journal entries are put for the ledger's own import."""

    folder: str = "journal-drafts"
    format: Literal["csv", "json"] = "csv"


class TaskFile(ConfigModel):
    """Where the local task list is kept."""

    file: str = "tasks.jsonl"


class Channels(ConfigModel):
    """Every way out. One that is not named here does not exist."""

    email: EmailSettings | None = None
    jira: JiraSettings | None = None
    webhook: dict[Name, WebhookTarget] = {}
    slack: dict[Name, SlackTarget] = {}
    http: dict[Name, HttpEndpoint] = {}
    events: dict[Name, EventsTarget] = {}
    tasks: TaskFile = TaskFile()
    journal: JournalFolder = JournalFolder()
