"""What everybody is answered at every endpoint: a table, and no endpoint without a row in it."""

import csv
import json
import re
from pathlib import Path

import pytest
from tests.server.api.conftest import Server

TABLE = Path(__file__).parent / "endpoints.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
# Ids that there are not: what is tested is who comes past the door, not what is behind it.
VALUES = {"profile": "journal", "name": "run.json", "table": "breaks"}


def endpoint(row: dict[str, str]) -> tuple[str, str]:
    return row["method"], row["path"].split("?")[0]


def asked(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "987654"), path)


def test_every_endpoint_has_a_row(server: Server) -> None:
    document = server.client("").get("/openapi.json").json()
    there = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert there == {endpoint(row) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['path']}")
def test_everybody_is_answered_as_the_table_says(server: Server, row: dict[str, str]) -> None:
    people = [name for name in row if name not in {"method", "path", "body"}]
    content = {"json": json.loads(row["body"])} if row["body"] else {}
    found = {}
    for who in people:
        client = server.client("" if who == "open" else who)
        answer = client.request(row["method"], asked(row["path"]), **content)
        found[who] = str(answer.status_code)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
    assert found == {who: row[who] for who in people}


def test_a_token_that_nobody_made_is_no_token(server: Server) -> None:
    headers = {"Authorization": "Bearer tieout_00000000_nothing"}
    answer = server.client("").get("/api/v1/runs", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "the token is unknown, expired or revoked"


def test_another_scheme_is_no_token(server: Server) -> None:
    headers = {"Authorization": "Basic YW5uOmFubg=="}
    assert server.client("").get("/api/v1/runs", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/runs/..%2F..%2Fetc", 404),
        ("GET", "/api/v1/runs/.hidden", 404),
        ("DELETE", "/api/v1/runs", 405),
        ("GET", "/realtime_anomaly/", 405),
        ("GET", "/api/v1/jobs/abc", 422),
        ("GET", "/api/v1/jobs/99999999999999999999", 422),
        ("GET", "/api/v1/runs?limit=-1", 422),
    ],
)
def test_what_is_not_there_is_a_problem(
    server: Server, method: str, path: str, status: int
) -> None:
    answer = server.client().request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"]
