import io
from collections.abc import Callable

import polars as pl
import pytest
from rich.console import Console

from tieout.export.run_report import Choice, RunReport, SideFacts
from tieout.export.summary import print_summary

MakeBreaks = Callable[..., pl.DataFrame]
MakeReport = Callable[..., RunReport]


def printed(report: RunReport, width: int = 120) -> str:
    """What a person reads, without colours."""
    return _print(report, Console(file=io.StringIO(), width=width))


def _print(report: RunReport, console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    print_summary(report, console)
    return console.file.getvalue()


def test_it_says_that_everything_ties_out_and_where_the_page_is(make_report: MakeReport) -> None:
    assert printed(make_report(folder="runs/today")).splitlines() == [
        "Everything ties out: all 10 bank rows and 9 ledger rows.",
        "No breaks.",
        "Nothing lost: bank 10 = 10 + 0 + 0; ledger 9 = 9 + 0 + 0.",
        "",
        "Files: runs/today (report.html)",
    ]


def test_dates_that_may_be_read_the_wrong_way_round_are_told_by_themselves(
    make_report: MakeReport,
) -> None:
    guess = "In 'When', 05/03/2024 is read as 2024-03-05. If not: `patterns: ['%m/%d/%Y']`."
    lines = printed(
        make_report(choices=(Choice("date format (left)", "%d/%m/%Y", guess, is_certain=False),))
    ).splitlines()
    assert lines[-2:] == ["Check 1 uncertain choice in spec.yaml.", f"Check the dates. {guess}"]


def test_it_shows_buckets_the_largest_breaks_and_the_next_step(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    report = make_report(
        make_breaks(
            {"difference": "2.90"},
            {"difference": "-7.10"},
            {"bucket": "timing", "difference": "0", "evidence": "left 100.00 = right 100.00"},
        ),
        left=SideFacts("bank", "bank.csv", "9f2c", 10, 7, 2, 1),
        choices=(Choice("Date", "booked", "valued fits too", is_certain=False),),
        folder="runs/today",
    )

    lines = printed(report).splitlines()

    assert [" ".join(line.split()) for line in lines[4:]] == [
        "Bucket Breaks Share Difference",
        lines[5].strip(),
        "Fee or tax 2 66.67 % 10.00 EUR",
        "Timing 1 33.33 % \N{EN DASH}",
        "",
        "Largest Bucket Difference Proof",
        lines[10].strip(),
        "INV-2 Fee or tax -7.10 EUR left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00",
        "INV-1 Fee or tax 2.90 EUR left 102.90 - right 100.00 = 2.90 = 0.30 + 2.6% x 100.00",
        "INV-3 Timing 0.00 EUR left 100.00 = right 100.00",
        "",
        "Next, fee or tax: Book the fee or tax to its account.",
        "1 row could not be read: see rejects.csv.",
        "Check 1 uncertain choice in spec.yaml.",
        "Files: runs/today (report.html, breaks.csv)",
    ]


def test_it_stays_within_thirty_lines_however_many_breaks_there_are(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    rows = [{"bucket": f"own_{number % 30}", "currency": f"C{number % 7}"} for number in range(500)]

    text = printed(make_report(make_breaks(*rows)))

    assert len(text.splitlines()) <= 30
    assert "24 others" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_it_fits_any_width_and_keeps_proofs_whole(
    make_report: MakeReport, make_breaks: MakeBreaks, width: int
) -> None:
    evidence = "left 102.90 - right 100.00 = 2.90"
    report = make_report(make_breaks({"evidence": evidence}), folder="runs/today")

    lines = printed(report, width).splitlines()

    assert max(map(len, lines)) <= width
    assert any(evidence in line for line in lines)


def test_it_shows_a_break_without_key_or_proof_in_a_narrow_terminal(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    text = printed(make_report(make_breaks({"key": None, "evidence": None})), 60)

    assert "no key  Fee or tax  2.90 EUR" in text


def test_it_lets_nothing_from_the_data_steer_the_terminal(
    make_report: MakeReport, make_breaks: MakeBreaks
) -> None:
    hostile = "\x1b[2J[bold red]\x9b31m[link=https://example.com]x[/link]\r"
    side = SideFacts(hostile, hostile, "9f2c", 10, 9, 1, 0)
    breaks = make_breaks(dict.fromkeys(("key", "bucket", "currency", "evidence"), hostile))
    report = make_report(breaks, left=side, folder=hostile)

    for width in (60, 200):
        text = printed(report, width)
        assert not set(text) & {"\x1b", "\x9b", "\r"}
        assert "[bold red]" in text


def test_it_warns_of_lost_rows_in_red(make_report: MakeReport) -> None:
    report = make_report(left=SideFacts("bank", "bank.csv", "9f2c", 10, 8, 1, 0))
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system="standard")

    text = _print(report, console)

    assert "\x1b[1;31mDo not use this run" in text


def test_it_uses_no_colour_when_asked_not_to(
    make_report: MakeReport, make_breaks: MakeBreaks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system="standard")

    text = _print(make_report(make_breaks({})), console)

    assert "\x1b[33m" not in text
    assert "\x1b[1;33m" not in text
