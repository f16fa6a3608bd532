from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.export.run_report import RunReport, SideFacts
from tieout.model.errors import InputError
from tieout.pipeline.demo import Demo, explained_breaks, require_practice, run_demo

MONEY = pl.Decimal(38, 2)


def report(*breaks: dict[str, Any]) -> RunReport:
    """A report of a bank and a ledger with these breaks."""
    usual: dict[str, Any] = {
        "side": "both",
        "key": "INV-1",
        "amount_left": None,
        "amount_right": None,
        "difference": Decimal(0),
        "currency": "EUR",
        "bucket_confidence": 0.9,
        "evidence": "",
    }
    rows = [{**usual, "break_id": f"{number:032x}", **each} for number, each in enumerate(breaks)]
    amounts = dict.fromkeys(("amount_left", "amount_right", "difference"), MONEY)
    return RunReport(
        title="bank against ledger",
        reconciliation="bank_vs_ledger",
        run_id="run",
        created_at="2026-01-31T00:00:00Z",
        left=SideFacts("bank", "bank.csv", "", 1, 0, 1, 0),
        right=SideFacts("ledger", "ledger.csv", "", 1, 0, 1, 0),
        totals=(),
        passes=(),
        breaks=pl.DataFrame(rows, schema_overrides=amounts),
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """One demonstration in a new folder."""
    return run_demo(tmp_path_factory.mktemp("practice"))


def test_it_makes_a_workspace_with_books_and_a_run(demo: Demo) -> None:
    assert (demo.workspace / "tieout.yaml").read_text("utf-8") == "name: Tieout practice\n"
    assert sorted(path.name for path in (demo.workspace / "books").iterdir()) == [
        "cashbook.csv",
        "labels.csv",
        "statement.csv",
    ]
    assert demo.result.out.parent == demo.workspace / "runs"
    assert demo.report.is_file()


def test_running_again_replaces_the_books_and_adds_a_run(tmp_path: Path) -> None:
    first = run_demo(tmp_path)
    first.files.bank.write_text("spoilt", encoding="utf-8")
    second = run_demo(tmp_path)
    assert len(list((tmp_path / "runs").iterdir())) == 2
    assert second.result.manifest.counts == first.result.manifest.counts
    one, two = (demo.result.manifest for demo in (first, second))
    assert two.outputs["matches.parquet"] == one.outputs["matches.parquet"]
    assert two.options["earlier_runs"] == [one.run_id]


def test_it_tells_what_it_is_doing(tmp_path: Path) -> None:
    steps: list[str] = []
    run_demo(tmp_path, announce=steps.append)
    assert steps[0] == "practice company"
    assert {"read", "match", "explain"} <= set(steps)


def test_a_folder_that_is_not_there_or_empty_may_be_used(tmp_path: Path) -> None:
    require_practice(tmp_path / "new")
    require_practice(tmp_path)


def test_a_practice_workspace_may_be_used_again(tmp_path: Path) -> None:
    (tmp_path / "tieout.yaml").write_text("# mine\nname: Tieout practice\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("kept", encoding="utf-8")
    require_practice(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("thesis.txt", b"years of work"),
        ("tieout.yaml", b"name: Real books\n"),
        ("tieout.yaml", b"\xff\xfe"),
    ],
)
def test_a_folder_with_other_things_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="holds other things than a practice workspace"):
        run_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == content


def test_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "demo"
    taken.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file, expected a folder"):
        require_practice(taken)


def test_a_break_of_two_amounts_names_both_sides() -> None:
    (told,) = explained_breaks(
        report(
            {
                "bucket": "transposition",
                "amount_left": Decimal("1423.00"),
                "amount_right": Decimal("1243.00"),
                "evidence": "left 1,423.00 - right 1,243.00 = 180.00, divisible by 9",
            }
        )
    )
    assert told.sentence == (
        "INV-1: 1,423.00 EUR in bank, 1,243.00 EUR in ledger; the amount was mistyped."
    )
    assert told.proof.endswith("divisible by 9")


def test_a_break_of_one_side_says_so() -> None:
    (told,) = explained_breaks(
        report({"bucket": "reversal", "key": "DD-7", "side": "left", "amount_left": Decimal(-24)})
    )
    assert told.sentence == (
        "DD-7: -24.00 EUR in bank alone; the money went back, and only one side knows."
    )


def test_equal_amounts_are_told_once() -> None:
    (told,) = explained_breaks(
        report(
            {
                "bucket": "cut_off",
                "key": "",
                "amount_left": Decimal(5),
                "amount_right": Decimal(5),
            }
        )
    )
    assert told.sentence == (
        "no key: 5.00 EUR in both; the two sides put it into different months."
    )


def test_yen_have_no_decimals() -> None:
    yen = {"amount_left": Decimal(500), "amount_right": Decimal(1000), "currency": "JPY"}
    (told,) = explained_breaks(report({"bucket": "partial_payment", **yen}))
    assert "500 JPY in bank, 1,000 JPY in ledger" in told.sentence


def test_three_buckets_are_told_and_the_surest_break_of_each() -> None:
    two = {"amount_left": Decimal(1), "amount_right": Decimal(2)}
    buckets = ("timing", "duplicate", "fx_rate", "fee_or_tax")
    sure = [{"bucket": each, "key": "sure", "bucket_confidence": 0.95, **two} for each in buckets]
    unsure = [{"bucket": each, "key": "unsure", **two} for each in buckets]
    told = explained_breaks(report(*unsure, *sure))
    assert [each.bucket for each in told] == ["fee_or_tax", "fx_rate", "duplicate"]
    assert all(each.sentence.startswith("sure: ") for each in told)


def test_nothing_is_told_where_nothing_can_be() -> None:
    assert explained_breaks(report({"bucket": "unknown", "date_left": date(2026, 1, 1)})) == []


def test_the_demonstrations_own_breaks_are_told(demo: Demo) -> None:
    told = explained_breaks(demo.result.report)
    assert [each.bucket for each in told] == ["transposition", "fee_or_tax", "fx_rate"]
    assert all(each.proof for each in told)
