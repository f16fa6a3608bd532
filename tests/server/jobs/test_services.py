"""Asking for jobs, and stopping them."""

from collections.abc import Callable

import pytest

from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.context import request_context
from tieout.server.jobs.models import Job
from tieout.server.jobs.queries import counts_by_state, jobs
from tieout.server.jobs.registry import UnknownKindError
from tieout.server.jobs.services import cancel, enqueue, retry

pytestmark = pytest.mark.django_db
Register = Callable[..., None]


@pytest.fixture(autouse=True)
def _add(kind: Register) -> None:
    kind("add", lambda job, progress: {"sum": sum(job.arguments["numbers"])})


def test_a_job_waits_with_its_arguments_and_is_in_the_log() -> None:
    ann = User.objects.create(username="ann")
    with request_context("request-0001"):
        job = enqueue("add", {"numbers": [1, 2]}, actor=ann)
    assert (job.state, job.arguments, job.actor) == ("queued", {"numbers": [1, 2]}, ann)
    assert job.request_id == "request-0001"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.target_id) == ("job.queued", "ann", str(job.pk))


def test_asked_twice_under_one_key_it_is_one_job() -> None:
    first = enqueue("add", {"numbers": [1]}, actor=None, idempotency_key="upload-1")
    again = enqueue("add", {"numbers": [1]}, actor=None, idempotency_key="upload-1")
    other = enqueue("add", {"numbers": [1]}, actor=None, idempotency_key="upload-2")
    assert first == again
    assert first != other
    assert AuditEntry.objects.count() == 2


def test_a_kind_that_nobody_does_is_refused_at_once() -> None:
    with pytest.raises(UnknownKindError, match="no handler for jobs of kind fly"):
        enqueue("fly", {}, actor=None)


def test_a_waiting_job_is_cancelled_at_once_and_once() -> None:
    job = enqueue("add", {"numbers": []}, actor=None)
    assert cancel(job.pk, actor=None).state == "cancelled"
    cancel(job.pk, actor=None)
    assert AuditEntry.objects.filter(action="job.cancelled").count() == 1


def test_a_cancelled_job_can_be_tried_again_and_a_waiting_one_stays() -> None:
    job = enqueue("add", {"numbers": []}, actor=None)
    assert retry(job.pk, actor=None).state == "queued"
    cancel(job.pk, actor=None)
    again = retry(job.pk, actor=None)
    assert (again.state, again.cancel_requested, again.attempts) == ("queued", False, 0)
    assert AuditEntry.objects.filter(action="job.retried").count() == 1


def test_jobs_are_listed_by_state_and_kind_the_newest_first() -> None:
    first, second = (enqueue("add", {"numbers": [n]}, actor=None) for n in (1, 2))
    cancel(first.pk, actor=None)
    assert list(jobs()) == [second, first]
    assert list(jobs(state="queued")) == [second]
    assert list(jobs(kind="other")) == []
    assert counts_by_state() == {
        "queued": 1, "running": 0, "done": 0, "failed": 0, "cancelled": 1,
    }  # fmt: skip


def test_open_jobs_are_those_that_may_still_come_to_something() -> None:
    open_states = [state for state in Job.State.values if Job(state=state).is_open]
    assert open_states == ["queued", "running"]
