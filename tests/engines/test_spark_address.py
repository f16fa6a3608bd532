"""Where a Spark is, and one line that says what is missing."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from absent import absent

from tieout.engines import spark_address
from tieout.engines.choose import open_engine
from tieout.engines.duckdb import DuckDBEngine
from tieout.engines.spark_address import missing_for_spark, parse_address, refuse_unanswered
from tieout.model.errors import InputError


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("text", "master", "is_loopback"),
    [
        ("spark://local[2]", "local[2]", True),
        ("spark://local[*]", "local[*]", True),
        ("spark://local", "local[*]", True),
        ("spark://127.0.0.1:7077", "spark://127.0.0.1:7077", True),
        ("spark://localhost:7077", "spark://localhost:7077", True),
        ("spark://master.example:7077", "spark://master.example:7077", False),
    ],
)
def test_an_address_names_a_master(text: str, master: str, is_loopback: bool) -> None:
    found = parse_address(text)
    assert (found.text, found.master, found.is_loopback) == (text, master, is_loopback)
    assert found.settings == {}


def test_settings_follow_an_address_with_their_full_names_or_without_spark() -> None:
    found = parse_address("spark://h:1?executor.memory=4g&spark.cores.max=16")
    assert found.settings == {"spark.executor.memory": "4g", "spark.cores.max": "16"}
    assert (found.host, found.port, found.master) == ("h", 1, "spark://h:1")


@pytest.mark.parametrize(
    "text",
    ["spark://", "spark://host", "spark://host:0", "spark://host:70000", "spark://local[0]"],
)
def test_what_is_no_address_is_refused_with_the_two_forms(text: str) -> None:
    with pytest.raises(InputError, match=r"expected spark://HOST:PORT or spark://local\[2\]"):
        parse_address(text)


@pytest.mark.parametrize("text", ["spark://h:1?", "spark://h:1?executor.memory", "spark://h:1?=1"])
def test_a_setting_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected settings such as"):
        parse_address(text)


def test_a_master_that_does_not_answer_is_told_at_once(closed_port: int) -> None:
    if missing := missing_for_spark():
        absent(missing)
    address = parse_address(f"spark://127.0.0.1:{closed_port}")
    with pytest.raises(InputError, match=r"nothing answers there .* start its master"):
        refuse_unanswered(address)


def test_pyspark_that_is_missing_is_told_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spark_address, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'tieout\[spark\]', or use --engine duckdb"):
        open_engine("spark://local[2]")


def test_java_that_is_missing_is_told_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "install version 17 or 21" in missing_for_spark()
    with pytest.raises(InputError, match="there is no Java"):
        open_engine("spark://local[2]")


def test_java_is_found_by_its_home_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert missing_for_spark() == ""


def test_another_engine_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"--engine oracle: expected duckdb, spark://HOST:PORT"):
        open_engine("oracle")


def test_duckdb_is_opened_with_its_limit(tmp_path: Path) -> None:
    with open_engine("duckdb", memory_limit="1GiB", temp_directory=tmp_path) as engine:
        assert isinstance(engine, DuckDBEngine)
        assert engine.reader is engine
        assert any(tmp_path.iterdir())
    assert not any(tmp_path.iterdir())
