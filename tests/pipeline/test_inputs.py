"""From two locations to two tables that can be compared."""

import hashlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.pipeline.inputs import (
    Input,
    decide_scale,
    fingerprint_file,
    masked,
    read_side,
)
from tieout.reconcile.spec import Spec
from tieout.sources.open import open_source
from tieout.sources.source import Source


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://ann:secret@host/db#t", "postgresql://ann:***@host/db#t"),
        ("postgresql://ann:se@cret@host:5432/db#t", "postgresql://ann:***@host:5432/db#t"),
        ("postgresql://:secret@host/db#t", "postgresql://:***@host/db#t"),
        ("postgresql://ann@host/db#t", "postgresql://ann@host/db#t"),
        (
            "postgresql://host:5432/db#select * from t where mail = 'a@b.c'",
            "postgresql://host:5432/db#select * from t where mail = 'a@b.c'",
        ),
        (
            "postgresql://host/db?user=ann&password=secret&sslmode=require#t",
            "postgresql://host/db?user=ann&password=***&sslmode=require#t",
        ),
        ("postgresql://host/db?sslpassword=secret", "postgresql://host/db?sslpassword=***"),
        ("sqlite:///a:b@c.db#t", "sqlite:///a:b@c.db#t"),
        ("bank/a:b@c.csv", "bank/a:b@c.csv"),
    ],
)
def test_a_location_is_shown_without_its_password(location: str, shown: str) -> None:
    assert masked(location) == shown


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"ref\n1\n")
    found = fingerprint_file(path)
    assert found.sha256 == hashlib.sha256(b"ref\n1\n").hexdigest()
    assert (found.path, found.bytes) == (str(path), 6)


def opened(engine: DuckDBEngine, path: Path, text: str) -> Source:
    """Write and open a CSV file."""
    path.write_text(text, encoding="utf-8")
    return open_source(str(path), engine=engine, workdir=path.parent)


def spec(**side: Any) -> Spec:
    """A spec with both sides alike."""
    both = {"name": "bank", "key": ["ref"], "amount": "amount", **side}
    return Spec.model_validate({"left": both, "right": both})


@pytest.mark.parametrize(
    ("currencies", "scale"),
    [(["EUR", "USD"], 2), (["JPY", "KRW"], 0), (["JPY", "EUR"], 2), ([" kwd ", "EUR"], 3), ([], 2)],
)
def test_the_scale_is_that_of_the_currency_with_most_decimals(
    engine: DuckDBEngine, tmp_path: Path, currencies: list[str], scale: int
) -> None:
    rows = "".join(f"A{n},1,{code}\n" for n, code in enumerate(currencies or [""]))
    source = opened(engine, tmp_path / "a.csv", "ref,amount,ccy\n" + rows)
    assert decide_scale((source, source), spec(currency="ccy")) == scale


def test_the_scale_follows_a_fixed_currency_and_the_spec_first(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    source = opened(engine, tmp_path / "a.csv", "ref,amount\nA,1\n")
    assert decide_scale((source, source), spec(currency_fixed="JPY")) == 0
    assert decide_scale((source, source), spec(currency_fixed="KWD")) == 3
    chosen = spec(currency_fixed="JPY").model_copy(update={"scale": 4})
    assert decide_scale((source, source), chosen) == 4


def read(engine: DuckDBEngine, source: Source, wanted: Spec, folder: Path) -> Input:
    """Read a side."""
    return read_side(
        source, wanted.left, wanted, scale=2, engine=engine, path=folder / "staged.parquet"
    )


def test_a_side_is_read_into_records(engine: DuckDBEngine, tmp_path: Path) -> None:
    source = opened(
        engine, tmp_path / "a.csv", "ref,amount,booked\nA,1.50,2024-01-02\nB,many,2024-01-02\n"
    )
    found = read(engine, source, spec(date="booked"), tmp_path)
    rows = engine.fetch(found.table).select("row", "key", "amount", "date").rows()
    assert rows == [(1, "A", 150, 19724)]
    assert (found.staged.rows, found.staged.rejected) == (2, 1)
    assert found.sha256 == fingerprint_file(tmp_path / "a.csv").sha256


def test_several_files_have_one_digest(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"ref,amount\n{name},1\n")
    source = open_source(str(tmp_path / "*.csv"), engine=engine, workdir=tmp_path)
    found = read(engine, source, spec(), tmp_path)
    assert [Path(file.path).name for file in found.files] == ["a.csv", "b.csv"]
    assert found.sha256 not in {file.sha256 for file in found.files}
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ["reference"]},
        {"amount": "value"},
        {"amount": {"debit": "ref", "credit": "value"}},
        {"date": "booked"},
        {"currency": "ccy"},
        {"comment": ["text"]},
        {"party": "who"},
        {"criteria": {"desk": "d"}},
        {"original_amount": "orig"},
    ],
)
def test_a_column_that_the_file_has_not_got_is_refused(
    engine: DuckDBEngine, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    source = opened(engine, tmp_path / "a.csv", "ref,amount\nA,1\n")
    with pytest.raises(InputError, match=r"a\.csv: has no column '.+'; .*it has 'ref', 'amo"):
        read(engine, source, spec(**wrong), tmp_path)


def test_a_side_of_parquet_keeps_its_types(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {"ref": ["A"], "amount": pl.Series(["0.30"]).cast(pl.Decimal(10, 2))}
    ).write_parquet(path)
    source = open_source(str(path), engine=engine, workdir=tmp_path)
    found = read(engine, source, spec(), tmp_path)
    assert engine.fetch(found.table)["amount"].to_list() == [30]


def test_the_scale_holds_decimals_that_are_not_written(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    source = opened(engine, tmp_path / "a.csv", "amount\n1234\n")
    mills = {"column": "amount", "format": {"unwritten_decimals": 3}}
    sides = {"left": {"name": "a", "amount": mills}, "right": {"name": "b", "amount": "amount"}}
    assert decide_scale([source, source], Spec.model_validate(sides)) == 3
    with pytest.raises(InputError, match="expected a scale of at least 3"):
        decide_scale([source, source], Spec.model_validate({**sides, "scale": 2}))
