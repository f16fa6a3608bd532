"""Open items of one run rejoin the next one."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from carrying_days import Day, breaks, states

from tieout.model.errors import ConservationError
from tieout.pipeline.carrying.account import carried_table
from tieout.pipeline.repeat import repeat

TABLES = ("matches.parquet", "breaks.parquet", "open_items.parquet", "carried.parquet")


def test_a_cheque_of_the_first_day_clears_against_the_third_days_statement(day: Day) -> None:
    first = day(1, "CHQ-1 100.00 2\nA-1 5.00 2", "A-1 5.00 2\nFEE-9 9.00 2")
    second = day(2, "B-1 6.00 3", "B-1 6.00 3")
    third = day(3, "C-1 7.00 4", "C-1 7.00 4\nCHQ-1 100.00 2")
    assert breaks(first) == breaks(second)
    assert states(second) == {"CHQ-1": "break", "FEE-9": "break"}
    assert states(third) == {"CHQ-1": "matched", "FEE-9": "break"}
    assert breaks(third) == {"FEE-9": breaks(first)["FEE-9"]}
    assert third.manifest.counts["carried"]["left"] == {
        "offered": 1, "matched": 1, "in_breaks": 0, "in_file": 0, "settled": 0,
    }  # fmt: skip


def test_what_comes_within_the_lag_is_what_an_open_item_waited_for(day: Day) -> None:
    day(1, "CHQ-1 100.00 2\nCHQ-2 80.00 2\nA-1 5.00 2", "A-1 5.00 2\nFEE-9 9.00 2")
    # The fifth is the third business day after the second, the last one of the lag.
    second = day(2, "FEE-9 9.00 3\nB-1 6.00 3", "CHQ-1 100.00 5\nCHQ-2 80.00 6\nB-1 6.00 4")
    assert states(second) == {"CHQ-1": "matched", "CHQ-2": "break", "FEE-9": "matched"}
    matches = pl.read_parquet(second.out / "matches.parquet")
    assert set(matches["pass"]) == {"carried"}
    assert [each for each in matches["explanation"] if "settlement lag" in each] == list(
        matches["explanation"]
    )
    found = pl.read_parquet(second.out / "breaks.parquet").select("key", "side", "evidence")
    assert [row[:2] for row in found.sort("key").rows()] == [("B-1", "both"), ("CHQ-2", "both")]
    late = found.filter(pl.col("key") == "CHQ-2")["evidence"].item()
    assert late.endswith("4 business days apart, 1 beyond the settlement lag of 3")


def test_of_two_items_that_waited_for_one_counterpart_none_is_taken(day: Day) -> None:
    spec = {"spec": {"passes": [{"exact": {"on": ["key", "currency", "amount", "date"]}}]}}
    day(1, "A-1 5.00 2\nCHQ-1 100.00 2\nCHQ-1 100.00 4", "A-1 5.00 2", **spec)
    second = day(2, "B-1 6.00 3", "B-1 6.00 3\nCHQ-1 100.00 3", **spec)
    matches = pl.read_parquet(second.out / "matches.parquet")
    assert matches["pass"].to_list() == ["exact"]
    assert second.manifest.counts["carried"]["left"]["in_breaks"] == 2


def test_carried_rows_are_numbered_behind_the_files_own_and_say_where_they_come_from(
    day: Day,
) -> None:
    first = day(1, "A-1 5.00 2\nCHQ-1 100.00 2", "A-1 5.00 2")
    second = day(2, "B-1 6.00 3\nB-2 6.50 3", "B-1 6.00 3\nCHQ-1 100.00 2")
    found = pl.read_parquet(second.out / "carried.parquet").row(0, named=True)
    origin = (found["origin_run"], found["origin_file"], found["origin_row"], found["times"])
    assert found["row"] == 3
    assert origin == (first.out.name, "books-1.csv", 2, 1)
    matches = pl.read_parquet(second.out / "matches.parquet")
    of_cheque = matches.filter(pl.col("match_id") == found["match_id"]).row(0, named=True)
    assert (of_cheque["left_rows"], of_cheque["right_rows"]) == ([3], [2])
    assert of_cheque["explanation"].endswith("; left carried forward, see carried.csv")
    others = matches.filter(pl.col("match_id") != found["match_id"])["explanation"]
    assert others.to_list() == ["equal in every compared field"]
    lines = (second.out / "carried.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert "record_" not in lines[0]


def test_nothing_is_carried_unless_it_is_asked_for(day: Day) -> None:
    off: dict[str, Any] = {"spec": {"carry_forward": False}}
    day(1, "CHQ-1 100.00 2", "A-1 5.00 2", **off)
    second = day(2, "B-1 6.00 3", "CHQ-1 100.00 2", **off)
    assert set(breaks(second)) == {"B-1", "CHQ-1"}
    assert "carried" not in second.manifest.counts
    assert second.manifest.options["carried"] is None
    assert not (second.out / "carried.parquet").exists()
    third = day(3, "B-1 6.00 3", "CHQ-1 100.00 2", carry_forward="none")
    assert set(breaks(third)) == {"B-1", "CHQ-1"}


def test_an_item_that_is_in_the_file_again_is_there_once(day: Day) -> None:
    day(1, "CHQ-1 100.00 2\nA-1 5.00 2", "A-1 5.00 2")
    second = day(2, "CHQ-1 100.00 2\nA-1 5.00 2\nB-1 6.00 3", "A-1 5.00 2\nB-1 6.00 3")
    assert states(second) == {"CHQ-1": "in_file"}
    assert set(breaks(second)) == {"CHQ-1"}
    reason = pl.read_parquet(second.out / "carried.parquet")["reason"].to_list()
    assert reason == ["the same record is in books-2.csv again"]


def test_genuine_twins_stay_two_however_often_their_file_comes(day: Day) -> None:
    twins = "T-1 10.00 2\nT-1 10.00 2"
    day(1, twins, "T-1 10.00 2")
    again = day(2, f"{twins}\nB-1 6.00 3", "T-1 10.00 2\nB-1 6.00 3")
    assert states(again) == {"T-1": "in_file"}
    counts = again.manifest.counts
    assert (counts["matched"]["groups"], counts["breaks"]["total"]) == (2, 1)
    # The second of them is open: one more of the same in a file of its own is the first there.
    third = day(3, "T-1 10.00 2", "C-1 1.00 4")
    assert pl.read_parquet(third.out / "carried.parquet")["state"].to_list() == ["break"]
    keys = pl.read_parquet(third.out / "breaks.parquet")["key"].to_list()
    assert sorted(keys) == ["C-1", "T-1", "T-1"]


def test_an_open_twin_keeps_its_own_identity_when_the_other_one_clears(day: Day) -> None:
    first = day(1, "T-1 10.00 2\nT-1 10.00 2", "A-1 1.00 2")
    identities = pl.read_parquet(first.out / "breaks.parquet").filter(pl.col("key") == "T-1")
    second = day(2, "B-1 6.00 3", "T-1 10.00 2\nB-1 6.00 3")
    became = pl.read_parquet(second.out / "carried.parquet").filter(pl.col("key") == "T-1")
    left = breaks(second)["T-1"]
    assert identities["break_id"].n_unique() == 2
    assert sorted(became["state"]) == ["break", "matched"]
    still = became.filter(pl.col("state") == "break")["break_id_earlier"].item()
    assert left == still == identities["break_id"][1]


def test_files_that_are_reconciled_again_change_nothing(day: Day) -> None:
    days = [
        ("CHQ-1 100.00 2\nA-1 5.00 2", "A-1 5.00 2\nFEE-9 9.00 2"),
        ("B-1 6.00 3", "B-1 6.00 3\nCHQ-1 100.00 2"),
        ("FEE-9 9.00 2", "C-1 7.00 4"),
    ]
    results = [day(number, *files) for number, files in enumerate(days, start=1)]
    again = day(2, *days[1])
    names = ("matches.parquet", "breaks.parquet")
    assert [(again.out / each).read_bytes() for each in names] == [
        (results[1].out / each).read_bytes() for each in names
    ]
    # It took place on the second day: the fourth goes on from the third.
    fourth = day(4, "D-1 1.00 5", "D-1 1.00 5")
    assert states(fourth) == {"C-1": "break"}


def test_what_people_have_closed_is_not_carried_again(day: Day) -> None:
    first = day(1, "CHQ-1 100.00 2\nOLD-1 3.00 2", "A-1 5.00 2")
    closed = {breaks(first)["OLD-1"]: "written off by ann"}
    asked: list[list[str]] = []

    def settled(identities: Any) -> dict[str, str]:
        asked.append(list(identities))
        return {each: closed[each] for each in identities if each in closed}

    second = day(2, "B-1 6.00 3", "B-1 6.00 3", settled=settled)
    assert [sorted(each) for each in asked] == [sorted(breaks(first).values())]
    assert states(second) == {"CHQ-1": "break", "OLD-1": "settled", "A-1": "break"}
    assert "OLD-1" not in breaks(second)
    assert second.manifest.options["carried"]["settled"] == closed
    third = day(3, "C-1 6.00 3", "C-1 6.00 3")
    assert set(states(third)) == {"CHQ-1", "A-1"}


def test_a_run_that_carried_is_repeated_to_the_same_bytes(day: Day, tmp_path: Path) -> None:
    first = day(1, "CHQ-1 100.00 2\nOLD-1 3.00 2", "A-1 5.00 2\nA-1 5.00 2")
    closed = {breaks(first)["OLD-1"]: "valid"}
    second = day(2, "B-1 6.00 3", "CHQ-1 100.00 2", settled=lambda _: closed)
    day(3, "A-1 5.00 2", "C-1 7.00 4")
    again = repeat(second.out, out=tmp_path / "again", workspace=tmp_path)
    for name in TABLES:
        assert (again.out / name).read_bytes() == (second.out / name).read_bytes(), name


def test_the_age_of_a_carried_item_counts_from_its_own_date(day: Day) -> None:
    day(1, "CHQ-1 100.00 2", "A-1 5.00 2")
    second = day(2, "B-1 6.00 12", "A-9 6.00 12")
    ages = dict(
        pl.read_parquet(second.out / "breaks.parquet").select("key", "age_days").iter_rows()
    )
    assert (ages["CHQ-1"], ages["B-1"]) == (10, 0)


def test_both_rows_of_a_difference_rejoin_and_are_the_same_break(day: Day) -> None:
    first = day(1, "INV-1 100.00 2", "INV-1 97.10 2\nA-1 5.00 2")
    second = day(2, "B-1 6.00 3", "B-1 6.00 3")
    found = [pl.read_parquet(each.out / "breaks.parquet") for each in (first, second)]
    one, other = (each.filter(pl.col("key") == "INV-1").row(0, named=True) for each in found)
    assert (other["left_rows"], other["right_rows"]) == ([2], [2])
    assert one["break_id"] == other["break_id"]
    assert (one["side"], one["difference"]) == (other["side"], other["difference"])


def test_what_proved_a_cause_then_still_holds_when_it_did_not_come_again(day: Day) -> None:
    first = day(1, "D-1 10.00 2\nA-1 1.00 9", "D-1 10.00 2\nD-1 10.00 2\nA-1 1.00 9")
    second = day(2, "B-1 6.00 12", "B-1 6.00 12")
    third = day(3, "C-1 6.00 13", "C-1 6.00 13")
    one, two, three = (
        pl.read_parquet(each.out / "breaks.parquet").row(0, named=True)
        for each in (first, second, third)
    )
    assert one["bucket"] == two["bucket"] == three["bucket"] == "duplicate"
    assert two["evidence"] == f"{one['evidence']} (found by run {first.out.name})"
    assert three["evidence"] == two["evidence"]


def test_a_day_of_which_only_open_items_are_left_is_no_hole_in_the_other_feed(day: Day) -> None:
    many = "\n".join(f"M-{number} {number}.00 2" for number in range(1, 9))
    day(1, many, "A-1 55.00 2")
    rows = "\n".join(f"B-{number} {number}.00 20" for number in range(1, 9))
    second = day(2, rows, rows)
    buckets = pl.read_parquet(second.out / "breaks.parquet")["bucket"].unique().to_list()
    assert sorted(buckets) == ["missing_left", "missing_right"]


def test_an_item_that_is_nowhere_stops_the_run(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day(1, "CHQ-1 100.00 2", "A-1 5.00 2")

    def without_breaks(
        carried: Any, inputs: Any, outcomes: Any, breaks: Any, *a: Any, **k: Any
    ) -> pl.DataFrame:
        return carried_table(carried, inputs, outcomes, breaks.clear(), *a, **k)

    monkeypatch.setattr("tieout.pipeline.reconcile.carried_table", without_breaks)
    with pytest.raises(ConservationError, match="2 carried items are in no match and no break"):
        day(2, "B-1 6.00 3", "B-1 6.00 3")


def test_items_of_earlier_runs_are_matched_in_groups_too(day: Day) -> None:
    spec = {"passes": [{"exact": {}}, {"group": {"shapes": ["many_to_one"]}}]}
    day(1, "G-1 60.00 2\nG-1 40.00 2", "A-1 5.00 2", spec=spec)
    second = day(2, "B-1 6.00 3", "G-1 100.00 3\nB-1 6.00 3", spec=spec)
    became = pl.read_parquet(second.out / "carried.parquet").filter(pl.col("key") == "G-1")
    assert became["state"].to_list() == ["matched", "matched"]
    assert became["match_id"].n_unique() == 1
    match = pl.read_parquet(second.out / "matches.parquet").filter(
        pl.col("match_id") == became["match_id"][0]
    )
    assert match.row(0, named=True)["left_rows"] == [2, 3]
    assert match["explanation"][0].endswith("; left carried forward, see carried.csv")
