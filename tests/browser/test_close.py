"""A period from nothing to locked: two people, one late task, one balance that is decertified."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PASSWORD = "correct-horse-battery"
CALENDAR = """
calendar: small
tasks:
  - {id: post, name: Post cash, workday: 1, hours: 4, owner: ann, reviewer: bob}
  - {id: check, name: Check ledger, depends_on: [post], workday: 2, hours: 1, job: validate_ledger}
  - {id: stock, name: Count stock, depends_on: [post], workday: 2, hours: 2, owner: ann}
  - {id: review, name: Review flux, depends_on: [check, stock], workday: 3, hours: 4, owner: ann}
"""
CHART = (
    "account,account_name,type,opening_balance\n1000,Cash,asset,50000.00\n"
    "3000,Capital,equity,-50000.00\n4000,Revenue,revenue,0.00\n6100,Rent,expense,0.00\n"
)
HEADER = "entry_id,effective_date,account,debit,credit,currency,description\n"


def entry(number: str, day: str, debit: str, credit: str, amount: str) -> str:
    return (
        f"{number},{day},{debit},{amount},,EUR,Rent of the office\n"
        f"{number},{day},{credit},,{amount},EUR,Rent of the office\n"
    )


class Office:
    """A workspace with a server, and people at browsers of their own."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder, self.browser = folder, browser
        kept = {name: each for name, each in os.environ.items() if not name.startswith("TIEOUT_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = kept | {"TIEOUT_WORKSPACE": str(folder)}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def tieout(self, *words: str, text: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tieout", *words], cwd=self.folder, env=self.environment,
            input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self) -> "subprocess.Popen[bytes]":
        server = subprocess.Popen(
            [sys.executable, "-m", "tieout", "serve", "--port", str(self.port)],
            cwd=self.folder, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            if self.answers():
                return server
            assert server.poll() is None, "the server has stopped"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/login/", timeout=1):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False

    def person(self, name: str) -> Page:
        page = self.browser.new_context(viewport={"width": 1360, "height": 1000}).new_page()
        page.set_default_timeout(30_000)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{self.address}/login/")
        page.fill("[name=login]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"{self.address}/")
        return page

    def import_entry(self, number: str, day: str, amount: str) -> None:
        journal = self.folder / f"{number}.csv"
        journal.write_text(HEADER + entry(number, day, "6100", "1000", amount))
        self.tieout("close", "init", "--ledger", journal.name)

    def closing_balances(self) -> dict[str, float]:
        """As any SQLite browser shows them."""
        with sqlite3.connect(self.folder / "tieout.db") as connection:
            return dict(connection.execute("SELECT account, closing FROM closing_trial_balance"))


@pytest.fixture
def office(tmp_path: Path, browser: Browser) -> Iterator[Office]:
    """An open October with a ledger of September and October."""
    made = Office(tmp_path, browser)
    (tmp_path / "accounts.csv").write_text(CHART)
    (tmp_path / "calendar.yaml").write_text(CALENDAR)
    (tmp_path / "journal.csv").write_text(
        HEADER
        + entry("J1", "2026-09-05", "6100", "1000", "2000.00")
        + entry("J2", "2026-10-05", "6100", "1000", "4000.00")
    )
    made.tieout(
        "close", "init", "--period", "2026-10", "--ledger", "journal.csv",
        "--calendar", "calendar.yaml", "--material", "1500,20",
    )  # fmt: skip
    for name, *roles in (("ann", "preparer"), ("bob", "reviewer", "approver")):
        words = [word for role in roles for word in ("--role", role)]
        made.tieout("users", "add", name, *words, "--password-stdin", text=PASSWORD)
    server = made.serve()
    try:
        yield made
    finally:
        server.terminate()
        server.wait(timeout=30)


def set_state(page: Page, task: str, state: str) -> None:
    card = page.locator(f"#task-{task}")
    card.locator("select[name=state]").select_option(state)
    card.locator("[name=evidence]").fill("statement 10")
    card.get_by_role("button", name="Set").click()
    expect(page.locator(f"#task-{task} .tag").last).to_contain_text(
        state.replace("_", " "), ignore_case=True
    )


def prepare(page: Page, office: Office, account: str) -> None:
    page.goto(f"{office.address}/close/2026-10/balances/")
    row = page.locator(f"#balance-{account}")
    row.locator("summary").click()
    row.locator("[name=support]").select_option("bank_statement")
    row.locator("[name=reference]").fill("statement 10")
    row.get_by_role("button", name="Prepare").click()
    expect(page.locator(f"#balance-{account}")).to_contain_text("prepared by ann")


def certify(page: Page, office: Office, account: str) -> None:
    page.goto(f"{office.address}/close/2026-10/balances/")
    page.locator(f"#balance-{account}").get_by_role("button", name="Certify").click()
    expect(page.locator(f"#balance-{account}")).to_contain_text("certified by bob")


def run_until_done(page: Page, board: str, task: str) -> None:
    page.locator(f"#task-{task}").get_by_role("button", name="Run").click()
    for _ in range(120):
        if "Completed" in page.locator(f"#task-{task} .tag").last.inner_text():
            break
        time.sleep(0.5)
        page.goto(board)
    expect(page.locator(f"#task-{task}")).to_contain_text("1 entries, none held")


def see_a_delay(page: Page, board: str) -> None:
    page.goto(board)
    expect(page.locator("#task-post")).to_contain_text("late")
    before = page.locator("#close-date").inner_text()
    page.locator("#delays [name=stock]").fill("6")
    expect(page.locator("#impact")).to_contain_text("Close moves from")
    assert page.locator("#close-date").inner_text() > before
    assert page.locator("#critical-path").inner_text() == "post → stock → review"
    expect(page.locator('[data-task="stock"] rect')).to_have_class(re.compile("critical"))


def test_a_period_goes_from_nothing_to_locked(office: Office) -> None:
    ann, bob = office.person("ann"), office.person("bob")
    board = f"{office.address}/close/2026-10/"

    see_a_delay(ann, board)
    ann.goto(board)
    set_state(ann, "post", "completed")
    set_state(ann, "stock", "completed")
    run_until_done(ann, board, "check")

    for account in ("1000", "3000"):
        prepare(ann, office, account)
        certify(bob, office, account)
    office.import_entry("J3", "2026-10-20", "250.00")
    ann.goto(f"{board}balances/")
    cash = ann.locator("#balance-1000")
    expect(cash).to_contain_text("the balance changed from 44,000.00 to 43,750.00")
    prepare(ann, office, "1000")
    certify(bob, office, "1000")

    bob.goto(board)
    bob.get_by_role("button", name="Lock period").click()
    expect(bob.locator(".alert").first).to_contain_text("cannot be locked")
    ann.goto(f"{board}flux/")
    row = ann.locator("#flux-6100-prior_period")
    row.locator("[name=text]").fill("a second office from October on")
    row.get_by_role("button", name="Explain").click()
    expect(ann.locator("#flux-6100-prior_period")).to_contain_text("a second office")

    ann.goto(board)
    set_state(ann, "review", "completed")
    bob.goto(board)
    bob.locator("#task-post").get_by_role("button", name="Sign off").click()
    expect(bob.locator("#task-post")).to_contain_text("signed off by bob")
    bob.get_by_role("button", name="Lock period").click()
    expect(bob.locator("h1")).to_contain_text("locked")

    office.import_entry("J4", "2026-10-21", "9.00")
    packet = ann.context.new_page()
    packet.goto(f"{board}packet.html")
    expect(packet.locator("[role=status]")).to_contain_text("by bob")
    rows = packet.locator("table").first.locator("tbody tr").all()
    shown = {
        cells[0].inner_text(): float(cells[-1].inner_text().replace(",", ""))
        for cells in (row.locator("th, td").all() for row in rows[:-1])
    }
    assert shown == office.closing_balances()
    assert shown["1000"] == 43_750.00, "what came after the lock does not count"
    assert (office.folder / "close" / "2026-10" / "packet.pdf").read_bytes().startswith(b"%PDF")
