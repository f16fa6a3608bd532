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
from tieout.practice.payments import generate_payments
from tieout.practice.payments.rows import KINDS

Generate = Callable[..., Any]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_it_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate_payments(rows=2_000, seed=5, out=tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_it_writes_other_bytes_for_another_seed(tmp_path: Path) -> None:
    generate_payments(rows=500, seed=5, out=tmp_path / "one")
    generate_payments(rows=500, seed=6, out=tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert all(one[name] != two[name] for name in one)


@pytest.mark.parametrize("chunk_rows", [37, 1_000])
def test_chunks_do_not_change_the_bytes(tmp_path: Path, chunk_rows: int) -> None:
    generate_payments(rows=1_500, seed=5, out=tmp_path / "whole")
    generate_payments(rows=1_500, seed=5, out=tmp_path / "cut", chunk_rows=chunk_rows)
    assert digests(tmp_path / "whole") == digests(tmp_path / "cut")


@settings(max_examples=12, deadline=None)
@given(rows=st.integers(100, 3_000), seed=st.integers(0, 2**32))
def test_it_writes_exactly_the_rows_asked_for(generated: Generate, rows: int, seed: int) -> None:
    practice = generated(rows=rows, seed=seed)
    assert practice.rows.height == rows == practice.written.rows
    assert practice.rows["moment"].is_sorted()
    assert set(practice.rows["anomaly_type"].drop_nulls()) == set(KINDS)
    assert practice.rows["cents"].min() >= 1


def test_it_names_the_columns(practice: Any) -> None:
    header = practice.written.transactions.read_text().splitlines()[0]
    assert header == (
        "transaction_id,timestamp,customer_id,card_id,merchant_id,category,channel,amount,"
        "currency,country,city,latitude,longitude,device_id"
    )
    assert pl.read_parquet_schema(practice.written.labels) == {
        "row": pl.Int64,
        "is_anomaly": pl.Boolean,
        "anomaly_type": pl.String,
    }


def test_labels_stand_for_the_rows_of_the_file(practice: Any) -> None:
    labels = pl.read_parquet(practice.written.labels)
    assert labels["row"].to_list() == list(range(1, practice.rows.height + 1))
    assert labels["is_anomaly"].to_list() == labels["anomaly_type"].is_not_null().to_list()


def test_it_says_how_often_each_anomaly_was_written(practice: Any) -> None:
    counted = dict(practice.rows["anomaly_type"].drop_nulls().value_counts().iter_rows())
    assert practice.written.anomalies == counted


def test_about_one_row_in_sixty_is_an_anomaly(practice: Any) -> None:
    assert 0.015 <= practice.rows["is_anomaly"].mean() <= 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_thousand_rows_show_enough_of_each_type(generated: Generate, seed: int) -> None:
    assert min(generated(rows=10_000, seed=seed).written.anomalies.values()) >= 20


def test_rows_are_sorted_over_the_whole_file(practice: Any) -> None:
    assert practice.rows["moment"].is_sorted()
    assert practice.rows["transaction_id"].is_sorted()
    assert practice.rows["transaction_id"].is_unique().all()


def test_it_covers_a_year(practice: Any) -> None:
    assert str(practice.rows["moment"].min())[:10] == "2025-01-01"
    assert str(practice.rows["moment"].max())[:7] in {"2025-12", "2026-01"}


def test_only_devices_are_missing_and_only_offline(practice: Any) -> None:
    missing = practice.rows.null_count().drop("anomaly_type", "device_id")
    assert set(missing.row(0)) == {0}
    online = practice.rows["channel"] == "online"
    assert online.to_list() == practice.rows["device_id"].is_not_null().to_list()


def test_each_customer_has_a_history(practice: Any) -> None:
    counts = practice.rows["customer_id"].value_counts()["count"]
    assert 130 <= counts.mean() <= 170
    assert counts.min() >= 15


def test_nothing_goes_wrong_in_the_first_weeks(practice: Any) -> None:
    planted = practice.rows.filter("is_anomaly")
    assert (planted["moment"].min() - practice.rows["moment"].min()).days >= 41


def test_the_last_rows_are_not_cut_off(practice: Any) -> None:
    """What happens on New Year's Eve may end on New Year's Day."""
    by_month = practice.rows["moment"].dt.strftime("%Y-%m").value_counts().sort("moment")
    assert by_month["count"][:12].min() > 0.06 * practice.rows.height


def test_it_tells_its_progress(tmp_path: Path) -> None:
    told: list[int] = []
    generate_payments(rows=1_000, seed=1, out=tmp_path, progress=told.append, chunk_rows=30)
    assert told == sorted(told)
    assert told[-1] == 1_000
    assert len(told) > 25


def test_it_refuses_too_few_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows is 99; at least 100"):
        generate_payments(rows=99, seed=1, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_negative_seed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed is -1; expected 0 or more"):
        generate_payments(rows=100, seed=-1, out=tmp_path)


def test_it_leaves_nothing_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    def stop(rows_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_payments(rows=200, seed=1, out=tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []
