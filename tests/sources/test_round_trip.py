"""Whatever is written in some dialect is read back as it was, quickly and exactly."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.sources.open import open_source
from tieout.sources.source import Source

NAMES = ("reference", "amount", "narrative")


@dataclass(frozen=True)
class Written:
    """Records and how they are written."""

    records: list[list[str]]
    delimiter: str
    end: str
    encoding: str
    quoted: bool

    def content(self) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(
            out,
            delimiter=self.delimiter,
            lineterminator=self.end,
            quoting=csv.QUOTE_ALL if self.quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerows([NAMES, *self.records])
        return out.getvalue().encode(self.encoding)


# Letters at both ends: a value with spaces around it, or of nothing else, is trimmed when staged.
WORD = st.from_regex(r"[a-z](?:[a-z,;|\t \"'\u00e9\u20ac\n]{0,8}[a-z\u00e9])?", fullmatch=True)
RECORDS = st.lists(
    st.tuples(WORD, st.integers(-(10**6), 10**6).map(str), WORD | st.just("")).map(list),
    min_size=1,
    max_size=12,
)
WRITTEN = st.builds(
    Written,
    records=RECORDS,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoted=st.booleans(),
)


def rows_of(source: Source, engine: DuckDBEngine) -> list[Sequence[str]]:
    table = source.table
    if source.row_column is not None:
        table = table.order_by(source.row_column).drop(source.row_column)
    return [list(row) for row in engine.fetch(table).with_columns(pl.all().fill_null("")).rows()]


@given(WRITTEN)
@example(Written([["a\nb", "1", 'c"d']], ",", "\r\n", "utf-8", quoted=False))
@example(Written([["t", "1", '"']] * 3, ";", "\n", "utf-16", quoted=True))
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_reads_what_was_written(engine: DuckDBEngine, tmp_path: Path, written: Written) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(written.content())

    source = open_source(str(path), engine=engine, workdir=tmp_path / "work")

    assert source.columns == NAMES
    assert rows_of(source, engine) == written.records
    assert source.exact is not None
    exact = source.exact()
    assert exact.rejects == ()
    assert rows_of(exact, engine) == written.records
    sampled = source.sample(99).with_columns(pl.all().fill_null(""))
    assert [list(row) for row in sampled.rows()] == written.records


@given(RECORDS, st.data())
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_broken_row_costs_no_other(
    engine: DuckDBEngine, tmp_path: Path, records: list[list[str]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(records)))
    broken = data.draw(st.sampled_from(["lone", "a,1,b,c", 'a,1,"b"c']))
    whole = Written(records, ",", "\n", "utf-8", quoted=True).content().decode()
    above = Written(records[:place], ",", "\n", "utf-8", quoted=True).content().decode()
    path = tmp_path / "bank.csv"
    path.write_text(f"{above}{broken}\n{whole.removeprefix(above)}", "utf-8", newline="")

    source = open_source(str(path), engine=engine, workdir=tmp_path / "work")

    assert source.exact is not None
    exact = source.exact()
    assert [reject.row for reject in exact.rejects] == [place + 1]
    assert exact.rows == len(records) + 1
    assert rows_of(exact, engine) == records
