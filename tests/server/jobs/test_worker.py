"""Running jobs: what comes of them when all goes well, and when not."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.audit.models import AuditEntry
from tieout.server.context import current_request_id
from tieout.server.jobs import leases
from tieout.server.jobs.leases import LeaseLostError
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import JobCancelledError, Progress
from tieout.server.jobs.services import cancel, enqueue
from tieout.server.jobs.worker import run_job, work, work_off

pytestmark = pytest.mark.django_db(transaction=True)
Register = Callable[..., None]
LATER = timedelta(hours=2)


def stored(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def fail(job: Job, progress: Progress) -> dict[str, Any]:
    raise OSError("the disk is full")


def noting(told: list[Any], what: Callable[[Job], Any]) -> Callable[[Job, Progress], Any]:
    """A handler that notes something of each job that it is given."""

    def run(job: Job, progress: Progress) -> dict[str, Any]:
        told.append(what(job))
        return {}

    return run


def test_a_job_is_run_and_its_result_kept(kind: Register) -> None:
    kind("add", lambda job, progress: {"sum": sum(job.arguments["numbers"])})
    job = enqueue("add", {"numbers": [1, 2, 3]}, actor=None)
    assert work_off() == 1
    done = stored(job)
    assert (done.state, done.result, done.progress) == ("done", {"sum": 6}, 1.0)
    assert (done.attempts, done.lease_token, done.lease_until) == (1, "", None)
    assert AuditEntry.objects.get(action="job.done").after["result"] == {"sum": 6}


def test_jobs_run_in_the_order_in_which_they_are_due(kind: Register) -> None:
    seen: list[str] = []
    kind("say", noting(seen, lambda job: job.arguments["word"]))
    now = timezone.now()
    for word, minutes in (("second", -1), ("first", -2), ("later", 60)):
        when = now + timedelta(minutes=minutes)
        enqueue("say", {"word": word}, actor=None, run_after=when)
    work_off()
    assert seen == ["first", "second"]


def test_a_failed_job_waits_longer_each_time_and_is_given_up_in_the_end(kind: Register) -> None:
    kind("fail", fail)
    job = enqueue("fail", {}, actor=None, attempts_max=3)
    waits = []
    for _ in range(2):
        taken = leases.take(timezone.now() + LATER)
        assert taken is not None
        run_job(taken)
        waiting = stored(job)
        assert (waiting.state, waiting.error) == ("queued", "OSError: the disk is full")
        waits.append((waiting.run_after - timezone.now()).total_seconds())
    assert waits[1] > 2 * waits[0] > 0
    last = leases.take(timezone.now() + LATER)
    assert last is not None
    run_job(last)
    assert stored(job).state == "failed"
    assert AuditEntry.objects.filter(action="job.failed").count() == 1


def test_bad_input_is_not_tried_again(kind: Register) -> None:
    def refuse(job: Job, progress: Progress) -> dict[str, Any]:
        raise InputError("bank.csv: no column amount")

    kind("read", refuse)
    job = enqueue("read", {}, actor=None)
    work_off()
    assert (stored(job).state, stored(job).error) == ("failed", "bank.csv: no column amount")


def test_a_kind_that_is_gone_is_not_tried_again(kind: Register) -> None:
    kind("old", lambda job, progress: {})
    job = enqueue("old", {}, actor=None)
    Job.objects.filter(pk=job.pk).update(kind="gone")
    work_off()
    assert stored(job).state == "failed"


def test_effect_and_end_are_one(kind: Register) -> None:
    def effect(job: Job, result: dict[str, Any]) -> None:
        User.objects.create(username=f"user-{job.pk}")
        if job.attempts == 1:
            raise OSError("cut off in the middle")

    kind("make", lambda job, progress: {}, effect=effect)
    job = enqueue("make", {}, actor=None)
    work_off()
    assert stored(job).state == "queued"
    assert not User.objects.exists()
    again = leases.take(timezone.now() + LATER)
    assert again is not None
    run_job(again)
    assert stored(job).state == "done"
    assert User.objects.count() == 1


def test_a_job_whose_worker_died_is_taken_up_again(kind: Register) -> None:
    kind("add", lambda job, progress: {"sum": 0})
    job = enqueue("add", {}, actor=None)
    assert leases.take() is not None
    assert leases.take() is None, "it is another's while the lease lasts"
    taken = leases.take(timezone.now() + LATER)
    assert taken is not None
    run_job(taken)
    assert (stored(job).state, stored(job).attempts) == ("done", 2)


def test_a_worker_that_was_thought_dead_changes_nothing(kind: Register) -> None:
    made: list[str] = []
    kind("make", lambda job, progress: {}, effect=lambda job, result: made.append("once"))
    job = enqueue("make", {}, actor=None)
    slow = leases.take()
    quick = leases.take(timezone.now() + LATER)
    assert slow is not None
    assert quick is not None
    run_job(quick)
    run_job(slow)
    assert made == ["once"]
    assert stored(job).state == "done"
    with pytest.raises(LeaseLostError):
        leases.complete(slow, {})
    with pytest.raises(LeaseLostError):
        leases.fail(slow, "late")
    with pytest.raises(LeaseLostError):
        leases.stop(slow)
    with pytest.raises(LeaseLostError):
        leases.give_back(slow)


def test_a_job_that_kills_each_worker_is_given_up(kind: Register) -> None:
    kind("crash", lambda job, progress: {})
    job = enqueue("crash", {}, actor=None, attempts_max=2)
    now = timezone.now()
    for hours in (0, 1):
        assert leases.take(now + timedelta(hours=hours)) is not None
    assert leases.take(now + timedelta(hours=2)) is None
    assert stored(job).state == "failed"
    assert stored(job).error == "the worker died at each attempt"


def test_a_running_job_stops_at_its_next_step_when_asked(kind: Register) -> None:
    steps: list[float] = []

    def long(job: Job, progress: Progress) -> dict[str, Any]:
        for share in (0.1, 0.2, 0.3):
            steps.append(share)
            if share == 0.2:
                cancel(job.pk, actor=None)
                progress.tell()
            progress(share, "counting")
        return {}

    kind("long", long)
    job = enqueue("long", {}, actor=None)
    work_off()
    assert steps == [0.1, 0.2]
    assert stored(job).state == "cancelled"


def test_progress_is_seen_while_the_job_runs(kind: Register) -> None:
    seen: list[tuple[float, str]] = []

    def long(job: Job, progress: Progress) -> dict[str, Any]:
        progress(0.25, "reading")
        progress.step("matching")
        progress.tell()
        now = stored(job)
        seen.append((now.progress, now.step))
        return {}

    kind("long", long)
    enqueue("long", {}, actor=None)
    work_off()
    assert seen == [(0.25, "matching")]


def test_progress_of_a_job_that_is_anothers_stops_it(kind: Register) -> None:
    kind("long", lambda job, progress: {})
    enqueue("long", {}, actor=None)
    slow = leases.take()
    assert slow is not None
    leases.take(timezone.now() + LATER)
    with pytest.raises(JobCancelledError):
        Progress(slow)(0.5)


def test_the_lease_is_kept_through_one_long_step(kind: Register) -> None:
    held: list[bool] = []

    def long(job: Job, progress: Progress) -> dict[str, Any]:
        first = stored(job).lease_until
        deadline = threading.Event()
        for _ in range(400):
            if stored(job).lease_until != first:
                held.append(True)
                break
            deadline.wait(0.02)
        return {}

    kind("long", long)
    enqueue("long", {}, actor=None)
    work_off(lease_seconds=1)
    assert held == [True]


def test_a_job_given_back_is_due_at_once_and_has_its_attempt_back(kind: Register) -> None:
    kind("add", lambda job, progress: {})
    job = enqueue("add", {}, actor=None)
    taken = leases.take()
    assert taken is not None
    leases.give_back(taken)
    assert (stored(job).state, stored(job).attempts) == ("queued", 0)


def test_a_job_works_under_the_id_of_the_request_that_asked(kind: Register) -> None:
    seen: list[str] = []
    kind("say", noting(seen, lambda job: current_request_id()))
    with transaction.atomic():
        job = enqueue("say", {}, actor=None)
        Job.objects.filter(pk=job.pk).update(request_id="request-0001")
    work_off()
    assert seen == ["request-0001"]


def test_workers_at_once_run_each_job_once(kind: Register) -> None:
    ran: list[int] = []
    kind("count", noting(ran, lambda job: job.pk))
    asked = [enqueue("count", {}, actor=None).pk for _ in range(20)]

    def one_worker(_: int) -> None:
        try:
            work_off()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_worker, range(4)))
    assert sorted(ran) == asked
    assert Job.objects.filter(state="done").count() == 20


def test_the_worker_goes_on_until_it_is_told_to_stop(kind: Register) -> None:
    stop = threading.Event()
    kind("stop", noting([], lambda job: stop.set()))
    job = enqueue("stop", {}, actor=None)
    work(stop=stop, poll_seconds=0.01)
    assert stored(job).state == "done"
