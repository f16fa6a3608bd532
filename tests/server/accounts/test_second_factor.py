"""A second factor: set up, asked for, and in the log."""

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from tieout.model.errors import InputError
from tieout.server import sealing
from tieout.server.accounts.factors import check_keys, reset_second_factor, rotate_keys
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.sealing import new_key, opened

pytestmark = pytest.mark.django_db(transaction=True)
People = Callable[..., User]
PASSWORD = "correct-horse-battery"
FACTORS = "/account/second-factor/"


def code_of(secret: str) -> str:
    """What an app on a phone shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def another_than(secret: str) -> str:
    """A code that an app does not show now."""
    return "000000" if code_of(secret) != "000000" else "111111"


def asked_for_a_code() -> Client:
    """Another browser, in which ann has typed her password."""
    other = Client(headers={"host": "localhost"})
    other.post("/login/", {"login": "ann", "password": PASSWORD})
    return other


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
    other = asked_for_a_code()
    other.post(f"{FACTORS}authenticate/", {"code": code_of(secret)})
    assert other.get(FACTORS).status_code == 200


def test_a_wrong_code_does_not_and_is_in_the_log(person: People, browser: Client) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    other = asked_for_a_code()
    wrong = another_than(secret)
    other.post(f"{FACTORS}authenticate/", {"code": wrong})
    assert other.get(FACTORS).status_code == 302
    assert AuditEntry.objects.filter(action="user.second_factor_failed", actor="ann").exists()


def test_codes_cannot_be_guessed_at(person: People, browser: Client) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    cache.clear()
    other = asked_for_a_code()
    wrong = another_than(secret)
    for _ in range(5):
        other.post(f"{FACTORS}authenticate/", {"code": wrong})
    answer = other.post(f"{FACTORS}authenticate/", {"code": code_of(secret)})
    assert "Too many failures" in answer.content.decode()
    assert other.get(FACTORS).status_code == 302
    again = Client(headers={"host": "localhost"})
    assert again.post("/login/", {"login": "ann", "password": PASSWORD}).status_code == 200
    assert AuditEntry.objects.filter(action="user.locked", target_id="name:ann").exists()
    assert AuditEntry.objects.filter(action="user.second_factor_failed").count() == 5


def test_codes_asked_for_again_cannot_be_guessed_at(person: People, browser: Client) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    cache.clear()
    wrong = another_than(secret)
    for _ in range(5):
        browser.post(f"{FACTORS}reauthenticate/", {"code": wrong})
    answer = browser.post(f"{FACTORS}reauthenticate/", {"code": code_of(secret)})
    assert "Too many failures" in answer.content.decode()


def actions() -> list[str]:
    entries = AuditEntry.objects.filter(target_kind="user").order_by("sequence")
    return [
        entry.action.removeprefix("user.")
        for entry in entries
        if "second_factor" in entry.action or "recovery" in entry.action
    ]


def test_codes_are_in_the_log_when_they_are_made_shown_and_used(
    person: People, browser: Client
) -> None:
    person("ann", "approver")
    set_up(browser)
    assert actions() == ["second_factor_added", "recovery_codes_made"]
    browser.get(f"{FACTORS}codes/")
    code = browser.get(f"{FACTORS}codes/file/").content.decode().split()[-1]
    other = asked_for_a_code()
    other.post(f"{FACTORS}authenticate/", {"code": code})
    assert other.get(FACTORS).status_code == 200
    assert actions()[2:] == ["recovery_codes_shown", "recovery_code_used"]
    assert AuditEntry.objects.get(action="user.recovery_code_used").after == {"left": 9}
    browser.post(f"{FACTORS}codes/new/")
    assert actions()[4:] == ["recovery_codes_removed", "recovery_codes_made"]
    browser.post(f"{FACTORS}app/off/")
    assert sorted(actions()[6:]) == ["recovery_codes_removed", "second_factor_removed"]


@pytest.mark.parametrize("step", ["on", "off"])
def test_a_change_that_cannot_be_written_down_does_not_happen(
    person: People, browser: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(**_: object) -> None:
        raise RuntimeError("the log is not there")

    person("ann", "approver")
    if step == "off":
        set_up(browser)
    monkeypatch.setattr("tieout.server.accounts.factors.record", refuse)
    with pytest.raises(RuntimeError, match="the log is not there"):
        set_up(browser) if step == "on" else browser.post(f"{FACTORS}app/off/")
    assert Authenticator.objects.count() == (0 if step == "on" else 2)


def test_who_lost_the_phone_and_the_codes_is_let_in_by_an_admin(
    person: People, browser: Client
) -> None:
    ann, admin = person("ann", "approver"), person("root", "admin")
    set_up(browser)
    assert reset_second_factor(ann, actor=admin) == 2
    assert reset_second_factor(ann, actor=admin) == 0
    assert {entry.actor for entry in AuditEntry.objects.filter(action__endswith="_removed")} == {
        "root"
    }
    other = asked_for_a_code()
    assert other.get(FACTORS).status_code == 200


def test_secrets_are_sealed_and_move_to_the_next_key(
    person: People, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("ann", "approver")
    secret = set_up(browser)
    kept = [str(each.data) for each in Authenticator.objects.all()]
    assert [secret in text for text in kept] == [False, False]
    assert all("sealed:" in text for text in kept)
    key = new_key()
    monkeypatch.setattr(sealing, "_named", lambda: [key])
    assert rotate_keys(actor=None) == 2
    monkeypatch.setattr(sealing, "_derived", lambda: new_key().encode())
    check_keys()
    totp = Authenticator.objects.get(type="totp")
    assert opened(totp.data["secret"]) == secret
    assert AuditEntry.objects.get(action="keys.rotated").after == {"secrets": 2}
    monkeypatch.setattr(sealing, "_named", lambda: [new_key()])
    with pytest.raises(InputError, match="cannot be opened"):
        check_keys()
    with pytest.raises(InputError, match="cannot be opened"):
        rotate_keys(actor=None)


def test_a_new_password_ends_the_sessions_of_other_browsers(
    person: People, browser: Client
) -> None:
    person("ann", "approver")
    other = Client(headers={"host": "localhost"})
    for each in (browser, other):
        each.post("/login/", {"login": "ann", "password": PASSWORD})
    fresh = "another-horse-battery"
    browser.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh},
    )
    assert browser.get("/account/password/change/").status_code == 200
    assert other.get("/account/password/change/").status_code == 302
    assert AuditEntry.objects.filter(action="user.password_changed", actor="ann").count() == 1
