"""Records in memory are judged as the rows of a run were."""

import csv
import json
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.detect.thresholds import CutPolicy
from tieout.model.errors import InputError
from tieout.model.table import TableRole
from tieout.pipeline.detection import DetectJob, DetectResult, detect
from tieout.pipeline.detection.scorer import Scorer, latest_model
from tieout.pipeline.detection.use import load_use, use_path
from tieout.practice.ledger import generate_ledger
from tieout.practice.payments import generate_payments

Detector = Callable[..., DetectResult]


def records_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose model has learnt from the first 2,700 of 3,000 payments."""
    folder = tmp_path_factory.mktemp("learnt")
    rows = records_of(generate_payments(rows=3_000, seed=11, out=folder / "made").transactions)
    file = folder / "learnt.csv"
    pl.DataFrame(rows[:2_700]).write_csv(file)
    detect(DetectJob(file=str(file), profile="payments", out=folder / "run", workspace=folder))
    return folder


@pytest.fixture
def payments(tmp_path: Path, learnt: Path) -> list[dict[str, Any]]:
    """Records beyond those that the workspace's model learnt from; the workspace is a copy."""
    shutil.copytree(learnt, tmp_path, dirs_exist_ok=True)
    return records_of(tmp_path / "made" / "transactions.csv")


