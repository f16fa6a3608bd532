"""resolve.yaml: what it allows, and what it refuses to hold."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tieout.model.errors import InputError
from tieout.resolve.config import ResolveSpec, load_resolve_spec, workspace_resolve_spec
from tieout.resolve.config.spec import Contacts, Limit

PLAIN_LOGIN = """
channels:
  email: {host: h, sender: a@b.c, security: none, username_env: U, password_env: P}
"""
MAIL = "email: {host: m.example, sender: a@b.example, recipients: [ap@acme.example]}"


def spec_of(text: str, folder: Path) -> ResolveSpec:
    """A spec from YAML."""
    path = folder / "resolve.yaml"
    path.write_text(text)
    return load_resolve_spec(path)


def test_a_workspace_without_the_file_lets_nothing_out(tmp_path: Path) -> None:
    spec = workspace_resolve_spec(tmp_path)
    assert spec.channels.email is None
    assert spec.channels.webhook == {}
    assert not spec.autonomy.enabled
    assert spec.write_off.of("EUR") == 0


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    spec = spec_of(
        f"""
accounts:
  fee_or_tax: {{difference: "6800", balance: "1010"}}
write_off: {{default: 5, by_currency: {{JPY: 500}}}}
contacts: {{counterparties: {{Acme Ltd: ap@acme.example}}}}
channels:
  {MAIL}
  jira: {{url: "https://j.example", user_env: U, token_env: T, projects: [OPS]}}
targets: {{ticket_project: OPS}}
""",
        tmp_path,
    )
    assert spec.accounts["fee_or_tax"].difference == "6800"  # type: ignore[index]
    assert spec.write_off.of("jpy") == 500
    assert spec.write_off.of(None) == 5
    assert spec.contacts.of("ACME LTD") == "ap@acme.example"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wait_dayz: 3", "wait_dayz: no such field"),
        ("wait_days: 0", "wait_days: input should be greater than or equal to 1"),
        (f"contacts: {{owners: {{left: x@y.example}}}}\nchannels: {{{MAIL}}}",
         "x@y.example is not among channels.email.recipients"),
        ("targets: {slack: ops}", "targets.slack: ops is not in channels.slack"),
        ("targets: {webhook: ops}", "targets.webhook: ops is not in channels.webhook"),
        ("targets: {http: ops}", "targets.http: ops is not in channels.http"),
        ("targets: {ticket_project: OPS}", "OPS is not in channels.jira.projects"),
        ("channels: {webhook: {ops: {url: 'http://a.example', secret_env: S}}}", "plain http"),
        ("channels: {webhook: {ops: {url: 'file:///etc/passwd', secret_env: S}}}", "https://"),
        ("channels: {webhook: {ops: {url: 'https://u:p@a.example', secret_env: S}}}", "no login"),
        ("channels: {webhook: {ops: {url: 'https://a.example', secret_env: S, secret: x}}}",
         "secret: no such field"),
        ("channels: {email: {host: h, sender: a@b.c, username_env: U}}", "go together"),
        (PLAIN_LOGIN, "a login needs"),
        ("channels: {email: {host: h, sender: a@b.c, digest: [d@e.f]}}", "digest"),
        ("channels: {email: {host: h, sender: 'a@b.c, d@e.f'}}", "sender"),
        ("autonomy: {rules: [{error_max: 0.6}]}", "error_max"),
        ("autonomy: {rules: [{precedents_min: 3}]}", "precedents_min"),
        ("- a", "expected a mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        spec_of(text, tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_resolve_spec(tmp_path / "none.yaml")


def test_a_limit_is_by_currency_first() -> None:
    limit = Limit(default=Decimal(5), by_currency={"JPY": Decimal(500)})
    assert [limit.of(each) for each in ("EUR", "JPY")] == [5, 500]


def test_a_counterparty_that_is_not_known_has_no_address() -> None:
    assert Contacts().of("Acme") is None
    assert Contacts().of(None) is None


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ({"digest": {}}, "names nobody who is told"),
        ({"realtime": {"email": True}}, "names nobody who is told"),
        ({"realtime": {"slack": "recon"}}, "recon is not in channels.slack"),
        ({"realtime": {"webhook": "erp"}}, "erp is not in channels.webhook"),
    ],
)
def test_who_is_told_stands_among_the_channels(notify: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ResolveSpec.model_validate({"notify": notify})
