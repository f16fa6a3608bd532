from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tieout.model.errors import InputError
from tieout.practice.breaks import generate_breaks
from tieout.practice.score import Score, score_run

Pair = tuple[int | None, int | None, str]
Rows = tuple[list[int], list[int]]
Break = tuple[list[int], list[int], str]
ROWS = pl.List(pl.Int64)


def score(
    folder: Path, labels: Sequence[Pair], matches: Sequence[Rows], breaks: Sequence[Break]
) -> Score:
    """Labels as (left_row, right_row, cause), matches and breaks as (left_rows, right_rows)."""
    pl.DataFrame(
        labels,
        schema={"left_row": pl.Int64, "right_row": pl.Int64, "cause": pl.String},
        orient="row",
    ).write_parquet(folder / "labels.parquet")
    pl.DataFrame(
        matches, schema={"left_rows": ROWS, "right_rows": ROWS}, orient="row"
    ).write_parquet(folder / "matches.parquet")
    pl.DataFrame(
        breaks,
        schema={"left_rows": ROWS, "right_rows": ROWS, "bucket": pl.String},
        orient="row",
    ).write_parquet(folder / "breaks.parquet")
    return score_run(folder, folder / "labels.parquet")


def test_clean_pairs_count_when_they_are_in_one_match(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (2, 2, "clean"), (3, 3, "clean"), (4, 4, "clean")]
    got = score(tmp_path, labels, [([1], [1]), ([2], [3]), ([3], [2])], [])
    assert (got.clean_pairs, got.clean_pairs_found) == (4, 1)
    assert got.clean_found_share == 0.25


def test_a_match_of_rows_that_are_not_clean_is_false(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (2, 2, "rounding")]
    got = score(tmp_path, labels, [([1], [1]), ([2], [2])], [])
    assert (got.matches, got.false_matches) == (2, 1)
    assert got.false_match_share == 0.5


def test_a_match_of_clean_rows_with_each_others_partner_is_false(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (2, 2, "clean")]
    got = score(tmp_path, labels, [([1], [2]), ([2], [1])], [])
    assert got.false_matches == 2


def test_a_group_is_found_pair_by_pair(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (1, 2, "clean"), (1, 3, "clean")]
    got = score(tmp_path, labels, [([1], [1, 2, 3])], [])
    assert got.clean_pairs_found == 3
    assert got.false_matches == 0


def test_a_group_with_one_row_too_many_is_false_but_its_pairs_are_found(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (1, 2, "clean"), (None, 3, "missing_left")]
    got = score(tmp_path, labels, [([1], [1, 2, 3])], [])
    assert got.clean_pairs_found == 2
    assert got.false_matches == 1


def test_two_clean_pairs_in_one_match_are_false(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (2, 2, "clean")]
    got = score(tmp_path, labels, [([1, 2], [1, 2])], [])
    assert got.false_matches == 1


def test_rows_netted_on_one_side_are_no_false_pair(tmp_path: Path) -> None:
    labels = [(1, None, "reversal"), (2, None, "reversal")]
    got = score(tmp_path, labels, [([1, 2], [])], [])
    assert got.false_matches == 0
    assert got.confusion.rows() == [("reversal", "matched", 2)]


@pytest.mark.parametrize("rows", [([1], [2]), ([1], []), ([], [2]), ([1, 7], [2]), ([1], [2, 9])])
def test_a_break_is_right_when_either_row_is_in_its_bucket(tmp_path: Path, rows: Rows) -> None:
    got = score(tmp_path, [(1, 2, "timing")], [], [(*rows, "timing")])
    assert got.breaks_in_bucket == got.breaks == 1


def test_a_break_is_right_when_its_right_row_alone_is_in_its_bucket(tmp_path: Path) -> None:
    breaks = [([1], [], "missing_right"), ([], [2], "timing")]
    got = score(tmp_path, [(1, 2, "timing")], [], breaks)
    assert got.confusion.rows() == [("timing", "timing", 1)]


def test_a_break_in_another_bucket_shows_which(tmp_path: Path) -> None:
    breaks = [([1], [], "missing_right"), ([], [2], "missing_left")]
    got = score(tmp_path, [(1, 2, "timing")], [], breaks)
    assert got.bucket_share == 0
    assert got.confusion.rows() == [("timing", "missing_right", 1)]


