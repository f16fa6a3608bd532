"""Every page of the console, in light and dark, on a desk and on a phone."""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import pytest
from pages import COLOURS, faults, settle
from playwright.sync_api import Error, Page, expect

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]
THEMES: tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...] = (
    ("light", ()), ("dark", COLOURS),
)  # fmt: skip

# name: address, or how to get there from the page before
PAGES = {
    "queue": "/",
    "mine": "/?tab=mine",
    "nothing found": "/?q=nothing-has-this-name",
    "incidents": "/incidents/",
    "runs": "/runs/",
    "new run": "/new/",
    "trends": "/trends/",
    "tuning": "/tuning/",
    "assistant": "/assistant/",
    "audit": "/audit/",
    "jobs": "/jobs/",
    "schedules": "/schedules/",
    "exports": "/exports/?what=queue&query=tab%3Dall",
    "second factor": "/account/second-factor/",
    "password": "/account/password/change/",
    "proposals": "/proposals/",
    "outbox": "/outbox/",
    "autonomy": "/autonomy/",
    "learning": "/learning/",
}


def first(page: Page, address: str, link: str) -> str:
    """The address behind the first link of a kind on a page."""
    page.goto(address)
    found = page.locator(link).first.get_attribute("href")
    assert found
    return found


def addresses(page: Page) -> dict[str, str]:
    """Every page there is, those of single things too."""
    detections = first(page, "/runs/?job=detect", "td a.fw-bold")
    run = first(page, "/runs/?job=reconcile", "td a.fw-bold")
    return {
        **PAGES,
        "case": first(page, "/?source=bank_vs_ledger", "a.case-link"),
        "transaction": first(page, "/?source=transactions.csv&tab=all", "a.case-link"),
        "run": run,
        "incident": first(page, "/incidents/?state=all", "td a.fw-bold"),
        "detection": detections,
        "breaks": f"{run}rows/",
        "rows": f"{detections}rows/",
        "trends of a detection": f"/trends/?run={detections.split('/')[2]}",
    }


def test_every_page_is_accessible_in_light_and_dark_fits_a_phone_and_makes_no_noise(
    log_in: LogIn,
) -> None:
    """Each page is opened once: its looks are changed where it stands."""
    page = log_in("ann")
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    told = []
    for name, address in addresses(page).items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        settle(page)
        for theme, rules in THEMES:
            # Colours that are still on their way to the others would be too faint.
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            told += [f"{name}, {theme}: {each}" for each in faults(page, *rules)]
        page.set_viewport_size({"width": 390, "height": 900})
        # Charts are drawn again, a moment after the page has shrunk.
        with suppress(Error):
            page.wait_for_function("document.documentElement.scrollWidth <= 390", timeout=5_000)
        width = page.evaluate("document.documentElement.scrollWidth")
        told += [f"{name}: {width} pixels wide on a phone"] if width > 390 else []
        page.set_viewport_size({"width": 1360, "height": 900})
        page.emulate_media(color_scheme="light")
    assert not told, "\n".join(told)
    assert said == []


def test_people_is_accessible_for_those_who_may_see_it(log_in: LogIn) -> None:
    page = log_in("eve")
    page.goto("/people/")
    assert not (found := faults(page)), "\n".join(found)


def test_the_login_page_is_accessible(log_in: LogIn) -> None:
    page = log_in("cat")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert faults(page) == []


def test_the_queue_fits_a_small_desk_and_a_view_is_saved_above_it(log_in: LogIn) -> None:
    page = log_in("ann", width=1280)
    page.goto("/?tab=all")
    table = page.locator("#bulk .table-responsive")
    assert table.evaluate("(each) => each.scrollWidth <= each.clientWidth")
    page.get_by_text("Save this view").click()
    on_top = """(button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2) === button;
    }"""
    form = page.locator("form.save-view")
    assert form.get_by_role("button", name="Save").evaluate(on_top)
    assert form.get_by_label("Name").evaluate(on_top)


def test_charts_are_drawn_in_the_colours_of_the_theme(log_in: LogIn) -> None:
    page = log_in("ann")
    page.goto(first(page, "/runs/?job=reconcile", "td a.fw-bold"))
    settle(page)
    assert page.locator("[data-chart] canvas").count() >= 2
    before = page.evaluate("document.querySelector('canvas').toDataURL()")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.evaluate("document.querySelector('canvas').toDataURL()") != before


def test_the_theme_that_was_chosen_stays(log_in: LogIn) -> None:
    page = log_in("ann", theme="dark")
    page.get_by_role("button", name="Theme").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "light"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "light"


def test_a_page_that_is_not_there_leads_back(log_in: LogIn) -> None:
    page = log_in("ann")
    answer = page.goto("/nothing/here/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("link", name="To the queue")).to_be_visible()


def test_the_report_of_a_run_reaches_nothing_of_the_console(log_in: LogIn) -> None:
    page = log_in("ann")
    run = first(page, "/runs/?job=reconcile", "td a.fw-bold")
    answer = page.goto(f"{run}report/")
    assert answer is not None
    assert "sandbox" in answer.headers["content-security-policy"]
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("self.origin") == "null"
