"""The files as a whole."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.practice.rates import generate_rates
from tieout.practice.rates.incidents import KINDS

Generate = Callable[..., Any]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_it_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate_rates(rows=3_000, seed=5, out=tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert set(digests(tmp_path / "one")) == {"events.csv", "incidents.csv", "labels.parquet"}


def test_it_writes_other_bytes_for_another_seed(tmp_path: Path) -> None:
    generate_rates(rows=3_000, seed=5, out=tmp_path / "one")
    generate_rates(rows=3_000, seed=6, out=tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert all(one[name] != two[name] for name in one)


@pytest.mark.parametrize("chunk_rows", [67, 1_000])
def test_chunks_do_not_change_the_bytes(tmp_path: Path, chunk_rows: int) -> None:
    generate_rates(rows=3_000, seed=5, out=tmp_path / "whole")
    generate_rates(rows=3_000, seed=5, out=tmp_path / "cut", chunk_rows=chunk_rows)
    assert digests(tmp_path / "whole") == digests(tmp_path / "cut")


@settings(max_examples=8, deadline=None)
@given(rows=st.integers(1_000, 6_000), seed=st.integers(0, 2**32))
def test_it_writes_exactly_the_rows_asked_for(generated: Generate, rows: int, seed: int) -> None:
    practice = generated(rows=rows, seed=seed)
    assert practice.rows.height == rows == practice.written.rows
    assert practice.rows["moment"].is_sorted()
    assert practice.written.days == 7
    assert min(practice.written.incident_counts.values()) >= 1
    assert practice.rows["cents"].min() >= 1


def test_more_rows_than_a_part_are_still_exact_and_sorted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy set is made an hour or a minute at a time."""
    monkeypatch.setattr("tieout.practice.rates.generate._PART_ROWS", 40)
    written = generate_rates(rows=3_000, seed=5, out=tmp_path)
    rows = pl.read_csv(written.events, infer_schema=False)
    assert rows.height == 3_000
    assert rows["timestamp"].is_sorted()


def test_it_names_the_columns(practice: Any) -> None:
    with practice.written.events.open() as file:
        header = file.readline()
    assert header == (
        "event_id,timestamp,status,channel,product,acquirer,card_type,amount,currency,auth_code,"
        "duration_ms\n"
    )
    assert practice.written.incidents.read_text().splitlines()[0] == (
        "incident_id,type,started_at,ended_at,condition,metric,severity_hint"
    )
    assert pl.read_parquet_schema(practice.written.labels) == {
        "row": pl.Int64,
        "is_anomaly": pl.Boolean,
        "anomaly_type": pl.String,
    }


def test_rows_are_sorted_to_the_millisecond(practice: Any) -> None:
    assert practice.rows["timestamp"].is_sorted()
    assert practice.rows["event_id"].is_sorted()
    assert practice.rows["event_id"].is_unique().all()
    assert practice.rows["moment"].dt.millisecond().n_unique() == 1_000


def test_nothing_is_missing(practice: Any) -> None:
    missing = practice.rows.drop("anomaly_type").null_count()
    assert set(missing.row(0)) == {0}


def test_it_says_how_many_rows_each_kind_changed(practice: Any) -> None:
    counted = dict(practice.rows["anomaly_type"].drop_nulls().value_counts().iter_rows())
    assert practice.written.anomalies == {kind: counted.get(kind, 0) for kind in KINDS}


def test_it_says_how_many_incidents_there_are(practice: Any) -> None:
    kinds = [incident["type"] for incident in practice.incidents]
    assert practice.written.incident_counts == {kind: kinds.count(kind) for kind in KINDS}


def test_it_covers_two_weeks_by_default(practice: Any) -> None:
    days = practice.rows["moment"].dt.date().unique().sort()
    assert (str(days[0]), len(days), practice.written.days) == ("2025-06-02", 14, 14)


def test_it_tells_its_progress(tmp_path: Path) -> None:
    told: list[int] = []
    generate_rates(rows=1_000, seed=1, out=tmp_path, progress=told.append, chunk_rows=50)
    assert told == sorted(told)
    assert told[-1] == 1_000
    assert len(told) >= 20


def test_it_refuses_too_few_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows is 999; a week of events needs at least 1,000"):
        generate_rates(rows=999, seed=1, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_negative_seed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed is -1; expected 0 or more"):
        generate_rates(rows=1_000, seed=-1, out=tmp_path)


def test_it_leaves_nothing_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    def stop(rows_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_rates(rows=1_000, seed=1, out=tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []
