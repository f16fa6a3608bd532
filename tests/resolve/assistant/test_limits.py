"""The rate, the breaker, the budget, and the file in which answers are kept."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.resolve.assistant.limits import Breaker, Rate, State
from tieout.resolve.assistant.store import Call, FileStore
from tieout.resolve.assistant.tasks import Task
from tieout.resolve.assistant.usage import Outcome, Usage, at_most, cost_of, over_budget
from tieout.resolve.assistant.verdict import confidence_of, settled
from tieout.resolve.config.assistant import AssistantBudget, AssistantPrices

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def call(at: datetime = NOON, **used: int) -> Call:
    return Call(
        at=at,
        task=Task.SUMMARY,
        model="m",
        key="k",
        outcome=Outcome.ANSWERED,
        usage=Usage(requests=1, cost=Decimal("0.1"), **used),
    )


@settings(deadline=None)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=40), st.integers(1, 5))
def test_no_minute_has_more_than_the_rate_and_the_burst(pauses: list[float], burst: int) -> None:
    now = [0.0]
    rate = Rate(per_minute=30, burst=burst, clock=lambda: now[0])
    asked = []
    for pause in pauses:
        now[0] += pause
        asked.append(now[0] + rate.reserve())
    for start in asked:
        within = [at for at in asked if start <= at < start + 59.999]
        assert len(within) <= 30 + burst


def test_threads_get_places_of_their_own() -> None:
    rate = Rate(per_minute=60, burst=1, clock=lambda: 0.0)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.append(rate.reserve())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [float(at) for at in range(8)]


def test_after_its_pause_one_question_tries_and_a_failure_opens_it_again() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, seconds=10, clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 10.0
    assert breaker.state is State.HALF_OPEN
    assert breaker.allows()
    assert not breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 20.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()


def test_a_cost_is_exact() -> None:
    prices = AssistantPrices(input_per_million=Decimal("0.15"), output_per_million=Decimal("0.60"))
    assert cost_of(1, 1, prices) == Decimal("0.00000075")
    assert at_most(300, 100, prices).tokens == 201


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({}, ""),
        ({"tokens_per_day": 1000}, ""),
        ({"tokens_per_day": 999}, "the day's tokens are used up"),
        ({"cost_per_day": "0.1"}, "the day's budget is used up"),
        ({"cost_per_month": "0.3"}, ""),
        ({"cost_per_month": "0.2"}, "the month's budget is used up"),
        ({"tokens_per_day": 0}, "the day's tokens are used up"),
    ],
)
def test_a_budget_counts_its_utc_day_and_month(
    budget: dict[str, str], said: str, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "a" / "assistant.db")
    for at in (NOON, NOON - timedelta(days=1), NOON - timedelta(days=40)):
        store.note(call(at, input_tokens=800, output_tokens=100))
    more = Usage(requests=1, input_tokens=50, output_tokens=50, cost=Decimal("0.1"))
    limits = AssistantBudget.model_validate(budget)
    assert over_budget(limits, store.spent, more, NOON) == said


def test_answers_are_kept_in_the_file_until_their_time(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "assistant.db")
    store.keep(call(), {"bucket": "timing"}, until=NOON + timedelta(days=1))
    again = FileStore(tmp_path / "assistant.db")
    assert again.kept("k", NOON) == {"bucket": "timing"}
    assert again.kept("k", NOON + timedelta(days=1)) is None
    assert again.kept("other", NOON) is None


def test_a_file_that_is_something_else_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "assistant.db").write_text("no database, but a note of somebody" * 40)
    with pytest.raises(InputError, match=r"assistant\.db: can't be read or written"):
        FileStore(tmp_path / "assistant.db")


@pytest.mark.parametrize(
    ("evidence", "sure", "said", "bucket", "person"),
    [
        ("timing", 0.95, "fee_or_tax", "timing", True),
        ("timing", 0.5, "fee_or_tax", "timing", True),
        ("timing", 0.5, "timing", "timing", False),
        ("timing", 0.5, "unknown", "timing", False),
        ("ambiguous", 0.1, "timing", "ambiguous", True),
        ("unknown", 0.2, "timing", "timing", False),
        (None, 0.0, "unknown", "unknown", False),
    ],
)
def test_evidence_stands_and_a_disagreement_goes_to_a_person(
    evidence: str | None, sure: float, said: str, bucket: str, person: bool
) -> None:
    verdict = settled(evidence, sure, said, 0.6)
    assert (verdict.bucket, verdict.needs_person) == (bucket, person)


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_it_is_never_as_sure_as_proof(agreed: int, more: int) -> None:
    assert 0 < confidence_of(0.5, agreed=agreed, judged=agreed + more) < 0.8
