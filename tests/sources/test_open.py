import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.open import open_source

from .conftest import Opener, Stager


def error_of(location: Path | str, engine: DuckDBEngine, workdir: Path) -> str:
    with pytest.raises(InputError) as raised:
        open_source(str(location), engine=engine, workdir=workdir)
    message = str(raised.value)
    assert "\n" not in message
    return message


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bank.csv", "a,b\n1,2\n")
    return out.getvalue()


def test_it_says_that_a_file_is_missing(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"

    assert error_of(path, engine, tmp_path) == f"{path}: there is no such file"


def test_it_says_that_nothing_was_named(engine: DuckDBEngine, tmp_path: Path) -> None:
    assert error_of(" ", engine, tmp_path).startswith("no source given")


def test_it_says_that_a_folder_is_no_file(engine: DuckDBEngine, tmp_path: Path) -> None:
    assert error_of(tmp_path, engine, tmp_path) == (
        f"{tmp_path}: is a folder; name a file in it, or all of them: {tmp_path}/*.csv"
    )


def test_it_says_that_no_file_fits_a_pattern(engine: DuckDBEngine, tmp_path: Path) -> None:
    location = tmp_path / "*.csv"

    assert error_of(location, engine, tmp_path) == f"{location}: no file has such a name"


def test_it_says_that_an_address_is_of_no_known_kind(engine: DuckDBEngine, tmp_path: Path) -> None:
    assert error_of("https://bank/statement.csv", engine, tmp_path) == (
        "https://: this kind of address is not read; expected a file, sqlite:/// or postgresql://"
    )


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "a.csv: the file is empty; expected a header and data rows"),
        ("a.parquet", b"", "a.parquet: the file is empty; expected a header and data rows"),
        (
            "a.csv.gz",
            gzip.compress(b"", mtime=0),
            "a.csv.gz: the file is empty; expected a header and data rows",
        ),
        ("a.csv", b" \n\n,,\n", "a.csv: the file is blank; expected a header and data rows"),
        ("a.csv", b"ref,amount\n", "a.csv: has a header but no data rows"),
        ("a.csv", b"ref,amount\n,\n\n", "a.csv: has a header but no data rows"),
        (
            "a.csv",
            b"ref,amount\n1,\x00\x02\n",
            ("a.csv: holds binary content, not text; expected a delimited text file in UTF-8"),
        ),
        (
            "a.jsonl",
            b'{"amount": 3}\n{"amount": 4}\n',
            "a.jsonl: is JSON (save its records as CSV or Parquet), not a file of records",
        ),
        (
            "a.csv",
            b'[{"amount": 3}]',
            "a.csv: is JSON (save its records as CSV or Parquet), not a file of records",
        ),
        (
            "a.csv",
            zipped(),
            (
                "a.csv: is a zip archive or a spreadsheet in spite of its name; "
                "rename it to what it is"
            ),
        ),
        (
            "a.zip",
            zipped(),
            (
                "a.zip: cannot be read as a spreadsheet; the file is damaged, protected by a "
                "password or another format; save it again as xlsx or CSV"
            ),
        ),
        (
            "a.xlsx",
            b"ref,amount\n1,2\n",
            (
                "a.xlsx: cannot be read as a spreadsheet; the file is damaged, protected by a "
                "password or another format; save it again as xlsx or CSV"
            ),
        ),
        (
            "a.parquet",
            b"PAR1 and then nothing",
            "a.parquet: cannot be read as Parquet; the file is damaged or another format",
        ),
        ("a.txt", b"%PDF-1.7 statement", "a.txt: is a PDF, not a file of records"),
        (
            "a.csv",
            "ref,amount\nA,1\n".encode("utf-16")[:-1],
            "a.csv: is not sound UTF-16 text (truncated data); save it again as UTF-8",
        ),
        (
            "a.csv",
            b"ref,amount,ref\nA,1,B\n",
            "a.csv: columns 1 and 3 are both named 'ref'; rename one of them",
        ),
    ],
)
def test_it_says_in_one_line_what_is_wrong_with_a_file(
    engine: DuckDBEngine, tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    (tmp_path / name).write_bytes(content)

    assert error_of(tmp_path / name, engine, tmp_path / "w") == expected


def test_it_says_that_a_text_file_has_no_sheets(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ref\nA\n")

    assert error_of(f"{tmp_path}/a.csv#June", engine, tmp_path) == (
        "a.csv#June: only a spreadsheet has sheets"
    )


def test_a_file_name_may_hold_what_means_something_else(opened: Opener) -> None:
    assert opened("ref,n\nA,1\n", "bank [1] #2.csv").sample(1).rows() == [("A", "1")]


def test_it_looks_into_a_file_whose_name_says_nothing(opened: Opener, tmp_path: Path) -> None:
    frame = pl.DataFrame({"ref": ["A"], "amount": [1]})
    frame.write_parquet(tmp_path / "frame")

    assert opened((tmp_path / "frame").read_bytes(), "export").typed
    assert opened("ref|amount\nA|1\n", "export.dat").columns == ("ref", "amount")
    assert opened(gzip.compress(b"ref;amount\nA;1\n"), "export").columns == ("ref", "amount")


def test_it_reads_all_files_of_a_pattern_in_the_order_of_their_names(
    engine: DuckDBEngine, tmp_path: Path, workdir: Path, staged: Stager
) -> None:
    (tmp_path / "b-2.csv").write_text("ref,amount,day\nC,3.00,2024-01-03\n")
    (tmp_path / "b-1.csv").write_text("ref;amount;day\nA;1.00;2024-01-01\n\nB;2.00;2024-01-02\n")

    source = open_source(f"{tmp_path}/b-*.csv", engine=engine, workdir=workdir)

    assert source.name == f"{tmp_path}/b-*.csv"
    assert [path.name for path in source.files] == ["b-1.csv", "b-2.csv"]
    assert source.rows == 3
    assert source.sample(9)["ref"].to_list() == ["A", "B", "C"]
    assert source.sample(1)["ref"].to_list() == ["A"]
    assert [row[:2] for row in staged(source).rows] == [(1, "A"), (2, "B"), (3, "C")]


def test_a_reject_of_a_pattern_names_its_file_and_the_row_of_the_whole(
    engine: DuckDBEngine, tmp_path: Path, workdir: Path, staged: Stager
) -> None:
    (tmp_path / "1.csv").write_text("ref,amount,day\nA,1.00,2024-01-01\nB,2\n")
    (tmp_path / "2.csv").write_text("ref,amount,day\nC,x,2024-01-03\nD,4.00,2024-01-04\n")

    result = staged(open_source(f"{tmp_path}/*.csv", engine=engine, workdir=workdir))

    assert [row[:2] for row in result.rows] == [(1, "A"), (4, "D")]
    assert [(each.file, each.row, each.value) for each in result.staged.rejects] == [
        ("1.csv", 2, "B,2"),
        ("2.csv", 3, "x"),
    ]
    assert (result.staged.rows, result.staged.rejected) == (4, 2)


def test_a_day_without_records_is_no_error_among_others(
    engine: DuckDBEngine, tmp_path: Path, workdir: Path
) -> None:
    (tmp_path / "1.csv").write_text("ref,amount\n")
    (tmp_path / "2.csv").write_text("ref,amount\nA,1\n")

    source = open_source(f"{tmp_path}/*.csv", engine=engine, workdir=workdir)

    assert len(source.files) == 2
    assert source.sample(5).rows() == [("A", "1")]


def test_it_says_that_no_file_of_a_pattern_has_rows(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text("ref,amount\n")

    assert error_of(f"{tmp_path}/*.csv", engine, tmp_path) == (
        "2.csv: has a header but no data rows"
    )


def test_it_says_how_the_columns_of_two_files_differ(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("ref,amount\nA,1\n")
    (tmp_path / "2.csv").write_text("ref,total\nA,1\n")

    assert error_of(f"{tmp_path}/*.csv", engine, tmp_path) == (
        f"{tmp_path}/*.csv: the columns of 2.csv are not those of 1.csv: "
        "it lacks amount; it also has total"
    )


def test_it_says_that_columns_stand_in_another_order(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("ref,amount\nA,1\n")
    (tmp_path / "2.csv").write_text("amount,ref\n1,A\n")

    assert error_of(f"{tmp_path}/*.csv", engine, tmp_path).endswith("they stand in another order")


def test_it_says_that_a_pattern_fits_files_of_two_formats(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    (tmp_path / "1.csv").write_text("ref\nA\n")
    pl.DataFrame({"ref": ["A"]}).write_parquet(tmp_path / "2.parquet")

    assert error_of(f"{tmp_path}/*", engine, tmp_path) == (
        f"{tmp_path}/*: 1.csv and 2.parquet are of different formats; read one format at a time"
    )
