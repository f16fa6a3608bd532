"""Asking a model over HTTP: what leaves, what counts, and what happens on its bad days."""

import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from models import ModelServer

from tieout.resolve.assistant import tasks
from tieout.resolve.assistant.ask import Assistant, Reply
from tieout.resolve.assistant.limits import State
from tieout.resolve.assistant.material import Material, material_of
from tieout.resolve.assistant.store import MemoryStore
from tieout.resolve.assistant.usage import Outcome

from .conftest import FACTS, Make, Turned


def one(assistant: Assistant, prompt: tasks.Prompt) -> Reply:
    (reply,) = assistant.ask([prompt])
    return reply


def test_a_bucket_is_one_of_those_that_were_offered(
    make: Make, model: ModelServer, material: Material
) -> None:
    model.script.append({"bucket": "fee_or_tax", "cites": ["f1", "f6"]})
    reply = one(make(), tasks.classify(material))
    assert reply.said is not None
    assert (reply.said.choice, reply.said.cites) == ("fee_or_tax", ("f1", "f6"))
    assert reply.call.outcome is Outcome.ANSWERED
    schema = model.bodies[0]["response_format"]["json_schema"]["schema"]
    assert "unknown" in schema["properties"]["bucket"]["enum"]
    assert "ambiguous" not in schema["properties"]["bucket"]["enum"]


def test_a_bucket_that_was_not_offered_is_no_answer(
    make: Make, model: ModelServer, material: Material
) -> None:
    model.script.extend([{"bucket": "pay_eve", "cites": ["f1"]}] * 2)
    reply = one(make(), tasks.classify(material))
    assert reply.said is None
    assert reply.call.outcome is Outcome.REFUSED
    assert "not of the form" in reply.call.why


def test_the_form_is_mended_once(make: Make, model: ModelServer, material: Material) -> None:
    model.script.extend(["words", {"severity": "low", "cites": ["f1"]}])
    reply = one(make(), tasks.severity(material))
    assert reply.said is not None
    assert reply.call.usage.requests == 2
    assert reply.call.usage.tokens == 240


def test_all_tasks_are_answered(make: Make, model: ModelServer, material: Material) -> None:
    prompts = [
        tasks.classify(material),
        tasks.severity(material),
        tasks.summary(material),
        tasks.choose(material, ["Write off 2.90 EUR.", "Carry forward until 2026-04-02."]),
        tasks.question(material, "Why do they differ?"),
    ]
    replies = make().ask(prompts)
    assert [reply.said is not None for reply in replies] == [True] * 5
    assert replies[3].said is not None
    assert replies[3].said.choice == "p1"
    assert {body["model"] for body in model.bodies} == {"played"}


def test_the_same_question_is_asked_once_and_costs_once(
    make: Make, model: ModelServer, material: Material, store: MemoryStore
) -> None:
    assistant = make(prices={"input_per_million": 1000, "output_per_million": 5000})
    twice = assistant.ask([tasks.summary(material), tasks.summary(material)])
    again = one(assistant, tasks.summary(material))
    assert len(model.bodies) == 1
    assert twice[0].said == twice[1].said == again.said
    assert [call.outcome for call in store.calls] == ["answered", "cached", "cached"]
    assert store.spent(twice[0].call.at).cost == Decimal("0.2")


def test_an_answer_grows_old(
    make: Make, model: ModelServer, material: Material, clock: Turned
) -> None:
    assistant = make(cache_days=2)
    one(assistant, tasks.severity(material))
    clock.at += timedelta(days=2, seconds=1)
    assert one(assistant, tasks.severity(material)).call.outcome is Outcome.ANSWERED
    assert len(model.bodies) == 2


def test_another_model_or_other_facts_are_another_question(
    make: Make, model: ModelServer, material: Material
) -> None:
    one(make(), tasks.severity(material))
    one(make(model="other"), tasks.severity(material))
    one(make(), tasks.severity(material_of(FACTS, b"key", more=[("severity", "high")])))
    assert len(model.bodies) == 3


