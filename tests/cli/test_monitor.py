"""`tieout monitor replay`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tieout = Callable[..., Any]


@pytest.fixture
def stream(tmp_path: Path) -> str:
    """Three hours in which payments fail for twenty minutes."""
    lines = ["time,status,count"]
    for minute in range(180):
        lines.append(f"{minute // 60:02d}h {minute % 60:02d},approved,{90 + minute * 7 % 20}")
        failed = 30 if 120 <= minute < 140 else minute % 2
        lines.append(f"{minute // 60:02d}h {minute % 60:02d},failed,{failed}")
    (tmp_path / "minutes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "minutes.csv"


def test_one_object_tells_what_was_found(tieout: Tieout, stream: str, tmp_path: Path) -> None:
    said = tieout(f"monitor replay {stream} --json --out run")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    assert said.out.count("\n") == 1
    assert (found["rows"], found["minutes"], found["episodes"], found["fired"]) == (360, 180, 1, 1)
    assert found["by_severity"]["info"] == 1
    assert found["conservation"] is True
    assert (tmp_path / "run" / "episodes.csv").is_file()


def test_people_are_told_in_sentences(tieout: Tieout, stream: str) -> None:
    said = tieout(f"monitor replay {stream} --out run")
    assert said.out.startswith("1 episode fired in 1 incident.")
    assert "Failed rate" in said.out
    assert "Check time: time (times of a day" in said.out


@pytest.mark.parametrize(
    ("limit", "code"),
    [("info", 3), ("warning", 0), ("episodes=0", 3), ("alerts=2", 0), ("fired=1", 0)],
)
def test_a_limit_gives_exit_code_three(tieout: Tieout, stream: str, limit: str, code: int) -> None:
    assert tieout(f"monitor replay {stream} --out run --fail-on {limit} --json").code == code


def test_a_spec_says_what_is_watched(tieout: Tieout, stream: str, tmp_path: Path) -> None:
    spec = "metrics: {failed_rate: {enabled: false}}\n"
    (tmp_path / "watch.yaml").write_text(spec, encoding="utf-8")
    said = tieout(f"monitor replay {stream} --spec watch.yaml --out run --json")
    assert json.loads(said.out)["episodes"] == 0


def test_a_run_is_repeated_by_the_command_for_it(tieout: Tieout, stream: str) -> None:
    tieout(f"monitor replay {stream} --out run --json")
    said = tieout("repeat run --out again --json")
    assert json.loads(said.out)["episodes"] == 1


@pytest.mark.parametrize("speed", ["0", "-2", "fast", "nan"])
def test_a_speed_that_is_none_is_refused(tieout: Tieout, stream: str, speed: str) -> None:
    said = tieout(f"monitor replay {stream} --speed {speed}")
    assert said.code == 2
    assert said.err == f"tieout: --speed {speed}: expected a number above 0, such as 60, or max\n"


def test_a_missing_file_is_refused_in_one_line(tieout: Tieout) -> None:
    said = tieout("monitor replay none.csv")
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_the_schema_of_its_spec_can_be_printed(tieout: Tieout) -> None:
    schema = json.loads(tieout("schema monitor").out)
    assert {"windows", "limits", "severity", "metrics"} <= set(schema["properties"])
