"""Proposals, what runs alone, the outbox and what was learnt, in a browser."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


def test_chosen_proposals_are_approved_in_one_go(log_in: LogIn) -> None:
    page = log_in("cat")
    page.goto("/proposals/")
    boxes = page.get_by_role("checkbox", name="for Fee of INV-")
    expect(boxes).to_have_count(2)
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Approve what is chosen").click()
    expect(page.get_by_text("Approved 2 proposals.")).to_be_visible()


def test_what_ran_alone_is_seen_undone_and_everything_stopped(log_in: LogIn) -> None:
    page = log_in("cat")
    page.goto("/autonomy/")
    scope = "bank_vs_ledger / Fee or tax / any counterparty / Journal entry"
    expect(page.get_by_text(scope).first).to_be_visible()
    expect(page.get_by_role("button", name=f"Revoke {scope}")).to_be_visible()
    expect(page.get_by_text("wrong 0 of 45 times")).to_be_visible()
    page.get_by_label("Why everything is stopped").fill("a look")
    page.get_by_role("button", name="Stop everything").click()
    expect(page.get_by_text("stopped: a look").first).to_be_visible()
    page.get_by_role("button", name="Let the policy hold again").click()
    expect(page.get_by_role("button", name="Stop everything")).to_be_visible()


def test_a_channel_is_tried_by_who_may(log_in: LogIn) -> None:
    page = log_in("cat")
    page.goto("/outbox/")
    page.get_by_role("button", name="journal", exact=True).click()
    expect(page.get_by_text("A test by journal is on its way")).to_be_visible()
    expect(page.get_by_role("cell", name="test journal").first).to_be_visible()


def test_senior_pages_are_accessible_with_all_their_buttons(log_in: LogIn) -> None:
    page = log_in("cat", theme="dark")
    told = []
    for address in ("/proposals/?state=done", "/outbox/", "/autonomy/", "/learning/"):
        page.goto(address)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        told += [f"{address} {each['id']}" for each in found.response["violations"]]
    assert told == []
