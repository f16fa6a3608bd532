"""People, a small ledger and a period to close."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tieout.close.tasks.template import parse_calendar
from tieout.server.accounts.models import User
from tieout.server.closing.ledger import LedgerFile, import_ledger
from tieout.server.closing.models import LedgerImport, Period
from tieout.server.closing.services import open_period

People = Callable[..., User]
Import = Callable[..., LedgerImport]

CHART = (
    "account,name,type,opening_balance\n"
    "1000,Cash,asset,50000.00\n3000,Capital,equity,-50000.00\n"
    "4000,Revenue,revenue,0.00\n6100,Rent,expense,0.00\n"
)
HEADER = "entry_id,effective_date,posted_at,account,debit,credit,currency,description,prepared_by\n"
CALENDAR = """
calendar: small
tasks:
  - {id: post, name: Post, workday: 1, hours: 4, owner: ann, reviewer: bob}
  - {id: check, name: Check, depends_on: [post], workday: 2, hours: 4, job: validate_ledger}
  - {id: side, name: Side, depends_on: [post], workday: 2, hours: 2, owner: ann}
  - {id: lock, name: Lock, depends_on: [check, side], workday: 3, hours: 4, owner: bob}
"""


def entry(number: str, day: str, debit: str, credit: str, amount: str) -> str:
    """Two lines of a journal."""
    tail = "EUR,Words,ann"
    return (
        f"{number},{day},{day}T10:00:00,{debit},{amount},,{tail}\n"
        f"{number},{day},{day}T10:00:00,{credit},,{amount},{tail}\n"
    )


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the files of the period."""
    monkeypatch.setattr(settings, "WORKSPACE", tmp_path, raising=False)
    return tmp_path


@pytest.fixture
def ledger(db: None, tmp_path: Path) -> Import:
    """Imports lines under HEADER; the chart of accounts lies beside."""
    (tmp_path / "accounts.csv").write_text(CHART)
    count = iter(range(100))

    def load(body: str, *, actor: User | None = None) -> LedgerImport:
        path = tmp_path / f"journal{next(count)}.csv"
        path.write_text(HEADER + body)
        return import_ledger(LedgerFile(str(path)), actor=actor)

    return load


@pytest.fixture
def period(db: None) -> Period:
    """October 2026 with four tasks."""
    return open_period("2026-10", parse_calendar(CALENDAR, name="small.yaml"), actor=None)


@pytest.fixture
def ann(person: People) -> User:
    """A preparer."""
    return person("ann", "preparer")


@pytest.fixture
def bob(person: People) -> User:
    """A reviewer who also approves."""
    return person("bob", "reviewer", "approver")
