"""Who may see which page: each page of the console has a row in pages.csv.

A row says for each role `yes`, `no` (403) or `login` (sent to log in). A page is asked for by GET,
those that answer to nothing but POST with an empty POST; ids in addresses are 1, words are "none".
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import ROLES

TABLE = Path(__file__).with_name("pages.csv")
ANYONE = ("anonymous", *ROLES)
SAMPLES = {"int": 1, "uuid": "00000000-0000-0000-0000-000000000001"}


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pages(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and sample arguments of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from pages(entry, prefix + space)
        elif isinstance(entry, URLPattern):
            converters: dict[str, Any] = getattr(entry.pattern, "converters", {})
            kinds = {
                name: type(each).__name__.removesuffix("Converter").lower()
                for name, each in converters.items()
            }
            words = getattr(entry.pattern, "regex", None) if not kinds else None
            sample: dict[str, Any] = dict.fromkeys(words.groupindex if words else (), "none")
            sample |= {name: SAMPLES.get(kind, "none") for name, kind in kinds.items()}
            yield f"{prefix}{entry.name}", sample


def outcome(client: Client, address: str) -> str:
    answer = client.get(address)
    if answer.status_code == 405:
        answer = client.post(address)
    if answer.status_code in {301, 302} and answer.headers["Location"].startswith("/login/?"):
        return "login"
    return "no" if answer.status_code == 403 else "yes"


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert {row["page"] for row in rows()} == {name for name, _ in pages(get_resolver())}


def test_every_cell_says_yes_no_or_login() -> None:
    assert all(set(row) == {"page", *ANYONE} for row in rows())
    assert {row[who] for row in rows() for who in ANYONE} <= {"yes", "no", "login"}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ANYONE)
def test_pages_are_seen_by_those_who_may(who: str, person: Callable[..., User]) -> None:
    samples = dict(pages(get_resolver()))
    user = AnonymousUser() if who == "anonymous" else person(who, who)
    found = {}
    for row in rows():
        client = Client(headers={"host": "localhost"})
        if isinstance(user, User):
            client.force_login(user)
        found[row["page"]] = outcome(client, reverse(row["page"], kwargs=samples[row["page"]]))
    assert found == {row["page"]: row[who] for row in rows()}
