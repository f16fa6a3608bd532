"""The practice workspace as people see it: somebody for each role, runs queued, jobs to do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.pipeline.demo_jobs import PRACTICE_PERIOD

PRACTICE_MONITOR: Final = "card_payments"
_PRACTICE_ADDRESS: Final = "example.org"


@dataclass(frozen=True)
class Credential:
    """What somebody logs in with; shown once."""

    username: str
    password: str


def prepare_demo(run: Path, payments: Path) -> list[Credential]:
    """Let somebody in for each role, put the run into the queue, and ask for the other jobs.

    run: the folder of the reconciliation, whose breaks are also judged once more as those of
    another tool. payments: a file to look for anomalies in. The workspace has to be booted. People
    who are there already get a new password.
    """
    from django.db import transaction

    from tieout.server.cases.registering import register_run
    from tieout.server.jobs.services import enqueue

    people = _people()
    register_run(run)
    with transaction.atomic():
        for kind, arguments in (
            ("detect", {"file": str(payments), "profile": "payments"}),
            ("analyze", {"file": str(run / "breaks.csv")}),
        ):
            enqueue(kind, arguments, actor=None, idempotency_key=f"demo-{kind}-{run.name}")
    return people


def open_practice_period(journal: Path) -> None:
    """Import the practice journal and open the close of its last month; once for a workspace."""
    from tieout.close.tasks.template import standard_calendar
    from tieout.server.closing.ledger import LedgerFile, import_ledger
    from tieout.server.closing.models import Period
    from tieout.server.closing.services import open_period

    if Period.objects.filter(name=PRACTICE_PERIOD).exists():
        return
    open_period(PRACTICE_PERIOD, standard_calendar(), actor=None)
    import_ledger(LedgerFile(str(journal), None, {}, None), actor=None)


@contextmanager
def watched(events: Path, workspace: Path) -> Iterator[None]:
    """Let a live monitor follow the practice events beside the console, as fast as it can.

    It ends with the block; what it has judged by then stays, and it goes on the next time.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_follow, args=(events, workspace, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _follow(events: Path, workspace: Path, stop: threading.Event) -> None:
    from django.db import connections

    from tieout.monitor.spec import MonitorSpec
    from tieout.server.alerts.running import run_monitor

    spec = MonitorSpec.model_validate(
        {
            "monitor": PRACTICE_MONITOR,
            "source": {"kind": "file", "path": str(events), "speed": None},
            "input": {"dimensions": ["channel"]},
        }
    )
    try:
        run_monitor(spec, workspace, stop=stop, once=True)
    finally:
        connections.close_all()


def demo_token() -> str:
    """A token to try the API with: it reads and scores for a day, as the preparer."""
    from tieout.server.accounts.models import User
    from tieout.server.accounts.permissions import Role
    from tieout.server.accounts.services import create_token

    user = User.objects.get(username=Role.PREPARER.value)
    _, text = create_token(user, name="demo", scopes=("read", "score"), days=1, actor=None)
    return text


def _people() -> list[Credential]:
    from tieout.server.accounts.models import User
    from tieout.server.accounts.permissions import ROLES
    from tieout.server.accounts.services import create_user, made_up_password, set_password

    made = []
    for role in ROLES:
        password = made_up_password()
        user = User.objects.filter(username=role.value).first()
        if user is None:
            address = f"{role.value}@{_PRACTICE_ADDRESS}"
            create_user(role.value, password=password, roles=[role.value], email=address)
        else:
            set_password(user, password, actor=None)
        made.append(Credential(role.value, password))
    return made
