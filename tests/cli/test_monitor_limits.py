"""`tieout monitor replay` with limits that a spec chooses: each finds the outage in its way."""

import csv
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

Tieout = Callable[..., Any]
START = datetime.fromisoformat("2025-07-01")
WHOLE = pl.col("dimensions") == ""


def counted(minutes: Iterable[int], outage: range, acquirers: tuple[str, ...] = ("A1",)) -> str:
    """Counts by minute: 5 of 100 are denied and 3 fail; in the outage about 30 and 14 do."""
    chance = np.random.default_rng(3)
    lines = ["timestamp,acquirer,status,count"]
    for minute in minutes:
        at = f"{START + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S}"
        bad = minute in outage
        usual = {"approved": 95, "denied": 5, "failed": 3}
        means = usual | {"denied": 45, "failed": 20} if bad else usual
        for acquirer in acquirers:
            for status, mean in means.items():
                lines.append(f"{at},{acquirer},{status},{chance.poisson(mean)}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def replayed(tieout: Tieout, tmp_path: Path) -> Callable[[str, str], dict[str, Any]]:
    """Replays counts by a spec, and answers with the object that is printed."""

    def carry_out(counts: str, spec: str) -> dict[str, Any]:
        (tmp_path / "minutes.csv").write_text(counts, encoding="utf-8")
        (tmp_path / "watch.yaml").write_text(spec, encoding="utf-8")
        said = tieout("monitor replay minutes.csv --spec watch.yaml --out run --json")
        assert (said.code, said.err) == (0, "")
        found: dict[str, Any] = json.loads(said.out)
        return found

    return carry_out


Replayed = Callable[[str, str], dict[str, Any]]


def episodes(folder: Path) -> list[dict[str, str]]:
    """The rows of `episodes.csv` of the whole that have a severity."""
    with (folder / "run" / "episodes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["severity"] and not row["dimensions"]]


def minute_of(text: str) -> int:
    """Minutes since the file's first one."""
    return int((datetime.fromisoformat(text) - START).total_seconds() // 60)


def limits(folder: Path, metric: str) -> pl.DataFrame:
    """The minutes of a metric of the whole by their number, with their count and its limit."""
    windows = pl.read_parquet(folder / "run" / "windows.parquet")
    number = (pl.col("minute") - START).dt.total_minutes().alias("number")
    return windows.filter(WHOLE & (pl.col("metric") == metric)).select(
        number, "limit", "count", "breached"
    )


def methods(folder: Path) -> dict[str, str]:
    """The method of each metric, as `run.json` has it."""
    manifest = json.loads((folder / "run" / "run.json").read_text("utf-8"))
    return {name: each["method"] for name, each in manifest["spec"]["metrics"].items()}


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [
        # The limit of a minute of about 103 events, 5 of which are denied by chance.
        ("{method: binomial}", 14, 20),
        ("{method: sigma}", 10, 14),
        ("{method: sigma, k: 6}", 17, 21),
        ("{method: ewma, k: 6}", 23, 33),
    ],
)
def test_an_outage_is_found_by_the_limit_that_is_chosen(
    replayed: Replayed, tmp_path: Path, settings: str, least: int, most: int
) -> None:
    outage = range(200, 225)
    spec = f"windows: {{long_minutes: []}}\nmetrics: {{denied_rate: {settings}}}\n"
    found = replayed(counted(range(260), outage), spec)
    [denied] = [each for each in episodes(tmp_path) if each["metric"] == "denied_rate"]
    assert minute_of(denied["started_at"]) == outage.start
    assert minute_of(denied["detected_at"]) <= outage.start + 2
    assert outage.stop <= minute_of(denied["ended_at"]) <= outage.stop + 12
    assert 0.25 < float(denied["value"]) < 0.45
    assert 0.03 < float(denied["baseline"]) < 0.07
    assert found["fired"] == 2, "what failed is found beside it, by the usual limit"
    assert found["by_severity"]["info"] + found["by_severity"]["warning"] == 2
    assert (found["rows"], found["rejected"], found["conservation"]) == (780, 0, True)
    seen = limits(tmp_path, "denied_rate")
    before = seen.filter(pl.col("number").is_between(150, 199))["limit"].to_numpy()
    assert least < float(np.median(before)) < most
    if "binomial" not in settings:
        # Of one minute alone: what is beyond the limit that is shown is out of limits.
        shown = seen.filter(pl.col("limit").is_finite())
        assert shown.height > 200
        assert (shown["breached"] == (shown["count"] > shown["limit"])).all()
    assert methods(tmp_path)["denied_rate"] in settings


def test_sigmas_say_how_far_a_limit_is(replayed: Replayed, tmp_path: Path) -> None:
    near_and_far = []
    for k in (3, 30):
        spec = f"metrics: {{denied_rate: {{method: sigma, k: {k}}}}}\n"
        replayed(counted(range(200), range(150, 175)), spec)
        near_and_far.append({each["metric"] for each in episodes(tmp_path)})
    assert near_and_far == [{"denied_rate", "failed_rate"}, {"failed_rate"}]


def test_an_outage_is_found_by_arima_and_ets_once_there_are_three_days(
    replayed: Replayed, tmp_path: Path
) -> None:
    three_days = 3 * 1440
    outage = range(three_days + 20, three_days + 40)
    minutes = [*range(0, three_days - 30, 5), *range(three_days - 30, three_days + 55)]
    found = replayed(
        counted(minutes, outage),
        "windows: {minutes: [1, 5], long_minutes: []}\n"
        "forecast: {history_days: 3, refit_minutes: 600, series_max: 1}\n"
        "metrics:\n"
        "  '*': {enabled: false}\n"
        "  denied_rate: {method: arima}\n"
        "  failed_rate: {method: ets}\n",
    )
    assert methods(tmp_path) == {"*": "binomial", "denied_rate": "arima", "failed_rate": "ets"}
    assert found["fired"] == 2
    told = {each["metric"]: each for each in episodes(tmp_path)}
    assert set(told) == {"denied_rate", "failed_rate"}
    for metric, usual in (("denied_rate", 0.05), ("failed_rate", 0.03)):
        assert minute_of(told[metric]["started_at"]) == outage.start
        assert minute_of(told[metric]["detected_at"]) <= outage.start + 1
        assert minute_of(told[metric]["ended_at"]) <= outage.stop + 5
        assert float(told[metric]["baseline"]) == pytest.approx(usual, abs=0.01)
        # A forecast has no limit of one minute; before it begins the binomial one is shown.
        seen = limits(tmp_path, metric).filter(pl.col("count") > 0)
        early = seen.filter(pl.col("number").is_between(three_days - 30, three_days - 1))
        assert early["limit"].is_finite().all()
        assert not seen.filter(pl.col("number").is_in(outage))["limit"].is_finite().any()


def test_an_outage_is_found_by_an_isolation_forest_alone(
    replayed: Replayed, tmp_path: Path
) -> None:
    outage = range(300, 335)
    found = replayed(
        counted(range(350), outage, ("A1", "A2")),
        "windows: {pairs: false, minutes: [1, 5], long_minutes: [30]}\n"
        "forest: {warmup_minutes: 240, trees: 20, seed: 1}\n"
        "metrics: {'*': {enabled: false}, pattern: {enabled: true}}\n",
    )
    [pattern] = episodes(tmp_path)
    assert pattern["metric"] == "pattern"
    assert minute_of(pattern["started_at"]) in range(outage.start - 2, outage.start + 5)
    assert minute_of(pattern["detected_at"]) in outage
    assert float(pattern["value"]) > float(pattern["baseline"])
    assert found["incidents"] == 1
    assert found["fired"] == 3, "the whole and both acquirers"


def test_a_forest_that_lacks_minutes_is_grown_as_soon_as_there_are_enough(
    replayed: Replayed, tmp_path: Path
) -> None:
    # Of the whole alone a row is learnt every five minutes, and a hundred are the least.
    replayed(
        counted(range(530), range(0)),
        "windows: {minutes: [5], long_minutes: []}\n"
        "forest: {warmup_minutes: 240, refit_minutes: 720, trees: 10}\n",
    )
    windows = pl.read_parquet(tmp_path / "run" / "windows.parquet")
    judged = windows.filter(WHOLE & (pl.col("metric") == "pattern"))["minute"]
    assert 500 <= minute_of(str(judged.min())) < 530


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            "metrics: {denied_rate: {method: prophet}}",
            "metrics.denied_rate.method: input should be 'binomial', 'sigma', 'ewma', 'arima' or",
        ),
        ("metrics: {denied_rate: {method: sigma, k: 0}}", "metrics.denied_rate.k: input should be"),
        ("metrics: {denied_rate: {method: ewma, smoothing: 2}}", "denied_rate.smoothing: input"),
        ("metrics: {denied_rate: {method: sigma, sigmas: 3}}", "denied_rate.sigmas: no such field"),
        ("metrics: {denied_rate: ets}", "metrics.denied_rate: input should be a valid dictionary"),
        ("metrics: {latency_p90: {method: sigma}}", "metrics: latency_p90 is none: expected"),
        ("metrics: {pattern: {method: ets}}\nforest: {}", "metrics: pattern has one way to be"),
        ("metrics: {missing_data: {method: sigma}}", "metrics: missing_data has one way to be"),
        ("metrics: {pattern: {effect_min: 2}}", "the metric pattern is judged by a forest: add"),
        ("forest: {warmup_minutes: 10}", "forest.warmup_minutes: input should be greater than"),
        ("forecast: {history_days: 1}", "forecast.history_days: input should be greater than"),
    ],
)
def test_a_wrong_choice_is_refused_in_one_line(
    tieout: Tieout, tmp_path: Path, spec: str, said: str
) -> None:
    (tmp_path / "minutes.csv").write_text(counted(range(3), range(0)), encoding="utf-8")
    (tmp_path / "watch.yaml").write_text(spec, encoding="utf-8")
    done = tieout("monitor replay minutes.csv --spec watch.yaml --json")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tieout: watch.yaml: ")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("method", ["arima", "ets"])
def test_without_the_extra_it_is_said_how_to_install_it(
    tieout: Tieout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr("tieout.monitor.outlook.find_spec", lambda _: None)
    (tmp_path / "minutes.csv").write_text(counted(range(3), range(0)), encoding="utf-8")
    (tmp_path / "watch.yaml").write_text(f"metrics: {{'*': {{method: {method}}}}}\n", "utf-8")
    done = tieout("monitor replay minutes.csv --spec watch.yaml --json")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "pip install 'tieout[forecast]'" in done.err
