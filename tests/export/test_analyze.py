"""An analysis as a page, as summaries and in a terminal."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from tieout.explain.summaries import incident_facts
from tieout.export.analyze_report import analyze_page, write_analyze_report
from tieout.export.analyze_run import AnalyzeReport
from tieout.export.analyze_summaries import advice, sentences, summaries_text, write_summaries
from tieout.export.analyze_terminal import print_analysis
from tieout.export.explain_summaries import Summary, incident_summary
from tieout.export.run_report import Choice, SideFacts
from tieout.model.errors import InputError
from tieout.model.facts import Reject

Make = Callable[..., AnalyzeReport]
MONEY = pl.Decimal(38, 2)
REASON = "Spike: 100.00 against -1.00 to 2.00 in the last 20 breaks of this key"


class Words(HTMLParser):
    """The text of a page, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.loaded: list[str] = []

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect addresses that a browser would fetch."""
        self.loaded += [value or "" for name, value in attrs if name == "src"]
        if tag in {"script", "link", "iframe"}:
            self.loaded.append(tag)


def words_of(page: str) -> str:
    """What a reader sees."""
    parser = Words()
    parser.feed(page)
    assert parser.loaded == []
    return " ".join(" ".join(parser.text).split())


def break_of(number: int, **fields: Any) -> dict[str, Any]:
    """A break out of pattern."""
    plain = {
        "break_id": f"b{number:03d}",
        "left_rows": [number],
        "right_rows": [],
        "key": f"Desk {number}",
        "amount_left": Decimal("120.00"),
        "amount_right": Decimal("20.00"),
        "difference": Decimal("100.00"),
        "currency": "EUR",
        "date_left": date(2025, 1, 31),
        "date_right": date(2025, 1, 31),
        "age_days": 0,
        "bucket": "unknown",
        "bucket_confidence": 0.3,
        "evidence": "left 120.00 - right 20.00 = 100.00; no form of difference fits",
        "candidates": [],
        "score": 0.9,
        "p_value": 1e-7,
        "anomalous": True,
        "reasons": [REASON],
        "incident_id": f"I{number}",
        "severity": "high",
        "resolution": "Look at both records; no rule explains the difference.",
        "category": "spike",
    }
    return {**plain, **fields}


def incident_of(number: int, **fields: Any) -> dict[str, Any]:
    """An incident of one break."""
    plain = {
        "incident_id": f"I{number}",
        "headline": f"Spike: 1 break where Desk=Desk {number}; 100.00 EUR",
        "condition": f"Desk=Desk {number}",
        "window": "",
        "findings": 1,
        "amounts": "100.00 EUR",
        "failure_rate": None,
        "first_seen": date(2025, 1, 31),
        "last_seen": date(2025, 1, 31),
        "trend": "new",
        "severity": "high",
        "bucket": "spike",
    }
    return {**plain, **fields}


def told(incidents: pl.DataFrame, breaks: pl.DataFrame) -> tuple[Summary, ...]:
    """The first 50 in words."""
    return tuple(
        incident_summary(
            incident_facts(
                row,
                breaks.filter(incident_id=row["incident_id"]).with_columns(
                    bucket=pl.lit(row["bucket"]), evidence=pl.col("reasons").list.first()
                ),
                of_bucket=breaks.height,
                next_step=advice(row["bucket"]),
                by_day=True,
            )
        )
        for row in incidents.head(50).iter_rows(named=True)
    )


@pytest.fixture
def make() -> Make:
    """A report of some breaks and incidents."""

    def carry_out(
        breaks: list[dict[str, Any]], incidents: list[dict[str, Any]] | None = None, **fields: Any
    ) -> AnalyzeReport:
        schema = {
            **dict.fromkeys(("amount_left", "amount_right", "difference"), MONEY),
            "left_rows": pl.List(pl.Int64),
            "right_rows": pl.List(pl.Int64),
            "candidates": pl.List(pl.String),
            "reasons": pl.List(pl.String),
        }
        frame = pl.DataFrame(breaks or [break_of(1)], schema_overrides=schema)
        listed = pl.DataFrame(incidents or [incident_of(1)])
        listed = listed if incidents else listed.clear()
        plain: dict[str, Any] = {
            "title": "gl_vs_hub: breaks against their history",
            "run_id": "run-1",
            "created_at": "2025-02-01T06:00:00Z",
            "inputs": (
                SideFacts("breaks", "found.csv", "9f2c", 10, 8, 2, 0),
                SideFacts("history", "found.csv", "9f2c", 90, 70, 20, 0),
            ),
            "breaks": frame if breaks else frame.clear(),
            "incidents": listed,
            "summaries": told(listed, frame),
            "judged_by": "the past of their keys, 20 breaks of history",
            "table": (("Difference", "below 1 x usual"), ("in pattern", "low")),
        }
        return AnalyzeReport(**(plain | fields))

    return carry_out


def test_the_page_says_what_is_odd_and_why(make: Make) -> None:
    report = make([break_of(1), break_of(2, anomalous=False, severity="low")], [incident_of(1)])
    text = words_of(analyze_page(report))
    assert "1 of 2 breaks is out of pattern. What breaks share makes 1 incident." in text
    assert "Judged by the past of their keys, 20 breaks of history." in text
    assert "Spike: 100.00 against -1.00 to 2.00" in text
    assert "Spike: 1 break where Desk=Desk 1; 100.00 EUR" in text
    assert "1e-07" in text
    assert "1 more break in breaks.csv" in text


def test_a_quiet_run_says_so(make: Make) -> None:
    text = words_of(analyze_page(make([break_of(1, anomalous=False)])))
    assert "None of 1 break is out of pattern." in text
    assert "None: every break is like what was before it." in text
    assert "Out of pattern 0" in text


def test_a_run_without_breaks_is_a_page_too(make: Make) -> None:
    text = words_of(analyze_page(make([])))
    assert "None of 0 breaks is out of pattern." in text


def test_the_page_shows_where_rows_went_and_how_severity_is_decided(make: Make) -> None:
    text = words_of(analyze_page(make([break_of(1)], [incident_of(1)])))
    assert "history 90 70 20 0" in text
    assert "below 1 x usual" in text


def test_rejects_and_doubts_are_shown(make: Make) -> None:
    report = make(
        [break_of(1)],
        rejects=(Reject("found.csv", 7, "GL", "n/a", "an amount"),),
        rows_rejected=3,
        choices=(Choice("key", "Desk", "It comes again.", is_certain=False),),
    )
    text = words_of(analyze_page(report))
    assert "3 rejected rows" in text
    assert "check this" in text
    assert "3 rows could not be read." in text


def test_values_are_escaped(make: Make) -> None:
    evil = "<img src=x onerror=alert(1)>"
    report = make([break_of(1, key=evil, reasons=[evil])], [incident_of(1, headline=evil)])
    page = analyze_page(report)
    assert evil not in page
    assert "&lt;img" in page
    assert words_of(page)


def test_the_same_run_is_the_same_page(make: Make, tmp_path: Path) -> None:
    report = make([break_of(1)], [incident_of(1)])
    write_analyze_report(report, tmp_path / "a.html")
    write_analyze_report(report, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    with pytest.raises(InputError):
        write_analyze_report(report, tmp_path / "no" / "a.html")


def test_many_are_shown_in_part(make: Make) -> None:
    breaks = [break_of(n, key=f"Desk-{n:03d}") for n in range(120)]
    incidents = [incident_of(n, headline=f"Incident-{n:03d}") for n in range(120)]
    text = words_of(analyze_page(make(breaks, incidents)))
    assert text.count("Incident-") == 50
    assert "70 more incidents in incidents.csv" in text
    assert "70 more breaks in breaks.csv" in text


def test_a_summary_tells_what_how_much_since_when_why_and_what_next(make: Make) -> None:
    text = summaries_text(make([break_of(1)], [incident_of(1)]))
    for line in (
        "### I1 · Spike: 1 break where Desk=Desk 1; 100.00 EUR",
        "- **What:** Spike. Severity high.",
        "- **How much:** 100.00 EUR in 1 break.",
        "- **Since:** 2025-01-31. No earlier break had it.",
        "- **Why:** 1 of 1 break of this bucket (100 %) are where Desk=Desk 1.",
        f"- **Why:** For instance Desk 1: {REASON}",
        "- **Next:** Find the entry behind the jump first: one booking usually explains it.",
        "### Desk 1 · 100.00 EUR",
        "- **Evidence:** left 120.00 - right 20.00 = 100.00; no form of difference fits",
    ):
        assert line in text.splitlines(), line


def test_a_known_bucket_has_its_own_next_step(make: Make) -> None:
    step = "Reverse the entry and book it with the right sign."
    report = make(
        [break_of(1, bucket="sign_flip", resolution=step)], [incident_of(1, bucket="sign_flip")]
    )
    text = summaries_text(report)
    assert "The same amount with the opposite sign." in text
    assert text.count(f"- **Next:** {step}") == 2


def test_a_summary_has_neither_dates_nor_keys_that_are_not_there(make: Make) -> None:
    report = make(
        [break_of(1, key="", date_left=None, amount_left=None, amount_right=None)],
        [incident_of(1, first_seen=None, last_seen=None)],
    )
    text = summaries_text(report)
    assert "None" not in text
    assert "### no key · 100.00 EUR" in text
    assert "- **Since:** No earlier break had it." in text


def test_names_stay_text_in_markdown(make: Make, tmp_path: Path) -> None:
    evil = "a](http://x) `code` <b>\n# Heading | cell"
    report = make([break_of(1, key=evil)], [incident_of(1, headline=evil)])
    write_summaries(report, tmp_path / "summaries.md")
    text = (tmp_path / "summaries.md").read_text("utf-8")
    assert "\n# Heading" not in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "](http" not in text.replace("\\](http", "")


def test_summaries_of_many_are_cut(make: Make) -> None:
    breaks = [break_of(n) for n in range(90)]
    incidents = [incident_of(n) for n in range(90)]
    text = summaries_text(make(breaks, incidents))
    assert text.count("### I") == 50
    assert "40 more incidents in incidents.csv." in text
    assert text.count("- **Evidence:**") == 20


def test_severities_are_counted_worst_first(make: Make) -> None:
    report = make([break_of(1, severity="low"), break_of(2, severity="critical"), break_of(3)])
    assert list(report.by_severity.items()) == [("critical", 1), ("high", 1), ("low", 1)]
    assert sentences(report)[2] == "By severity: 1 critical, 1 high, 1 low."


def shown(report: AnalyzeReport, width: int = 100) -> str:
    """What a terminal shows."""
    file = io.StringIO()
    print_analysis(report, Console(file=file, width=width))
    return file.getvalue()


def test_the_terminal_shows_incidents_and_the_oddest(make: Make) -> None:
    report = make([break_of(1)], [incident_of(1)], folder="runs/x", rows_rejected=2)
    text = " ".join(shown(report).split())
    assert "1 of 1 break is out of pattern. What breaks share makes 1 incident." in text
    assert "high Spike: 1 break where Desk=Desk 1; 100.00 EUR, since 2025-01-31 (new)" in text
    assert "Desk 1 100.00 EUR" in text
    assert "2 rows could not be read: see rejects.csv." in text
    assert "Files: runs/x" in text


def test_the_terminal_obeys_nothing_in_the_data(make: Make) -> None:
    report = make([break_of(1, key="[red]x[/red]\x1b[31m")], [incident_of(1, headline="[b]y")])
    text = shown(report)
    assert "[red]x[/red]" in text
    assert "[b]y" in text
    assert "\x1b" not in text
