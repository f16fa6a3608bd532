import re
from collections.abc import Callable

from tieout.export import provenance
from tieout.export.report import run_section
from tieout.export.run_report import Choice, PassCount, RunReport, SideFacts
from tieout.model.facts import MatchKind, Reject

MakeReport = Callable[..., RunReport]


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


EDIT = "Edit spec.yaml to change any of it."


def test_it_shows_passes_in_the_order_in_which_they_ran(make_report: MakeReport) -> None:
    report = make_report(
        passes=(
            PassCount("exact", MatchKind.ONE_TO_ONE, 9_204, 9_204, 9_204),
            PassCount("group", MatchKind.MANY_TO_ONE, 34, 259, 34),
        )
    )

    assert words(provenance.passes(report).body) == (
        "How it was matched 9,238 matches, the most precise pass first. Matches by pass and kind "
        "Pass Kind Matches Left rows Right rows "
        "Exact One to one 9,204 9,204 9,204 Group Many to one 34 259 34"
    )


def test_it_says_that_no_pass_matched(make_report: MakeReport) -> None:
    assert "No pass matched anything." in provenance.passes(make_report()).body


def test_it_shows_uncertain_choices_first_and_marks_them(make_report: MakeReport) -> None:
    report = make_report(
        choices=(
            Choice("Key", "reference", "unique on both sides"),
            Choice("Date", "booked", "valued fits nearly as well", is_certain=False),
        )
    )

    shown = words(provenance.choices(report.choices, edit=EDIT).body)

    assert "1 choice to check. Edit spec.yaml to change any of it." in shown
    assert "Date check this booked valued fits nearly as well Key reference" in shown


def test_it_asks_for_no_check_when_all_is_certain(make_report: MakeReport) -> None:
    report = make_report(choices=(Choice("Key", "reference", "unique on both sides"),))

    assert "check" not in provenance.choices(report.choices, edit=EDIT).body


def test_it_says_that_the_spec_decided(make_report: MakeReport) -> None:
    assert "As the spec says." in provenance.choices(make_report().choices, edit=EDIT).body


def test_it_shows_twenty_rejects_and_where_the_others_are() -> None:
    rejects = tuple(
        Reject("bank.csv", row, "amount", f"x{row}", "an amount") for row in range(1_200, 1_225)
    )
    side = SideFacts("bank", "bank.csv", "9f2c", 2_000, 1_975, 0, 25)

    body = provenance.rejects(rejects, side.rows_rejected).body

    assert "<code>x1219</code>" in body
    assert "<code>x1220</code>" not in body
    assert "1,219" in body
    assert '25 rejected rows; all reasons are in <a href="rejects.csv">rejects.csv</a>.' in body


def test_it_names_the_header_and_cuts_long_values() -> None:
    rejects = (Reject("bank.csv", 0, "amount", "v" * 500, "a column"),)

    body = provenance.rejects(rejects, len(rejects)).body

    assert ">header</td>" in body
    assert "v" * 80 not in body


def test_it_says_that_every_row_was_read() -> None:
    assert "Every row could be read." in provenance.rejects((), 0).body


def test_it_shows_what_is_needed_to_repeat_the_run(make_report: MakeReport) -> None:
    report = make_report(
        seconds=(("read", 0.414), ("match", 1_000.5)), versions=(("Tieout", "0.1.0"),)
    )

    assert words(run_section(report).body) == (
        "The run Inputs, with the hash of their bytes Side File SHA-256 Rows "
        "bank bank.csv 9f2c51d0 10 ledger gl.parquet 41be77c0 9 "
        "Reconciliation bank_vs_ledger Run run-1 Made at 2026-03-31T18:02:11Z Tieout 0.1.0 "
        "Seconds by step Step Seconds Read 0.41 Match 1,000.50 All 1,000.91"
    )


def test_it_shows_no_seconds_when_none_were_taken(make_report: MakeReport) -> None:
    assert "Seconds" not in run_section(make_report()).body
