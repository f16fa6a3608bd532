"""A workspace with runs and people, served by a real `tieout serve`, and people logged in to it."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import outside_variables, sqlite_with_tables
from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "correct-horse-battery"
LEFT = "date,reference,amount,currency\n"
RIGHT = "posted,doc,value,ccy\n"
# Two runs of one name, a detection with labels, an alert, and a person in every role.
PREPARE = """
import sys
from pathlib import Path
from tieout.server.boot import boot
workspace = boot(Path(sys.argv[1]))
from tieout.pipeline.detection.job import DetectJob, detect
from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.server.accounts.services import create_user
from tieout.server.cases.registering import register_run
from tieout.server.cases.services import open_case
for name, role in (("ann", "preparer"), ("ben", "preparer"), ("bob", "reviewer"),
                   ("cat", "approver"), ("dan", "auditor"), ("eve", "admin")):
    create_user(name, password=sys.argv[2], roles=[role])
data = workspace / "data"
for month in ("january", "february"):
    made = reconcile(ReconcileJob(left=str(data / f"{month}-bank.csv"),
        right=str(data / f"{month}-ledger.csv"), spec=data / "spec.yaml", workspace=workspace))
    register_run(made.out)
made = detect(DetectJob(file=str(data / "transactions.csv"), profile="payments",
    labels=str(data / "labels.parquet"), workspace=workspace))
register_run(made.out)
open_case("alert", "episode-1", "Approvals fell to 61 %", actor=None, severity="critical",
    summary="61 % of 4,102 in 15 minutes; 92 % is usual", source="approvals")
(workspace / "resolve.yaml").write_text(sys.argv[3])
from tieout.server.cases.models import Case
from tieout.server.resolutions import autonomy, services
from tieout.server.resolutions.models import Proposal, StoredLesson
from tieout.server.accounts.models import User
for number in range(4):
    case = open_case("other", f"fee-{number}", f"Fee of INV-{number}", actor=None,
        source="bank_vs_ledger", bucket="fee_or_tax", difference_minor=-290, amount_minor=9710,
        currency="EUR", summary="right 100.00 - left 97.10 = 2.90")
    made = services.propose_for(case)
    if number == 0:
        cat = User.objects.get(username="cat")
        services.approve(made.pk, seen_hash=made.content_hash, actor=cat)
    if number == 1:
        Proposal.objects.filter(pk=made.pk).update(way="run", state="done",
            way_reason="wrong 0 of 45 times: at most 8.6%", decided_at=made.created_at)
autonomy.stop("to see how it looks", actor=cat)
autonomy.resume("", actor=cat)
StoredLesson.objects.create(kind="threshold", subject="payments", labels=30, held_out=10,
    measure="cost spared by each held-out finding", before=0.0, after=0.7, used=True,
    why="flagged from 0.900 on instead of 0.000", decisions=30)
"""
RESOLVE = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
autonomy:
  enabled: true
  rules: [{bucket: fee_or_tax, level: auto, amount_max: 50, daily_amount_max: 100}]
"""
SPEC = """
reconciliation: bank_vs_ledger
left: {name: bank, key: [reference], amount: amount, currency: currency, date: date}
right: {name: ledger, key: [doc], amount: value, currency: ccy, date: posted}
"""


@dataclass(frozen=True)
class Served:
    """Where the console answers, and the folder that it serves."""

    address: str
    workspace: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process for all tests of pages."""
    workspace = tmp_path_factory.mktemp("served")
    write_data(workspace / "data")
    kept = outside_variables()
    sqlite_with_tables(tmp_path_factory, workspace)
    command = [sys.executable, "-c", PREPARE, str(workspace), PASSWORD, RESOLVE]
    subprocess.run(command, check=True, env=kept, capture_output=True)
    port = free_port()
    serve = "from tieout.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", serve, "serve", "--port", str(port), "--workspace", str(workspace)],
        env=kept,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/login/")
        yield Served(address, workspace)
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def sessions(served: Served, browser: Browser) -> Callable[[str], Any]:
    """The cookies of a person, who logs in once."""
    known: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in known:
            context = browser.new_context(base_url=served.address)
            page = context.new_page()
            page.goto("/login/?next=/")
            page.fill("input[name=login]", name)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_selector("#queue")
            known[name] = context.storage_state()
            context.close()
        return known[name]

    return of


@pytest.fixture
def log_in(
    served: Served, browser: Browser, sessions: Callable[[str], Any]
) -> Iterator[Callable[..., Page]]:
    """Opens a browser of its own for a person: log_in("ann", theme="dark", width=390)."""
    with ExitStack() as stack:

        def open_for(
            name: str, *, theme: Any = "light", width: int = 1360, scripts: bool = True
        ) -> Page:
            context: BrowserContext = browser.new_context(
                base_url=served.address,
                color_scheme=theme,
                viewport={"width": width, "height": 900},
                java_script_enabled=scripts,
                storage_state=sessions(name),
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.goto("/")
            return page

        yield open_for


def write_data(folder: Path) -> None:
    """Two months of a bank and a ledger that differ in a few rows, and labelled payments."""
    from tieout.practice.payments.generate import generate_payments

    folder.mkdir()
    (folder / "spec.yaml").write_text(SPEC)
    for month, number in (("january", 1), ("february", 2)):
        left, right = books_of(number)
        (folder / f"{month}-bank.csv").write_text(left)
        (folder / f"{month}-ledger.csv").write_text(right)
    generate_payments(rows=1500, seed=3, out=folder)


@pytest.fixture
def books() -> Callable[[int], tuple[str, str]]:
    """CSV of a bank and of a ledger in a month."""
    return books_of


def books_of(month: int, rows: int = 60) -> tuple[str, str]:
    """CSV of a bank and of a ledger: fees, missing rows, swapped digits and one feed that ends."""
    left, right = [LEFT], [RIGHT]
    for number in range(1, rows + 1):
        day = f"2026-{month:02d}-{number % 27 + 1:02d}"
        key, cents = f"INV-{month}{number:04d}", 10_000 + number * 137
        booked = cents
        if number % 10 == 0:
            booked = cents - 290
        if number % 17 == 0:
            booked = cents * 10
        left.append(f"{day},{key},{cents / 100:.2f},EUR\n")
        if number % 13:
            right.append(f"{day},{key},{booked / 100:.2f},EUR\n")
    return "".join(left), "".join(right)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, seconds: float = 60) -> None:
    """Until a server answers."""
    last = time.monotonic() + seconds
    while not answers(address):
        if time.monotonic() > last:
            raise TimeoutError(address)
        time.sleep(0.2)


def answers(address: str) -> bool:
    """Whether somebody answers there."""
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - loopback
    except OSError:
        return False
    return True
