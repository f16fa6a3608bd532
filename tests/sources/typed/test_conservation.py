"""Every data row of a file is in the table or among the rejects, once, whatever is in it."""

from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.sources.typed import read_table

CELL = st.sampled_from(["1.5", "2", "x", "", "NA", "2024-01-31", "1,5", '"a, b"', "-7", "(3)"])
LINES = st.lists(st.lists(CELL, min_size=1, max_size=4).map(",".join), min_size=1, max_size=40)
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(lines=LINES)
@SLOW
def test_rows_are_kept_or_rejected(engine: DuckDBEngine, tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "any.csv"
    path.write_text("amount,city,day\n" + "\n".join(lines) + "\n", encoding="utf-8")
    filled = sum(bool(line.strip(",")) for line in lines)

    try:
        result = read_table(str(path), engine=engine, workdir=tmp_path / "work")
    except InputError:
        return

    kept, rejected = result.table.rows.tolist(), [reject.row for reject in result.rejects]
    assert sorted(kept + rejected) == list(range(1, filled + 1))
    assert (result.rows, result.rejected) == (filled, len(rejected))
    assert kept == sorted(kept)


@given(lines=LINES)
@SLOW
def test_originals_are_the_rows_of_the_table(
    engine: DuckDBEngine, tmp_path: Path, lines: list[str]
) -> None:
    path = tmp_path / "any.csv"
    path.write_text("amount,city,day\n" + "\n".join(lines) + "\n", encoding="utf-8")

    try:
        result = read_table(str(path), engine=engine, workdir=tmp_path / "work")
    except InputError:
        return

    together = pl.concat(result.originals(rows=7))
    assert together["row"].to_list() == result.table.rows.tolist()
    typed, written = result.table.frame, together
    for name in ("amount", "city", "day"):
        if typed.schema[name] == pl.String:
            assert typed[name].to_list() == written[name].to_list()
