from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tieout.detect.labels import LabelledInput, Labels, LabelWords, read_labels
from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.model.table import ColumnFacts, Kind, Table

KINDS = {pl.Float64: Kind.NUMBER, pl.String: Kind.CATEGORY}


def labelled(*rows: int, of: int | None = None, **columns: Sequence[object]) -> LabelledInput:
    """A table of these columns; its rows have these numbers, of so many in the file."""
    frame = pl.DataFrame(columns)
    facts = tuple(
        ColumnFacts(name, KINDS[type(dtype)], 1, 0) for name, dtype in frame.schema.items()
    )
    numbers = np.array(rows or range(1, len(frame) + 1), dtype=np.int64)
    return LabelledInput(Table(frame, numbers, facts), "sales.csv", of or int(numbers[-1]))


class Reading:
    """Reads labels, of a file that is written first where a text is given."""

    def __init__(self, engine: DuckDBEngine, folder: Path) -> None:
        self._engine, self._folder = engine, folder

    def __call__(
        self, given: str, table: LabelledInput, words: LabelWords | None = None, text: str = ""
    ) -> Labels:
        if text:
            path = self._folder / given
            path.write_text(text, encoding="utf-8")
            given = str(path)
        return read_labels(given, table, engine=self._engine, workdir=self._folder, words=words)


@pytest.fixture
def reading(engine: DuckDBEngine, tmp_path: Path) -> Reading:
    return Reading(engine, tmp_path)


def test_it_reads_a_column_of_words(reading: Reading) -> None:
    words = ["fraud", "OK", "unkn", None, " Yes ", "normal", "unknown", "TRUE", "false", "no", "1"]

    labels = reading("inspection", labelled(inspection=words))

    assert labels.values.tolist() == [1, 0, -1, -1, 1, 0, -1, 1, 0, 0, 1]
    assert labels.values.dtype == np.int8
    assert labels.column == "inspection"
    assert labels.types is None
    assert (labels.positives, labels.negatives) == (4, 4)


def test_it_reads_a_column_of_numbers(reading: Reading) -> None:
    labels = reading("Class", labelled(Class=[1.0, 0.0, None]))

    assert labels.values.tolist() == [1, 0, -1]


def test_numbers_as_floating_text_are_labels_too(reading: Reading) -> None:
    assert reading("c", labelled(c=["1.0", "0.0"])).values.tolist() == [1, 0]


def test_a_person_may_name_other_words(reading: Reading) -> None:
    words = LabelWords(positive=("Bad", "ok"), negative=("good",))

    labels = reading("state", labelled(state=["bad", "GOOD", "ok", "fraud"]), words)

    assert labels.values.tolist() == [1, 0, 1, 1]


def test_a_word_cannot_be_both() -> None:
    with pytest.raises(InputError, match="'bad' is named both as positive and as negative"):
        LabelWords(positive=("Bad",), negative=("bad",))


def test_another_value_is_an_error_that_names_its_row(reading: Reading) -> None:
    with pytest.raises(InputError) as raised:
        reading("state", labelled(2, 5, 9, state=["ok", "fraud", "maybe"]))

    assert str(raised.value) == (
        "sales.csv: row 9, column 'state': 'maybe'; expected 1/true/yes/fraud/anomaly, "
        "0/false/no/ok/normal, or unkn/blank"
    )


def test_what_was_expected_begins_with_what_a_person_named(reading: Reading) -> None:
    with pytest.raises(InputError, match="expected bad/1/true"):
        reading("state", labelled(state=["x"]), LabelWords(positive=("bad",)))


def test_it_reads_a_file_by_row_numbers(reading: Reading) -> None:
    table = labelled(1, 3, 4, 6, of=7, amount=[1.0, 2.0, 3.0, 4.0])
    text = "row,is_anomaly,anomaly_type\n6,true,BURST\n3,1,\n1,0,\n2,1,DUPLICATE\n"

    labels = reading("labels.csv", table, text=text)

    assert labels.values.tolist() == [0, 1, -1, 1], "row 2 was rejected, row 4 is not named"
    assert labels.types is not None
    assert labels.types.to_list() == [None, None, None, "BURST"]
    assert labels.column is None


def test_a_file_of_positives_alone_leaves_the_rest_unlabelled(reading: Reading) -> None:
    table = labelled(amount=[1.0, 2.0, 3.0])

    labels = reading("labels.csv", table, text="row,is_anomaly\n2,fraud\n")

    assert labels.values.tolist() == [-1, 1, -1]
    assert labels.types is None


def test_it_reads_a_parquet_file(reading: Reading, tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    frame = pl.DataFrame(
        {"row": [1, 2], "is_anomaly": [True, False], "anomaly_type": ["BURST", None]}
    )
    frame.write_parquet(path)

    labels = reading(str(path), labelled(amount=[1.0, 2.0]))

    assert labels.values.tolist() == [1, 0]
    assert labels.types is not None
    assert labels.types.to_list() == ["BURST", None]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("0,1", "labels.csv: row 1, column 'row': '0'; expected a data row of sales.csv, 1 to 3"),
        ("1,1\n4,1", "labels.csv: row 2, column 'row': '4'; expected a data row"),
        ("x,1", "column 'row': 'x'; expected a data row"),
        ("1.5,1", "column 'row': '1.5'; expected a data row"),
        ("1,maybe", "labels.csv: row 1, column 'is_anomaly': 'maybe'; expected 1/true"),
        ("2,1\n2,0", "labels.csv: row 2 has two different labels; expected one"),
        ("2,1\n3", "labels.csv: row 2: '3'; expected 2 fields, found 1"),
    ],
)
def test_what_is_wrong_in_a_file_is_an_error(reading: Reading, rows: str, message: str) -> None:
    table = labelled(amount=[1.0, 2.0, 3.0])

    with pytest.raises(InputError) as raised:
        reading("labels.csv", table, text=f"row,is_anomaly\n{rows}\n")

    assert message in str(raised.value)


def test_a_row_that_is_said_twice_alike_is_no_error(reading: Reading) -> None:
    table = labelled(amount=[1.0, 2.0])

    labels = reading("labels.csv", table, text="row,is_anomaly\n2,1\n2,yes\n2.0,true\n")

    assert labels.values.tolist() == [-1, 1]


@pytest.mark.parametrize("missing", ["row", "is_anomaly"])
def test_a_file_without_its_columns_is_an_error(reading: Reading, missing: str) -> None:
    header = "row,is_anomaly".replace(missing, "other")

    with pytest.raises(InputError, match=f"labels.csv: has no column '{missing}'; expected row"):
        reading("labels.csv", labelled(amount=[1.0]), text=f"{header}\n1,1\n")


def test_neither_column_nor_file_is_an_error(reading: Reading) -> None:
    with pytest.raises(InputError) as raised:
        reading("clas", labelled(Class=[1.0], amount=[2.0]))

    assert str(raised.value) == (
        "labels 'clas': sales.csv has no such column and there is no such file; "
        "did you mean 'Class'?"
    )


def test_a_column_goes_before_a_file_of_that_name(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "state").write_text("row,is_anomaly\n1,0\n")

    assert reading("state", labelled(state=["fraud"])).values.tolist() == [1]
