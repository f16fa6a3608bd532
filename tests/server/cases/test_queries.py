"""The queue: tabs, filters, order, what changed, what is similar."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from tieout.server.accounts.models import User
from tieout.server.cases import queries, services
from tieout.server.cases.models import Case
from tieout.server.cases.queries import Filter

pytestmark = pytest.mark.django_db
People = Callable[..., User]


def opened(identity: str, **more: Any) -> Case:
    kind = more.pop("kind", "break")
    return services.open_case(kind, identity, more.pop("title", identity), actor=None, **more)


def shown(user: User, address: str = "") -> list[str]:
    found = queries.queue(user, Filter.of(QueryDict(address)))
    return [case.identity for case in found]


def test_tabs_hold_what_stands_in_their_state(person: People) -> None:
    ann, ben = person("ann", "preparer"), person("ben", "preparer")
    cases = {name: opened(name) for name in ("new", "mine", "his", "waits", "done")}
    services.assign([cases["mine"].pk], ann, actor=ann)
    services.assign([cases["his"].pk], ben, actor=ann)
    services.decide([cases["waits"].pk], "timing", actor=ben)
    services.decide([cases["done"].pk], "resolved", actor=ben)
    assert {tab: shown(ann, f"tab={tab}") for tab in queries.TABS} == {
        "new": ["new"],
        "mine": ["mine"],
        "waiting": ["waits"],
        "resolved": ["done"],
    }
    assert queries.tab_counts(ann) == {"new": 1, "mine": 1, "waiting": 1, "resolved": 1}
    assert len(shown(ann, "tab=all")) == 5


def test_what_waited_until_today_is_new_again(person: People) -> None:
    ann, case = person("ann", "preparer"), opened("b1")
    services.decide([case.pk], "timing", actor=ann)
    assert shown(ann, "tab=new") == []
    Case.objects.update(waiting_until=timezone.localdate())
    assert shown(ann, "tab=new") == ["b1"]
    assert shown(ann, "tab=waiting") == []


def test_what_asks_for_a_senior_is_new_to_seniors_and_waits_for_others(person: People) -> None:
    ann, bob = person("ann", "preparer"), person("bob", "reviewer")
    case = opened("b1")
    services.decide([case.pk], "escalate", actor=ann)
    assert (shown(ann, "tab=new"), shown(ann, "tab=waiting")) == ([], ["b1"])
    assert (shown(bob, "tab=new"), shown(bob, "tab=waiting")) == (["b1"], [])


@pytest.mark.parametrize(
    ("address", "identities"),
    [
        ("bucket=timing", ["a"]),
        ("bucket=timing&bucket=fx_rate", ["b", "a"]),
        ("severity=critical", ["b"]),
        ("source=bank", ["a", "c"]),
        ("kind=alert", ["c"]),
        ("q=wire", ["b"]),
        ("q=2.6%25", ["a"]),
        ("severity=nonsense", ["b", "a", "c"]),
        ("tab=nonsense&sort=nonsense&page=x", ["b", "a", "c"]),
    ],
)
def test_filters_leave_what_passes_them_all(
    person: People, address: str, identities: list[str]
) -> None:
    opened("a", bucket="timing", source="bank", summary="fee of 2.6% taken")
    opened("b", bucket="fx_rate", source="cards", severity="critical", title="WIRE 7")
    opened("c", kind="alert", source="bank", severity="low")
    assert shown(person("ann", "preparer"), address) == identities


def test_a_case_is_found_by_its_number(person: People) -> None:
    opened("a")
    case = opened("b")
    assert shown(person("ann", "preparer"), f"q={case.pk}") == ["b"]


def test_the_order_is_the_one_asked_for(person: People) -> None:
    ann, now = person("ann", "preparer"), timezone.now()
    opened("small", amount_minor=5, difference_minor=-9, score=0.2)
    opened("large", amount_minor=900, difference_minor=1, score=0.9)
    opened("unknown", severity="high")
    Case.objects.filter(identity="small").update(due_at=now - timedelta(hours=1))
    assert shown(ann, "sort=priority") == ["unknown", "large", "small"]
    assert shown(ann, "sort=amount") == ["large", "small", "unknown"]
    assert shown(ann, "sort=difference") == ["large", "small", "unknown"]
    assert shown(ann, "sort=due")[0] == "small"
    assert shown(ann, "sort=title") == ["large", "small", "unknown"]
    assert shown(ann, "due=late") == ["small"]
    assert shown(ann, "due=soon") == ["unknown"]


def test_changes_are_told_since_a_moment(person: People) -> None:
    ann = person("ann", "preparer")
    first, second = opened("a"), opened("b")
    moment = timezone.now()
    services.decide([first.pk], "valid", actor=ann)
    changed = queries.changed_since(moment, [first.pk, second.pk])
    assert [case.pk for case in changed] == [first.pk]
    third = opened("c")
    assert queries.opened_since(ann, moment, "new", [first.pk, second.pk]) == 1
    assert queries.opened_since(ann, moment, "new", [first.pk, third.pk]) == 0


def test_similar_cases_are_those_that_were_decided_nearest_first(person: People) -> None:
    ann = person("ann", "preparer")
    this = opened("this", key="INV-1", bucket="timing", source="bank", currency="EUR")
    same_key = opened("same-key", key="INV-1", bucket="fx_rate")
    same_source = opened("same-source", bucket="timing", source="bank", currency="EUR")
    same_bucket = opened("same-bucket", bucket="timing", source="cards")
    opened("undecided", key="INV-1", bucket="timing", source="bank")
    other = opened("other", bucket="rounding")
    for case in (same_bucket, same_source, same_key, other):
        services.decide([case.pk], "false_positive", actor=ann)
    assert [case.identity for case in queries.similar(this)] == [
        "same-key",
        "same-source",
        "same-bucket",
    ]


def test_the_timeline_tells_all_that_was_done(person: People) -> None:
    ann, case = person("ann", "preparer"), opened("a")
    services.assign([case.pk], ann, actor=ann)
    services.comment(case.pk, "asked the bank", actor=ann)
    outcome = services.decide([case.pk], "false_positive", actor=ann, note="a fee")
    services.undo(outcome.batch, actor=ann)
    told = [(each.actor, each.words, each.text) for each in queries.timeline(case)]
    assert told[:5] == [
        ("ann", "took back: false positive", ""),
        ("ann", "decided: false positive", "a fee"),
        ("ann", "wrote", "asked the bank"),
        ("ann", "assigned it to ann", ""),
        ("Tieout", "opened the case", ""),
    ]


def test_saved_views_are_ones_own_and_shared_ones(person: People) -> None:
    ann, ben = person("ann", "preparer"), person("ben", "preparer")
    services.save_view("hers", "q=a", actor=ann)
    services.save_view("for all", "q=b", actor=ann, shared=True)
    services.save_view("his", "q=c", actor=ben)
    assert [view.name for view in queries.views_of(ben)] == ["for all", "his"]


def test_a_filter_remembers_its_address_without_the_page() -> None:
    wanted = Filter.of(QueryDict("tab=mine&bucket=timing&page=3"))
    assert (wanted.page, wanted.query) == (3, "tab=mine&bucket=timing")
    assert wanted.is_narrowed
    assert not Filter.of(QueryDict("tab=mine&sort=due")).is_narrowed
