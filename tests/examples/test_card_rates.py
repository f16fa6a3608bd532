"""The example of live rates finds what its README says."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from tieout.pipeline.monitoring.replay import ReplayJob, ReplayResult, replay

FOLDER = Path(__file__).parents[2] / "examples" / "card-rates"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ReplayResult:
    """The first command of the README."""
    out = tmp_path_factory.mktemp("card-rates") / "run"
    return replay(ReplayJob(file=str(FOLDER / "minutes.csv"), spec=FOLDER / "spec.yaml", out=out))


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """The table of the README."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([a-z ]+) \| `?([^`|]+?)`? \|$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def episodes(result: ReplayResult) -> pl.DataFrame:
    """episodes.csv."""
    return pl.read_csv(result.out / "episodes.csv", try_parse_dates=True)


def test_it_is_one_incident_of_four_episodes(episodes: pl.DataFrame, told: dict[str, str]) -> None:
    assert episodes.height == 4
    assert episodes["incident_id"].n_unique() == 1
    assert set(episodes["root_cause"]) == {told["root cause"]}
    assert set(episodes["severity"]) == {told["worst severity"]}


def test_it_is_found_as_soon_as_the_readme_says(
    episodes: pl.DataFrame, told: dict[str, str]
) -> None:
    assert f"{min(episodes['detected_at']):%H:%M}" == told["first found"]


@pytest.mark.parametrize(("column", "name"), [("started_at", "began"), ("ended_at", "ended")])
def test_it_is_dated_as_the_readme_says(
    episodes: pl.DataFrame, told: dict[str, str], column: str, name: str
) -> None:
    assert {f"{each:%H:%M}" for each in episodes[column]} == {told[name]}


def test_alerts_are_told_of_the_acquirer_and_then_of_the_whole(result: ReplayResult) -> None:
    lines = (result.out / "alerts.jsonl").read_text("utf-8").splitlines()
    alerts = [json.loads(line) for line in lines]
    assert [(each["kind"], each["at"][-5:], each["dimensions"]) for each in alerts] == [
        ("notice", "11:02", "acquirer=Beta"),
        ("notice", "11:03", ""),
        ("fired", "11:09", ""),
        ("escalated", "11:19", ""),
        ("resolved", "11:34", "acquirer=Beta"),
        ("resolved", "11:34", ""),
    ]


def test_every_row_is_counted(result: ReplayResult) -> None:
    assert result.manifest.counts["rejected"] == 0
    assert result.manifest.conservation["file"].holds
