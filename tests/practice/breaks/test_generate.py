import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.model.buckets import CAUSES
from tieout.model.errors import InputError
from tieout.practice.breaks import generate_breaks

Generate = Callable[..., Any]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_it_writes_the_same_bytes_for_the_same_seed(tmp_path: Path) -> None:
    generate_breaks(rows=3_000, seed=5, out=tmp_path / "one")
    generate_breaks(rows=3_000, seed=5, out=tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_it_writes_the_same_bytes_over_earlier_files(tmp_path: Path) -> None:
    generate_breaks(rows=500, seed=5, out=tmp_path / "one")
    generate_breaks(rows=500, seed=6, out=tmp_path / "two")
    generate_breaks(rows=500, seed=5, out=tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_it_writes_other_bytes_for_another_seed(tmp_path: Path) -> None:
    generate_breaks(rows=500, seed=5, out=tmp_path / "one")
    generate_breaks(rows=500, seed=6, out=tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert all(one[name] != two[name] for name in one)


@pytest.mark.parametrize("rows", [100, 1_000, 5_000, 20_000])
def test_it_keeps_to_the_number_of_left_rows(generated: Generate, rows: int) -> None:
    practice = generated(rows=rows)
    assert practice.written.left_rows == len(practice.left)
    assert practice.written.right_rows == len(practice.right)
    assert abs(len(practice.left) - rows) <= max(10, 0.03 * rows)


def test_it_says_how_often_each_cause_was_written(generated: Generate) -> None:
    practice = generated()
    counts = dict(practice.labels["cause"].value_counts().iter_rows())
    assert practice.written.causes == counts
    assert set(counts) == {"clean", *map(str, CAUSES)}


def test_it_names_the_columns_of_a_bank_and_of_a_ledger(generated: Generate) -> None:
    written = generated().written
    assert written.left.read_text().splitlines()[0] == (
        "Booking Date,Reference,Narrative,Counterparty,Amount,Currency,Account,"
        "Original Amount,Original Currency"
    )
    assert written.right.read_text().splitlines()[0] == (
        "posted_on,doc_no,description,party,debit,credit,ccy,gl_account,fc_amount,fc_currency"
    )
    assert pl.read_parquet_schema(written.labels) == {
        "left_row": pl.Int64,
        "right_row": pl.Int64,
        "cause": pl.String,
    }


def test_it_leaves_most_rows_clean(generated: Generate) -> None:
    causes = generated(rows=20_000).written.causes
    assert 0.85 <= causes["clean"] / sum(causes.values()) <= 0.89


def test_it_gives_each_cause_half_a_percent_of_the_rows(generated: Generate) -> None:
    causes = generated(rows=20_000).written.causes
    assert min(causes.values()) >= 0.005 * 20_000


def test_it_shows_every_cause_even_in_a_hundred_rows(generated: Generate) -> None:
    assert min(generated(rows=100).written.causes.values()) >= 1


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), chunk_rows=st.sampled_from([1, 300, 250_000]))
def test_it_labels_every_row_for_any_seed_and_chunk(
    generated: Generate, seed: int, chunk_rows: int
) -> None:
    practice = generated(seed=seed, chunk_rows=chunk_rows)
    labels = practice.labels
    assert set(labels["left_row"].drop_nulls()) == set(practice.left["row"])
    assert set(labels["right_row"].drop_nulls()) == set(practice.right["row"])
    assert labels.is_unique().all()
    assert min(practice.written.causes.values()) >= 15
    assert abs(len(practice.left) - 2_000) <= 60


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_it_uses_a_row_for_one_cause_only(generated: Generate, seed: int) -> None:
    """A row may be in several labels of a group, but all of them say the same."""
    labels = generated(seed=seed).labels
    for side in ("left_row", "right_row"):
        causes = labels.drop_nulls(side).group_by(side).agg(pl.col("cause").n_unique())
        assert causes["cause"].max() == 1


def test_small_chunks_change_nothing_but_the_draw(generated: Generate) -> None:
    whole, chunked = generated(rows=5_000, seed=3), generated(rows=5_000, seed=3, chunk_rows=200)
    assert chunked.left["date"].is_sorted() is False  # copies and returns reach over a chunk
    assert whole.left["date"].is_sorted()
    assert set(chunked.left["key"]) & set(whole.left["key"])
    assert chunked.both("clean")["key_left"].equals(
        chunked.both("clean")["key_right"].rename("key_left")
    )


def test_it_puts_the_right_file_in_another_order(generated: Generate) -> None:
    pairs = generated().both("clean").sort("left_row")
    assert not pairs["right_row"].is_sorted()
    assert generated().right["date"].is_sorted()


def test_no_reference_is_used_in_two_chunks(generated: Generate) -> None:
    practice = generated(rows=3_000, chunk_rows=1, adversarial=False)
    days = practice.left.group_by("key").agg(
        span=(pl.col("date").max() - pl.col("date").min()).dt.total_days()
    )
    assert days["span"].max() <= 9  # five business days and a weekend or two


def test_both_files_reach_the_last_day(generated: Generate) -> None:
    for seed in range(4):
        practice = generated(seed=seed)
        assert practice.left["date"].max() == practice.right["date"].max()


def test_few_rows_cover_fewer_days_so_that_a_day_keeps_many(generated: Generate) -> None:
    few, many = generated(rows=2_000), generated(rows=20_000)
    assert few.left["date"].n_unique() < 150
    assert (many.left["date"].max() - many.left["date"].min()).days > 360


def test_it_works_mostly_on_business_days(generated: Generate) -> None:
    weekday = generated(rows=20_000).left["date"].dt.weekday()
    assert 0 < (weekday > 5).mean() < 0.03


def test_without_adversaries_it_leaves_them_out(generated: Generate) -> None:
    practice = generated(seed=2, adversarial=False)
    assert min(practice.written.causes.values()) >= 15
    copies = practice.labels.filter(pl.col("cause") == "duplicate")
    assert len(copies) == 15


def test_it_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[int] = []
    written = generate_breaks(
        rows=1_000, seed=1, out=tmp_path, chunk_rows=200, progress=told.append
    )
    assert len(told) >= 4
    assert told == sorted(told)
    assert told[-1] == written.left_rows


def test_it_refuses_too_few_rows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows is 99; at least 100"):
        generate_breaks(rows=99, seed=1, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_negative_seed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="seed is -1; expected 0 or more"):
        generate_breaks(rows=100, seed=-1, out=tmp_path)


def test_it_leaves_nothing_behind_when_it_is_interrupted(tmp_path: Path) -> None:
    def stop(rows_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_breaks(rows=200, seed=1, out=tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []
