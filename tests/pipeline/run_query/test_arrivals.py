"""An open item finds its counterpart in a later run, or does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieout.pipeline.reconcile import ReconcileJob, reconcile
from tieout.pipeline.run_query import Question, ask
from tieout.pipeline.run_query.arrivals import arrivals

HEAD_LEFT = "date,reference,amount,currency\n"
HEAD_RIGHT = "posted,doc,value,ccy\n"
SPEC = """
reconciliation: bank_vs_ledger
left: {name: bank, key: [reference], amount: amount, currency: currency, date: date}
right: {name: ledger, key: [doc], amount: value, currency: ccy, date: posted}
"""
Reconcile = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path) -> Reconcile:
    """Reconciles two files: run("april", "2026-04-01,A-1,10.00,EUR\\n", "")."""
    (tmp_path / "spec.yaml").write_text(SPEC)

    def made(name: str, left: str, right: str) -> Path:
        usual = "".join(f"2026-03-{day:02d},U-{day},{day}.00,EUR\n" for day in range(1, 9))
        (tmp_path / f"{name}-bank.csv").write_text(HEAD_LEFT + usual + left)
        (tmp_path / f"{name}-ledger.csv").write_text(HEAD_RIGHT + usual + right)
        job = ReconcileJob(
            left=str(tmp_path / f"{name}-bank.csv"),
            right=str(tmp_path / f"{name}-ledger.csv"),
            spec=tmp_path / "spec.yaml",
            out=tmp_path / name,
            workspace=tmp_path,
        )
        return reconcile(job).out

    return made


def breaks(folder: Path) -> list[dict[str, Any]]:
    return ask(folder, "breaks", Question(limit=100)).rows


def test_what_ties_out_in_a_later_file_has_arrived(run: Reconcile) -> None:
    open_item = "2026-03-31,A-1,10.00,EUR\n"
    items = breaks(run("march", open_item, ""))
    assert [item["key"] for item in items] == ["A-1"]
    later = run("april", open_item, "2026-03-31,A-1,10.00,EUR\n")
    (found,) = arrivals(later, items)
    assert found.break_id == items[0]["break_id"]
    assert found.proof == "A-1: left row 9 and right row 9 tie out in run april (exact)"
    assert found.other == ""


def test_what_came_alone_in_a_later_file_is_its_counterpart(run: Reconcile) -> None:
    items = breaks(run("march", "2026-03-31,A-1,10.00,EUR\n", ""))
    later = run("april", "", "2026-04-01,A-1,10.00,EUR\n")
    (found,) = arrivals(later, items)
    assert found.other == breaks(later)[0]["break_id"]
    assert "A-1: 10.00 came on the right (row 9, 2026-04-01) in run april" in found.proof


def test_what_came_some_days_later_has_arrived_too(run: Reconcile) -> None:
    open_item = "2026-03-31,A-1,10.00,EUR\n"
    items = breaks(run("march", open_item, ""))
    later = run("april", open_item, "2026-04-01,A-1,10.00,EUR\n")
    assert [(row["side"], row["bucket"]) for row in breaks(later)] == [("both", "cut_off")]
    (found,) = arrivals(later, items)
    assert found.other == breaks(later)[0]["break_id"]
    assert "came on the right (row 9, 2026-04-01)" in found.proof


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        ("2026-03-31,A-1,10.00,EUR\n", "", "it is still open"),
        ("", "", "nothing came"),
        ("", "2026-04-01,A-1,10.01,EUR\n", "another amount came"),
        ("", "2026-04-01,A-1,10.00,USD\n", "another currency came"),
        ("", "2026-04-01,A-2,10.00,EUR\n", "another key came"),
        ("", "2026-04-01,A-1,10.00,EUR\n2026-04-02,A-1,10.00,EUR\n", "two came"),
        ("2026-04-01,A-1,10.00,EUR\n", "", "the same side came again"),
    ],
)
def test_nothing_else_is_an_arrival(run: Reconcile, left: str, right: str, why: str) -> None:
    items = breaks(run("march", "2026-03-31,A-1,10.00,EUR\n", ""))
    assert arrivals(run("april", left, right), items) == [], why


def test_twins_share_no_counterpart(run: Reconcile) -> None:
    items = breaks(run("march", "2026-03-31,A-1,10.00,EUR\n2026-03-31,A-1,10.00,EUR\n", ""))
    copies = [item | {"break_id": f"{number}"} for number, item in enumerate(items)]
    assert len(copies) == 2
    assert arrivals(run("april", "", "2026-04-01,A-1,10.00,EUR\n"), copies) == []


def test_a_file_that_has_changed_since_proves_nothing(run: Reconcile, tmp_path: Path) -> None:
    open_item = "2026-03-31,A-1,10.00,EUR\n"
    items = breaks(run("march", open_item, ""))
    later = run("april", open_item, "2026-03-31,A-1,10.00,EUR\n")
    (tmp_path / "april-bank.csv").write_text(HEAD_LEFT)
    assert arrivals(later, items) == []


def test_without_items_no_run_is_asked(tmp_path: Path) -> None:
    assert arrivals(tmp_path / "nowhere", []) == []
