"""The whole way with a real language model: form, cache, budget. Never what it thinks."""

from pathlib import Path

from tieout.resolve.assistant import tasks
from tieout.resolve.assistant.ask import Assistant
from tieout.resolve.assistant.material import material_of
from tieout.resolve.assistant.store import FileStore
from tieout.resolve.assistant.usage import Outcome
from tieout.resolve.config.assistant import AssistantBudget, AssistantSpec

from .conftest import FACTS


def test_a_real_model_keeps_to_the_form_is_cached_and_counted(
    language_model: str, tmp_path: Path
) -> None:
    spec = AssistantSpec.model_validate(
        {
            "provider": "local",
            "model": "smollm2",
            "base_url": language_model,
            "timeout_seconds": 120,
            "answer_tokens_max": 60,
            "prices": {"input_per_million": 1, "output_per_million": 2},
            "budget": {"tokens_per_day": 3000},
        }
    )
    store = FileStore(tmp_path / "assistant.db")
    assistant = Assistant.of(spec, store)
    told = material_of(FACTS, b"key")
    (first,) = assistant.ask([tasks.choose(told, ["Write off 2.90 EUR."])])
    assert first.said is not None, first.call.why
    assert first.said.choice in {"p1", "none"}
    assert set(first.said.cites) <= set(told.ids)
    assert first.call.usage.input_tokens > 100
    assert first.call.usage.cost > 0
    (again,) = assistant.ask([first.prompt])
    assert (again.call.outcome, again.said) == (Outcome.CACHED, first.said)
    assert store.spent(first.call.at) == first.call.usage
    used_up = spec.model_copy(update={"budget": AssistantBudget(tokens_per_day=1)})
    (skipped,) = Assistant.of(used_up, store).ask([tasks.severity(told)])
    assert (skipped.call.outcome, skipped.call.usage.requests) == (Outcome.SKIPPED, 0)
