"""Breaks of a reconciliation judged by those of its earlier runs."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.history.earlier_runs import judge_breaks

START = date(2025, 1, 6)
JUDGED = ("score", "p_value", "anomalous", "reasons", "severity")


def run(rows: Sequence[tuple[str, str, float]], day: int, **columns: Any) -> pl.DataFrame:
    """Breaks of (key, bucket, difference) in the columns that matter."""
    dated = START + timedelta(days=day)
    return pl.DataFrame(
        {
            "break_id": [f"{day}-{n}-{key}" for n, (key, _, _) in enumerate(rows)],
            "side": "both",
            "key": [key for key, _, _ in rows],
            "difference": [Decimal(str(round(float(amount), 2))) for _, _, amount in rows],
            "currency": "EUR",
            "date_left": dated,
            "date_right": dated,
            "age_days": 0,
            "bucket": [bucket for _, bucket, _ in rows],
            "score": None,
            "p_value": None,
            "anomalous": None,
            "reasons": None,
            "incident_id": None,
            "severity": None,
        },
        schema_overrides={
            "difference": pl.Decimal(38, 2),
            "age_days": pl.Int32,
            "score": pl.Float64,
            "p_value": pl.Float64,
            "anomalous": pl.Boolean,
            "reasons": pl.List(pl.String),
            "incident_id": pl.String,
            "severity": pl.String,
        },
    ).with_columns(**{name: pl.lit(value) for name, value in columns.items()})


@pytest.fixture
def history() -> pl.DataFrame:
    """Thirty runs of invoices, each named once: small fees, larger timing differences."""
    random = np.random.default_rng(1)
    return pl.concat(
        run(
            [
                *((f"F{day}-{n}", "fee_or_tax", random.uniform(1, 4)) for n in range(6)),
                *((f"T{day}-{n}", "timing", random.normal(0, 400)) for n in range(4)),
            ],
            day,
        )
        for day in range(30)
    )


def test_a_record_is_judged_by_its_kind(history: pl.DataFrame) -> None:
    now = run([("F-x", "fee_or_tax", 2.5), ("F-y", "fee_or_tax", 300), ("T-x", "timing", 300)], 30)
    found = judge_breaks(now, history)
    assert found["anomalous"].to_list() == [False, True, False]
    assert found["reasons"][1].to_list()[0].startswith("Spike: 300.00 against")
    assert found["score"].arg_max() == 1


def test_an_account_is_judged_by_its_own_past() -> None:
    random = np.random.default_rng(2)
    sizes = {"A": 10.0, "B": 10_000.0}
    past = pl.concat(
        run([(key, "unknown", random.normal(0, size)) for key, size in sizes.items()], day)
        for day in range(60)
    )
    found = judge_breaks(run([("A", "unknown", 2_000), ("B", "unknown", 2_000)], 60), past)
    assert found["anomalous"].to_list() == [True, False]


def test_all_other_columns_stay_as_they_are(history: pl.DataFrame) -> None:
    now = run([("F-x", "fee_or_tax", 2.5), ("T-x", "timing", -90)], 30, incident_id="I1")
    found = judge_breaks(now, history)
    assert found.schema == now.schema
    assert found.drop(JUDGED).equals(now.drop(JUDGED))
    assert found.select(JUDGED).null_count().row(0) == (0, 0, 0, 0, 0)


def test_a_break_that_many_runs_carried_counts_once(history: pl.DataFrame) -> None:
    now = run([("F-x", "fee_or_tax", 2.5)], 30)
    carried = pl.concat([history, *(history.filter(pl.col("key") == "T3-1") for _ in range(500))])
    assert judge_breaks(now, carried).equals(judge_breaks(now, history))


def test_a_break_is_not_its_own_past(history: pl.DataFrame) -> None:
    now = run([("F-y", "fee_or_tax", 300)], 30)
    found = judge_breaks(now, pl.concat([history, now, now]))
    assert found["anomalous"].to_list() == [True]


def test_without_earlier_runs_breaks_are_judged_by_one_another(history: pl.DataFrame) -> None:
    now = run(
        [(f"F{n}", "fee_or_tax", 2 + n % 3) for n in range(80)] + [("G", "fee_or_tax", 999)], 0
    )
    found = judge_breaks(now, history.clear())
    assert found.filter("anomalous")["key"].to_list() == ["G"]


def test_no_breaks_stay_none(history: pl.DataFrame) -> None:
    assert judge_breaks(history.clear(), history).height == 0


def test_breaks_without_dates_or_amounts_are_judged_too(history: pl.DataFrame) -> None:
    nothing = pl.lit(None, dtype=pl.Date)
    now = run([("F-x", "fee_or_tax", 2.5), ("S-1", "static_data", 0)], 30).with_columns(
        date_left=nothing, date_right=nothing, age_days=pl.lit(None, pl.Int32)
    )
    found = judge_breaks(now, history)
    assert found["severity"].null_count() == 0
    assert found["p_value"].is_between(0, 1).all()
