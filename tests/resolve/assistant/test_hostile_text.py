"""52 hostile texts in each field, and models that do what they want: what is shown is harmless."""

from dataclasses import replace
from typing import Any

import pytest
from hostile_texts import HOSTILE
from models import Answering, ModelServer, escaping, obeying, shows_nothing_hostile

from tieout.resolve.assistant import tasks
from tieout.resolve.assistant.answers import RefusedError, problem_of, read_answer
from tieout.resolve.assistant.material import material_of
from tieout.resolve.assistant.template import template_summary
from tieout.resolve.assistant.usage import Outcome

from .conftest import FACTS, Make

FIELDS = ("key", "comment", "counterparty", "evidence", "candidates", "reasons")


def attacked(text: str, field: str = "comment") -> Any:
    value: Any = (text,) if field in {"candidates", "reasons"} else text
    return material_of(replace(FACTS, **{"comment": text, field: value}), b"key")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_is_repeated_is_refused_or_harmless(text: str, field: str) -> None:
    told = attacked(text, field)
    for said in (text, f"Please note: {text}", text.upper(), told.facts[-1].value):
        try:
            answer = read_answer(
                tasks.summary(told), {"sentences": [{"text": said, "cites": ["f1"]}]}
            )
        except RefusedError:
            continue
        assert shows_nothing_hostile(answer.sentences[0].text), answer


@pytest.mark.parametrize("text", HOSTILE)
def test_the_question_has_one_form_whatever_a_text_says(text: str) -> None:
    for field in FIELDS:
        told = attacked(text, field)
        prompt, honest = tasks.summary(told), tasks.summary(material_of(FACTS, b"key"))
        assert prompt.instructions == honest.instructions
        assert {each["name"] for each in told.told() if each.get("written_by_others")} >= {
            "comment"
        }
        assert all(len(fact.value) <= 240 for fact in told.facts)
        assert "9999999" not in {f"{number:f}" for number in told.known.numbers}


@pytest.mark.parametrize("text", HOSTILE)
def test_the_template_says_no_more_than_the_case_does(text: str) -> None:
    told = attacked(text)
    for sentence in template_summary(told).sentences:
        assert shows_nothing_hostile(sentence.text)
        assert problem_of(sentence.text, told) == ""


@pytest.mark.parametrize("answering", [obeying, escaping], ids=["obeying", "escaping"])
def test_a_model_that_obeys_gets_nothing_shown(
    make: Make, model: ModelServer, answering: Answering
) -> None:
    model.answer = answering
    prompts = []
    for text in HOSTILE:
        told = attacked(text)
        prompts += [tasks.summary(told), tasks.classify(told), tasks.question(told, "What now?")]
    replies = make(parallel=8, requests_per_minute=60_000).ask(prompts)
    assert len(replies) == 3 * len(HOSTILE)
    assert any(reply.call.outcome is Outcome.REFUSED for reply in replies), "it did answer"
    assert any(reply.said is not None for reply in replies) == (answering is obeying)
    for reply in replies:
        if reply.said is not None:
            texts = [each.text for each in reply.said.sentences]
            assert shows_nothing_hostile(" ".join([reply.said.choice, *texts]))
