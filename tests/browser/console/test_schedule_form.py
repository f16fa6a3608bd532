"""A schedule is filled in with fields of its job, by keyboard, on a phone and without scripts."""

from collections.abc import Callable

import pytest
from pages import faults
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


def test_an_admin_fills_in_a_schedule_by_keyboard(log_in: LogIn) -> None:
    page = log_in("eve")
    page.goto("/schedules/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Payments of the night")
    page.keyboard.press("Tab")
    page.keyboard.type("Find")
    expect(page.get_by_role("textbox", name="File", exact=True)).to_be_visible()
    assert page.locator("fieldset:visible").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.type("in/payments.csv")
    page.keyboard.press("Tab")
    page.keyboard.type("Payments")
    page.get_by_label("Times", exact=True).fill("30 7 * * 1-5")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert faults(page) == []
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="Payments of the night")
    expect(row).to_contain_text("07:30 on Monday to Friday")
    expect(row).to_contain_text("payments.csv")
    assert faults(page) == []


def test_what_is_missing_is_said_at_its_field_on_a_phone(log_in: LogIn) -> None:
    page = log_in("eve", width=390)
    page.goto("/schedules/new/")
    page.get_by_label("Name").fill("Bank and ledger")
    page.get_by_label("Job", exact=True).select_option("reconcile")
    page.get_by_label("Left file").fill("in/bank.csv")
    page.get_by_label("Times", exact=True).fill("0 3 * * *")
    page.get_by_role("button", name="Save").click()
    field = page.locator(".field").filter(has=page.get_by_label("Right file"))
    expect(field.get_by_role("alert")).to_have_text("This field is required.")
    expect(page.get_by_label("Left file")).to_have_value("in/bank.csv")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []


def test_without_scripts_the_fields_of_all_jobs_are_there(log_in: LogIn) -> None:
    page = log_in("eve", scripts=False)
    page.goto("/schedules/new/")
    assert page.locator("fieldset:visible").count() == page.locator("fieldset").count() > 10
