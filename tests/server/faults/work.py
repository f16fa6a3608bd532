"""What the processes do that are killed; `start.py` calls it once Django is up."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from tieout.server.accounts.models import User
from tieout.server.accounts.services import create_user, made_up_password
from tieout.server.audit.models import AuditEntry
from tieout.server.audit.queries import verify
from tieout.server.audit.services import record
from tieout.server.cases.models import Case, Decision, Run
from tieout.server.jobs.models import Job
from tieout.server.jobs.progress import Progress
from tieout.server.jobs.registry import Result, handler
from tieout.server.jobs.services import enqueue
from tieout.server.jobs.worker import work, work_off

LEASE_SECONDS = 2
STUCK_SECONDS = 600


def mark(name: str) -> None:
    """Tell whoever waits for this file where the process is."""
    (Path(settings.WORKSPACE) / name).write_text("here", encoding="utf-8")


def make_user(job: Job, result: Result) -> None:
    """A user, once. The first worker gets stuck after it, before the transaction ends."""
    create_user(f"made-by-{job.pk}", password=None)
    if job.arguments.get("stuck") == "effect" and job.attempts == 1:
        mark("in-effect")
        time.sleep(STUCK_SECONDS)


@handler("make", effect=make_user)
def make(job: Job, progress: Progress) -> Result:
    """The first worker gets stuck in the middle; those after it do not."""
    progress(0.5, "in the middle")
    if job.arguments.get("stuck") == "run" and job.attempts == 1:
        mark("in-run")
        time.sleep(STUCK_SECONDS)
    return {"attempt": job.attempts}


def ask(stuck: str) -> None:
    """Ask for a job that gets stuck somewhere the first time."""
    enqueue("make", {"stuck": stuck}, actor=None, idempotency_key="one")


def stay() -> None:
    """Work until killed."""
    work(stop=threading.Event(), poll_seconds=0.05, lease_seconds=LEASE_SECONDS)


def finish() -> None:
    """Work until the job has ended."""
    while Job.objects.filter(state__in=["queued", "running"]).exists():
        work_off(lease_seconds=LEASE_SECONDS)
        time.sleep(0.05)


def decide() -> None:
    """Change something and record it, over and over, in transactions; each stops in its middle."""
    for number in range(100_000):
        with transaction.atomic():
            user = User.objects.create(username=f"user-{number}")
            record(actor=None, action="user.created", target=("user", user.pk))
            if number == 20:
                mark("deciding")
            time.sleep(0.002)


def people() -> None:
    """Let somebody in who prepares, and print the password."""
    password = made_up_password()
    create_user("ann", password=password, roles=["preparer", "reviewer"])
    sys.stdout.write(json.dumps(password))


def run(left: str, right: str) -> None:
    """Ask for a reconciliation."""
    enqueue("reconcile", {"left": left, "right": right}, actor=None, idempotency_key="run")


def cases() -> None:
    """Print what the queue holds and what was decided."""
    answer = {
        "cases": list(Case.objects.order_by("pk").values_list("pk", flat=True)),
        "runs": Run.objects.count(),
        "registered": AuditEntry.objects.filter(action="run.registered").count(),
        "decided": list(Decision.objects.values_list("case_id", flat=True)),
        "noted": list(
            AuditEntry.objects.filter(action="case.decided").values_list("target_id", flat=True)
        ),
    }
    sys.stdout.write(json.dumps(answer))


def state() -> None:
    """Print what is there."""
    verdict = verify()
    answer: dict[str, Any] = {
        "whole": verdict.whole,
        "entries": verdict.entries,
        "jobs": list(Job.objects.values("state", "attempts", "result")),
        "users": User.objects.count(),
        "created": AuditEntry.objects.filter(action="user.created").count(),
        "done": AuditEntry.objects.filter(action="job.done").count(),
    }
    sys.stdout.write(json.dumps(answer))


ACTIONS: dict[str, Any] = {
    "ask": ask, "stay": stay, "finish": finish, "decide": decide, "state": state,
    "people": people, "run": run, "cases": cases,
}  # fmt: skip
