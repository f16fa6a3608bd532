"""The menu shows what a person may open."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import ROLES
from tieout.server.console.navigation import MENU, menu_for

pytestmark = pytest.mark.django_db
People = Callable[..., User]


def labels(user: User | AnonymousUser, path: str = "/") -> list[str]:
    request = RequestFactory().get(path)
    request.user = user
    return [item.label for section in menu_for(request) for item in section.items]


def test_every_place_has_an_address_and_keys_are_used_once() -> None:
    places = [place for section in MENU.values() for place in section]
    assert all(reverse(place.address) for place in places)
    keys = [place.key for place in places if place.key]
    assert len(keys) == len(set(keys))


def test_who_is_not_known_sees_no_menu() -> None:
    assert labels(AnonymousUser()) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_only_its_places(person: People, role: str) -> None:
    seen = labels(person("ann", role))
    assert {"Queue", "Runs", "Audit log"} <= set(seen)
    assert ("New run" in seen) == (role in {"preparer", "reviewer", "approver"})
    assert ("People" in seen) == (role == "admin")


def test_the_place_that_is_open_is_marked(person: People) -> None:
    request = RequestFactory().get("/runs/r1/")
    request.user = person("ann", "preparer")
    items = [item for section in menu_for(request) for item in section.items]
    assert [item.label for item in items if item.is_current] == ["Runs"]