def test_one_sided_labels_look_at_their_own_side_only(tmp_path: Path) -> None:
    """Left row 1 is missing on the right; right row 1 is another matter."""
    labels = [(1, None, "missing_right"), (None, 1, "missing_left")]
    breaks = [([1], [], "missing_right"), ([], [1], "duplicate")]
    got = score(tmp_path, labels, [], breaks)
    assert got.confusion.rows() == [
        ("missing_left", "duplicate", 1),
        ("missing_right", "missing_right", 1),
    ]


def test_rows_in_no_match_and_no_break_are_absent(tmp_path: Path) -> None:
    got = score(tmp_path, [(1, 1, "timing"), (2, 2, "clean")], [], [])
    assert got.confusion.rows() == [("clean", "absent", 1), ("timing", "absent", 1)]


def test_clean_pairs_that_became_breaks_show_in_the_confusion(tmp_path: Path) -> None:
    labels = [(1, 1, "clean"), (2, 2, "clean")]
    got = score(tmp_path, labels, [([1], [1])], [([2], [2], "timing")])
    assert got.confusion.rows() == [("clean", "matched", 1), ("clean", "timing", 1)]
    assert got.breaks == 0


def test_causes_are_listed_with_their_share(tmp_path: Path) -> None:
    labels = [(1, 1, "timing"), (2, 2, "timing"), (3, None, "duplicate"), (4, 4, "clean")]
    breaks = [([1], [1], "timing"), ([2], [2], "cut_off"), ([3], [], "duplicate")]
    got = score(tmp_path, labels, [([4], [4])], breaks)
    assert got.by_cause.rows() == [("duplicate", 1, 1, 1.0), ("timing", 2, 1, 0.5)]
    assert got.bucket_share == pytest.approx(2 / 3)


def test_nothing_to_find_is_found(tmp_path: Path) -> None:
    got = score(tmp_path, [], [], [])
    assert (got.clean_found_share, got.false_match_share, got.bucket_share) == (1.0, 0.0, 1.0)
    assert got.by_cause.columns == ["cause", "labelled", "in_bucket", "share"]


def test_rows_that_no_label_knows_are_false_matches_and_nothing_else(tmp_path: Path) -> None:
    got = score(tmp_path, [(1, 1, "clean")], [([1], [1]), ([50], [60])], [([70], [], "timing")])
    assert got.false_matches == 1
    assert got.clean_found_share == 1.0


def answers(folder: Path) -> Score:
    """Score a run that says what the labels say: a match a clean reference, a break a label."""
    labels = pl.read_parquet(folder / "labels.parquet")
    clean = labels.filter(pl.col("cause") == "clean")
    one = pl.when(pl.col("left_row").n_unique().over("right_row") > 1).then("right_row")
    matches = (
        clean.with_columns(whole=pl.coalesce(one + 10**9, "left_row"))
        .group_by("whole", maintain_order=True)
        .agg(left_rows=pl.col("left_row").unique(), right_rows=pl.col("right_row").unique())
    )
    matches.write_parquet(folder / "matches.parquet")
    labels.filter(pl.col("cause") != "clean").select(
        left_rows=pl.concat_list("left_row").list.drop_nulls(),
        right_rows=pl.concat_list("right_row").list.drop_nulls(),
        bucket=pl.col("cause").cast(pl.Categorical),
    ).write_parquet(folder / "breaks.parquet")
    return score_run(folder, folder / "labels.parquet")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_repeats_the_labels_is_perfect(tmp_path: Path, seed: int) -> None:
    generate_breaks(rows=3_000, seed=seed, out=tmp_path)
    got = answers(tmp_path)
    assert (got.clean_found_share, got.false_match_share, got.bucket_share) == (1.0, 0.0, 1.0)
    assert len(got.by_cause) == 16


@pytest.mark.parametrize("name", ["matches.parquet", "breaks.parquet", "labels.parquet"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    score(tmp_path, [], [], [])
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=f"{name} is not there"):
        score_run(tmp_path, tmp_path / "labels.parquet")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    score(tmp_path, [], [], [])
    pl.DataFrame({"left_rows": [[1]], "right_rows": [[1]]}).write_parquet(
        tmp_path / "breaks.parquet"
    )
    with pytest.raises(InputError, match=r"breaks\.parquet has no column bucket"):
        score_run(tmp_path, tmp_path / "labels.parquet")
