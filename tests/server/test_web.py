"""One application of two halves."""

import pytest
from django.test import Client
from fastapi.testclient import TestClient

from tieout.server.context import current_request_id
from tieout.server.web import create_app

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_console_is_behind_the_api() -> None:
    answer = TestClient(create_app(), base_url="http://localhost").get("/login/")
    assert answer.status_code == 200
    assert "<form" in answer.text


def test_the_console_can_be_left_out() -> None:
    answer = TestClient(create_app("api"), base_url="http://localhost").get("/login/")
    assert answer.status_code == 404


def test_another_host_is_refused() -> None:
    client = TestClient(create_app("console"), base_url="http://evil.example")
    assert client.get("/login/").status_code == 400


def test_pages_permit_nothing_but_what_the_server_serves(client: Client) -> None:
    answer = client.get("/login/", headers={"host": "localhost"})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy, "scripts fall under default-src, without inline ones"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_request_keeps_an_id_that_looks_like_one(client: Client) -> None:
    given = {"host": "localhost", "x-request-id": "order-4711-a"}
    assert client.get("/login/", headers=given).headers["X-Request-ID"] == "order-4711-a"
    odd = {"host": "localhost", "x-request-id": "<script>"}
    made = client.get("/login/", headers=odd).headers["X-Request-ID"]
    assert len(made) == 32
    assert current_request_id() == ""
