"""A period from nothing to locked: two people, one late task, one balance that is decertified."""

import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from databases import outside_variables, sqlite_with_tables
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PASSWORD = "correct-horse-battery"
PERIOD = "2025-10"
CALENDAR = """
calendar: small
tasks:
  - {id: post, name: Post cash, workday: 1, hours: 4, owner: ann, reviewer: bob}
  - {id: check, name: Check ledger, depends_on: [post], workday: 2, hours: 1, job: validate_ledger}
  - {id: tests, name: Test journal, depends_on: [check], workday: 2, hours: 1, job: test_journals}
  - {id: stock, name: Count stock, depends_on: [post], workday: 2, hours: 2, owner: ann}
  - {id: review, name: Review flux, depends_on: [tests, stock], workday: 3, hours: 4, owner: ann}
"""
# Balances from what is material upwards; the others of the 12 are due at the end of a quarter.
DUE = ("1000", "1100", "1500", "2000", "2100", "3100")
TO_EXPLAIN = ("2000", "3100")
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
        self.environment = outside_variables() | {"TIEOUT_WORKSPACE": str(folder)}
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

    def balances(self) -> dict[str, float]:
        """At the end of the period, as any SQLite browser counts them."""
        count = """
            SELECT account.code, account.opening + COALESCE((
                SELECT SUM(line.amount) FROM closing_journalline AS line
                JOIN closing_journalentry AS entry ON entry.id = line.entry_id
                WHERE line.account_id = account.id AND NOT entry.held
                  AND entry.effective <= '2025-10-31'), 0)
            FROM closing_account AS account
        """
        with sqlite3.connect(self.folder / "tieout.db") as connection:
            return {code: units / 100 for code, units in connection.execute(count)}


