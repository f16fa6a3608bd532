"""Buckets by a language model, where nothing else names one; a repeated run asks nobody."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from models import ModelServer

from tieout.pipeline.analyze import AnalyzeJob, analyze
from tieout.pipeline.assistant_naming import Asking, name_by_assistant
from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile
from tieout.pipeline.repeat import repeat
from tieout.reconcile.records import BREAK_SCHEMA
from tieout.reconcile.spec import AssistantUse
from tieout.resolve.config import ResolveSpec

LEFT = "ref,value,ccy,day,text\nA-1,100.00,EUR,2026-03-02,\nA-2,250.00,EUR,2026-03-02,paid twice?\n"
RIGHT = "ref,value,ccy,day,text\nA-1,100.00,EUR,2026-03-02,\nA-2,-171.23,EUR,2026-03-02,\n"
SPEC = """
reconciliation: bank_vs_ledger
left: {name: bank, key: [ref], amount: value, currency: ccy, date: day, comment: text}
right: {name: ledger, key: [ref], amount: value, currency: ccy, date: day, comment: text}
words: {use: false}
assistant: {use: true}
"""


@pytest.fixture
def model(model: ModelServer) -> ModelServer:
    """Says that it is a reversal."""
    model.answer = lambda *_: {"bucket": "reversal", "cites": ["f1"]}
    return model


def resolving(model: ModelServer, **more: Any) -> ResolveSpec:
    spec = {"provider": "local", "model": "played", "base_url": model.url, "attempts": 1}
    return ResolveSpec.model_validate({"assistant": spec | more})


def asking(resolve: ResolveSpec, workspace: Path, **more: Any) -> Asking:
    return Asking(
        use=AssistantUse(use=True, **more),
        resolve=resolve,
        reconciliation="bank_vs_ledger",
        scale=2,
        workspace=workspace,
    )


def found(*rows: tuple[str, int, str, float]) -> pl.DataFrame:
    """Breaks of a side, a difference in cents, a bucket and how sure it is."""
    return pl.DataFrame(
        [
            {
                "side": side, "left_rows": [at], "right_rows": [], "key": f"K-{at}",
                "amount_left": cents, "amount_right": None, "difference": cents,
                "currency": "EUR", "date_left": 20_514, "date_right": None, "bucket": bucket,
                "bucket_confidence": sure, "evidence": "left 1.00", "candidates": [],
            }
            for at, (side, cents, bucket, sure) in enumerate(rows, start=1)
        ],
        schema=BREAK_SCHEMA,
    )  # fmt: skip


def test_only_what_nothing_names_is_asked_about(model: ModelServer, tmp_path: Path) -> None:
    breaks = found(
        ("both", 100, "timing", 0.9), ("both", 200, "unknown", 0.3), ("both", 300, "ambiguous", 0.5)
    )
    named = name_by_assistant(breaks, ["", "storno", ""], asking(resolving(model), tmp_path))
    assert named.breaks["bucket"].to_list() == ["timing", "reversal", "ambiguous"]
    assert named.breaks["bucket_confidence"].to_list() == [0.9, 0.5, 0.5]
    assert named.breaks["evidence"][1] == (
        "no evidence; the assistant says reversal (played); left 1.00"
    )
    assert len(model.bodies) == 1
    told = {fact["name"]: fact["value"] for fact in model.asked[0]["facts"]}
    assert (told["difference"], told["comment"], told["date left"]) == (
        "2.00",
        "storno",
        "2026-03-02",
    )
    assert named.options["buckets"] == {"1": "reversal"}
    assert (named.options["asked"], named.options["tokens"]) == (1, 120)


def test_of_many_those_with_most_at_risk_are_asked_about(
    model: ModelServer, tmp_path: Path
) -> None:
    breaks = found(*(("both", cents, "unknown", 0.0) for cents in (100, 900, 500)))
    named = name_by_assistant(
        breaks, ["", "", ""], asking(resolving(model), tmp_path, breaks_max=2)
    )
    assert named.breaks["bucket"].to_list() == ["unknown", "reversal", "reversal"]


def test_which_side_lacks_a_record_is_not_asked(model: ModelServer, tmp_path: Path) -> None:
    breaks = found(("left", 100, "unknown", 0.0), ("both", 200, "unknown", 0.0))
    name_by_assistant(breaks, ["", ""], asking(resolving(model, parallel=1), tmp_path))
    offered = [set(each["buckets"]) for each in model.asked]
    assert "missing_right" in offered[1]
    assert "missing_left" not in offered[1]
    assert not {"missing_left", "missing_right"} & offered[0]


def test_an_answer_that_leaves_it_open_changes_nothing(model: ModelServer, tmp_path: Path) -> None:
    model.answer = lambda *_: {"bucket": "unknown", "cites": ["f1"]}
    breaks = found(("both", 100, "unknown", 0.3))
    named = name_by_assistant(breaks, [""], asking(resolving(model), tmp_path))
    assert named.breaks.equals(breaks)
    assert named.options["buckets"] == {}


def test_without_a_model_the_breaks_stay_and_the_run_says_why(tmp_path: Path) -> None:
    breaks = found(("both", 100, "unknown", 0.3))
    named = name_by_assistant(breaks, [""], asking(ResolveSpec(), tmp_path))
    assert named.breaks.equals(breaks)
    assert named.options == {
        "asked": 0, "why": ["resolve.yaml names no `assistant`"], "buckets": {}
    }  # fmt: skip


def test_a_model_that_fails_leaves_the_breaks_as_they_are(
    model: ModelServer, tmp_path: Path
) -> None:
    model.script.append(500)
    breaks = found(("both", 100, "unknown", 0.3))
    named = name_by_assistant(breaks, [""], asking(resolving(model), tmp_path))
    assert named.breaks.equals(breaks)
    assert named.options["why"] == ["127.0.0.1: 500"]


@pytest.fixture
def run(model: ModelServer, tmp_path: Path) -> ReconcileResult:
    """Two sides of which one row differs without a cause."""
    for name, text in (("left.csv", LEFT), ("right.csv", RIGHT), ("spec.yaml", SPEC)):
        (tmp_path / name).write_text(text)
    (tmp_path / "resolve.yaml").write_text(
        f"assistant: {{provider: local, model: played, base_url: '{model.url}', attempts: 1}}\n"
    )
    return reconcile(
        ReconcileJob(
            left=str(tmp_path / "left.csv"),
            right=str(tmp_path / "right.csv"),
            spec=tmp_path / "spec.yaml",
            workspace=tmp_path,
        )
    )


def test_a_reconciliation_asks_and_its_repetition_asks_nobody(
    run: ReconcileResult, model: ModelServer, tmp_path: Path
) -> None:
    breaks = pl.read_parquet(run.out / "breaks.parquet")
    assert breaks["bucket"].to_list() == ["reversal"]
    assert "the assistant says reversal (played)" in breaks["evidence"][0]
    assert breaks["resolution"].to_list() == [
        "Book the return on the other side, against the original."
    ]
    assert run.manifest.options["assistant"]["buckets"] == {"0": "reversal"}
    comment = next(fact for fact in model.asked[0]["facts"] if fact["name"] == "comment")
    assert comment["value"] == "paid twice?"

    asked = len(model.bodies)
    (tmp_path / ".tieout" / "assistant.db").unlink()
    again = repeat(run.out, workspace=tmp_path, out=tmp_path / "again")
    assert len(model.bodies) == asked
    assert (again.out / "breaks.parquet").read_bytes() == (run.out / "breaks.parquet").read_bytes()
    assert again.manifest.options == run.manifest.options


def test_an_analysis_asks_too(model: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "resolve.yaml").write_text(
        f"assistant: {{provider: local, model: played, base_url: '{model.url}', attempts: 1}}\n"
    )
    rows = "".join(f"T-{at},{100 + at}.00,{40 + at * 3}.37,2026-03-02\n" for at in range(4))
    (tmp_path / "breaks.csv").write_text(f"trade,ours,theirs,day\n{rows}")
    (tmp_path / "spec.yaml").write_text(
        "analysis: trades\nid: trade\ncriteria: {left: ours, right: theirs}\ndate: day\n"
        "currency_fixed: EUR\nassistant: {use: true, breaks_max: 3}\n"
    )
    made = analyze(
        AnalyzeJob(
            breaks=str(tmp_path / "breaks.csv"), spec=tmp_path / "spec.yaml", workspace=tmp_path
        )
    )
    kept = made.manifest.options["assistant"]
    assert kept["asked"] == len(model.bodies) > 0
    buckets = pl.read_parquet(made.out / "breaks.parquet")["bucket"].to_list()
    assert buckets.count("reversal") == len(kept["buckets"]) == kept["asked"]
    again = repeat(made.out, workspace=tmp_path, out=tmp_path / "again")
    assert (again.out / "breaks.parquet").read_bytes() == (made.out / "breaks.parquet").read_bytes()
    assert len(model.bodies) == kept["asked"]
