"""The assistant's part of resolve.yaml."""

from pathlib import Path
from typing import Any

import pytest

from tieout.model.errors import InputError
from tieout.resolve.config import load_resolve_spec
from tieout.resolve.config.assistant import AssistantSpec


def spec(**more: Any) -> AssistantSpec:
    return AssistantSpec.model_validate({"provider": "openai", "model": "m"} | more)


@pytest.mark.parametrize(
    ("given", "address", "variable", "private"),
    [
        ({}, "https://api.openai.com/v1", "OPENAI_API_KEY", False),
        ({"provider": "huggingface"}, "https://router.huggingface.co/v1", "HF_TOKEN", False),
        ({"provider": "local"}, "http://127.0.0.1:8080/v1", None, True),
        (
            {"provider": "compatible", "base_url": "https://llm.example/v1/", "key_env": "K"},
            "https://llm.example/v1",
            "K",
            False,
        ),
    ],
)
def test_each_provider_has_its_address_and_key(
    given: dict[str, Any], address: str, variable: str | None, private: bool
) -> None:
    found = spec(**given)
    assert (found.address, found.key_variable, found.may_be_private) == (address, variable, private)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{provider: compatible, model: m}", "needs a `base_url`"),
        ("{provider: local, model: m, base_url: 'http://10.0.0.7/v1'}", "plain http"),
        ("{provider: openai, model: m, base_url: 'https://a:b@x.example/v1'}", "no login"),
        ("{provider: openai, model: m, key: sk-123}", "key"),
        ("{provider: openai, model: m, key_env: 'sk-123'}", "key_env"),
        ("{provider: gpt, model: m}", "provider"),
        ("{provider: openai}", "model"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "resolve.yaml"
    path.write_text(f"assistant: {text}\n")
    with pytest.raises(InputError) as error:
        load_resolve_spec(path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_without_it_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "resolve.yaml"
    path.write_text("calendar: GB\n")
    assert load_resolve_spec(path).assistant is None
