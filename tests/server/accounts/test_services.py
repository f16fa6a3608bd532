"""People and tokens: what is made, refused and audited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import ApiToken, User
from tieout.server.accounts.queries import people, people_in, user_named, valid_token
from tieout.server.accounts.services import (
    create_token,
    create_user,
    revoke_token,
    set_active,
    set_password,
    set_roles,
)
from tieout.server.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
People = Callable[..., User]
PASSWORD = "correct-horse-battery"


def actions() -> list[str]:
    return list(AuditEntry.objects.values_list("action", flat=True))


def test_a_new_person_can_log_in_and_is_in_the_log() -> None:
    create_user("ann", password=PASSWORD, roles=["preparer"], email="ann@example.org")
    assert authenticate(username="ann", password=PASSWORD) is not None
    entry = AuditEntry.objects.get()
    assert entry.action == "user.created"
    assert entry.after == {
        "username": "ann", "email": "ann@example.org", "roles": ["preparer"],
    }  # fmt: skip


def test_no_password_is_kept_in_clear_or_logged(person: People, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    ann = person("ann")
    assert ann.password.startswith("argon2$")
    set_password(ann, "another-good-phrase", actor=None)
    assert all(PASSWORD not in str(entry.row()) for entry in AuditEntry.objects.all())
    assert all("another" not in str(entry.row()) for entry in AuditEntry.objects.all())


def test_without_a_password_nobody_logs_in_by_one() -> None:
    assert not create_user("ann", password=None).has_usable_password()


@pytest.mark.parametrize("weak", ["short", "password123", "84729104738201"])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(InputError, match=r"^password: "):
        create_user("ann", password=weak)
    assert not User.objects.exists()


def test_a_name_is_taken_once(person: People) -> None:
    person("ann")
    with pytest.raises(InputError, match=r"^ann: .*already exists"):
        person("ann")


def test_an_address_is_taken_once_however_it_is_written(person: People) -> None:
    person("ann", email="ann@example.org")
    with pytest.raises(InputError, match=r"^bob: "):
        person("bob", email="ANN@example.org")
    person("cid")
    person("dan")


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="role boss: expected preparer, reviewer"):
        create_user("ann", password=PASSWORD, roles=["boss"])
    assert not User.objects.exists()


def test_changes_of_people_say_before_and_after(person: People) -> None:
    root, ann = person("root", "admin"), person("ann", "preparer")
    set_roles(ann, ["reviewer"], actor=root)
    set_active(ann, False, actor=root)
    set_active(ann, True, actor=root)
    assert actions()[2:] == ["user.roles_changed", "user.disabled", "user.enabled"]
    changed = AuditEntry.objects.get(action="user.roles_changed")
    assert (changed.actor, changed.target_id) == ("root", str(ann.pk))
    assert changed.before == {"roles": ["preparer"]}
    assert changed.after == {"roles": ["reviewer"]}


def test_people_are_found_by_name_and_role(person: People) -> None:
    person("bob", "reviewer")
    person("ann", "reviewer", "approver")
    assert [user.username for user in people()] == ["ann", "bob"]
    assert [user.username for user in people_in("approver")] == ["ann"]
    assert user_named("bob").username == "bob"
    with pytest.raises(InputError, match="zoe: no such user"):
        user_named("zoe")


def test_a_token_acts_for_its_user_and_only_its_hash_is_kept(person: People) -> None:
    ann = person("ann")
    token, text = create_token(ann, name="feed", scopes=["score", "read"], actor=ann)
    found = valid_token(text)
    assert found is not None
    assert found.user == ann
    assert found.allows("read")
    assert not found.allows("write")
    stored = ApiToken.objects.values().get()
    assert all(text.rsplit("_", 1)[1] not in str(value) for value in stored.values())
    assert token.prefix in text


def test_use_of_a_token_is_noted(person: People) -> None:
    token, text = create_token(person("ann"), name="feed", actor=None)
    assert token.last_used_at is None
    valid_token(text)
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_tokens_end(person: People) -> None:
    ann = person("ann")
    expired, expired_text = create_token(ann, name="old", days=1, actor=None)
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    revoked, revoked_text = create_token(ann, name="lost", actor=None)
    revoke_token(revoked, actor=ann)
    _, lasting_text = create_token(ann, name="lasting", days=None, actor=None)
    assert valid_token(expired_text) is None
    assert valid_token(revoked_text) is None
    assert valid_token(lasting_text) is not None
    assert valid_token("tieout_00000000_nonsense") is None
    set_active(ann, False, actor=None)
    assert valid_token(lasting_text) is None


def test_tokens_are_in_the_log_without_their_text(person: People) -> None:
    token, text = create_token(person("ann"), name="feed", actor=None)
    revoke_token(token, actor=None)
    revoke_token(token, actor=None)
    assert actions()[1:] == ["token.created", "token.revoked"]
    assert all(text not in str(entry.row()) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("name", ["ann", "ANN", "\uff21nn"])
def test_two_names_that_differ_in_case_only_are_not_let_in(person: People, name: str) -> None:
    person("Ann", "preparer")
    with pytest.raises(InputError, match="a user with that name already exists"):
        person(name, "preparer")


@pytest.mark.parametrize(
    ("name", "days", "told"),
    [
        ("feed", 0, "1 to 3,650"),
        ("feed", 10**9, "1 to 3,650"),
        ("x" * 101, 9, "1 to 100"),
        ("", 9, "name"),
    ],
)
def test_a_token_ends_within_ten_years_and_has_a_name(
    person: People, name: str, days: int, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        create_token(person("ann", "preparer"), name=name, days=days, actor=None)


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_token_needs_known_scopes(person: People, scopes: list[str]) -> None:
    with pytest.raises(InputError, match="expected read, score, write, admin"):
        create_token(person("ann"), name="feed", scopes=scopes, actor=None)
