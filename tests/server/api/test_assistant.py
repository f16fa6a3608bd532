"""The assistant through the door: asked by those who may, its answers marked as such."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from models import ModelServer, model_server
from tests.server.api.conftest import Server

MAKE = """
from tieout.server.cases.services import open_case
case = open_case(
    "other", "asked", "Fee", actor=None, source="bank_vs_ledger", key="ASK-1",
    bucket="fee_or_tax", difference_minor=-290, amount_minor=9_710, currency="EUR",
)
print(json.dumps(case.pk))
"""


@contextmanager
def configured(workspace: Path) -> Iterator[ModelServer]:
    """The workspace names a played model, for a while."""
    path = workspace / "resolve.yaml"
    with model_server() as model:
        path.write_text(
            f"assistant: {{provider: local, model: played, base_url: '{model.url}', attempts: 1}}\n"
        )
        try:
            yield model
        finally:
            path.unlink()


@pytest.fixture
def case(server: Server) -> int:
    """A case to ask about."""
    number: int = server.ask_database(MAKE)
    return number


def test_an_answer_says_who_gave_it_and_what_it_rests_on(server: Server, case: int) -> None:
    path, client = f"/api/v1/cases/{case}/assistant", server.client()
    with configured(server.workspace) as model:
        model.script.append(
            {"known": True, "sentences": [{"text": "A fee explains it.", "cites": ["f1"]}]}
        )
        asked = {"task": "question", "question": "Why?"}
        answer = client.post(path, json=asked)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        again = client.post(path, json=asked).json()
        assert len(model.bodies) == 1
        use = client.get("/api/v1/assistant").json()
    assert (said["by_model"], said["model"], said["asked_by"]) == (True, "played", "preparer")
    assert said["sentences"] == [{"text": "A fee explains it.", "cites": ["f1"]}]
    assert said["facts"][0] == {
        "id": "f1", "name": "bucket", "value": "fee_or_tax", "others": False
    }  # fmt: skip
    assert again["sentences"] == said["sentences"]
    listed = server.client("auditor").get(path).json()
    assert [each["id"] for each in listed][:2] == [again["id"], said["id"]]
    assert (use["configured"], use["model"]) == (True, "played")
    assert use["today"]["outcomes"]["cached"] >= 1
    assert 0 < use["today"]["hit_rate"] < 1


def test_without_a_model_fixed_sentences_answer(server: Server, case: int) -> None:
    client = server.client()
    said = client.post(f"/api/v1/cases/{case}/assistant", json={"task": "summary"}).json()
    assert (said["by_model"], said["model"]) == (False, "")
    assert "no language model is configured" in said["why"]
    assert said["sentences"]
    assert client.get("/api/v1/assistant").json()["configured"] is False


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"task": "pay"}, "task"),
        ({"task": "question"}, "ask something"),
        ({"task": "summary", "to": "eve"}, "to"),
        ({"task": "question", "question": "x" * 501}, "question"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(
    server: Server, case: int, body: dict[str, str], said: str
) -> None:
    answer = server.client().post(f"/api/v1/cases/{case}/assistant", json=body)
    assert answer.status_code == 422
    assert said in answer.text
