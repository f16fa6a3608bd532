"""A file in, a run folder out."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.monitor.spec import InputSpec, MonitorSpec, WindowSpec
from tieout.pipeline.monitoring.replay import ReplayJob, ReplayResult, replay
from tieout.pipeline.monitoring.replayed import ReplayedStream
from tieout.pipeline.repeat import repeat

Replay = Callable[..., ReplayResult]
COLUMNS = [
    "episode_id", "metric", "dimensions", "state", "severity", "started_at", "detected_at",
    "ended_at", "value", "baseline", "n", "p_value", "incident_id", "root_cause", "money_at_risk",
]  # fmt: skip


def alerts(result: ReplayResult) -> list[dict[str, str]]:
    """The lines of alerts.jsonl."""
    text = (result.out / "alerts.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_folder_holds_episodes_alerts_windows_and_the_proof(
    replayed: Replay, counts_csv: str
) -> None:
    result = replayed(counts_csv)
    assert sorted(path.name for path in result.out.iterdir()) == [
        "alerts.jsonl", "episodes.csv", "rejects.csv", "report.html", "run.json",
        "windows.parquet",
    ]  # fmt: skip
    episodes = pl.read_csv(result.out / "episodes.csv", try_parse_dates=True)
    assert episodes.columns == COLUMNS
    assert episodes.select("metric", "severity", "state").rows() == [
        ("denied_rate", "warning", "resolved")
    ]
    assert episodes["started_at"][0] == datetime.fromisoformat("2025-07-12T04:00")
    assert result.manifest.counts["rows"] == 720
    assert result.manifest.conservation["file"].holds


def test_alerts_are_told_once_each_with_their_numbers(replayed: Replay, counts_csv: str) -> None:
    told = alerts(replayed(counts_csv))
    assert [(each["kind"], each["severity"]) for each in told] == [
        ("fired", "info"),
        ("escalated", "warning"),
        ("resolved", "warning"),
    ]
    assert len({each["alert_id"] for each in told}) == 3
    assert told[0]["at"] == "2025-07-12T04:14"
    assert told[0]["text"].startswith("info: denied_rate 3")


def test_the_same_file_gives_the_same_bytes_in_any_batches(
    replayed: Replay, counts_csv: str
) -> None:
    first, second = replayed(counts_csv), replayed(counts_csv, batch_rows=13)
    assert first.manifest.outputs == second.manifest.outputs


def test_speed_changes_nothing_but_when(replayed: Replay, counts_csv: str) -> None:
    waited: list[float] = []
    slow = replayed(counts_csv, speed=600.0, pause=waited.append)
    assert waited == [0.1] * 360
    assert slow.manifest.outputs == replayed(counts_csv).manifest.outputs


def test_what_comes_at_once_lets_others_write_each_hour(counts_csv: str, tmp_path: Path) -> None:
    (tmp_path / "minutes.csv").write_text(counts_csv, encoding="utf-8")
    waited: list[float] = []
    spec = MonitorSpec(monitor="cards")
    stream = ReplayedStream(tmp_path / "minutes.csv", spec, pause=waited.append)
    stream.start({})
    heights = []
    while (batch := stream.poll_batch(0.0)) is not None:
        assert batch.frame is not None
        heights.append(batch.frame.height)
    assert heights == [120] * 6
    assert waited == [0.1] * 5 + [0.0]


def test_windows_show_every_minute_with_its_limit(replayed: Replay, counts_csv: str) -> None:
    windows = pl.read_parquet(replayed(counts_csv).out / "windows.parquet")
    denied = windows.filter(pl.col("metric") == "denied_rate")
    assert denied.height == 360
    assert denied.filter("breached").height == 31
    late = denied.filter(pl.col("minute") > datetime.fromisoformat("2025-07-12T01:00"))
    assert (late["limit"] > late["expected"]).all()
    assert late.filter(pl.col("breached")).select((pl.col("count") > pl.col("limit")).all()).item()


@pytest.mark.parametrize("layout", ["h", "clock", "wide", "semicolons"])
def test_counts_come_in_several_forms(replayed: Replay, counts_csv: str, layout: str) -> None:
    rows = [line.split(",") for line in counts_csv.splitlines()[1:]]
    if layout == "h":
        lines = ["time,status,f0_"]
        lines += [f"{at[11:13]}h {at[14:16]},{status},{n}" for at, status, n in rows]
    elif layout == "clock":
        lines = ["time,status,count"]
        lines += [f"{at[11:16]},{status},{n}" for at, status, n in rows]
    elif layout == "wide":
        pairs = zip(rows[::2], rows[1::2], strict=True)
        lines = ["timestamp,approved,denied"]
        lines += [f"{good[0]},{good[2]},{bad[2]}" for good, bad in pairs]
    else:
        lines = ["Zeit;Status;Anzahl"]
        lines += [f"{at};{status.upper()};{n}" for at, status, n in rows]
    result = replayed("\n".join(lines) + "\n")
    episodes = pl.read_csv(result.out / "episodes.csv", try_parse_dates=True)
    assert episodes.select("metric", "severity").rows() == [("denied_rate", "warning")]
    assert episodes["started_at"][0].time().hour == 4


@pytest.mark.parametrize("order", ["by time", "by status", "dated", "wide"])
def test_times_of_a_day_go_on_after_midnight(replayed: Replay, counts_csv: str, order: str) -> None:
    rows = [line.split(",") for line in counts_csv.splitlines()[1:]]
    # From 21:00 to 03:00, so that the outage begins at 01:00 of the second day.
    moved = [((int(at[11:13]) + 21) % 24, int(at[14:16]), status, n) for at, status, n in rows]
    days = ["2025-07-12" if hour >= 21 else "2025-07-13" for hour, *_ in moved]
    lines = [f"{hour:02d}h {minute:02d},{status},{n}" for hour, minute, status, n in moved]
    head = "time,status,count"
    if order == "by status":
        lines.sort(key=lambda line: line.split(",")[1])
    elif order == "dated":
        head, lines = (
            f"{head},day",
            [f"{line},{day}" for line, day in zip(lines, days, strict=True)],
        )
        lines.sort()
    elif order == "wide":
        head = "time,count_approved,denied_total"
        pairs = zip(lines[::2], lines[1::2], strict=True)
        lines = [
            f"{good.split(',')[0]},{good.split(',')[2]},{bad.split(',')[2]}" for good, bad in pairs
        ]
    result = replayed("\n".join([head, *lines]) + "\n")
    assert result.manifest.counts["minutes"] == 360
    episodes = pl.read_csv(result.out / "episodes.csv", try_parse_dates=True)
    assert episodes.select("metric", "severity").rows() == [("denied_rate", "warning")]
    assert f"{episodes['started_at'][0]:%H:%M}" == "01:00"


def test_times_in_no_order_are_of_one_day(replayed: Replay, counts_csv: str) -> None:
    rows = [line.split(",") for line in counts_csv.splitlines()[1:]]
    lines = [f"{at[11:16]},{status},{n}" for at, status, n in rows]
    shuffled = [lines[place * 7 % len(lines)] for place in range(len(lines))]
    assert sorted(shuffled) == sorted(lines)
    result = replayed("\n".join(["time,status,count", *shuffled]) + "\n")
    assert result.manifest.counts["minutes"] == 360


def test_codes_of_answers_stand_in_for_statuses(replayed: Replay, counts_csv: str) -> None:
    text = counts_csv.replace("status", "auth_code").replace("approved", "00")
    result = replayed(text.replace("denied", "51"))
    episodes = pl.read_csv(result.out / "episodes.csv")
    assert episodes["metric"].to_list() == ["51_rate"]


def test_raw_events_are_counted_with_dimensions_and_durations(replayed: Replay) -> None:
    lines = ["created_at,status,acquirer,auth_code,amount,request_time,response_time"]
    for minute in range(120):
        for number in range(30):
            slow = minute >= 90 and number % 2
            bad = minute >= 90 and number % 3 == 0
            at = f"2025-07-12T{minute // 60:02d}:{minute % 60:02d}:{number:02d}"
            second = number + (10 if slow else 1)
            end = f"2025-07-12T{minute // 60:02d}:{minute % 60:02d}:{second:02d}"
            status, code = ("declined", "91") if bad else ("approved", "00")
            lines.append(f"{at},{status},A{number % 2},{code},{5 + number}.50,{at},{end}")
    result = replayed("\n".join(lines) + "\n")
    found = result.report.episodes
    assert result.manifest.counts["layout"] == "events"
    assert {"denied_rate", "latency_p50"} <= set(found["metric"])
    assert "acquirer=A1" in set(found["dimensions"])
    assert any("auth_code" in each for each in result.manifest.options["choices"])


def test_an_incident_has_its_cause_and_its_price(replayed: Replay) -> None:
    lines = ["timestamp,status,acquirer,channel,amount,ccy"]
    for minute in range(100):
        for number in range(40):
            acquirer, channel = f"A{number % 2}", ("pos", "web")[number // 2 % 2]
            bad = (minute >= 80 and acquirer == "A1") or (minute + number) % 20 == 0
            at = f"2025-07-12T{minute // 60:02d}:{minute % 60:02d}:{number:02d}"
            status = "failed" if bad else "approved"
            lines.append(
                f"{at},{status},{acquirer},{channel},10.00,{('EUR', 'JPY')[number // 4 % 2]}"
            )
    result = replayed("\n".join(lines) + "\n")
    episodes = pl.read_csv(result.out / "episodes.csv")
    assert set(episodes["root_cause"]) == {"acquirer=A1"}
    assert episodes["incident_id"].n_unique() == 1
    whole = episodes.filter(pl.col("dimensions").fill_null("") == "")
    # Of twenty minutes of forty payments, half failed instead of one in twenty.
    [price] = whole["money_at_risk"]
    assert {each.split()[1] for each in price.split(", ")} == {"EUR", "JPY"}
    assert all(1500 < float(each.split()[0]) < 2300 for each in price.split(", "))
    [last] = [each for each in alerts(result) if not each["dimensions"]]
    assert last["root_cause"] == "acquirer=A1"
    assert set(last["money_at_risk"]) == {"EUR", "JPY"}
    assert "root cause acquirer=A1; at risk " in last["text"]
    assert "acquirer=A1" in (result.out / "report.html").read_text("utf-8")


def test_rows_that_cannot_be_read_are_rejects(replayed: Replay, counts_csv: str) -> None:
    text = counts_csv + "yesterday,approved,5\n2025-07-12 06:00:00,approved,many\n"
    result = replayed(text)
    rejects = pl.read_csv(result.out / "rejects.csv")
    assert rejects["row"].to_list() == [721, 722]
    assert result.manifest.counts["rejected"] == 2
    assert result.manifest.conservation["file"].holds


def test_rows_that_come_too_late_are_rejects(replayed: Replay, counts_csv: str) -> None:
    spec = MonitorSpec(input=InputSpec(order="file"), windows=WindowSpec(revise_minutes=10))
    text = counts_csv + "2025-07-12 05:55:00,approved,3\n2025-07-12 00:10:00,approved,3\n"
    result = replayed(text, spec)
    assert result.manifest.counts["late"] == 1
    rejects = pl.read_csv(result.out / "rejects.csv")
    assert rejects.select("row", "expected").rows() == [(722, "a row at most 10 minutes late")]


def test_a_file_without_statuses_is_refused_with_what_to_do(replayed: Replay) -> None:
    with pytest.raises(InputError, match=r"no column of statuses .* name it as `input: \{status"):
        replayed("timestamp,price\n2025-07-12T00:00:00,1.5\n2025-07-12T00:01:00,1.7\n")


def test_a_file_without_times_is_refused_with_what_to_do(replayed: Replay) -> None:
    with pytest.raises(InputError, match=r"no column of times; name it as `input: \{time"):
        replayed("status,count\napproved,1\ndenied,2\n")


def test_a_column_that_is_not_there_is_named_with_the_nearest(replayed: Replay) -> None:
    spec = MonitorSpec(input=InputSpec(status="statsu"))
    with pytest.raises(InputError, match="no column 'statsu'; did you mean 'status'"):
        replayed("timestamp,status,count\n2025-07-12T00:00:00,approved,1\n", spec)


def test_a_run_can_be_repeated_from_its_manifest(
    replayed: Replay, counts_csv: str, tmp_path: Path
) -> None:
    first = replayed(counts_csv)
    again = repeat(first.out, out=tmp_path / "again")
    assert again.manifest.outputs == first.manifest.outputs


def test_a_watcher_is_told_of_each_minute(replayed: Replay, counts_csv: str) -> None:
    seen: list[int] = []
    replayed(counts_csv, watch=lambda minute, _: seen.append(minute.minute))
    assert seen == list(range(seen[0], seen[0] + 360))


def test_a_temporary_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        replay(ReplayJob(file="x.csv", temp_directory=tmp_path / "none"))


def test_times_of_several_offsets_are_taken_to_utc(replayed: Replay) -> None:
    rows = ["time,status,count"]
    for minute in range(5):
        rows += [
            f"2026-10-25T02:5{minute}:00+02:00,approved,90",
            f"2026-10-25T02:5{minute}+01,ok,9",
        ]
    result = replayed("\n".join(rows) + "\n")
    assert (result.report.first, result.report.last) == (
        "2026-10-25T00:50",
        "2026-10-25T01:54",
    )
    assert [each.value for each in result.report.choices if each.subject == "time zone"] == ["UTC"]


@pytest.mark.parametrize("offset", ["", "Z", "-03:00", " +0530"])
def test_times_of_one_offset_are_those_of_its_clock(replayed: Replay, offset: str) -> None:
    rows = [f"2026-10-25 10:0{minute}{offset},approved,90" for minute in range(5)]
    result = replayed("\n".join(["time,status,count", *rows, ",approved,1"]) + "\n")
    assert result.report.first == "2026-10-25T10:00"
    assert result.manifest.counts["rejected"] == 1


@pytest.mark.parametrize("count", ["-1", "1.5", "1000000001", "1e30", "n/a", ""])
def test_a_count_that_none_can_be_is_rejected(replayed: Replay, count: str) -> None:
    rows = [f"2026-10-25 10:0{minute},approved,90" for minute in range(5)]
    result = replayed(
        "\n".join(["time,status,count", *rows, f"2026-10-25 10:03,ok,{count}"]) + "\n"
    )
    assert result.manifest.counts["rejected"] == 1
    [reject] = (result.out / "rejects.csv").read_text("utf-8").splitlines()[1:]
    assert reject.startswith("stream.csv,6,count,")
