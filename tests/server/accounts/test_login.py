"""Logging in and out, as a browser does it, and what the log says of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from tieout.server.accounts.lockout import FAILURES_MAX
from tieout.server.accounts.models import LoginFailures, User
from tieout.server.accounts.services import set_active, set_password
from tieout.server.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
People = Callable[..., User]
PASSWORD = "correct-horse-battery"
WRONG = "incorrect-horse"


@pytest.fixture
def browser() -> Client:
    """A browser that is held to the protection against forged requests."""
    return Client(enforce_csrf_checks=True, headers={"host": "localhost"})


def log_in(browser: Client, name: str, password: str = PASSWORD) -> Any:
    browser.get("/login/")
    token = browser.cookies["csrftoken"].value
    fields = {"login": name, "password": password, "csrfmiddlewaretoken": token}
    return browser.post("/login/", fields)


def is_logged_in(browser: Client) -> bool:
    return browser.get("/account/second-factor/").status_code == 200


def actions() -> list[str]:
    return list(AuditEntry.objects.values_list("action", flat=True))


def test_the_right_password_logs_in_and_is_in_the_log(person: People, browser: Client) -> None:
    ann = person("ann")
    answer = log_in(browser, "ann")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_logged_in(browser)
    entry = AuditEntry.objects.get(action="user.logged_in")
    assert (entry.actor, entry.target_id) == ("ann", str(ann.pk))
    assert len(entry.request_id) == 32


def test_logging_out_is_in_the_log(person: People, browser: Client) -> None:
    person("ann")
    log_in(browser, "ann")
    token = browser.cookies["csrftoken"].value
    answer = browser.post("/logout/", {"csrfmiddlewaretoken": token})
    assert answer.headers["Location"] == "/login/"
    assert not is_logged_in(browser)
    assert actions()[-1] == "user.logged_out"


def test_a_forged_form_is_refused(person: People, browser: Client) -> None:
    person("ann")
    answer = browser.post("/login/", {"login": "ann", "password": PASSWORD})
    assert answer.status_code == 403


def test_a_wrong_password_says_no_more_than_a_wrong_name(person: People, browser: Client) -> None:
    person("ann")
    said = []
    for name in ("ann", "zoe"):
        text = log_in(browser, name, WRONG).content.decode()
        said.append(re.findall(r'role="alert">(.*?)</div>', text, re.DOTALL))
    assert said[0] == said[1] != []
    assert actions()[1:] == ["user.login_failed", "user.login_failed"]


def test_no_password_stands_in_the_log(person: People, browser: Client) -> None:
    person("ann")
    log_in(browser, "ann", WRONG)
    assert all(WRONG not in str(entry.row()) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("name", ["ann", "nobody-of-that-name"])
def test_a_name_has_to_wait_after_some_failures(name: str, person: People, browser: Client) -> None:
    person("ann")
    for _ in range(FAILURES_MAX["name"]):
        log_in(browser, name, WRONG)
    assert actions().count("user.locked") == 1
    log_in(browser, name, PASSWORD)
    assert not is_logged_in(browser)
    assert actions().count("user.login_failed") == FAILURES_MAX["name"], "none is counted meanwhile"


def test_a_name_waits_a_quarter_of_an_hour(person: People, browser: Client) -> None:
    person("ann")
    for _ in range(FAILURES_MAX["name"]):
        log_in(browser, "ANN ", WRONG)
    row = LoginFailures.objects.get(key="name:ann")
    assert row.locked_until is not None
    assert timedelta(minutes=14) < row.locked_until - timezone.now() <= timedelta(minutes=15)
    LoginFailures.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    log_in(browser, "ann")
    assert is_logged_in(browser)


def test_others_go_on_while_a_name_waits(person: People, browser: Client) -> None:
    person("ann")
    person("bob")
    for _ in range(FAILURES_MAX["name"]):
        log_in(browser, "ann", WRONG)
    log_in(browser, "bob")
    assert is_logged_in(browser)


def test_an_address_that_tries_many_names_has_to_wait(person: People, browser: Client) -> None:
    person("bob")
    LoginFailures.objects.create(
        key="address:127.0.0.1", failures=FAILURES_MAX["address"] - 1, since=timezone.now()
    )
    log_in(browser, "ann", WRONG)
    log_in(browser, "bob")
    assert not is_logged_in(browser)


def test_failures_of_long_ago_do_not_count(person: People, browser: Client) -> None:
    person("ann")
    long_ago = timezone.now() - timedelta(hours=1)
    LoginFailures.objects.create(key="name:ann", failures=4, since=long_ago)
    log_in(browser, "ann", WRONG)
    log_in(browser, "ann")
    assert is_logged_in(browser)
    assert not LoginFailures.objects.filter(key="name:ann").exists()


@pytest.mark.parametrize("change", ["disabled", "new password"])
def test_a_session_ends_when_its_person_changes(
    change: str, person: People, browser: Client
) -> None:
    ann = person("ann")
    log_in(browser, "ann")
    if change == "disabled":
        set_active(ann, False, actor=None)
    else:
        set_password(ann, "another-good-phrase", actor=None)
    assert not is_logged_in(browser)


def test_a_session_ends_after_its_hours(person: People, browser: Client, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = -1
    person("ann")
    log_in(browser, "ann")
    assert not is_logged_in(browser)


def test_nobody_signs_up_by_themselves(browser: Client) -> None:
    browser.get("/login/")
    token = browser.cookies["csrftoken"].value
    fields = {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}
    browser.post("/account/signup/", fields | {"csrfmiddlewaretoken": token})
    assert not User.objects.exists()


def ask_for_reset(browser: Client, address: str) -> Any:
    browser.get("/account/password/reset/")
    token = browser.cookies["csrftoken"].value
    fields = {"email": address, "csrfmiddlewaretoken": token}
    return browser.post("/account/password/reset/", fields)


def test_a_link_by_mail_sets_a_new_password_once(person: People, browser: Client) -> None:
    person("ann", email="ann@example.org")
    ask_for_reset(browser, "ann@example.org")
    (message,) = mail.outbox
    assert message.to == ["ann@example.org"]
    link = re.search(r"http://localhost(/account/password/reset/\S+)", str(message.body))
    assert link is not None
    form = browser.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    token = browser.cookies["csrftoken"].value
    fields = {"password1": "another-good-phrase", "password2": "another-good-phrase"}
    browser.post(address, fields | {"csrfmiddlewaretoken": token})
    assert actions()[-1] == "user.password_reset"
    log_in(browser, "ann", "another-good-phrase")
    assert is_logged_in(browser)
    again = Client(headers={"host": "localhost"}).get(link[1], follow=True)
    assert "password1" not in again.content.decode()


def test_without_a_mail_server_nobody_is_told_of_a_mail(person: People, browser: Client) -> None:
    person("ann", email="ann@example.org")
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        page = browser.get("/account/password/reset/").content.decode()
    assert "This server sends no mail. Ask an administrator" in page
    assert 'name="email"' not in page


def test_who_is_not_known_gets_no_mail_and_the_same_answer(person: People, browser: Client) -> None:
    person("ann", email="ann@example.org")
    known = ask_for_reset(browser, "ann@example.org")
    unknown = ask_for_reset(browser, "eve@example.org")
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]
    assert known.headers["Location"] == unknown.headers["Location"]


@pytest.mark.parametrize(
    "page",
    ["/login/", "/account/password/reset/", "/account/password/change/", "/account/second-factor/"],
)
def test_pages_of_accounts_look_like_the_others(page: str, person: People, browser: Client) -> None:
    if page != "/login/":
        browser.force_login(person("ann"))
    shown = browser.get(page).content.decode()
    assert "console/console.css" in shown
    assert "Menu:" not in shown
