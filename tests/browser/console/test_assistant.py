"""Asking about a case in a browser: the answer comes in place, marked as the model's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from models import ModelServer, model_server
from playwright.sync_api import Page, expect
from tests.browser.console.conftest import Served

pytestmark = pytest.mark.browser
LogIn = Callable[..., Page]


@pytest.fixture
def model(served: Served) -> Iterator[ModelServer]:
    """The workspace names a played model, for a while."""
    path = served.workspace / "resolve.yaml"
    with model_server() as played:
        spec = f"{{provider: local, model: played, base_url: '{played.url}', attempts: 1}}"
        before = path.read_text()
        path.write_text(f"{before}\nassistant: {spec}\n")
        try:
            yield played
        finally:
            path.write_text(before)


def open_case(page: Page) -> None:
    page.goto("/?source=bank_vs_ledger")
    page.locator("a.case-link").first.click()
    page.locator("#assistant").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["in place", "without scripts"])
def test_a_person_asks_and_the_answer_is_marked(
    log_in: LogIn, model: ModelServer, scripts: bool
) -> None:
    def answer(content: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        return {"known": True, "sentences": [{"text": "A slip of the pen.", "cites": ["f1"]}]}

    model.answer = answer
    page = log_in("ann", scripts=scripts)
    if scripts:
        open_case(page)
    else:
        page.goto("/?source=bank_vs_ledger")
        number = page.locator("a.case-link").first.get_attribute("href") or ""
        page.goto(f"/assistant/of/{number.split('/')[2]}/")
    page.get_by_label("Ask about this case").fill(f"Why? Scripts: {scripts}")
    page.get_by_role("button", name="Ask", exact=True).click()
    if scripts:
        panel = page.locator("#assistant")
        # The first question of a process loads the library that asks.
        shown = panel.get_by_text("A slip of the pen.").first
        expect(shown).to_be_visible(timeout=60_000)
        expect(panel.get_by_text("played, asked by ann").first).to_be_visible()
        expect(page.locator(".htmx-request")).to_have_count(0)
        assert Axe().run(page).response["violations"] == []
    else:
        page.wait_for_url("**/cases/**")
    assert len(model.bodies) == 1


def test_without_a_model_the_panel_names_the_next_step(log_in: LogIn) -> None:
    page = log_in("bob")
    open_case(page)
    panel = page.locator("#assistant")
    expect(panel.get_by_text("No language model is configured.")).to_be_visible()
    panel.get_by_role("link", name="how").click()
    expect(page.get_by_text("Add this to resolve.yaml")).to_be_visible()
