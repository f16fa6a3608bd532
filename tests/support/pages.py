"""Pages in a browser: what is wrong with them for some, and when they are complete."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def faults(page: Page) -> list[str]:
    """What is wrong with a page for people who see or move otherwise."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
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