@pytest.fixture
def office(
    tmp_path: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An open October of the practice company with its 19 accounts, and two people."""
    sqlite_with_tables(tmp_path_factory, tmp_path)
    made = Office(tmp_path, browser)
    made.tieout("generate", "ledger", "--rows", "3000", "--seed", "7", "--out", "books")
    (tmp_path / "calendar.yaml").write_text(CALENDAR)
    made.tieout(
        "close", "init", "--period", PERIOD, "--ledger", "books/journal.csv",
        "--calendar", "calendar.yaml", "--material", "25000,20",
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


def prepare(page: Page, account: str, *, less: str = "", explanation: str = "") -> None:
    """On the page of balances; less: an amount that the support does not have."""
    row = page.locator(f"#balance-{account}")
    row.locator("summary").click()
    if less:
        shown = Decimal(row.locator("[name=supported]").input_value().replace(",", ""))
        row.locator("[name=supported]").fill(str(shown - Decimal(less)))
    row.locator("[name=support]").select_option("bank_statement")
    row.locator("[name=reference]").fill("statement 10")
    row.locator("[name=explanation]").fill(explanation)
    row.get_by_role("button", name="Prepare").click()
    expect(page.locator(f"#balance-{account}")).to_contain_text("prepared by ann")


def certify(page: Page, account: str) -> None:
    page.locator(f"#balance-{account}").get_by_role("button", name="Certify").click()
    expect(page.locator(f"#balance-{account}")).to_contain_text("certified by bob")


def run_until_done(page: Page, board: str, task: str, said: str) -> None:
    page.locator(f"#task-{task}").get_by_role("button", name="Run").click()
    for _ in range(120):
        if "Completed" in page.locator(f"#task-{task} .tag").last.inner_text():
            break
        time.sleep(0.5)
        page.goto(board)
    expect(page.locator(f"#task-{task}")).to_contain_text(said)


def see_a_delay(page: Page, board: str) -> None:
    """By typing days, then by dragging the bar."""
    page.goto(board)
    expect(page.locator("#task-post")).to_contain_text("late")
    before = page.locator("#close-date").inner_text()
    page.locator("#delays [name=stock]").fill("6")
    expect(page.locator("#impact")).to_contain_text("Close moves from")
    typed = page.locator("#close-date").inner_text()
    assert typed > before
    assert page.locator("#critical-path").inner_text() == "Post cash → Count stock → Review flux"
    expect(page.locator('[data-task="stock"] rect')).to_have_class(re.compile("critical"))
    page.locator("#delays [name=stock]").fill("")
    expect(page.locator("#close-date")).to_have_text(before)
    bar = page.locator('[data-task="stock"] rect')
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 400, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    expect(page.locator("#impact")).to_contain_text("Close moves from")
    assert float(page.locator("#delays [name=stock]").input_value()) > 1


def settle_the_balances(office: Office, ann: Page, bob: Page, board: str) -> None:
    """One has a difference that an approver lets stand; one is decertified by a late entry."""
    ann.goto(f"{board}balances/")
    assert ann.locator("tr[id^=balance-]").count() == 12
    for account in DUE:
        is_short = account == "2000"
        prepare(ann, account, less="100.00" if is_short else "",
                explanation="a supplier has not answered yet" if is_short else "")  # fmt: skip
    bob.goto(f"{board}balances/")
    short = bob.locator("#balance-2000")
    short.locator("[name=reason]").fill("far below what is material")
    short.get_by_role("button", name="Approve 100.00").click()
    expect(bob.locator("#balance-2000")).to_contain_text("100.00 approved by bob: far below")
    for account in DUE:
        certify(bob, account)
    office.import_entry("J3", "2025-10-20", "250.00")
    ann.goto(f"{board}balances/")
    expect(ann.locator("#balance-1000")).to_contain_text("Decertified")
    expect(ann.locator("#balance-1000")).to_contain_text("the balance changed from")
    prepare(ann, "1000")
    bob.goto(f"{board}balances/")
    certify(bob, "1000")


def explain(page: Page, board: str) -> None:
    page.goto(f"{board}flux/")
    for account in TO_EXPLAIN:
        row = page.locator(f"#flux-{account}-prior_year")
        row.locator("[name=text]").fill("the company has grown since")
        row.get_by_role("button", name="Explain").click()
        expect(page.locator(f"#flux-{account}-prior_year")).to_contain_text("has grown since")


def packet_of(page: Page, board: str) -> tuple[dict[str, float], str]:
    """Closing balances that the packet shows, and its whole text."""
    page.goto(f"{board}packet.html")
    expect(page.locator("[role=status]")).to_contain_text("by bob")
    rows = page.locator("table").first.locator("tbody tr").all()
    shown = {
        cells[0].inner_text(): float(cells[-1].inner_text().replace(",", ""))
        for cells in (row.locator("th, td").all() for row in rows[:-1])
    }
    return shown, page.locator("body").inner_text()


def test_the_practice_company_closes_a_period_from_nothing_to_locked(office: Office) -> None:
    ann, bob = office.person("ann"), office.person("bob")
    board = f"{office.address}/close/{PERIOD}/"

    see_a_delay(ann, board)
    ann.goto(board)
    set_state(ann, "post", "completed")
    set_state(ann, "stock", "completed")
    run_until_done(ann, board, "check", "entries, none held")
    run_until_done(ann, board, "tests", "listed for review")
    settle_the_balances(office, ann, bob, board)

    bob.goto(board)
    bob.get_by_role("button", name="Lock period").click()
    expect(bob.locator(".alert").first).to_contain_text("cannot be locked")
    explain(ann, board)
    ann.goto(board)
    set_state(ann, "review", "completed")
    bob.goto(board)
    bob.locator("#task-post").get_by_role("button", name="Sign off").click()
    expect(bob.locator("#task-post")).to_contain_text("signed off by bob")
    bob.get_by_role("button", name="Lock period").click()
    expect(bob.locator("h1")).to_contain_text("locked")

    office.import_entry("J4", "2025-10-21", "9.00")
    shown, text = packet_of(ann.context.new_page(), board)
    assert len(shown) == 19
    assert shown == office.balances(), "what came after the lock does not count"
    assert "5 of 5 tasks are done, 5 of them after they were due" in text
    assert "100.00 approved by bob: far below what is material" in text
    assert (office.folder / "close" / PERIOD / "packet.pdf").read_bytes().startswith(b"%PDF")
