"""Three failures upstream are three incidents, whatever else broke that day."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.pipeline.analyze import AnalyzeJob, AnalyzeResult, analyze

START = date(2025, 1, 1)
LAST = 45
FAILED = {"counterparty": "P03", "product": "SWAP", "desk": "D7"}


def broken_day(path: Path) -> dict[str, set[int]]:
    """Some 500 unrelated breaks a day; on the last, three values fail beside them."""
    random = np.random.default_rng(17)
    rows: list[dict[str, Any]] = []
    failures: dict[str, set[int]] = {name: set() for name in FAILED}

    def add(day: int, **fixed: str) -> int:
        number = len(rows) + 1
        amount = float(random.normal(0, 60))
        rows.append(
            {
                "id": f"B{number}",
                "day": (START + timedelta(days=day)).isoformat(),
                "desk": f"D{random.integers(12)}",
                "counterparty": f"P{random.integers(40):02d}",
                "product": ["BOND", "SWAP", "FX", "REPO", "LOAN"][random.integers(5)],
                "account": f"A{random.integers(400)}",
                "difference": round(amount, 2) or 0.01,
                **fixed,
            }
        )
        return number

    for day in range(LAST):
        for _ in range(random.poisson(500)):
            add(day)
    for _ in range(500):
        add(LAST)
    for name, value in FAILED.items():
        failures[name] = {add(LAST, **{name: value}) for _ in range(450)}
    pl.DataFrame(rows).write_csv(path)
    return failures


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[AnalyzeResult, dict[str, set[int]]]:
    """The day, analyzed."""
    folder = tmp_path_factory.mktemp("day")
    failures = broken_day(folder / "breaks.csv")
    result = analyze(AnalyzeJob(breaks=str(folder / "breaks.csv"), out=folder / "out"))
    return result, failures


def test_three_failures_are_three_incidents(
    day: tuple[AnalyzeResult, dict[str, set[int]]],
) -> None:
    result, _ = day
    large = result.report.incidents.filter(pl.col("findings") >= 30)
    causes = {f"{name}={value}" for name, value in FAILED.items()}
    assert set(large["condition"]) == causes
    assert set(large["bucket"]) == {"volume"}


@pytest.mark.parametrize("name", list(FAILED))
def test_an_incident_holds_the_rows_of_its_failure(
    name: str, day: tuple[AnalyzeResult, dict[str, set[int]]]
) -> None:
    result, failures = day
    causes = [f"{each}={value}" for each, value in FAILED.items()]
    ids = result.report.incidents.filter(pl.col("condition").is_in(causes))["incident_id"]
    breaks = result.report.breaks.filter(pl.col("incident_id").is_in(ids.implode()))
    held = set(breaks["left_rows"].explode().to_list())
    assert len(failures[name] & held) >= 0.95 * len(failures[name])


def test_what_is_unrelated_stays_out_of_them(
    day: tuple[AnalyzeResult, dict[str, set[int]]],
) -> None:
    result, failures = day
    related = set().union(*failures.values())
    odd = result.report.anomalous.filter(pl.col("category") != "volume")
    strangers = set(odd["left_rows"].explode().to_list()) - related
    assert len(strangers) <= 15


def test_an_incident_says_how_it_stands(day: tuple[AnalyzeResult, dict[str, set[int]]]) -> None:
    result, _ = day
    first = result.report.incidents.row(0, named=True)
    members = result.report.breaks.filter(pl.col("incident_id") == first["incident_id"])
    assert first["findings"] == members.height
    assert first["amount"] == sum(abs(each) for each in members["difference"])
    assert (first["first_seen"], first["last_seen"]) == (START + timedelta(days=LAST),) * 2
    assert first["trend"] == "rising"
    assert first["headline"].startswith(f"Volume: {members.height} breaks where ")
