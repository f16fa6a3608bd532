"""Single sign-on with a real issuer of OpenID Connect on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
People = Callable[..., User]
START, CALLBACK = "/account/single-sign-on/oidc/login/", "/account/single-sign-on/oidc/callback/"


class Issuer(BaseHTTPRequestHandler):
    """Says of everybody who comes with a code that they are `person`."""

    person: dict[str, Any]

    def do_GET(self) -> None:
        """The configuration, and who the bearer of a token is."""
        home = f"http://{self.headers['Host']}"
        if self.path == "/.well-known/openid-configuration":
            self._say(
                {
                    "issuer": home,
                    "authorization_endpoint": f"{home}/authorize",
                    "token_endpoint": f"{home}/token",
                    "userinfo_endpoint": f"{home}/userinfo",
                }
            )
        else:
            self._say(self.person)

    def do_POST(self) -> None:
        """A token for any code."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "opaque", "token_type": "Bearer", "expires_in": 60})

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def issuer(settings: Any) -> Iterator[type[Issuer]]:
    """The issuer, which the server is told to trust."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {
        "provider_id": "oidc", "name": "Example", "client_id": "tieout", "secret": "s",
        "settings": {"server_url": f"http://127.0.0.1:{server.server_port}"},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    try:
        yield Issuer
    finally:
        server.shutdown()
        server.server_close()


def come_in(browser: Client) -> Any:
    """Go to the issuer and come back with a code, as a browser would."""
    sent = browser.post(START)
    asked = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"http://localhost{CALLBACK}"]
    return browser.get(CALLBACK, {"code": "one-time", "state": asked["state"][0]})


def is_logged_in(browser: Client) -> bool:
    return browser.get("/account/second-factor/").status_code == 200


def test_who_is_known_by_a_verified_address_comes_in(person: People, issuer: type[Issuer]) -> None:
    person("ann", "reviewer", email="ann@example.org")
    issuer.person = {"sub": "1", "email": "ann@example.org", "email_verified": True}
    browser = Client(headers={"host": "localhost"})
    come_in(browser)
    assert is_logged_in(browser)
    assert AuditEntry.objects.filter(action="user.logged_in", actor="ann").exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "2", "email": "eve@example.org", "email_verified": True},
        {"sub": "3", "email": "ann@example.org", "email_verified": False},
    ],
    ids=["a stranger", "an address that nobody verified"],
)
def test_nobody_else_comes_in(claims: dict[str, Any], person: People, issuer: type[Issuer]) -> None:
    person("ann", "reviewer", email="ann@example.org")
    issuer.person = claims
    browser = Client(headers={"host": "localhost"})
    come_in(browser)
    assert not is_logged_in(browser)
    assert User.objects.count() == 1


def test_an_answer_that_nobody_asked_for_is_refused(person: People, issuer: type[Issuer]) -> None:
    person("ann", email="ann@example.org")
    issuer.person = {"sub": "1", "email": "ann@example.org", "email_verified": True}
    browser = Client(headers={"host": "localhost"})
    browser.get(CALLBACK, {"code": "one-time", "state": "forged"})
    assert not is_logged_in(browser)


def test_the_login_page_offers_it(issuer: type[Issuer]) -> None:
    page = Client(headers={"host": "localhost"}).get("/login/").content.decode()
    assert START in page
    assert "Example" in page
