"""A second factor: set up, asked for, and in the log."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
PASSWORD = "correct-horse-battery"
FACTORS = "/account/second-factor/"


def code_of(secret: str) -> str:
    """What an app on a phone shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def set_up(browser: Client) -> str:
    """Log in, confirm it, show the secret to an app, type its code; answers with the secret."""
    browser.post("/login/", {"login": "ann", "password": PASSWORD})
    asked = browser.get(f"{FACTORS}app/on/")
    assert asked.headers["Location"].startswith("/account/confirm/")
    browser.post("/account/confirm/", {"password": PASSWORD})
    page = browser.get(f"{FACTORS}app/on/").content.decode()
    found = re.search(r'value="([A-Z2-7]{32})"', page)
    assert found is not None
    browser.post(f"{FACTORS}app/on/", {"code": code_of(found[1])})
    return found[1]


@pytest.fixture
def browser() -> Client:
    """A browser, with nothing remembered of codes that were used."""
    cache.clear()
    return Client(headers={"host": "localhost"})


def test_with_a_second_factor_the_password_is_not_enough(person: People, browser: Client) -> None:
    person("ann", "approver")
    set_up(browser)
    assert AuditEntry.objects.filter(action="user.second_factor_added", actor="ann").exists()
    other = Client(headers={"host": "localhost"})
    answer = other.post("/login/", {"login": "ann", "password": PASSWORD})
    assert answer.headers["Location"].startswith(f"{FACTORS}authenticate/")
    assert other.get(FACTORS).status_code == 302


def test_the_code_of_the_app_completes_the_login(person: People, browser: Client) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    cache.clear()
    other = Client(headers={"host": "localhost"})
    other.post("/login/", {"login": "ann", "password": PASSWORD})
    other.post(f"{FACTORS}authenticate/", {"code": code_of(secret)})
    assert other.get(FACTORS).status_code == 200


def test_a_wrong_code_does_not_and_is_in_the_log(person: People, browser: Client) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    other = Client(headers={"host": "localhost"})
    other.post("/login/", {"login": "ann", "password": PASSWORD})
    wrong = "000000" if code_of(secret) != "000000" else "111111"
    other.post(f"{FACTORS}authenticate/", {"code": wrong})
    assert other.get(FACTORS).status_code == 302
    assert AuditEntry.objects.filter(action="user.second_factor_failed", actor="ann").exists()
