from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.roles.infer import Profile
from tieout.detect.thresholds import Costs, CutPolicy, choose
from tieout.pipeline.detection import DetectJob
from tieout.pipeline.detection.cutting import _largest, cut_scores
from tieout.practice.payments import generate_payments

from .conftest import PLANTED, Detector, sales


def scored(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "transactions_scored.parquet")


def test_labels_do_not_choose_the_cut_unless_asked(file: Path, run: Detector) -> None:
    measured = run(file, "a", labels="checked")
    assert "1 % of the rows" in measured.report.cut
    policy = CutPolicy(method="cost", costs=Costs(1.0, 10.0))
    by_cost = run(file, "b", labels="checked", policy=policy)
    assert "costs least" in by_cost.report.cut
    flagged = scored(by_cost.out).filter("is_flag")
    assert (flagged["checked"] == "fraud").sum() == PLANTED


def test_without_history_a_share_of_the_rows_is_flagged(file: Path, run: Detector) -> None:
    assert 1 <= run(file).report.flagged <= 15


def test_a_row_that_only_fills_the_workload_says_so(tmp_path: Path, run: Detector) -> None:
    path = tmp_path / "plain.csv"
    prices = [f"{(10, 20, 50)[at % 3] * (1 + at * 7 % 100 / 1000):.2f}" for at in range(400)]
    rows = [f"{at},{'NSW'[at % 3]},{1 + at * 3 % 19},{price}" for at, price in enumerate(prices)]
    rows[249] = "249,N,3,999.00"
    path.write_text("\n".join(["id,region,units,price", *rows]) + "\n", encoding="utf-8")
    result = scored(run(path).out)
    flagged = result.filter("is_flag").sort("score", descending=True)
    assert flagged["row"][0] == 250
    silent = [row for row in flagged.to_dicts() if row["reasons_top3"][0].startswith("no single")]
    assert silent
    for row in silent:
        as_high = int((result["score"] >= row["score"]).sum())
        assert row["reasons_top3"] == [
            f"no single value stands out; {as_high} of 400 rows score {row['score']:.3f} or more"
        ]


def test_detectors_and_rules_share_the_workload_of_payments(tmp_path: Path, run: Detector) -> None:
    written = generate_payments(rows=6_000, seed=2, out=tmp_path / "practice")
    result = run(written.transactions, profile="payments", labels=str(written.labels))
    assert result.report.flagged <= 300
    assert result.report.flagged_rules > 0
    types = result.report.by_type
    assert types is not None
    found = dict(types.select("anomaly_type", "recall").iter_rows())
    assert found["all"] > 0.9


def test_with_history_the_false_discovery_rate_decides(file: Path, run: Detector) -> None:
    current = file.with_name("current.csv")
    sales(rows=300, seed=3).write_csv(current)
    assert "Benjamini-Hochberg" in run(current, history=str(file)).report.cut


@pytest.mark.parametrize(
    ("profile", "flagged"), [("journal", 50), ("payments", 50), ("generic", 10)]
)
def test_rules_leave_detectors_what_is_left_of_the_workload(profile: Profile, flagged: int) -> None:
    """Eight rows of a thousand are flagged by rules, and are not those of the highest scores."""
    score = np.arange(1_000) / 1_000
    rules = np.arange(1_000) < 8
    detectors = SimpleNamespace(detectors={"novelty": None}, penalties={})
    data: Any = SimpleNamespace(history=None, profile=profile)
    judgement: Any = SimpleNamespace(judge=detectors)
    cut = cut_scores(DetectJob(), data, judgement, score, np.log(1.0 - score), rules)
    assert int(((score >= cut.threshold) | rules).sum()) == flagged
    assert f"flag {flagged / 10:g} % of the rows" in cut.why


@given(
    st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.5, 0.9, np.nan]), min_size=1, max_size=40),
    st.integers(0, 45),
)
def test_the_largest_scores_are_cut_where_all_of_them_would_be(
    scores: list[float], capacity: int
) -> None:
    score, policy = np.array(scores), CutPolicy(capacity=capacity)

    found = choose(_largest(score, rows=capacity + 1), np.zeros(len(score)), policy=policy)

    assert found == choose(score, np.zeros(len(score)), policy=policy)
