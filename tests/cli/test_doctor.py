"""`tieout doctor`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieout.cli import doctor
from tieout.engines.spark_address import missing_for_spark

Tieout = Callable[..., Any]


def test_a_sound_machine_is_told_so(tieout: Tieout) -> None:
    said = tieout("doctor --json")
    checks = {check["name"]: check for check in json.loads(said.out)["checks"]}
    assert {"python", "cores", "temporary folder", "workspace", "engine"} <= set(checks)
    assert checks["engine"]["found"] == "duckdb answers"
    assert checks["duckdb"]["ok"]
    assert said.code == (0 if all(check["ok"] for check in checks.values()) else 2)


def test_spark_is_optional_and_told(tieout: Tieout, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\nok   spark: pyspark " in tieout("doctor").out or missing_for_spark()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    said = tieout("doctor")
    assert "\nok   spark: not available (optional: there is no Java: install version 17" in said.out


def test_people_get_a_line_a_check(tieout: Tieout) -> None:
    said = tieout("doctor")
    lines = said.out.splitlines()
    assert all(line.startswith(("ok  ", "FAIL")) for line in lines)
    assert any(line.startswith("ok   engine: ") for line in lines)


def test_what_is_wrong_comes_with_advice(tieout: Tieout) -> None:
    said = tieout("doctor --workspace nowhere")
    assert said.code == 2
    wrong = [line for line in said.out.splitlines() if line.startswith("FAIL")]
    assert any("workspace: nowhere  -> make the folder writable" in line for line in wrong)


def test_a_workspace_that_cannot_be_written_is_told(tieout: Tieout) -> None:
    # Nobody may make files there, not even root.
    said = tieout("doctor --workspace /proc")
    assert said.code == 2
    assert "FAIL workspace: /proc  -> make the folder writable" in said.out


def test_an_engine_that_does_not_answer_is_told(
    tieout: Tieout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("no engine")

    monkeypatch.setattr("tieout.engines.duckdb.DuckDBEngine", fail)
    assert not doctor._engine().ok
    assert "FAIL engine: no engine" in tieout("doctor").out


def test_an_optional_library_that_is_missing_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "_EXTRAS", {"no-such-library": "postgres"})
    check = doctor._libraries()[-1]
    assert check.ok
    assert check.found == "not installed (optional: pip install 'tieout[postgres]')"


def test_a_library_that_is_missing_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_CORE", ("no-such-library",))
    assert not doctor._libraries()[0].ok


def test_the_assistant_is_told_of_and_what_keeps_it_from_working(
    tieout: Tieout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def told() -> dict[str, Any]:
        checks = json.loads(tieout(f"doctor --json --workspace {tmp_path}").out)["checks"]
        return next(check for check in checks if check["name"] == "assistant")

    assert told()["found"] == "not configured (optional: `assistant` in resolve.yaml)"
    (tmp_path / "resolve.yaml").write_text("assistant: {provider: openai, model: m-1}\n")
    assert told() == {
        "name": "assistant",
        "ok": False,
        "found": "m-1 of openai at https://api.openai.com/v1",
        "advice": "the variable OPENAI_API_KEY is not set; put the key of openai there",
    }
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert told()["ok"]
    assert "sk-secret" not in str(told())
    (tmp_path / "resolve.yaml").write_text("assistant: {provider: openai}\n")
    assert "assistant.model" in told()["found"]
