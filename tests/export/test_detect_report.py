from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from tieout.export.detect_facts import ChannelFacts, DetectReport, Quality, RuleFacts
from tieout.export.detect_report import detect_page, sentences, tone
from tieout.export.detect_summary import print_detection
from tieout.export.explain_summaries import Summary
from tieout.export.run_report import Choice
from tieout.model.facts import Reject

MakeDetection = Callable[..., DetectReport]


def cases(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "case_id": "D1", "row": 7, "amount": 12.5, "score": 0.75, "p_value": 1e-6,
        "confidence": 0.9, "severity": "high", "flagged_by": "both",
        "reasons_top3": ["12.50 is 9.1 robust sigma above the usual 1.00"],
        "triggered_rules": ["burst"], "incident_id": None,
    }  # fmt: skip
    schema: dict[str, Any] = {
        "incident_id": pl.String,
        "reasons_top3": pl.List(pl.String),
        "triggered_rules": pl.List(pl.String),
    }
    return pl.DataFrame([{**plain, **row} for row in rows] or None, schema_overrides=schema)


@pytest.fixture
def make() -> MakeDetection:
    """A report of a detection from the few fields that a test is about."""

    def report(**fields: Any) -> DetectReport:
        plain: dict[str, Any] = {
            "title": "payments.csv", "profile": "payments", "run_id": "run-1",
            "created_at": "2026-03-31T18:02:11Z", "file": "payments.csv", "sha256": "9f2c",
            "rows": 1_000, "rejected": 0, "flagged_ml": 8, "flagged_rules": 5, "flagged": 10,
            "cut": "The cut costs least.", "model": "Judged by a model learnt from 1,000 rows.",
            "channels": (ChannelFacts("peer_views", "peers", 8),), "decades": (900, 90, 10),
            "cases": cases({}), "incidents": pl.DataFrame(schema={"incident_id": pl.String}),
        }  # fmt: skip
        return DetectReport(**{**plain, **fields})

    return report


def test_it_says_how_many_rows_are_out_of_pattern_and_how_that_was_decided(
    make: MakeDetection,
) -> None:
    assert sentences(make()) == [
        "10 of 1,000 rows are out of pattern.",
        "The cut costs least.",
        "Judged by a model learnt from 1,000 rows.",
    ]
    assert sentences(make(flagged=1))[0] == "1 of 1,000 rows is out of pattern."
    assert sentences(make(flagged=0))[0] == "None of 1,000 rows is out of pattern."


def test_it_says_what_was_learnt_and_what_a_rule_warns_of(make: MakeDetection) -> None:
    found = sentences(make(learning="Used.", notes=("night holds at 300 rows.",)))
    assert found[-2:] == ["Used.", "night holds at 300 rows."]


def test_rows_that_could_not_be_read_are_told_first(make: MakeDetection) -> None:
    assert "3 rows could not be read." in sentences(make(rejected=3))[0]
    assert tone(make(rejected=3, flagged=0)) == "open"
    assert tone(make(flagged=0)) == "good"


def test_a_case_shows_its_facts_its_reasons_and_its_rules(make: MakeDetection) -> None:
    text = detect_page(make())
    assert "12.50 is 9.1 robust sigma above the usual 1.00" in text
    assert "Rules: burst" in text
    assert "0.750" in text
    assert "amount" in text


def test_only_the_first_cases_are_shown_and_where_the_others_are(make: MakeDetection) -> None:
    many = cases(*({"row": row, "case_id": f"D{row}"} for row in range(1, 41)))
    text = detect_page(make(cases=many))
    assert 'All 40 cases are in <a href="cases.csv">cases.csv</a>.' in text
    assert ">15<" in text
    assert ">16<" not in text


def test_without_cases_it_says_that_there_is_none_to_open(make: MakeDetection) -> None:
    text = detect_page(make(cases=cases({}).clear(), flagged=0))
    assert "there is no case to open" in text


def test_text_of_the_data_is_escaped(make: MakeDetection) -> None:
    text = detect_page(make(title="<script>alert(1)</script>", cases=cases({"amount": "<b>"})))
    assert "<script>" not in text
    assert "<b>" not in text


def test_rules_are_listed_by_the_rows_they_hold_for(make: MakeDetection) -> None:
    rules = (
        RuleFacts("night", "At night", "low", 3, 0.003, flags=True, lift=4.0, precision=0.5),
        RuleFacts("all", "Everything", "low", 900, 0.9, flags=False, warning="too many rows"),
    )
    text = detect_page(make(rules=rules))
    assert text.index("Everything") < text.index("At night")
    assert "too many rows" in text
    assert ">4.0<" in text


def test_the_riskiest_entities_are_shown(make: MakeDetection) -> None:
    entities = pl.DataFrame(
        {
            "entity_type": ["customer"], "entity": ["C9"], "risk": [0.75], "findings": [4],
            "last_seen": ["2026-03-30T10:00:00"], "reasons": [["four at night"]],
        }
    )  # fmt: skip
    text = detect_page(make(entities=entities))
    assert "Customer C9" in text
    assert "four at night" in text


def test_figures_by_labels_stand_beside_those_of_a_lottery(make: MakeDetection) -> None:
    quality = Quality(500, 25, 0.8123, 0.6, 0.95, 0.03)
    text = detect_page(make(quality=quality))
    assert "by 500 labels; by lot 0.05" in text
    assert "0.812" in text


def test_labels_without_a_row_have_a_base_rate_of_nothing() -> None:
    assert Quality(0, 0, 0.0, 0.0, 0.0, 0.0).base_rate == 0.0


def test_the_terminal_tells_cases_rules_rejects_and_what_to_check(make: MakeDetection) -> None:
    report = make(
        rules=(RuleFacts("night", "At night", "low", 3, 0.003, flags=True),),
        rejected=1,
        rejects=(Reject("payments.csv", 3, "amount", "x", "a number"),),
        choices=(Choice("Role amount", "value", "by its name", is_certain=False),),
        folder="runs/1",
    )
    console = Console(width=100, record=True, file=None, quiet=False)
    with console.capture() as captured:
        print_detection(report, console)
    text = captured.get()
    assert "10 of 999 rows are out of pattern." in text
    assert "12.50 is 9.1 robust sigma" in text
    assert "night" in text
    assert "see rejects.csv" in text
    assert "Check: Role amount: value." in text
    assert "Files: runs/1 (report.html, summaries.md, cases.csv)" in text


def test_the_same_facts_give_the_same_page(make: MakeDetection) -> None:
    assert detect_page(make()) == detect_page(make())


def test_incidents_are_told_first(make: MakeDetection) -> None:
    one = {
        "incident_id": "I1", "headline": "Burst: 2 cases where shop=[b]M9; 25.00 EUR",
        "trend": "new", "severity": "high",
    }  # fmt: skip
    summary = Summary("I1", "I1 \N{MIDDLE DOT} Burst", (("What", "Burst."),))
    report = make(
        cases=cases({"incident_id": "I1"}, {"case_id": "D2", "incident_id": "I1"}),
        incidents=pl.DataFrame([one]),
        summaries=(summary,),
    )
    assert "2 cases share a cause, in 1 incident." in sentences(report)
    page = detect_page(report)
    assert page.index("<h3>Burst <small") < page.index("What to look at first")
    console = Console(width=120, record=True)
    print_detection(report, console)
    assert "high     Burst: 2 cases where shop=[b]M9; 25.00 EUR (new)" in console.export_text()
