"""Pages in a browser: what is wrong with them for some, and when they are complete."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# What another theme of the same page may break; all other rules are about what stands in it.
COLOURS = ("color-contrast", "link-in-text-block")


def faults(page: Page, *rules: str) -> list[str]:
    """What is wrong with a page for people who see or move otherwise, by all rules or by some."""
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only})
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


def settle(page: Page) -> None:
    """Wait until what is asked for after loading has come."""
    for part in page.locator("[hx-trigger=load]").all():
        part.wait_for(state="detached")
    expect(page.locator("[data-chart]:not([data-drawn])")).to_have_count(0)
