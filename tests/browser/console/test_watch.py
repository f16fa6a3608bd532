"""The live page: it follows a stream by itself, and people act on what it shows."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import faults
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
SPEC = """
monitor: cards
source: {kind: file, path: PATH, speed: 1800, batch: 500}
input: {dimensions: [acquirer]}
"""


@pytest.fixture
def followed(served: Any) -> Iterator[Path]:
    """A stream of ten hours, of which thirty minutes go by in a second; it breaks after two."""
    generator = np.random.default_rng(3)
    lines = ["timestamp,status,acquirer,count"]
    for minute in range(600):
        at = f"2026-03-02T{minute // 60:02d}:{minute % 60:02d}"
        for acquirer in ("A1", "A2"):
            denied = generator.poisson(25 if acquirer == "A2" and minute >= 120 else 3)
            lines.append(f"{at},approved,{acquirer},{generator.poisson(60)}")
            lines.append(f"{at},denied,{acquirer},{denied}")
    stream = served.workspace / "stream.csv"
    stream.write_text("\n".join(lines) + "\n")
    spec = served.workspace / "cards.yaml"
    spec.write_text(SPEC.replace("PATH", str(stream)))
    command = [sys.executable, "-m", "tieout", "monitor", "run", str(spec)]
    process = subprocess.Popen(
        [*command, "--workspace", str(served.workspace)], stdout=subprocess.DEVNULL
    )
    try:
        yield stream
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_the_page_follows_a_stream_and_takes_what_people_do(
    followed: Path, log_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = log_in("ann")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto("/watch/")
    while not page.locator("#watch").count():
        page.wait_for_timeout(300)
        page.goto("/watch/")
    expect(page.locator("#watch")).to_have_attribute("data-live", "socket")
    first = page.locator("#watch-chart").get_attribute("data-minute")
    badge = page.locator('[data-metric="denied_rate"]')
    # No reload: the badge changes where it stands, as soon as the alert is there.
    expect(badge).to_have_attribute("data-state", "firing", timeout=60_000)
    expect(page.locator("[data-alert]").first).to_be_visible(timeout=2_000)
    assert page.locator("#watch-chart").get_attribute("data-minute") != first
    expect(page.locator("#part-impact")).to_contain_text("acquirer=A2")
    chart = page.locator("#watch-chart")
    expect(badge).to_have_attribute("aria-pressed", "true")
    badge.click()
    expect(badge).to_have_attribute("aria-pressed", "false")
    assert "denied_rate" not in (chart.get_attribute("data-lines") or "")
    badge.click()
    expect(chart).to_have_attribute("data-lines", re.compile("denied_rate"))
    assert not (found := faults(page)), "\n".join(found)
    page.set_viewport_size({"width": 390, "height": 900})
    button = page.get_by_role("button", name="Acknowledge").first
    assert button.evaluate("(each) => each.getBoundingClientRect().right") <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=tmp_path / "watch.png", full_page=True)
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.locator("#part-open")).to_contain_text("ann has it until")
    assert problems == []
