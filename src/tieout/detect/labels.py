"""What people already know of rows: anomaly, normal, or nothing yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieout.model.errors import InputError
from tieout.model.table import Kind, Table
from tieout.sources.typed.read import read_table

if TYPE_CHECKING:
    import polars as pl

    from tieout.engines.base import Engine

LabelArray: TypeAlias = NDArray[np.int8]

ANOMALY: Final = 1
NORMAL: Final = 0
UNLABELLED: Final = -1

_POSITIVE: Final = ("1", "true", "yes", "fraud", "anomaly")
_NEGATIVE: Final = ("0", "false", "no", "ok", "normal")
_UNLABELLED: Final = ("", "unknown", "unkn")
_ROW: Final = "row"
_LABEL: Final = "is_anomaly"
_TYPE: Final = "anomaly_type"


@dataclass(frozen=True)
class LabelWords:
    """Words beside the usual ones, and before them: what a person named as positive or negative.

    Compared without case. Raises InputError where a word is both.
    """

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        both = sorted({w.lower() for w in self.positive} & {w.lower() for w in self.negative})
        if both:
            raise InputError(f"labels: {both[0]!r} is named both as positive and as negative")

    def meanings(self) -> Mapping[str, int]:
        """Each word in lower case with its label.

        >>> LabelWords(positive=("Ok",)).meanings()["ok"]
        1
        """
        usual = dict.fromkeys(_POSITIVE, ANOMALY) | dict.fromkeys(_NEGATIVE, NORMAL)
        named = {word.strip().lower(): ANOMALY for word in self.positive}
        named |= {word.strip().lower(): NORMAL for word in self.negative}
        return dict.fromkeys(_UNLABELLED, UNLABELLED) | usual | named

    @property
    def expected(self) -> str:
        """What a label may be, for messages."""
        positive, negative = (*self.positive, *_POSITIVE), (*self.negative, *_NEGATIVE)
        return f"{'/'.join(positive)}, {'/'.join(negative)}, or unkn/blank"


@dataclass(frozen=True)
class Labels:
    """One label for each row of a table: 1 an anomaly, 0 normal, -1 unlabelled.

    types: the kind of each anomaly (String, null where there is none), where a file names them.
    column: the column of the input that they were read from; no detector may see it.
    """

    values: LabelArray
    types: "pl.Series | None" = None
    column: str | None = None

    @property
    def positives(self) -> int:
        """How many rows are labelled as anomalies."""
        return int((self.values == ANOMALY).sum())

    @property
    def negatives(self) -> int:
        """How many rows are labelled as normal."""
        return int((self.values == NORMAL).sum())


@dataclass(frozen=True)
class LabelledInput:
    """The table that labels are for: `name` for messages, `rows` with its rejects included."""

    table: Table
    name: str
    rows: int


def read_labels(
    given: str,
    labelled: LabelledInput,
    *,
    engine: "Engine",
    workdir: Path,
    words: LabelWords | None = None,
) -> Labels:
    """Labels by a column of the input, else by a file with columns row, is_anomaly, anomaly_type.

    `row` counts the data rows of the input from 1; anomaly_type may be missing. 1, true, yes,
    fraud and anomaly are positive, 0, false, no, ok and normal negative, blank, unknown and unkn
    unlabelled, as are rows that a file does not name. Nothing is guessed: without `given` there
    are no labels, whatever columns are called.

    Raises InputError for another value (with its row), a row that the input does not have, a row
    labelled twice in different ways, and where there is neither such a column nor such a file.
    """
    known = words or LabelWords()
    columns = labelled.table.frame.columns
    if given in columns:
        return _of_column(given, labelled, known)
    if Path(given).exists() or "://" in given:
        return _of_file(given, labelled, known, engine=engine, workdir=workdir)
    near = get_close_matches(given, columns, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(
        f"labels {given!r}: {labelled.name} has no such column and there is no such file{hint}"
    )


def _of_column(name: str, labelled: LabelledInput, words: LabelWords) -> Labels:
    values, unknown = _meant(labelled.table.frame[name], words)
    if unknown is not None:
        at, text = unknown
        raise InputError(
            f"{labelled.name}: row {labelled.table.rows[at]}, column {name!r}: {text!r}; "
            f"expected {words.expected}"
        )
    return Labels(values, column=name)


def _meant(values: "pl.Series", words: LabelWords) -> tuple[LabelArray, tuple[int, str] | None]:
    """Labels by words, and the position and text of the first value that has no meaning."""
    import polars as pl

    texts = values.cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    texts = texts.str.replace(r"^([0-9]+)\.0+$", "${1}")
    meanings = words.meanings()
    codes = texts.replace_strict(
        list(meanings), list(meanings.values()), default=None, return_dtype=pl.Int8
    )
    if codes.null_count():
        at = int(codes.is_null().arg_max() or 0)
        return np.empty(0, np.int8), (at, str(values[at]))
    return codes.to_numpy(), None


def _of_file(
    location: str, labelled: LabelledInput, words: LabelWords, *, engine: "Engine", workdir: Path
) -> Labels:
    import polars as pl

    texts = dict.fromkeys((_ROW, _LABEL, _TYPE), Kind.CATEGORY)
    read = read_table(location, engine=engine, workdir=workdir / "labels", expected=texts)
    name, frame = read.source.name, read.table.frame
    for column in (_ROW, _LABEL):
        if column not in frame.columns:
            raise InputError(
                f"{name}: has no column {column!r}; expected row, is_anomaly and, where known, "
                "anomaly_type"
            )
    if read.rejects:
        first = read.rejects[0]
        raise InputError(
            f"{first.file}: row {first.row}: {first.value!r}; expected {first.expected}"
        )
    rows = _row_numbers(frame[_ROW], name, labelled)
    values, unknown = _meant(frame[_LABEL], words)
    if unknown is not None:
        at, text = unknown
        raise InputError(
            f"{name}: row {at + 1}, column {_LABEL!r}: {text!r}; expected {words.expected}"
        )
    found = pl.DataFrame({_ROW: rows, _LABEL: values})
    types = frame[_TYPE] if _TYPE in frame.columns else None
    found = found.with_columns((pl.lit(None, pl.String) if types is None else types).alias(_TYPE))
    _refuse_contradictions(found, name)
    places = pl.DataFrame({_ROW: labelled.table.rows})
    joined = places.join(
        found.unique(_ROW, keep="first", maintain_order=True),
        on=_ROW,
        how="left",
        maintain_order="left",
    )
    labels = joined[_LABEL].fill_null(UNLABELLED).cast(pl.Int8).to_numpy()
    return Labels(labels, types=None if types is None else joined[_TYPE])


def _row_numbers(texts: "pl.Series", name: str, labelled: LabelledInput) -> "pl.Series":
    import polars as pl

    numbers = texts.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    wrong = numbers.is_null() | ~numbers.is_between(1, labelled.rows).fill_null(value=False)
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise InputError(
            f"{name}: row {at + 1}, column 'row': {texts[at]!r}; expected a data row of "
            f"{labelled.name}, 1 to {labelled.rows}"
        )
    return numbers.alias(_ROW)


def _refuse_contradictions(found: "pl.DataFrame", name: str) -> None:
    import polars as pl

    labels = found.group_by(_ROW).agg(pl.col(_LABEL).n_unique().alias("labels"))
    twice = labels.filter(pl.col("labels") > 1)[_ROW]
    if len(twice):
        raise InputError(
            f"{name}: row {int(twice.sort()[0])} has two different labels; expected one"
        )
