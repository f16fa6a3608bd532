"""Summaries as Markdown and HTML."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tieout.explain.summaries import CaseFacts, IncidentFacts, Precedent
from tieout.explain.summaries.shared import SharedProof
from tieout.export.explain_summaries import (
    case_summary,
    incident_summary,
    summaries_markdown,
    summaries_section,
    write_markdown,
)
from tieout.model.errors import InputError

INCIDENT = IncidentFacts(
    incident_id="I1",
    headline="Fee or tax: 1,200 breaks where acquirer=Acqura; 4,500.00 EUR",
    bucket="fee_or_tax",
    condition="acquirer=Acqura & ccy=EUR",
    window="2024-03-14 to 2024-03-16",
    breaks=1_200,
    same_bucket=1_190,
    of_bucket=2_380,
    failure_rate=0.75,
    amounts="4,500.00 EUR; 300 JPY",
    first_seen=date(2024, 3, 14),
    last_seen=date(2024, 3, 16),
    trend="rising",
    severity="high",
    shared=SharedProof("the terms 0.20 + 8%", 1_000, 1_190),
    examples=(("K2", "left 10.00 - right 9.00 = 1.00"), ("", "")),
    precedents=(Precedent("Ask Acqura.", 3, date(2024, 2, 1), True),),
    resolution="Book the fee or tax to its account.",
)
CASE = CaseFacts(
    break_id="b1",
    key="K1",
    bucket="rounding",
    confidence=0.29,
    difference=Decimal("-0.01"),
    amount_left=Decimal("10.00"),
    amount_right=None,
    currency="EUR",
    since=date(2024, 3, 13),
    age_days=1,
    severity="low",
    evidence="right 10.01 - left 10.00 = 0.01",
    reasons=("Spike: 0.01 against 0.00.",),
    candidates=("right row 9: amount 8.00", "another"),
    precedents=(),
    resolution="Write off.",
)


def answers(pairs: tuple[tuple[str, str], ...], name: str) -> list[str]:
    """All answers to a question."""
    return [words for asked, words in pairs if asked == name]


def test_an_incident_answers_every_question() -> None:
    told = incident_summary(INCIDENT).answers
    assert answers(told, "How much") == ["4,500.00 EUR; 300 JPY in 1,200 breaks."]
    assert answers(told, "Since") == [
        "2024-03-14, last on 2024-03-16. It has grown since the run before."
    ]
    assert answers(told, "Why") == [
        (
            "1,190 of 2,380 breaks of this bucket (50.00 %) are where acquirer=Acqura and ccy=EUR "
            "from 2024-03-14 to 2024-03-16."
        ),
        "75.00 % of all records that this describes are among these breaks.",
        "1,000 of 1,190 proofs show the terms 0.20 + 8%.",
        "For instance K2: left 10.00 - right 9.00 = 1.00",
    ]
    assert answers(told, "Fixed before") == [
        "Ask Acqura. (3 times for the same values, last on 2024-02-01)"
    ]
    assert answers(told, "Next") == ["Book the fee or tax to its account."]


def test_every_number_of_an_incident_is_one_of_its_facts() -> None:
    facts = repr(INCIDENT) + "1,190 1,200 2,380 1,000"
    shares = {"50.00", "75.00"}  # 1,190 of 2,380, and the failure rate
    told = " ".join(words for _, words in incident_summary(INCIDENT).answers)
    days = re.sub(r"\d{4}-\d{2}-\d{2}", "", told)
    for number in re.findall(r"\d[\d,.]*\d|\d", days):
        assert number in shares or number in facts


def test_a_case_says_how_sure_its_bucket_is() -> None:
    told = case_summary(CASE).answers
    assert answers(told, "What") == [
        "A difference of no more than rounding makes. Rounding, 29 % sure. Severity low."
    ]
    assert answers(told, "How much") == ["-0.01 EUR: left 10.00, right \N{EN DASH}."]
    assert answers(told, "Since") == ["2024-03-13, open for 1 day."]
    assert answers(told, "Near miss") == ["right row 9: amount 8.00"]


def test_what_is_not_known_is_not_said() -> None:
    told = case_summary(replace(CASE, since=None, evidence="", reasons=(), resolution="")).answers
    assert {name for name, _ in told} == {"What", "How much", "Near miss"}
    bare = replace(INCIDENT, condition="", window="", failure_rate=None, shared=None, examples=())
    assert answers(incident_summary(bare).answers, "Why") == []


def test_an_incident_of_all_records_says_so() -> None:
    burst = incident_summary(replace(INCIDENT, condition="", window="2024-03-14")).answers
    assert "are where all records" not in answers(burst, "Why")[0]
    whole = incident_summary(replace(INCIDENT, condition="", window="")).answers
    assert answers(whole, "Why")[0] == "75.00 % of all records are among these breaks."
    assert answers(burst, "Why")[0].endswith("(50.00 %) are on 2024-03-14.")


def test_markdown_has_a_heading_for_each_and_counts_the_rest() -> None:
    text = summaries_markdown(
        "bank against books", [incident_summary(INCIDENT)], [case_summary(CASE)], more=1_234
    )
    assert text.startswith("# bank against books\n\n## Incidents\n\n### I1 ")
    assert "\n## Largest single breaks\n" in text
    assert text.endswith("1,234 more breaks in breaks.csv.\n")


def test_nothing_open_is_said_too() -> None:
    assert summaries_markdown("a", [], []) == "# a\n\nNothing is open.\n"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "a\n# b", "[x](y)", "\x1b[31m"])
def test_text_from_a_file_stays_text(hostile: str) -> None:
    summary = incident_summary(
        replace(INCIDENT, headline=hostile, examples=((hostile, hostile),), amounts=hostile)
    )
    markdown = summaries_markdown(hostile, [summary], [])
    assert "\n# b" not in markdown
    assert not re.search(r"(?<!\\)<script", markdown)
    assert "[x](y)" not in markdown
    assert "\x1b" not in markdown
    page = str(summaries_section([summary]).body)
    assert "<script" not in page
    assert "\x1b" not in page


def test_a_report_tells_each_question_once() -> None:
    body = str(summaries_section([incident_summary(INCIDENT)]).body)
    assert f"<h3>{INCIDENT.headline} <small" in body.replace("&amp;", "&")
    assert f">{INCIDENT.incident_id}</small></h3>" in body
    assert body.count("<dt>Why</dt>") == 1
    assert body.count("<dd>") == 9
    assert 'id="incidents"' in body


def test_a_report_without_incidents_says_so() -> None:
    assert "No breaks share a cause." in str(summaries_section([]).body)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_markdown("# a\n", tmp_path / "summaries.md")
    assert (tmp_path / "summaries.md").read_text(encoding="utf-8") == "# a\n"
    with pytest.raises(InputError, match="cannot be written"):
        write_markdown("# a\n", tmp_path / "missing" / "summaries.md")
