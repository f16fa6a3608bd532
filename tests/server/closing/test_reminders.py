"""Reminders go to the outbox once a day."""

from collections.abc import Callable

from tieout.close.tasks.model import TaskState as S
from tieout.server.accounts.models import User
from tieout.server.closing.models import Period
from tieout.server.closing.queries import find_task
from tieout.server.closing.reminders import remind
from tieout.server.closing.services import assign, move_task
from tieout.server.outbox.models import Delivery

People = Callable[..., User]


def test_the_owner_of_what_is_late_is_written_to_once_a_day(period: Period, person: People) -> None:
    ann = person("ann", "preparer", email="ann@example.org")
    (first,) = remind(period, actor=ann)
    assert first.payload["to"] == ["ann@example.org"]
    assert first.payload["subject"] == "2026-10: Post is due on 2026-11-02"
    assert "It was due on 2026-11-02." in first.payload["text"]
    assert "critical path" in first.payload["text"]
    assert (first.subject_kind, first.subject_id) == ("task", "2026-10/post")
    assert [again.pk for again in remind(period, actor=ann)] == [first.pk]
    assert Delivery.objects.count() == 1


def test_a_role_is_everybody_who_has_it_and_nobody_without_an_address(
    period: Period, person: People
) -> None:
    person("bob", "reviewer", email="bob@example.org")
    person("eve", "reviewer", email="eve@example.org")
    person("mute", "reviewer")
    assign(find_task(period, "post"), owner="reviewer", reviewer="", actor=None)
    (made,) = remind(period, actor=None)
    assert made.payload["to"] == ["bob@example.org", "eve@example.org"]


def test_what_is_done_or_waits_is_not_asked_for(period: Period, person: People) -> None:
    ann = person("ann", "preparer", email="ann@example.org")
    move_task(find_task(period, "post"), S.COMPLETED, actor=ann)
    subjects = [each.payload["subject"] for each in remind(period, actor=None)]
    assert subjects == ["2026-10: Side is due on 2026-11-03"], "the check has no owner"
