"""Which breaks of earlier runs a run has cleared."""

from pathlib import Path

from carrying_days import breaks, days_in

from tieout.pipeline.run_query.cleared import clearances, cleared_breaks
from tieout.pipeline.run_query.findings import breaks_still_open


def test_a_match_of_its_item_is_the_proof_that_a_break_is_cleared(tmp_path: Path) -> None:
    day = days_in(tmp_path)
    first = day(1, "CHQ-1 100.00 2\nCHQ-2 70.00 2", "A-1 5.00 2")
    second = day(2, "B-1 6.00 3", "CHQ-1 100.00 2")
    of_cheque = breaks(first)["CHQ-1"]
    assert cleared_breaks(second.out) == [of_cheque]
    assert breaks_still_open(second.out) == sorted([breaks(first)["CHQ-2"], breaks(first)["A-1"]])
    (found,) = clearances(second.out, [of_cheque])
    assert found.proof.endswith("ties out with right row 1 (exact, match M2)")
    assert "row 1 of books-1.csv in run" in found.proof


def test_a_break_of_which_one_row_ties_out_is_gone_and_the_other_row_is_named(
    tmp_path: Path,
) -> None:
    day = days_in(tmp_path)
    first = day(1, "INV-1 100.00 2", "INV-1 50.00 2\nA-1 5.00 2")
    assert set(breaks(first)) == {"INV-1", "A-1"}
    second = day(2, "B-1 6.00 3", "INV-1 100.00 2")
    gone = breaks(first)["INV-1"]
    assert cleared_breaks(second.out) == [gone]
    (found,) = clearances(second.out, [gone])
    assert f"is in break {breaks(second)['INV-1']}" in found.proof
    assert "ties out with right row 1 (exact, match M2)" in found.proof


def test_a_run_that_carried_nothing_cleared_nothing(tmp_path: Path) -> None:
    day = days_in(tmp_path)
    first = day(1, "CHQ-1 100.00 2", "A-1 5.00 2", spec={"carry_forward": False})
    assert cleared_breaks(first.out) == breaks_still_open(first.out) == []
    assert cleared_breaks(day(2, "CHQ-1 100.00 2", "A-1 5.00 2").out) == []
