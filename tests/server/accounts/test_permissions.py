"""Roles and four eyes."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import (
    ROLES,
    has_role,
    may_approve,
    require_role,
    roles_of,
)
from tieout.server.accounts.services import set_active, set_roles

pytestmark = pytest.mark.django_db
People = Callable[..., User]


@require_role("reviewer", "approver")
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("seen")


def asked_by(user: User | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/page/?tab=new")
    request.user = user
    return request


def test_every_role_is_a_group() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_a_person_has_the_roles_they_were_given(person: People) -> None:
    ann = person("ann", "preparer", "reviewer")
    assert roles_of(ann) == {"preparer", "reviewer"}
    assert has_role(ann, "approver", "reviewer")
    assert not has_role(ann, "approver")
    assert has_role(ann)


def test_a_group_that_is_no_role_gives_no_role(person: People) -> None:
    ann = person("ann")
    ann.groups.add(Group.objects.create(name="football"))
    assert not has_role(ann)


def test_nobody_in_particular_has_no_role() -> None:
    assert not has_role(AnonymousUser())


def test_new_roles_count_at_once(person: People) -> None:
    ann = person("ann", "preparer")
    assert has_role(ann, "preparer")
    set_roles(ann, ["auditor"], actor=None)
    assert roles_of(ann) == {"auditor"}


def test_a_disabled_person_has_no_role_left(person: People) -> None:
    ann = person("ann", "approver")
    set_active(ann, False, actor=None)
    assert not has_role(User.objects.get(username="ann"))


def test_who_proposed_may_not_approve(person: People) -> None:
    ann, bob = person("ann", "preparer", "approver"), person("bob", "approver")
    assert not may_approve(ann, ann)
    assert may_approve(bob, ann)


def test_an_admin_approves_nothing(person: People) -> None:
    assert not may_approve(person("root", "admin"), person("ann", "preparer"))


def test_what_the_system_proposed_any_approver_may_approve(person: People) -> None:
    assert may_approve(person("bob", "approver"), None)
    assert not may_approve(person("ann", "preparer"), None)


def test_a_view_is_seen_by_the_roles_it_names(person: People) -> None:
    assert page(asked_by(person("bob", "approver"))).content == b"seen"


def test_a_view_is_refused_to_other_roles(person: People) -> None:
    with pytest.raises(PermissionDenied):
        page(asked_by(person("root", "admin")))


def test_who_is_not_logged_in_is_sent_to_log_in_and_back() -> None:
    answer = page(asked_by(AnonymousUser()))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=/page/%3Ftab%3Dnew"
