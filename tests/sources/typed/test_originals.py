from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import ConservationError
from tieout.sources.typed import read_table

from .conftest import Reader


def test_it_answers_with_the_text_of_the_file(read: Reader) -> None:
    result = read('amount,city\n"$106,89"," Bonn"\n"$2.468,70",\n"$1,00",NA\n')

    frames = list(result.originals())

    assert len(frames) == 1
    assert frames[0].columns == ["amount", "city", "row"]
    assert frames[0].schema["row"] == pl.Int64
    assert frames[0].rows() == [
        ("$106,89", " Bonn", 1),
        ("$2.468,70", None, 2),
        ("$1,00", "NA", 3),
    ]


def test_rejected_rows_are_left_out_in_the_middle_of_a_chunk(read: Reader) -> None:
    rows = "".join(f"{'x' if n % 150 == 0 else n},{n}\n" for n in range(1, 600))
    result = read("amount,place\n" + rows)

    frames = list(result.originals(rows=100))

    together = pl.concat(frames)
    assert result.rejected == 3
    assert together["row"].to_list() == result.table.rows.tolist()
    assert together["place"].to_list() == [str(n) for n in range(1, 600) if n % 150]


def test_chunks_come_in_the_order_of_the_file(read: Reader) -> None:
    result = read("place,amount\n" + "".join(f"{n},{n % 7}.5\n" for n in range(1, 300_001)))

    frames = list(result.originals(rows=50_000))

    together = pl.concat(frames)
    assert len(frames) > 3
    assert together["row"].to_list() == list(range(1, 300_001))
    assert (together["place"] == together["row"].cast(pl.String)).all()


def test_native_columns_stay_native(read: Reader) -> None:
    frame = pl.DataFrame({"day": [date(2024, 1, 31)], "amount": [1.5], "row": [7]})

    frames = list(read(frame, "payments.parquet").originals())

    assert frames[0].rows() == [(date(2024, 1, 31), 1.5, 7, 1)]
    assert frames[0].columns == ["day", "amount", "row", "row_"]


def test_several_files_are_one_after_the_other(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(
            "code,amount\n" + "".join(f"{name}{n},1\n" for n in range(3))
        )
    result = read_table(str(tmp_path / "*.csv"), engine=engine, workdir=tmp_path / "work")

    together = pl.concat(result.originals())

    assert together["code"].to_list() == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert together["row"].to_list() == [1, 2, 3, 4, 5, 6]


def test_rows_after_a_broken_one_keep_their_numbers(read: Reader) -> None:
    result = read("code,amount\na,1\nb\nc,3\nd,\n")

    assert [frame.rows() for frame in result.originals()] == [
        [("a", "1", 1), ("c", "3", 3), ("d", None, 4)]
    ]


def test_a_file_that_changed_meanwhile_is_noticed(read: Reader, tmp_path: Path) -> None:
    result = read("code,amount\na,1\nb,2\nc,3\n")
    (tmp_path / "payments.csv").write_text("code,amount\na,1\n")

    with pytest.raises(ConservationError, match="read again"):
        list(result.originals())


def test_a_row_that_is_gone_is_noticed(read: Reader, tmp_path: Path) -> None:
    result = read(pl.DataFrame({"amount": [1.5, 2.5, 3.5]}), "payments.parquet")
    source = result.source
    fewer = replace(source, table=source.table.filter(source.table["row"] != 2), pieces=None)

    with pytest.raises(ConservationError, match="has other rows"):
        list(replace(result, source=fewer).originals())
