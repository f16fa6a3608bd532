"""A file of breaks, typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.pipeline.analyze_read import ReadBreaks, read_breaks, with_key
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.sources.open import open_source

Read = Callable[..., ReadBreaks]


def spec_of(**fields: Any) -> AnalyzeSpec:
    """A spec that compares `l` with `r`."""
    plain = {"analysis": "a", "key": ["k"], "criteria": {"left": "l", "right": "r"}}
    return AnalyzeSpec.model_validate({**plain, **fields})


@pytest.fixture
def read(tmp_path: Path, engine: DuckDBEngine) -> Read:
    """Reads a CSV text by a spec."""

    def carry_out(text: str, spec: AnalyzeSpec, *, scale: int = 2) -> ReadBreaks:
        path = tmp_path / "found.csv"
        path.write_text(text, encoding="utf-8")
        source = open_source(str(path), engine=engine, workdir=tmp_path)
        return read_breaks([source], spec, scale=scale, engine=engine)[0]

    return carry_out


def column(found: ReadBreaks, name: str) -> list[Any]:
    """The values of a column, in the order of the file."""
    return found.frame[name].to_list()


def test_the_difference_is_left_less_right(read: Read) -> None:
    found = read("k,l,r\nA,10.00,7.50\nB,1,\nC,,2\nD,5,5\n", spec_of())
    assert column(found, "units") == [250, 100, -200, 0]
    assert column(found, "is_break") == [True, True, True, False]
    assert column(found, "left") == [1000, 100, None, 500]


def test_a_given_difference_stands_in_where_amounts_are_missing(read: Read) -> None:
    text = "k,l,r,d\nA,10,7,99\nB,,,4\nC,,,\n"
    found = read(text, spec_of(derived="d"))
    assert column(found, "units") == [300, 400]
    assert [(each.row, each.column, each.expected) for each in found.rejects] == [
        (3, "l", "an amount in l or r")
    ]
    assert (found.rows, found.rejected) == (3, 1)


def test_a_missing_side_is_a_break_within_any_tolerance(read: Read) -> None:
    spec = spec_of(tolerance={"absolute": 1_000})
    assert column(read("k,l,r\nA,1,\nB,1,2\n", spec), "is_break") == [True, False]


@pytest.mark.parametrize(
    ("tolerance", "broken"),
    [
        ({"absolute": "0.05"}, [False, True, True]),
        ({"percent": "10"}, [False, False, True]),
        ({"absolute": "100", "by_currency": {"EUR": "0.01"}}, [True, True, True]),
    ],
)
def test_a_tolerance_is_exact(tolerance: dict[str, Any], broken: list[bool], read: Read) -> None:
    text = "k,c,l,r\nA,eur,1.00,0.95\nB,eur,1.00,0.90\nC,eur,1.00,0.89\n"
    found = read(text, spec_of(currency="c", tolerance=tolerance))
    assert column(found, "is_break") == broken
    assert column(found, "currency") == ["EUR"] * 3


def test_large_amounts_have_a_tolerance_in_percent_too(read: Read) -> None:
    text = "k,l,r\nA,92233720368547758.00,92233720368547757.99\n"
    found = read(text, spec_of(tolerance={"percent": 1}))
    assert column(found, "is_break") == [False]


def test_other_columns_may_be_called_like_ours(read: Read) -> None:
    text = "row,key,currency,date,l,r\n9,K1,L,x,1,2\n8,K2,M,y,3,4\n"
    spec = spec_of(key=["key", "row"], attributes=["currency", "date"])
    found = with_key(read(text, spec).frame, spec.named, spec)
    assert found["key"].to_list() == ["K1 | 9", "K2 | 8"]
    assert found["row"].to_list() == [1, 2]
    assert found.select("attribute_0", "attribute_1").rows() == [("L", "x"), ("M", "y")]


def test_a_row_may_have_a_name_of_its_own(read: Read) -> None:
    spec = spec_of(id="t")
    frame = read("k,t,l,r\nA,T1,1,2\n", spec).frame
    found = with_key(frame, spec.named, spec)
    assert found.select("key", "id").rows() == [("A", "T1")]
    assert "named_0" not in found.columns


def test_without_a_key_all_rows_are_of_one(read: Read) -> None:
    spec = spec_of(key=[])
    found = with_key(read("l,r\n1,2\n3,4\n", spec).frame, spec.named, spec)
    assert found["key"].to_list() == ["", ""]


def test_comments_and_status_need_not_be_in_every_file(read: Read) -> None:
    spec = spec_of(comment=["words"], status={"column": "state", "matched": "ok"})
    found = read("k,l,r\nA,1,1\n", spec)
    assert column(found, "comment") == [""]
    assert column(found, "is_break") == [False]


def test_a_status_that_is_not_matched_is_a_break(read: Read) -> None:
    spec = spec_of(status={"column": "state", "matched": ["ok", "fine"]})
    found = read("k,l,r,state\nA,1,1,ok\nB,1,1,open\nC,1,2,fine\nD,1,1,\n", spec)
    assert column(found, "is_break") == [False, True, True, False]


def test_a_blank_date_is_kept_and_a_false_one_is_not(read: Read) -> None:
    spec = spec_of(date="d")
    found = read("k,l,r,d\nA,1,2,2025-01-01\nB,1,2,\nC,1,2,never\n", spec)
    assert column(found, "date") == [20_089, None]
    assert [each.row for each in found.rejects] == [3]


def test_rows_are_in_the_order_of_the_file(read: Read) -> None:
    text = "k,l,r\n" + "".join(f"A{n},{n},0\n" for n in range(5_000))
    found = read(text, spec_of())
    assert column(found, "row") == list(range(1, 5_001))
    assert found.frame["left"].to_list() == [100 * n for n in range(5_000)]


def test_files_are_fingerprinted(read: Read, tmp_path: Path) -> None:
    found = read("k,l,r\nA,1,2\n", spec_of())
    assert [Path(each.path) for each in found.files] == [tmp_path / "found.csv"]
    assert found.frame.schema["units"] == pl.Int64
