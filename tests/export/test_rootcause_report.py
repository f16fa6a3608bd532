"""The report and the terminal summary of a root-cause run."""

from io import StringIO

import polars as pl
from rich.console import Console

from tieout.export.rootcause_report import number_text, root_cause_page, sentences
from tieout.export.rootcause_run import RootCauseReport
from tieout.export.rootcause_summary import print_root_cause
from tieout.export.run_report import Choice


def report(
    *, named: bool = True, condition: str = "cdn=7 & isp=x", rows: int = 2
) -> RootCauseReport:
    causes = pl.DataFrame(
        {
            "rank": list(range(1, rows + 1)),
            "condition": [condition, *(f"cdn={place}" for place in range(1, rows))][:rows],
            "support": [1_234] * rows,
            "outcome_rate": [0.25] * rows,
            "risk_ratio": [8.5] * rows,
            "p_value": [1e-9] * rows,
            "explained_share": [0.91] * rows,
            "evidence": [31.25] * rows,
            "ratio_low": [7.0] * rows,
            "ratio_high": [10.25] * rows,
            "expected_rate": [0.03] * rows,
            "named": [named, *([False] * (rows - 1))][:rows],
        },
        schema_overrides={"named": pl.Boolean, "condition": pl.String},
    )
    return RootCauseReport(
        title="Root cause of value / cnt",
        run_id="20260131T000000Z-rootcause",
        created_at="2026-01-31T00:00:00Z",
        file="data.csv",
        sha256="ab" * 32,
        rows=99,
        rejected=1,
        question="rate",
        at="1566656600",
        compared=10,
        verdict="named" if named else "quiet",
        why=f"{condition} explains 91%" if named else "nothing beyond what noise explains",
        causes=causes,
        combinations=15,
        choices=(Choice("time", "min", "the only column of moments", False),),
        seconds=(("scan", 0.1),),
        folder="/runs/one",
    )


def printed(told: RootCauseReport) -> str:
    stream = StringIO()
    print_root_cause(told, Console(file=stream, width=200))
    return stream.getvalue()


def test_the_page_names_the_cause_and_its_figures() -> None:
    page = root_cause_page(report())
    assert "Named: cdn=7 &amp; isp=x." in page
    for figure in ("1,234", "0.25", "8.5", "7 to 10.25", "91 %", "31.25"):
        assert figure in page
    assert page.count(">named<") == 1


def test_the_page_says_when_nothing_is_named() -> None:
    page = root_cause_page(report(named=False))
    assert "No cause is named." in page
    assert "Nothing beyond what noise explains." in page
    assert ">named<" not in page


def test_a_page_without_any_combination_is_whole() -> None:
    page = root_cause_page(report(named=False, rows=0))
    assert "No combination departs from the rest at all." in page


def test_values_from_the_data_are_escaped() -> None:
    page = root_cause_page(report(condition="a=<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_same_facts_give_the_same_page_wherever_it_is_kept() -> None:
    assert root_cause_page(report()) == root_cause_page(report())
    assert "/runs/one" not in root_cause_page(report())


def test_long_lists_are_cut_and_counted() -> None:
    page = root_cause_page(report(rows=45))
    assert "25 more in causes.csv." in page


def test_sentences_say_what_was_compared() -> None:
    assert sentences(report())[-1] == (
        "15 combinations at 1566656600 were compared with 10 earlier moments."
    )


def test_the_terminal_marks_what_is_named_and_what_to_check() -> None:
    said = printed(report())
    assert "*  1 cdn=7 & isp=x: rate 0.25, ratio 8.5 (7 to 10.25)" in said
    assert "Check time: min (the only column of moments)" in said
    assert "1 row left out: see rejects.csv." in said
    assert "/runs/one" in said


def test_the_terminal_gets_no_control_characters_from_the_data() -> None:
    assert "\x1b[31m" not in printed(report(condition="a=\x1b[31mred"))


def test_numbers_are_short() -> None:
    assert [number_text(value) for value in (0.000123456, 12.3456, 1e6, 123_456.7, None)] == [
        *("0.000123", "12.35", "1,000,000", "123,457", "\N{EN DASH}"),
    ]
