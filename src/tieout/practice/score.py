"""How much of what is known to be true a run has found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.model.errors import InputError

NOWHERE = -1
CLEAN = "clean"
MATCHED = "matched"  # stands as a bucket where a break's rows were matched
ABSENT = "absent"  # and where they are in no match and no break

_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """A run beside its labels. Shares are 0-1, and 1 where there was nothing to find.

    clean_pairs, clean_pairs_found: labelled clean pairs, and those whose rows are in one match.
    matches, false_matches: matches, and those with a left and a right row that are not a clean
    pair. breaks, breaks_in_bucket: labels other than clean, and those of which a row is in a
    break of the right bucket. by_cause: cause, labelled, in_bucket, share. confusion: cause,
    bucket, n; the bucket of a label is the right one if either of its rows has it, else the
    left row's, else the right row's; `matched` and `absent` stand for rows in no break.
    """

    clean_pairs: int
    clean_pairs_found: int
    matches: int
    false_matches: int
    breaks: int
    breaks_in_bucket: int
    by_cause: pl.DataFrame
    confusion: pl.DataFrame

    @property
    def clean_found_share(self) -> float:
        """Of the clean pairs."""
        return _share(self.clean_pairs_found, self.clean_pairs)

    @property
    def false_match_share(self) -> float:
        """Of the matches; 0 without any."""
        return self.false_matches / self.matches if self.matches else 0.0

    @property
    def bucket_share(self) -> float:
        """Of the labelled breaks."""
        return _share(self.breaks_in_bucket, self.breaks)


def score_run(run: Path, labels: Path) -> Score:
    """Compare the matches and breaks in a run folder with the labels of its input.

    run: a folder with matches.parquet (left_rows, right_rows) and breaks.parquet (left_rows,
    right_rows, bucket). labels: a Parquet file of left_row, right_row, cause. Rows are data
    rows from 1. Raises InputError where a file or column is missing.

    A break that stands in the right bucket but beside the wrong partner still counts: the
    question is whether its row reached the right desk.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     pl.DataFrame(
    ...         {"left_row": [1, 2], "right_row": [1, None], "cause": ["clean", "duplicate"]}
    ...     ).write_parquet(folder / "labels.parquet")
    ...     pl.DataFrame({"left_rows": [[1]], "right_rows": [[1]]}).write_parquet(
    ...         folder / "matches.parquet"
    ...     )
    ...     pl.DataFrame(
    ...         {"left_rows": [[2]], "right_rows": [[]], "bucket": ["missing_right"]},
    ...         schema_overrides={"right_rows": pl.List(pl.Int64)},
    ...     ).write_parquet(folder / "breaks.parquet")
    ...     score = score_run(folder, folder / "labels.parquet")
    >>> score.clean_found_share, score.false_match_share, score.bucket_share
    (1.0, 0.0, 0.0)
    >>> score.confusion.rows()
    [('clean', 'matched', 1), ('duplicate', 'missing_right', 1)]
    """
    truth = _read(labels, ("left_row", "right_row", "cause"))
    matches = _read(run / "matches.parquet", ("left_rows", "right_rows"))
    breaks = _read(run / "breaks.parquet", ("left_rows", "right_rows", "bucket"))
    left = _Side(truth, matches, breaks, side="left")
    right = _Side(truth, matches, breaks, side="right")
    is_clean = truth["cause"].to_numpy() == CLEAN
    together = (left.match != NOWHERE) & (left.match == right.match)
    found = is_clean & together
    false = _false_matches(matches, left.match[found])
    table = _confusion(truth["cause"], breaks["bucket"], left, right, found)
    by_cause = _by_cause(table)
    return Score(
        clean_pairs=int(is_clean.sum()),
        clean_pairs_found=int(found.sum()),
        matches=len(matches),
        false_matches=false,
        breaks=int(by_cause["labelled"].sum()),
        breaks_in_bucket=int(by_cause["in_bucket"].sum()),
        by_cause=by_cause,
        confusion=table,
    )


class _Side:
    """For each label, the positions of the match and of the break that hold its row."""

    def __init__(
        self, truth: pl.DataFrame, matches: pl.DataFrame, breaks: pl.DataFrame, *, side: str
    ) -> None:
        row = truth[f"{side}_row"].fill_null(0).to_numpy()
        self.match = _holder(matches[f"{side}_rows"], int(row.max(initial=0)))[row]
        self.found = _holder(breaks[f"{side}_rows"], int(row.max(initial=0)))[row]


def _holder(groups: pl.Series, last_row: int) -> _Ints:
    """By row, the position of the group that holds it; row 0 stands for no row."""
    held = groups.to_frame("row").with_row_index("group").explode("row", empty_as_null=False)
    held = held.filter(pl.col("row").is_between(1, last_row))
    holder = np.full(last_row + 1, NOWHERE, dtype=np.int64)
    holder[held["row"].to_numpy()] = held["group"].to_numpy()
    return holder


def _false_matches(matches: pl.DataFrame, found_in: _Ints) -> int:
    """Groups with more pairs than labelled clean ones: one of them at least is not clean."""
    pairs = matches.select(
        n=pl.col("left_rows").list.len().cast(pl.Int64) * pl.col("right_rows").list.len()
    )["n"].to_numpy()
    clean = np.bincount(found_in, minlength=len(matches))
    return int((pairs > clean).sum())


def _confusion(
    cause: pl.Series, buckets: pl.Series, left: _Side, right: _Side, found: NDArray[np.bool_]
) -> pl.DataFrame:
    """Labels counted by cause and by the bucket that they came to."""
    matched = (left.match != NOWHERE) | (right.match != NOWHERE)
    labels = pl.DataFrame(
        {
            "cause": cause,
            "left": _bucket_of(buckets, left.found),
            "right": _bucket_of(buckets, right.found),
            "outside": pl.Series(matched).replace_strict(
                {True: MATCHED, False: ABSENT}, return_dtype=pl.String
            ),
            "found": found,
        }
    )
    bucket = (
        pl.when("found")
        .then(pl.lit(MATCHED))
        .when(pl.col("left") == pl.col("cause"))
        .then("left")
        .when(pl.col("right") == pl.col("cause"))
        .then("right")
        .otherwise(pl.coalesce("left", "right", "outside"))
    )
    table = labels.lazy().group_by("cause", bucket.alias("bucket")).agg(n=pl.len().cast(pl.Int64))
    return table.sort("cause", "bucket").collect()


def _bucket_of(buckets: pl.Series, position: _Ints) -> pl.Series:
    known = pl.Series(position).replace(NOWHERE, None)
    return buckets.cast(pl.String).gather(known)


def _by_cause(table: pl.DataFrame) -> pl.DataFrame:
    right = pl.col("n").filter(pl.col("bucket") == pl.col("cause")).sum()
    return (
        table.filter(pl.col("cause") != CLEAN)
        .group_by("cause")
        .agg(labelled=pl.col("n").sum(), in_bucket=right)
        .with_columns(share=pl.col("in_bucket") / pl.col("labelled"))
        .sort("cause")
    )


def _read(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    if not path.is_file():
        raise InputError(f"{path} is not there; expected a Parquet file with {', '.join(columns)}")
    missing = [name for name in columns if name not in pl.read_parquet_schema(path)]
    if missing:
        raise InputError(f"{path} has no column {missing[0]}; expected {', '.join(columns)}")
    return pl.read_parquet(path, columns=list(columns))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