def test_records_together_are_judged_as_the_rows_that_were_learnt_from(
    payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    scorer = Scorer.load(tmp_path)
    run = pl.read_parquet(tmp_path / "run" / "transactions_scored.parquet")
    found = scorer.score_many(payments[:2_700])
    assert [each.score for each in found] == pytest.approx(run["score"].to_list(), abs=1e-12)
    assert [each.p_value for each in found] == pytest.approx(run["p_value"].to_list())
    for name in ("is_ml_flag", "is_rule_flag", "is_flag"):
        assert [getattr(each, name) for each in found] == run[name].to_list()
    assert [list(each.triggered_rules) for each in found] == run["triggered_rules"].to_list()
    flagged = [n for n, each in enumerate(found) if each.is_flag]
    reasons = run["reasons_top3"].to_list()
    assert [list(found[n].reasons_top3) for n in flagged] == [reasons[n] for n in flagged]


def test_a_record_alone_is_judged_as_the_last_of_several(
    payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    alone, several = Scorer.load(tmp_path), Scorer.load(tmp_path)
    one = [alone.score(record, explain=True) for record in payments[2_700:2_760]]
    for last in (0, 7, 31, 59):
        fresh = Scorer.load(tmp_path) if last else several
        together = fresh.score_many(payments[2_700 : 2_701 + last], explain=True)
        assert together[last].score == pytest.approx(one[last].score, abs=1e-9)
        assert together[last].triggered_rules == one[last].triggered_rules
        assert together[last].reasons_top3 == one[last].reasons_top3


def test_what_was_scored_together_is_the_past_of_what_comes_alone(
    payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    scorer, again = Scorer.load(tmp_path), Scorer.load(tmp_path)
    record = {**payments[-1], "transaction_id": "new"}
    later = datetime.fromisoformat(record["timestamp"]) + timedelta(seconds=30)
    repeat = {**record, "transaction_id": "newer", "timestamp": later.isoformat()}
    scorer.score_many([record])
    again.remember([record])
    for each in (scorer, again):
        assert "fast-duplicate" in each.score(repeat).triggered_rules
    assert "fast-duplicate" not in Scorer.load(tmp_path).score(repeat).triggered_rules


def test_a_payment_that_is_odd_is_flagged_with_a_reason(
    payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    scorer = Scorer.load(tmp_path)
    record = {**payments[2_800], "transaction_id": "new", "amount": 250_000}
    found = scorer.score(record)
    assert found.is_ml_flag
    assert found.is_flag
    assert found.p_value < 0.01
    assert any("250,000.00 is" in reason for reason in found.reasons_top3)


def test_records_may_leave_columns_out_and_add_others(
    payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    scorer = Scorer.load(tmp_path)
    found = scorer.score({"customer_id": "C1", "amount": 12.5, "colour": "red"})
    assert 0.0 <= found.score < 1.0


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"colour": "red"}, "has none of the model's columns; expected transaction_id, timestamp"),
        ({"amount": "much"}, "column 'amount': 'much'; expected a number such as"),
        ({"timestamp": "soon", "amount": 1}, "column 'timestamp': 'soon'; expected"),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_in_one_line(
    record: dict[str, Any], message: str, payments: list[dict[str, Any]], tmp_path: Path
) -> None:
    scorer = Scorer.load(tmp_path)
    with pytest.raises(InputError, match=message):
        scorer.score(record)
    with pytest.raises(InputError, match=f"record 2: {message}"):
        scorer.score_many([payments[0], record])


def test_no_records_are_no_findings(payments: list[dict[str, Any]], tmp_path: Path) -> None:
    assert payments
    assert Scorer.load(tmp_path).score_many([]) == []


def test_threads_share_a_scorer(payments: list[dict[str, Any]], tmp_path: Path) -> None:
    scorer = Scorer.load(tmp_path)
    found: list[float] = []

    def score_all() -> None:
        found.extend(scorer.score(record).score for record in payments[2_700:2_720])

    threads = [threading.Thread(target=score_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert all(0.0 <= score < 1.0 for score in found)


def test_rows_of_any_table_are_judged_alone_as_in_company(
    file: Path, run: Detector, tmp_path: Path
) -> None:
    run(file, labels="checked")
    scorer = Scorer.load(tmp_path, profile="generic")
    scored = pl.read_parquet(tmp_path / "run" / "transactions_scored.parquet")
    records = records_of(file)
    for place in (0, 5, 700, 1_495, 1_499):
        found = scorer.score(records[place], explain=True)
        assert found.score == pytest.approx(scored["score"][place], abs=1e-12)
        assert found.is_flag == scored["is_flag"][place]
    assert "checked" not in scorer.columns


def test_lines_of_a_journal_are_judged_with_their_entry(tmp_path: Path, run: Detector) -> None:
    made = generate_ledger(rows=3_000, seed=3, out=tmp_path / "made")
    run(made.journal, profile="journal")
    scorer = Scorer.load(tmp_path)
    assert scorer.profile == "journal"
    records = records_of(made.journal)
    use = load_use(scorer.path)
    assert use is not None
    entry = use.roles[TableRole.ENTRY]
    first = [record for record in records if record[entry] == records[0][entry]]
    found = scorer.score_many(first)
    scored = pl.read_parquet(tmp_path / "run" / "transactions_scored.parquet")
    expected = scored.filter(pl.col(entry) == records[0][entry])["score"].to_list()
    assert [each.score for each in found] == pytest.approx(expected, abs=1e-12)
    debit, credit = use.roles[TableRole.DEBIT], use.roles[TableRole.CREDIT]
    unbalanced = [
        {**first[0], debit: "10.00", credit: ""},
        {**first[0], debit: "", credit: "4.00"},
    ]
    for line in scorer.score_many(unbalanced):
        assert "unbalanced-entry" in line.triggered_rules


def test_the_model_used_last_is_loaded(file: Path, run: Detector, tmp_path: Path) -> None:
    run(file, out="one")
    first = latest_model(tmp_path)
    sales = pl.read_csv(file).rename({"value": "revenue"})
    other = tmp_path / "other.csv"
    sales.write_csv(other)
    run(other, out="two")
    second = latest_model(tmp_path, profile="generic")
    assert first != second
    run(file, out="three")
    assert latest_model(tmp_path) == first


def test_a_workspace_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="keeps no model for payments yet; run tieout detect"):
        Scorer.load(tmp_path, profile="payments")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}', '{"format": 1}'])
def test_a_broken_model_is_refused(content: str, file: Path, run: Detector, tmp_path: Path) -> None:
    run(file)
    path = latest_model(tmp_path)
    assert path is not None
    use_path(path).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be used; learn anew"):
        Scorer.of(path)


def test_the_cut_of_the_run_is_kept(file: Path, run: Detector, tmp_path: Path) -> None:
    result = run(file, policy=CutPolicy(threshold=0.75))
    scorer = Scorer.load(tmp_path)
    assert scorer.threshold == 0.75
    content = json.loads(use_path(scorer.path).read_text(encoding="utf-8"))
    assert content["run_id"] == result.manifest.run_id