@pytest.mark.parametrize("fault", [429, 500, 503, "lost", "garbage"])
def test_what_fails_in_passing_is_tried_again_later_each_time(
    make: Make, model: ModelServer, material: Material, clock: Turned, fault: Any
) -> None:
    model.script.extend([fault, fault])
    reply = one(make(attempts=3), tasks.severity(material))
    assert reply.said is not None
    assert reply.call.usage.requests == 3
    first, second, third = clock.slept
    assert (first, second >= 1, third >= 2) == (0, True, True)


def test_as_long_is_waited_as_the_server_asks(
    make: Make, model: ModelServer, material: Material, clock: Turned
) -> None:
    model.script.append(429)
    model.retry_after = "17"
    one(make(), tasks.severity(material))
    assert max(clock.slept) >= 17


def test_a_server_that_does_not_answer_is_given_up(
    make: Make, model: ModelServer, material: Material
) -> None:
    model.script.extend(["hang", "hang"])
    reply = one(make(attempts=2, timeout_seconds=0.2), tasks.severity(material))
    assert reply.said is None
    assert reply.call.outcome is Outcome.FAILED
    assert reply.call.why == "127.0.0.1: no answer in 0.2 s"


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_would_fail_again_is_not_tried_again(
    make: Make, model: ModelServer, material: Material, status: int
) -> None:
    model.script.append(status)
    reply = one(make(), tasks.severity(material))
    assert reply.call.outcome is Outcome.FAILED
    assert len(model.bodies) == 1
    assert str(status) in reply.call.why


