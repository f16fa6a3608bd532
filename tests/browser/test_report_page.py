import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tieout.export.report import write_report
from tieout.export.run_report import RunReport

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
# Every pair of colours in which text stands on the page.
CONTRASTS = """() => {
  const channel = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const brightness = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.startsWith("rgba(0, 0, 0, 0")) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const worst = {};
  for (const element of document.querySelectorAll("body *")) {
    if (element.tagName === "title") continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3)) continue;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [one, two] = [brightness(ink), brightness(ground(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    worst[`${ink} on ${ground(element)}`] = ratio;
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, month_end: RunReport) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(month_end, path)
    return path.as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    found = browser.new_page(viewport={"width": 1280, "height": 900})
    found.goto(address)
    yield found
    found.close()


def test_it_opens_without_a_word_on_the_console_or_a_request(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(address, wait_until="networkidle")

    assert said == []
    assert asked == [address]
    page.close()


def test_it_shows_verdict_first_and_every_main_heading(page: Page) -> None:
    assert page.title() == "Bank against ledger, March 2026 · Tieout"
    assert page.get_by_role("heading", level=1).inner_text() == "Bank against ledger, March 2026"
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[0] == "Where every row went"
    assert {"Breaks by bucket", "Ageing", "Largest breaks", "The run"} <= set(headings)
    first = page.get_by_role("status").bounding_box()
    assert first is not None
    assert first["y"] < 200


def test_its_contents_lead_to_each_section(page: Page) -> None:
    links = page.get_by_role("navigation").get_by_role("link")

    for link in links.all():
        target = link.get_attribute("href")
        assert page.locator(f"h2{target}").count() == 1


def test_its_charts_have_words_and_its_tables_have_captions(page: Page) -> None:
    charts = page.get_by_role("img").all()

    assert len(charts) == 2
    assert all("Breaks by" in (chart.get_attribute("aria-label") or "") for chart in charts)
    assert page.get_by_role("table", name="Breaks by what explains them").count() == 1


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_it_never_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_it_does_not_scroll_sideways_for_keys_and_names_without_a_space(
    browser: Browser, tmp_path: Path, month_end: RunReport
) -> None:
    import polars as pl

    long = "X" * 300
    breaks = month_end.breaks.with_columns(key=pl.lit(long), evidence=pl.lit(long))
    left = dataclasses.replace(month_end.left, name=long, file=long, sha256="f" * 64)
    write_report(dataclasses.replace(month_end, breaks=breaks, left=left), tmp_path / "report.html")

    for width in (390, 1280):
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_trillion_stands_on_one_line_within_the_page(
    browser: Browser, tmp_path: Path, month_end: RunReport, width: int
) -> None:
    import polars as pl

    trillion = pl.lit("-999999999999.99").cast(pl.Decimal(38, 2))
    breaks = month_end.breaks.head(1).with_columns(difference=trillion, amount_left=trillion)
    write_report(dataclasses.replace(month_end, breaks=breaks), tmp_path / "report.html")

    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto((tmp_path / "report.html").as_uri())

    worth = page.locator(".cards .money .amount").first
    assert worth.evaluate("amount => amount.getClientRects().length") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_on_a_phone_each_figure_stands_beside_its_name(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address)

    cell = page.locator("td[data-label='In breaks']").first
    name = cell.evaluate("cell => getComputedStyle(cell, '::before').content")

    assert name == '"In breaks"'
    page.close()


def test_numbers_line_up_on_the_right(page: Page) -> None:
    edges: list[float] = page.evaluate(
        "[...document.querySelectorAll('td[data-label=Elsewhere] .amount')]"
        ".map(cell => cell.getBoundingClientRect().right)"
    )

    assert len(edges) == 3
    assert max(edges) - min(edges) < 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_text_stands_out_from_its_ground(browser: Browser, address: str, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)

    contrasts: dict[str, float] = page.evaluate(CONTRASTS)

    # WCAG 2.2, 1.4.3: at least 4.5 to 1.
    assert len(contrasts) >= 4
    assert {pair: ratio for pair, ratio in contrasts.items() if ratio < 4.5} == {}
    page.close()


def test_dark_and_light_differ_and_paper_is_always_light(browser: Browser, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    ink = "getComputedStyle(document.body).color"
    on_screen = page.evaluate(ink)

    page.emulate_media(media="print", color_scheme="dark")

    assert on_screen == "rgb(228, 233, 239)"
    assert page.evaluate(ink) == "rgb(23, 32, 43)"
    page.close()


def test_it_prints_on_a4_pages(page: Page) -> None:
    paper = page.pdf(prefer_css_page_size=True)

    assert paper.startswith(b"%PDF")
    assert 4 <= paper.count(b"/Type /Page\n") <= 12
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper


def test_it_runs_no_script_even_if_one_got_in(
    browser: Browser, tmp_path: Path, address: str
) -> None:
    page_text = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    poisoned = page_text.replace("<main>", "<main><script>document.title = 'taken'</script>")
    (tmp_path / "poisoned.html").write_text(poisoned, encoding="utf-8")
    page = browser.new_page()

    page.goto((tmp_path / "poisoned.html").as_uri())

    assert page.title() != "taken"
    page.close()


def test_it_says_that_everything_ties_out(
    browser: Browser, tmp_path: Path, month_end: RunReport
) -> None:
    left = dataclasses.replace(
        month_end.left, rows_matched=10_000, rows_in_breaks=0, rows_rejected=0
    )
    right = dataclasses.replace(month_end.right, rows_matched=9_803, rows_in_breaks=0)
    report = dataclasses.replace(
        month_end, left=left, right=right, breaks=month_end.breaks.clear(), rejects=()
    )
    write_report(report, tmp_path / "report.html")
    page = browser.new_page()

    page.goto((tmp_path / "report.html").as_uri())

    assert "Everything ties out" in page.get_by_role("status").inner_text()
    assert page.get_by_role("heading", name="Largest breaks").count() == 0
    page.close()
