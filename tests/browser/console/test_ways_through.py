"""The main ways through the console, as people go them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
Books = Callable[[int], tuple[str, str]]


def keys_of(page: Page) -> list[str]:
    return page.locator("a.case-link").all_inner_texts()


def test_from_two_files_to_a_decision_in_the_audit_log(
    log_in: LogIn, books: Books, tmp_path: Path
) -> None:
    left, right = books(3)
    (tmp_path / "march-bank.csv").write_text(left)
    (tmp_path / "march-ledger.csv").write_text(right)
    page = log_in("ann")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/new/")
    page.set_input_files("#left", tmp_path / "march-bank.csv")
    page.set_input_files("#right", tmp_path / "march-ledger.csv")
    page.get_by_role("button", name="Continue").click()
    pairing = page.locator("#pairing")
    expect(pairing.locator('select[name="left-0-key"]')).to_have_value("reference")
    expect(pairing.locator('select[name="right-0-key"]')).to_have_value("doc")
    expect(pairing.locator('select[name="right-1-amount"]')).to_have_value("value")
    expect(pairing).to_contain_text("2026-03-")
    # A name of this try alone: runs of one name are history for each other.
    page.fill("#name", f"march-{tmp_path.name}")
    pairing.get_by_role("button", name="Run").click()
    page.get_by_role("link", name="To the queue").click(timeout=60_000)
    page.locator("a.case-link").first.wait_for()
    titles = keys_of(page)
    assert len(titles) >= 10
    assert all("INV-3" in title for title in titles)

    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = titles[1]
    expect(page.locator("tr.current a.case-link")).to_have_text(chosen)
    number = page.locator("tr.current").get_attribute("data-case")
    page.keyboard.press("v")
    expect(page.locator("#undo")).to_contain_text("1 case: valid")
    assert chosen not in keys_of(page)

    page.goto(f"/audit/?q={number}")
    entry = page.locator("tbody tr", has=page.get_by_title("case.decided")).first
    expect(entry).to_contain_text("ann")
    expect(entry).to_contain_text("valid")


def test_a_pairing_is_corrected_before_it_runs(log_in: LogIn, books: Books, tmp_path: Path) -> None:
    left, right = books(4)
    (tmp_path / "april-bank.csv").write_text(left)
    (tmp_path / "april-ledger.csv").write_text(right)
    page = log_in("ann")
    page.goto("/new/")
    page.set_input_files("#left", tmp_path / "april-bank.csv")
    page.set_input_files("#right", tmp_path / "april-ledger.csv")
    page.get_by_role("button", name="Continue").click()
    page.select_option('select[name="left-3-date"]', "")
    page.select_option('select[name="right-3-date"]', "")
    page.fill("#name", "april")
    page.locator("#pairing").get_by_role("button", name="Run").click()
    page.get_by_role("link", name="The run").click(timeout=60_000)
    spec = page.request.get(f"{page.url}files/spec.yaml").text()
    assert "reconciliation: april" in spec
    assert "date:" not in spec


def test_files_that_cannot_be_paired_say_why(log_in: LogIn, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,town\nann,Bonn\nbob,Rome\n")
    (tmp_path / "b.csv").write_text("name,town\nann,Bonn\nbob,Rome\n")
    page = log_in("ann")
    page.goto("/new/")
    page.set_input_files("#left", tmp_path / "a.csv")
    page.set_input_files("#right", tmp_path / "b.csv")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("no column reads as an amount")


def test_a_decision_is_taken_back_by_its_key(log_in: LogIn) -> None:
    page = log_in("ann")
    page.goto("/?source=bank_vs_ledger&sort=title")
    before = keys_of(page)
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator("#undo")).to_be_visible()
    assert keys_of(page) != before
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    assert keys_of(page) == before


def test_several_cases_are_decided_in_one_go(log_in: LogIn) -> None:
    page = log_in("ann")
    page.goto("/?source=transactions.csv&sort=title")
    chosen = keys_of(page)[:3]
    for _ in chosen:
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    page.keyboard.press("t")
    expect(page.locator("#undo")).to_contain_text("3 cases: timing")
    assert set(chosen).isdisjoint(keys_of(page))
    page.keyboard.press("u")
    expect(page.locator("#undo")).to_have_count(0)


def test_a_case_shows_its_proof_and_is_decided_by_key(log_in: LogIn) -> None:
    page = log_in("ben")
    page.goto("/?source=bank_vs_ledger&bucket=transposition")
    page.locator("a.case-link").first.click()
    expect(page.locator(".equation")).to_contain_text("right")
    marked = page.locator(".records mark")
    expect(marked).to_have_count(2)
    expect(page.locator("#evidence canvas")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("asked the bank")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator("#timeline")).to_contain_text("asked the bank")
    name = f"mail-{'x' * 180}.txt"
    page.set_input_files(
        'input[name="file"]', {"name": name, "mimeType": "text/plain", "buffer": b"ok"}
    )
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    address = page.url.split("#")[0]
    page.keyboard.press("a")
    expect(page.locator(".case-state").first).to_have_text("Assigned")
    page.keyboard.press("e")
    expect(page.locator("#undo")).to_contain_text("escalate")
    page.goto(address)
    expect(page.locator(".case-state").first).to_have_text("Escalated")


def test_a_critical_case_is_closed_by_two(log_in: LogIn) -> None:
    ann, bob = log_in("ann"), log_in("bob")
    ann.goto("/?q=Approvals+fell&tab=new")
    ann.locator("a.case-link").first.click()
    ann.wait_for_url("**/cases/**")
    address = ann.url
    ann.keyboard.press("r")
    expect(ann.locator("#undo")).to_contain_text("to be confirmed by a second person")
    ann.goto(address)
    expect(ann.get_by_role("button", name="Confirm")).to_have_count(0)
    bob.goto(address)
    bob.get_by_role("button", name="Confirm").click()
    expect(bob.locator("#case .case-state").first).to_have_text("Resolved")


def test_two_people_see_each_others_changes_live(log_in: LogIn) -> None:
    ann, ben = log_in("ann"), log_in("ben")
    for page in (ann, ben):
        page.goto("/?source=transactions.csv&sort=title")
    order = keys_of(ben)
    row = ben.locator("tbody tr").nth(1)
    number = row.get_attribute("data-case")
    count = int(ben.locator('[data-count="new"]').inner_text())
    ann.locator(f'tr[data-case="{number}"] input[name="case"]').check()
    ann.get_by_role("button", name="Resolved").click()
    expect(row).to_have_class(re.compile("gone"), timeout=15_000)
    expect(row.locator("[data-state]")).to_have_text("Resolved")
    expect(ben.locator('[data-count="new"]')).to_have_text(str(count - 1))
    expect(ben.locator("#news")).to_contain_text("1 moved on by somebody else")
    assert keys_of(ben) == order


def test_whoever_has_a_case_open_is_told_that_it_changed(log_in: LogIn) -> None:
    ann, ben = log_in("ann"), log_in("ben")
    ann.goto("/?source=transactions.csv&sort=title")
    ann.locator("a.case-link").last.click()
    ben.goto(ann.url)
    ben.keyboard.press("a")
    expect(ben.locator("#case .case-state").first).to_have_text("Assigned")
    expect(ann.locator("#news")).to_contain_text("Somebody changed this case", timeout=15_000)
    ann.keyboard.press("v")
    expect(ann.get_by_role("alert")).to_contain_text("somebody changed the case")


def test_the_queue_works_without_scripts(log_in: LogIn) -> None:
    page = log_in("ben", scripts=False)
    page.goto("/?source=transactions.csv&sort=title")
    first = keys_of(page)[0]
    page.locator("tbody input").first.check()
    page.get_by_role("button", name="Timing").click()
    expect(page.locator("#undo")).to_be_visible()
    assert first not in keys_of(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").first).to_contain_text("Taken back")
    assert first in keys_of(page)


def test_a_view_is_saved_and_shared(log_in: LogIn) -> None:
    ann, bob = log_in("ann"), log_in("bob")
    ann.goto("/?bucket=transposition&due=soon")
    ann.get_by_text("Save this view").click()
    ann.fill("#view-name", "Swapped digits")
    ann.get_by_text("Share with everybody").click()
    ann.get_by_role("button", name="Save", exact=True).click()
    bob.goto("/")
    bob.get_by_role("link", name="Swapped digits · ann").click()
    expect(bob).to_have_url(re.compile("bucket=transposition"))


def test_the_slider_tells_what_a_threshold_finds(log_in: LogIn) -> None:
    page = log_in("bob")
    page.goto("/tuning/")
    page.wait_for_function("document.getElementById('curve').dataset.drawn")
    flagged, recall = page.locator("#flagged"), page.locator("#recall")
    slider = page.locator("#threshold")
    slider.fill(slider.get_attribute("max") or "1")
    expect(flagged).to_have_text("1,500")
    expect(recall).to_have_text("100.0 %")
    page.get_by_text("Detectors", exact=True).first.click()
    slider.fill("0")
    expect(flagged).to_have_text("0")
    page.get_by_role("button", name="Least cost").click()
    expect(flagged).not_to_have_text("0")


def test_the_audit_log_is_verified_by_a_button(log_in: LogIn) -> None:
    page = log_in("dan")
    page.goto("/audit/")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_role("status")).to_contain_text("Whole:")


def test_roles_see_only_what_they_may(log_in: LogIn) -> None:
    dan, eve = log_in("dan"), log_in("eve")
    for page in (dan, eve):
        expect(page.locator("#bulk-bar")).to_have_count(0)
        expect(page.get_by_role("link", name="New run")).to_have_count(0)
        page.locator("a.case-link").first.click()
        expect(page.get_by_role("heading", name="Decide", exact=True)).to_have_count(0)
    expect(dan.get_by_role("link", name="People")).to_have_count(0)
    answer = dan.goto("/people/")
    assert answer is not None
    assert answer.status == 403
    expect(dan.get_by_role("heading", name="You may not see this")).to_be_visible()


def test_an_administrator_lets_somebody_in_and_makes_a_token(log_in: LogIn) -> None:
    page = log_in("eve")
    page.goto("/people/")
    page.fill("#username", "zoe")
    page.fill("#password", "a-long-enough-secret")
    page.locator("form[action$='/people/add/']").get_by_text("preparer").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("table").first).to_contain_text("zoe")
    page.select_option("#token-user", "zoe")
    page.fill("#token-name", "nightly")
    page.get_by_role("button", name="Make").click()
    expect(page.locator("code")).to_contain_text("tieout_")
    page.reload()
    expect(page.locator("code")).to_have_count(0)


def test_the_keys_are_told_when_asked(log_in: LogIn) -> None:
    page = log_in("ann")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next and previous row")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