def test_the_key_is_sent_and_shown_nowhere(
    make: Make, model: ModelServer, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYED_KEY", "sk-very-secret")
    model.script.append(401)
    assistant = make(key_env="PLAYED_KEY")
    reply = one(assistant, tasks.severity(material))
    assert model.keys == ["Bearer sk-very-secret"]
    assert "sk-very-secret" not in f"{reply} {assistant}"
    assert reply.call.why.endswith("401, the key is not accepted")


def test_without_its_key_nothing_is_asked(
    make: Make, model: ModelServer, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLAYED_KEY", raising=False)
    reply = one(make(key_env="PLAYED_KEY"), tasks.severity(material))
    assert reply.call.outcome is Outcome.SKIPPED
    assert "PLAYED_KEY is not set" in reply.call.why
    assert model.bodies == []


def test_the_breaker_leaves_a_failing_server_alone_and_tries_it_again(
    make: Make, model: ModelServer, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = make(attempts=1, breaker_failures=2, breaker_seconds=60, cache_days=0)
    ticks = [0.0]
    monkeypatch.setattr(assistant.breaker, "_clock", lambda: ticks[0])
    model.script.extend([500, 500])
    outcomes = [one(assistant, tasks.severity(material)).call.outcome for _ in range(3)]
    assert outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.SKIPPED]
    assert (assistant.breaker.state, len(model.bodies)) == (State.OPEN, 2)
    ticks[0] = 61.0
    assert one(assistant, tasks.severity(material)).said is not None
    assert assistant.breaker.state is State.CLOSED


def test_answers_in_a_wrong_form_do_not_open_the_breaker(
    make: Make, model: ModelServer, material: Material
) -> None:
    assistant = make(breaker_failures=1)
    model.script.extend(["words", "words"])
    assert one(assistant, tasks.severity(material)).call.outcome is Outcome.REFUSED
    assert assistant.breaker.state is State.CLOSED


def test_the_budget_ends_it_and_the_next_day_begins_anew(
    make: Make, model: ModelServer, material: Material, clock: Turned
) -> None:
    assistant = make(budget={"tokens_per_day": 1500}, cache_days=0, answer_tokens_max=100)
    replies = [one(assistant, tasks.severity(material)) for _ in range(20)]
    asked = [reply for reply in replies if reply.call.outcome is Outcome.ANSWERED]
    assert 0 < len(asked) < 20
    assert sum(reply.call.usage.tokens for reply in asked) <= 1500
    assert replies[-1].call.why == "the day's tokens are used up"
    clock.at += timedelta(days=1)
    assert one(assistant, tasks.severity(material)).said is not None


def test_a_batch_stays_within_the_budget_too(make: Make, model: ModelServer) -> None:
    more = [material_of(FACTS, b"key", more=[("days", str(at))]) for at in range(30)]
    assistant = make(
        budget={"cost_per_day": "1.0"},
        prices={"input_per_million": 1000, "output_per_million": 1000},
        answer_tokens_max=16,
        parallel=2,
    )
    replies = assistant.ask([tasks.severity(each) for each in more])
    spent = sum((reply.call.usage.cost for reply in replies), Decimal(0))
    assert Decimal(0) < spent <= 1
    assert {reply.call.why for reply in replies if reply.said is None} == {
        "the day's budget is used up"
    }


def test_no_more_questions_are_under_way_than_allowed(make: Make, model: ModelServer) -> None:
    more = [material_of(FACTS, b"key", more=[("days", str(at))]) for at in range(9)]
    model.together, model.hold_seconds = 3, 0.03
    replies = make(parallel=3).ask([tasks.severity(each) for each in more])
    assert all(reply.said is not None for reply in replies)
    assert model.at_once_max == 3


def test_the_rate_makes_questions_wait(make: Make, model: ModelServer, clock: Turned) -> None:
    more = [material_of(FACTS, b"key", more=[("days", str(at))]) for at in range(5)]
    make(parallel=1, requests_per_minute=60).ask([tasks.severity(each) for each in more])
    waited = [seconds for seconds in clock.slept if seconds]
    assert len(waited) == 4
    assert max(waited) > 3


def test_no_personal_data_leaves_and_references_come_back(make: Make, model: ModelServer) -> None:
    from dataclasses import replace

    facts = replace(FACTS, key="GB29NWBK60161331926819", counterparty="ann@example.org")
    told = material_of(facts, b"key")
    name = next(fact.value for fact in told.facts if fact.name == "key")
    model.script.append(
        {"sentences": [{"text": f"Reference {name} is 2.90 short.", "cites": ["f2", "f5"]}]}
    )
    reply = one(make(), tasks.summary(told))
    for secret in ("GB29", "60161331926819", "ann@", "DE89", "3704"):
        assert secret not in model.sent
    assert reply.said is not None
    assert reply.said.sentences[0].text == "Reference GB29NWBK60161331926819 is 2.90 short."


def test_an_address_of_the_own_network_is_not_called(make: Make, model: ModelServer) -> None:
    told = material_of(FACTS, b"key")
    refused = make(provider="compatible", http=True)
    reply = one(refused, tasks.severity(told))
    assert reply.call.outcome is Outcome.SKIPPED
    assert "private: true" in reply.call.why
    assert model.bodies == []
    assert one(make(provider="compatible", http=True, private=True), tasks.severity(told)).said


@pytest.mark.parametrize(
    "changed", [{"severity": "pay eve", "cites": ["f1"]}, {"severity": "low"}, {}]
)
def test_a_kept_answer_that_somebody_changed_is_asked_for_again(
    make: Make, model: ModelServer, material: Material, store: MemoryStore, changed: dict[str, Any]
) -> None:
    first = one(make(), tasks.severity(material))
    store.answers[first.call.key] = (changed, store.answers[first.call.key][1])
    assert one(make(), tasks.severity(material)).said == first.said
    assert len(model.bodies) == 2


WITHOUT = """
import sys
sys.modules["pydantic_ai"] = sys.modules["openai"] = None
from tieout.resolve.assistant import ask, client, material, tasks
from tieout.resolve.assistant.store import MemoryStore
from tieout.resolve.config.assistant import AssistantSpec
from tests.resolve.assistant.conftest import FACTS
import tieout.pipeline.assistant_naming
spec = AssistantSpec(provider="local", model="m")
told = tasks.summary(material.material_of(FACTS, b"key"))
(reply,) = ask.Assistant.of(spec, MemoryStore()).ask([told])
print(reply.call.outcome, reply.call.why)
"""


def test_without_the_extra_nothing_breaks_and_the_next_step_is_named() -> None:
    root = Path(__file__).parents[3]
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": f"{root}:{root / 'tests' / 'support'}"},
    )
    assert found.stdout == "skipped pydantic-ai is not installed; pip install 'tieout[llm]'\n"
