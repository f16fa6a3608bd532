"""The report of a replay: what it says, and that it says nothing as markup."""

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest

from tieout.export.monitor_chart import Band, Line, time_chart
from tieout.export.monitor_report import monitor_page, sentences, tone, value_text
from tieout.export.monitor_run import MonitorReport

EPISODES = {
    "metric": pl.String, "dimensions": pl.String, "state": pl.String, "severity": pl.String,
    "started_at": pl.Datetime, "detected_at": pl.Datetime, "ended_at": pl.Datetime,
    "value": pl.Float64, "baseline": pl.Float64, "n": pl.Int64, "p_value": pl.Float64,
    "breached_minutes": pl.Int64, "excess": pl.Float64,
}  # fmt: skip
START = datetime.fromisoformat("2025-07-12")


def report(*, dimensions: str = "", found: bool = True) -> MonitorReport:
    """Two hours with or without an episode."""
    episode = (
        "denied_rate", dimensions, "resolved", "warning", START.replace(hour=1),
        START.replace(hour=1, minute=2), START.replace(hour=1, minute=40), 0.3, 0.05, 1800, 1e-90,
        38, 420.0,
    )  # fmt: skip
    incident = {
        "started_at": [START.replace(hour=1)], "severity": ["warning"], "episodes": [1],
        "metrics": ["denied_rate"], "root_cause": [dimensions], "excess": [420.0],
        "money_at_risk": ["1234.50 EUR"],
    }  # fmt: skip
    minutes = [START.replace(hour=minute // 60, minute=minute % 60) for minute in range(120)]
    windows = pl.DataFrame(
        {
            "minute": minutes,
            "metric": "denied_rate",
            "dimensions": "",
            "count": 5.0,
            "total": 100.0,
            "value": 0.05,
            "expected": 5.0,
            "limit": 14.0,
        }
    )
    alerts = pl.DataFrame(
        {
            "minute": [START.replace(hour=1, minute=15)],
            "kind": ["fired"],
            "severity": ["info"],
            "metric": ["denied_rate"],
            "dimensions": [dimensions],
        }
    )
    return MonitorReport(
        title="Watching minutes.csv",
        run_id="r",
        created_at="2025-07-13T00:00:00Z",
        file="minutes.csv",
        sha256="0" * 64,
        rows=240,
        rejected=0,
        late=3,
        layout="counts",
        minutes=120,
        first="2025-07-12T00:00",
        last="2025-07-12T01:59",
        series=3,
        alpha=1e-6,
        episodes=pl.DataFrame([episode] if found else [], schema=EPISODES, orient="row"),
        incidents=pl.DataFrame(incident) if found else pl.DataFrame(incident).clear(),
        alerts=alerts if found else alerts.clear(),
        windows=windows,
    )


def test_it_opens_with_what_happened() -> None:
    first, told, ground = sentences(report())
    assert first == "1 episode fired in 1 incident."
    assert told == "1 alert would have been sent."
    assert ground == "240 rows, 3 of them late of 120 minutes were counted into 3 series."
    assert tone(report()) == "open"


def test_a_quiet_stream_is_good() -> None:
    assert sentences(report(found=False))[0] == "Nothing was out of limits."
    assert tone(report(found=False)) == "good"
    assert "No metric was out of limits." in monitor_page(report(found=False))


def test_the_page_shows_the_episode_its_chart_and_its_numbers() -> None:
    page = monitor_page(report())
    assert "denied_rate, warning, from 12 Jul 01:00" in page
    assert ">1,800<" in page
    assert "30.0 %" in page
    assert "<svg" in page


def test_words_of_the_data_are_never_markup() -> None:
    page = monitor_page(report(dimensions="acquirer=<script>alert(1)</script>"))
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [("denied_rate", 0.3, "%"), ("latency_p95", 812.0, "ms"), ("volume_drop", 12.0, "12")],
)
def test_a_value_is_told_in_its_unit(metric: str, value: float, said: str) -> None:
    assert said in value_text(metric, value)


def test_a_chart_of_many_minutes_keeps_the_highest() -> None:
    values = [1.0] * 5000
    values[3210] = 9.0
    picture = str(time_chart(Line(list(range(5000)), values), [], [(0, "start")], "minutes"))
    assert ">9</text>" in picture
    assert picture.count(",") < 1200


def test_a_chart_of_volumes_keeps_the_lowest_too() -> None:
    values = [40.0] * 5000
    values[3210] = 0.0
    line = Line(list(range(5000)), values, keeps_lowest=True)
    bottom = f",{128.0:.0f} "
    assert bottom in str(time_chart(line, [], [], "minutes"))
    assert bottom not in str(time_chart(replace(line, keeps_lowest=False), [], [], "minutes"))


def test_one_denial_in_a_minute_of_one_payment_is_not_drawn_as_all_denied() -> None:
    night = pl.DataFrame(
        {
            "minute": [START + timedelta(minutes=minute) for minute in range(60)],
            "metric": ["denied_rate"] * 60,
            "dimensions": "",
            "count": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0] * 10,
            "total": 1.0,
            "value": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0] * 10,
            "expected": 0.1,
            "limit": 3.0,
        }
    )
    volume = night.with_columns(metric=pl.lit("volume_drop"), count=1.0, value=1.0)
    page = monitor_page(replace(report(), windows=pl.concat([volume, night])))
    rates = page.split("Denied rate")[0].split("Events a minute")[1]
    assert ">1</text>" not in rates
    assert "each 15 minutes together" in page


def test_a_band_is_as_wide_as_its_episode() -> None:
    line = Line(list(range(101)), [1.0] * 101)
    picture = str(time_chart(line, [Band(50, 100, "bad", "severe")], [], "minutes"))
    assert '<rect class="bad"' in picture
    assert "<title>severe</title>" in picture
