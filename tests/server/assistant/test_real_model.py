"""A real language model behind the console: form, cache, budget, audit. Never what it thinks."""

from collections.abc import Callable

import pytest

from tieout.server.accounts.models import User
from tieout.server.assistant import queries, services
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.resolutions.services import propose_for

from .conftest import Configure, MakeCase

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_real_model_goes_the_whole_way(
    language_model: str, make_case: MakeCase, configure: Configure, person: Callable[..., User]
) -> None:
    real = {"model": "smollm2", "base_url": language_model, "timeout_seconds": 120}
    configure(**real, answer_tokens_max=60, budget={"tokens_per_day": 5000})
    case, ann = make_case(), person("ann", "preparer")
    assert propose_for(case) is not None
    first = services.ask(case.pk, "choose", actor=ann)
    again = services.ask(case.pk, "choose", actor=ann)
    assert first.by_model, first.why
    assert (again.choice, again.cites) == (first.choice, first.cites)
    assert set(first.cites) <= {fact["id"] for fact in first.facts}
    today, _ = queries.today_and_month()
    assert (today.requests, today.hit_rate) == (1, 0.5)
    assert today.tokens > 100
    configure(**real, budget={"tokens_per_day": today.tokens})
    over = services.ask(case.pk, "summary", actor=ann)
    assert (over.by_model, over.why) == (False, "the day's tokens are used up")
    outcomes = AuditEntry.objects.filter(action="assistant.asked").order_by("sequence")
    assert [entry.after["outcome"] for entry in outcomes] == ["answered", "cached", "skipped"]
    assert verify().whole
