"""The practice workspace as people see it: somebody for each role, runs queued, jobs to do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PRACTICE_PAYMENTS: Final = 10_000
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
