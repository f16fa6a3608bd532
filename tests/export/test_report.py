import dataclasses
import re
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from tieout.export.report import report_page, write_report
from tieout.export.run_report import Choice, CurrencyTotal, PassCount, RunReport, SideFacts
from tieout.model.errors import InputError
from tieout.model.facts import MatchKind, Reject

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m'


class Outline(HTMLParser):
    """Elements, headings, link targets and identifiers of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.headings: list[str] = []
        self.links: list[str] = []
        self.identifiers: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append(tag)
        self._open.append(tag)
        self.links += [found["href"] or ""] if "href" in found else []
        self.identifiers += [found["id"] or ""] if "id" in found else []
        assert not [name for name in found if name.startswith("on")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"h1", "h2"}:
            self.headings.append(data)


def test_it_answers_in_the_order_in_which_people_ask(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    page = report_page(make_report(make_breaks({})))

    assert Outline(page).headings == [
        "Bank against ledger",
        "Where every row went",
        "Totals by currency",
        "Breaks by bucket",
        "Ageing",
        "Breaks over time",
        "Largest breaks",
        "How it was matched",
        "How the columns were read",
        "Rejected rows",
        "The run",
    ]


def test_it_gathers_the_sections_about_breaks_into_one_when_there_are_none(
    make_report: MakeReport,
) -> None:
    outline = Outline(report_page(make_report()))

    assert outline.headings[3:5] == ["Breaks", "How it was matched"]
    assert "svg" in outline.elements


def test_it_links_only_to_its_own_sections_and_the_files_beside_it(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rejects = (Reject("bank.csv", 1, "amount", "x", "an amount"),)

    outline = Outline(report_page(make_report(make_breaks(*[{}] * 60), rejects=rejects)))

    targets = [link.removeprefix("#") for link in outline.links if link.startswith("#")]
    assert targets == outline.identifiers
    assert {link for link in outline.links if not link.startswith("#")} == {
        "breaks.csv",
        "rejects.csv",
    }


def test_it_lets_no_value_become_markup(make_breaks: MakeBreaks) -> None:
    row = {
        **dict.fromkeys(("key", "bucket", "evidence", "currency", "resolution"), HOSTILE),
        "candidates": [HOSTILE],
    }
    side = SideFacts(HOSTILE, HOSTILE, HOSTILE, 1, 0, 1, 0)
    report = RunReport(
        title=HOSTILE,
        reconciliation=HOSTILE,
        run_id=HOSTILE,
        created_at=HOSTILE,
        left=side,
        right=side,
        totals=(CurrencyTotal(HOSTILE, Decimal(1), Decimal(1), Decimal(1)),),
        passes=(PassCount(HOSTILE, MatchKind.ONE_TO_ONE, 1, 1, 1),),
        breaks=make_breaks(row),
        rejects=(Reject(HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE),),
        choices=(Choice(HOSTILE, HOSTILE, HOSTILE, is_certain=False),),
        seconds=((HOSTILE, 1.0),),
        versions=((HOSTILE, HOSTILE),),
    )

    page = report_page(report)

    outline = Outline(page)
    assert not {"script", "img", "iframe", "object", "link", "form"} & set(outline.elements)
    assert "\x1b" not in page
    assert page.count("&lt;script&gt;") >= 20


def test_it_needs_nothing_from_a_network(make_report: MakeReport, make_breaks: MakeBreaks) -> None:
    page = report_page(make_report(make_breaks({})))

    assert (
        "default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;; img-src data:" in page
    )
    assert not re.findall(r"https?://|url\(|@import|src=", page)


def test_it_gives_every_table_a_caption_and_every_chart_words(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    page = report_page(make_report(make_breaks({})))

    assert len(re.findall(r"<table[^>]*><caption>[^<]+", page)) == page.count("<table")
    for svg in re.findall(r"<svg[^>]*>", page):
        assert 'aria-hidden="true"' in svg or ('role="img"' in svg and "aria-label=" in svg)


def test_it_gives_the_same_bytes_for_the_same_run(
    tmp_path: Path, make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = [
        {"currency": currency, "bucket": bucket, "difference": str(amount)}
        for currency in ("EUR", "USD", "GBP")
        for bucket in ("timing", "rounding", "unknown")
        for amount in (1, 1, 2)
    ]
    breaks = make_breaks(*rows)
    shuffled = breaks.sample(fraction=1.0, shuffle=True, seed=7)

    write_report(make_report(breaks), tmp_path / "a.html")
    write_report(make_report(shuffled, folder="elsewhere"), tmp_path / "b.html")

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_it_stays_small_over_a_million_breaks(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    row = make_breaks({"difference": "1.00"})
    breaks = pl.concat([row] * 1_000, rechunk=True)
    breaks = pl.concat([breaks] * 1_000, rechunk=True).with_columns(
        break_id=pl.int_range(pl.len()).cast(pl.String)
    )

    page = report_page(make_report(breaks))

    assert len(page) < 150_000
    assert "1,000,000 breaks worth 1,000,000.00 EUR" in page
    assert "999,950 more breaks in " in page


def test_it_writes_the_page_of_a_file_whose_name_is_no_text(
    tmp_path: Path, make_report: MakeReport
) -> None:
    name = b"caf\xe9.csv".decode("utf-8", "surrogateescape")
    side = dataclasses.replace(make_report().left, file=name)

    write_report(make_report(left=side), tmp_path / "report.html")

    assert "caf�.csv" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_it_says_in_one_line_that_it_cannot_write(tmp_path: Path, make_report: MakeReport) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_report(make_report(), tmp_path / "nowhere" / "report.html")
