"""The files as a whole."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.errors import InputError
from tieout.practice.ledger import generate_ledger
from tieout.practice.ledger.entries import KINDS

Generate = Callable[..., Any]
ROWS = 4_000


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_it_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate_ledger(rows=ROWS, seed=5, out=tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_it_writes_other_bytes_for_another_seed(tmp_path: Path) -> None:
    generate_ledger(rows=ROWS, seed=5, out=tmp_path / "one")
    generate_ledger(rows=ROWS, seed=6, out=tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert all(one[name] != two[name] for name in one)


@pytest.mark.parametrize("chunk_entries", [60, 333])
def test_chunks_do_not_change_the_bytes(tmp_path: Path, chunk_entries: int) -> None:
    generate_ledger(rows=ROWS, seed=5, out=tmp_path / "whole")
    generate_ledger(rows=ROWS, seed=5, out=tmp_path / "cut", chunk_entries=chunk_entries)
    assert digests(tmp_path / "whole") == digests(tmp_path / "cut")


def test_it_names_the_columns(practice: Any) -> None:
    header = practice.written.journal.read_text().splitlines()[0]
    assert header == (
        "entry_id,line,posted_at,effective_date,account,account_name,debit,credit,currency,"
        "description,document,prepared_by,approved_by,origin,counterparty"
    )
    assert practice.written.accounts.read_text().splitlines()[0] == (
        "account,account_name,type,normal_side,opening_balance,closing_balance"
    )
    assert pl.read_parquet_schema(practice.written.labels) == {
        "row": pl.Int64,
        "is_anomaly": pl.Boolean,
        "anomaly_type": pl.String,
    }


@pytest.mark.parametrize("rows", [4_000, 12_000, 30_000, 75_000])
def test_it_keeps_about_to_the_number_of_lines(generated: Generate, rows: int) -> None:
    written = generated(rows=rows).written
    assert written.rows == pytest.approx(rows, rel=0.12)
    assert written.rows == len(written.journal.read_text().splitlines()) - 1


def test_each_month_has_over_a_thousand_entries(generated: Generate) -> None:
    entries = generated(rows=75_000).entries
    by_month = Counter(entry.effective.strftime("%Y-%m") for entry in entries)
    assert len(by_month) == 24
    assert min(by_month.values()) > 1_000


def test_labels_stand_for_the_rows_of_the_file(practice: Any) -> None:
    labels = pl.read_parquet(practice.written.labels)
    assert labels["row"].to_list() == list(range(1, practice.written.rows + 1))
    assert labels["is_anomaly"].to_list() == labels["anomaly_type"].is_not_null().to_list()


def test_it_says_how_often_each_exception_was_written(practice: Any) -> None:
    written = practice.written
    entries = Counter(entry.kind for entry in practice.entries if entry.kind)
    lines = Counter(entry.kind for entry in practice.entries if entry.kind for _ in entry.lines)
    assert written.anomalous_entries == dict(entries)
    assert written.anomalies == dict(lines)
    assert set(entries) == set(KINDS)
    assert written.entries == len(practice.entries)


def test_less_than_one_entry_in_a_hundred_is_an_exception(generated: Generate) -> None:
    for rows in (30_000, 75_000):
        written = generated(rows=rows).written
        share = sum(written.anomalous_entries.values()) / written.entries
        assert 0.005 <= share <= 0.01


def test_entries_are_numbered_in_the_order_of_posting(practice: Any) -> None:
    numbers = [entry.entry_id for entry in practice.entries]
    assert numbers == [f"JE{number:08d}" for number in range(1, len(numbers) + 1)]
    moments = [entry.posted_at for entry in practice.entries]
    assert moments == sorted(moments)


def test_cells_are_plain(practice: Any) -> None:
    rows = pl.read_csv(practice.written.journal, infer_schema=False)
    for column in ("debit", "credit"):
        assert rows[column].str.contains(r"^\d+\.\d\d$").all()
    one_sided = (rows["debit"] == "0.00") != (rows["credit"] == "0.00")
    assert one_sided.all()
    assert set(rows["currency"]) == {"EUR"}
    nulls = rows.null_count().row(0, named=True)
    assert {name for name, count in nulls.items() if count} == {"approved_by", "counterparty"}


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_seed_shows_every_kind(generated: Generate, seed: int) -> None:
    assert min(generated(rows=3_000, seed=seed).written.anomalous_entries.values()) == 2


def test_it_tells_its_progress(tmp_path: Path) -> None:
    told: list[int] = []
    written = generate_ledger(
        rows=ROWS, seed=1, out=tmp_path, progress=told.append, chunk_entries=100
    )
    assert told == sorted(told)
    assert told[-1] == written.rows
    assert len(told) > 10


def test_it_refuses_too_few_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rows is 2999; two years of a company need .* 3,000"):
        generate_ledger(rows=2_999, seed=1, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_negative_seed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed is -1; expected 0 or more"):
        generate_ledger(rows=5_000, seed=-1, out=tmp_path)


def test_it_leaves_nothing_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    def stop(rows_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_ledger(rows=ROWS, seed=1, out=tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []
