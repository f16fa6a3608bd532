"""What may be served where."""

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tieout.model.errors import InputError
from tieout.server.config import ServerConfig, load_config
from tieout.server.serving import Serving, listening_socket, require_safe

GOOD = {
    "TIEOUT_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "TIEOUT_ALLOWED_HOSTS": "books.example.org",
    "TIEOUT_BEHIND_PROXY": "true",
}
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: Patch) -> None:
    load_config.cache_clear()
    # Set here, so that what the code sets is undone.
    monkeypatch.setenv("TIEOUT_SECURE", "false")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.0.1"])
def test_on_loopback_nothing_is_needed(host: str) -> None:
    require_safe(Serving(host=host))
    assert not load_config().secure


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "books.example.org"])  # noqa: S104
def test_elsewhere_everything_that_is_missing_is_named(host: str, monkeypatch: Patch) -> None:
    monkeypatch.setenv("TIEOUT_DEBUG", "true")
    with pytest.raises(InputError) as refused:
        require_safe(Serving(host=host))
    said = str(refused.value)
    assert said.startswith(f"not served on {host}, which others can reach: ")
    for word in ("TIEOUT_SECRET_KEY", "TIEOUT_DEBUG", "--tls-cert", "TIEOUT_ALLOWED_HOSTS"):
        assert word in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TIEOUT_SECRET_KEY", "short", "set TIEOUT_SECRET_KEY to at least 32 random characters"),
        ("TIEOUT_ALLOWED_HOSTS", "*", "set TIEOUT_ALLOWED_HOSTS to the names"),
        ("TIEOUT_ALLOWED_HOSTS", "localhost", "set TIEOUT_ALLOWED_HOSTS to the names"),
        ("TIEOUT_BEHIND_PROXY", "false", "give --tls-cert and --tls-key"),
        ("TIEOUT_DEBUG", "true", "unset TIEOUT_DEBUG"),
    ],
)
def test_one_thing_missing_is_enough_to_refuse(
    name: str, value: str, said: str, monkeypatch: Patch
) -> None:
    for each, given in (GOOD | {name: value}).items():
        monkeypatch.setenv(each, given)
    with pytest.raises(InputError, match=f": {said}"):
        require_safe(Serving(host="192.0.2.7"))


def test_behind_a_proxy_that_does_tls_it_is_served_with_secure_cookies(monkeypatch: Patch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    require_safe(Serving(host="192.0.2.7"))
    assert load_config().secure


def test_with_a_certificate_cookies_are_secure_on_loopback_too(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.touch()
    key.touch()
    require_safe(Serving(certificate=certificate, key=key))
    assert ServerConfig().secure
    assert Serving(certificate=certificate, key=key).address == "https://127.0.0.1:8000/"


def test_half_of_a_certificate_is_refused(tmp_path: Path) -> None:
    there = tmp_path / "cert.pem"
    there.touch()
    with pytest.raises(InputError, match="belong together"):
        require_safe(Serving(certificate=there))
    with pytest.raises(InputError, match=r"--tls-key .*: there is no such file"):
        require_safe(Serving(certificate=there, key=tmp_path / "key.pem"))


@pytest.mark.django_db
def test_answers_of_the_api_too_tell_browsers_to_come_by_https(monkeypatch: Patch) -> None:
    from tieout.server.web import create_app

    monkeypatch.setenv("TIEOUT_SECURE", "true")
    load_config.cache_clear()
    answer = TestClient(create_app("api"), base_url="https://localhost").get("/nowhere")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_what_is_accepted_sends_the_parts_of_an_answer_at_once(host: str) -> None:
    with listening_socket(Serving(host=host, port=0)) as listening:
        address = listening.getsockname()[:2]
        with socket.create_connection(address), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_refused_with_what_to_do() -> None:
    with listening_socket(Serving(port=0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(InputError, match="choose another with --port"):
            listening_socket(Serving(port=port))
