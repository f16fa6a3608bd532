"""Plans on DuckDB."""

import hashlib
from pathlib import Path

import ibis
import polars as pl
import pytest
from counted_files import counted_files
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.engines.base import Engine
from tieout.engines.duckdb import DuckDBEngine, _compiled
from tieout.model.errors import InputError


def test_it_is_an_engine(engine: DuckDBEngine) -> None:
    wanted: Engine = engine
    assert wanted.name == "duckdb"


def test_rows_of_one_file_are_numbered_from_one(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"letter": ["x", "y", "z"]}).write_parquet(path)
    rows = engine.fetch(engine.read_parquet([path], row_column="row")).sort("row")
    assert rows.select("row", "letter").rows() == [(1, "x"), (2, "y"), (3, "z")]
    assert rows.schema["row"] == pl.Int64


def test_row_numbers_run_on_over_several_files_and_row_groups(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    rows = engine.fetch(engine.read_parquet(counted_files(tmp_path), row_column="row")).sort("row")
    assert rows["row"].to_list() == list(range(1, 14))
    assert (rows["row"] - 1).to_list() == rows["value"].to_list()


def test_row_numbers_follow_the_order_of_the_paths(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in "ba":
        pl.DataFrame({"file": [name]}).write_parquet(tmp_path / f"{name}.parquet")
    paths = [tmp_path / "b.parquet", tmp_path / "a.parquet"]
    rows = engine.fetch(engine.read_parquet(paths, row_column="row")).sort("row")
    assert rows["file"].to_list() == ["b", "a"]


def test_files_are_read_without_row_numbers_too(engine: DuckDBEngine, tmp_path: Path) -> None:
    for name in "ab":
        pl.DataFrame({"file": [name]}).write_parquet(tmp_path / f"{name}.parquet")
    table = engine.read_parquet([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert table.columns == ("file",)
    assert sorted(engine.fetch(table)["file"]) == ["a", "b"]


@pytest.mark.parametrize(
    "name", ["it's.parquet", "zwei wörter.parquet", "[1].parquet", "a*.parquet"]
)
def test_a_path_may_have_any_name(engine: DuckDBEngine, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert engine.write_parquet(engine.publish(pl.DataFrame({"a": [1, 2]})), path) == 2
    pl.DataFrame({"a": [9]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({"a": [9]}).write_parquet(tmp_path / "ab.parquet")
    assert engine.fetch(engine.read_parquet([path]))["a"].sort().to_list() == [1, 2]
    numbered = engine.fetch(engine.read_parquet([path], row_column="row"))
    assert numbered.sort("row")["a"].to_list() == [1, 2]


def test_a_delimited_file_is_text_in_every_column(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;amount\n007;1,50\n8;\n", encoding="utf-8")
    rows = engine.fetch(engine.read_csv(path, {"delim": ";", "header": True}))
    assert rows.rows() == [("007", "1,50"), ("8", None)]


def test_what_is_materialised_keeps_the_rows_of_its_moment(engine: DuckDBEngine) -> None:
    plan = engine.publish(pl.DataFrame({"a": [3, 1, 2]}))
    kept = engine.materialise(plan.mutate(drawn=ibis.random()))
    assert engine.fetch(kept).equals(engine.fetch(kept))
    assert engine.fetch(kept)["a"].to_list() == [3, 1, 2]


def test_what_is_materialised_in_order_is_written_in_order(tmp_path: Path) -> None:
    with DuckDBEngine(threads=4) as engine:
        numbers = engine.publish(pl.DataFrame({"number": pl.int_range(400_000, eager=True)}))
        shuffled = numbers.mutate(mixed=(numbers["number"] * 7919) % 400_009)
        kept = engine.materialise(shuffled.order_by("mixed"), keep_order=True)
        path = tmp_path / "ordered.parquet"
        engine.write_parquet(kept.mutate(text=kept["mixed"].cast("string")), path, keep_order=True)
    assert pl.read_parquet(path)["mixed"].is_sorted()


def test_rows_come_in_batches(engine: DuckDBEngine) -> None:
    plan = engine.publish(pl.DataFrame({"a": range(5000)}))
    batches = list(engine.batches(plan, rows=1000))
    assert sum(batch.num_rows for batch in batches) == 5000
    assert len(batches) > 1


def test_batches_come_in_the_order_of_the_plan_where_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "numbers.parquet"
    numbers = pl.DataFrame({"number": pl.int_range(600_000, eager=True)})
    numbers.write_parquet(path, row_group_size=20_000)
    with DuckDBEngine(threads=4) as engine:
        plan = engine.read_parquet([path]).mutate(text=ibis._["number"].cast("string"))
        batches = engine.batches(plan, rows=50_000, keep_order=True)
        read = pl.concat(pl.DataFrame(pl.from_arrow(batch)) for batch in batches)
    assert read["number"].equals(numbers["number"])


def test_a_reader_that_stops_early_leaves_the_engine_usable(engine: DuckDBEngine) -> None:
    plan = engine.publish(pl.DataFrame({"a": range(5000)}))
    batches = engine.batches(plan, rows=1000)
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert engine.fetch(plan.count().as_table()).item() == 5000


def test_a_plan_may_hold_rows_of_its_own(engine: DuckDBEngine, tmp_path: Path) -> None:
    plan = ibis.memtable(pl.DataFrame({"a": [1, 2]}))
    assert engine.write_parquet(plan, tmp_path / "a.parquet") == 2
    assert sum(batch.num_rows for batch in engine.batches(plan, rows=10)) == 2


def test_published_rows_keep_their_types_and_nulls(engine: DuckDBEngine) -> None:
    frame = pl.DataFrame(
        {"number": [1, None], "text": ["a", None], "rows": [[1, 2], None]},
        schema={"number": pl.Int64, "text": pl.String, "rows": pl.List(pl.Int64)},
    )
    assert engine.fetch(engine.publish(frame)).equals(frame)
    assert engine.fetch(engine.publish(frame.clear())).schema == frame.schema


def test_writing_answers_with_the_number_of_rows_and_leaves_no_part(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    assert engine.write_parquet(engine.publish(pl.DataFrame({"a": [1, 2, 3]})), path) == 3
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]


def test_a_write_that_fails_leaves_the_earlier_file_as_it_was(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    path.write_bytes(b"earlier")
    plan = engine.publish(pl.DataFrame({"a": ["x"]}))
    with pytest.raises(Exception, match="Conversion"):
        engine.write_parquet(plan.select(a=plan["a"].cast("int64")), path)
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]


def test_an_ordered_write_is_the_same_bytes_at_any_number_of_threads(tmp_path: Path) -> None:
    digests = set()
    for threads in (1, 2, 4):
        with DuckDBEngine(threads=threads) as engine:
            numbers = engine.publish(pl.DataFrame({"number": pl.int_range(300_000, eager=True)}))
            shuffled = numbers.mutate(mixed=(numbers["number"] * 7919) % 300_007)
            path = tmp_path / f"{threads}.parquet"
            engine.write_parquet(shuffled.order_by("mixed"), path, keep_order=True)
            digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
            assert pl.read_parquet(path)["mixed"].is_sorted()
    assert len(digests) == 1


def test_a_fingerprint_is_one_for_equal_columns_and_differs_by_seed(engine: DuckDBEngine) -> None:
    table = engine.publish(
        pl.DataFrame({"key": ["A", "A", "A", None, None], "amount": [1, 1, 2, 1, 1]})
    )
    columns = [table["key"], table["amount"]]
    prints = engine.fetch(
        table.select(one=engine.fingerprint(columns), two=engine.fingerprint(columns, seed="s"))
    )
    assert prints["one"][0] == prints["one"][1]
    assert prints["one"][3] == prints["one"][4]
    assert prints["one"].n_unique() == 3
    assert (prints["one"] != prints["two"]).all()


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=1, max_size=20))
def test_fingerprints_differ_wherever_columns_differ(
    engine: DuckDBEngine, rows: list[tuple[str, str]]
) -> None:
    table = engine.publish(
        pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String}, orient="row")
    )
    prints = engine.fetch(table.select(p=engine.fingerprint([table["a"], table["b"]])))["p"]
    assert prints.n_unique() == len(set(rows))


def test_a_join_larger_than_its_memory_spills_and_cleans_up(tmp_path: Path) -> None:
    rows = 1_000_000
    with DuckDBEngine(memory_limit="150MB", threads=2, temp_directory=tmp_path) as engine:
        numbers = engine.materialise(ibis.range(0, rows).unnest().name("n").as_table())
        side = engine.materialise(
            numbers.select("n", text=numbers["n"].cast("string").lpad(60, "x"))
        )
        other = engine.materialise(side.select(m="n", text="text", more=side["text"].reverse()))
        joined = engine.materialise(side.join(other, "text"))
        assert engine.fetch(joined.count().as_table()).item() == rows
        assert any(path.is_file() for path in tmp_path.rglob("*"))
    assert list(tmp_path.iterdir()) == []


def test_room_is_made_unless_a_limit_was_asked_for(tmp_path: Path) -> None:
    def limit(engine: DuckDBEngine) -> str:
        engine.make_room()
        plan = engine.read_parquet([path])
        return (
            str(engine.fetch(plan.select(said=ibis.literal(0)))["said"][0]) + engine._memory_limit
        )

    path = tmp_path / "one.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(path)
    with DuckDBEngine() as usual, DuckDBEngine(memory_limit="3GiB") as asked:
        assert (limit(usual), limit(asked)) == ("0768MiB", "03GiB")


def test_temporary_files_are_gone_when_a_run_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), DuckDBEngine(temp_directory=tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_harmless() -> None:
    engine = DuckDBEngine()
    engine.close()
    engine.close()


def test_a_memory_limit_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"memory.*lots.*3GiB"):
        DuckDBEngine(memory_limit="lots", temp_directory=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"gone: can.t hold temporary files \(No such file or directory\)"
    ):
        DuckDBEngine(temp_directory=tmp_path / "gone")


def test_a_view_is_a_plan_by_name_that_is_executed_when_it_is_asked(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"value": [1, 2, 3]}).write_parquet(path)
    table = engine.read_parquet([path], row_column="row")
    view = engine.view(table.filter(table["value"] > 1).select("row", twice=table["value"] * 2))
    assert view.columns == ("row", "twice")
    assert engine.fetch(view).sort("row").rows() == [(2, 4), (3, 6)]
    assert engine.fetch(view.agg(total=view["twice"].sum())).item() == 10


def test_a_view_may_hold_rows_of_this_process(engine: DuckDBEngine) -> None:
    view = engine.view(ibis.memtable({"letter": ["a", "b"]}))
    assert sorted(engine.fetch(view)["letter"]) == ["a", "b"]


def test_materialised_columns_keep_their_names_and_types(engine: DuckDBEngine) -> None:
    rows = engine.publish(pl.DataFrame({'odd "name"': ["x"], "select": [1], "day": [2]}))
    plan = rows.mutate(day=rows["day"].cast("int32"), sum=rows["select"].cast("decimal(38,2)"))
    kept = engine.materialise(plan)
    assert kept.schema() == plan.schema()
    assert engine.fetch(kept).schema == engine.fetch(plan).schema
    assert engine.fetch(kept)['odd "name"'].to_list() == ["x"]


def test_an_equal_plan_of_another_engine_is_written_once_and_reads_that_engines_rows() -> None:
    known = _compiled.cache_info()
    for amount in (3, 4):
        with DuckDBEngine(threads=1) as engine:
            table = engine.publish(pl.DataFrame({"whole_amount": [amount]}))
            plan = table.mutate(twice=table["whole_amount"] * 2)
            assert engine.fetch(plan)["twice"].to_list() == [2 * amount]
    now = _compiled.cache_info()
    assert (now.misses - known.misses, now.hits - known.hits) == (1, 1)


@pytest.mark.parametrize("value", [True, 1.0, "1"])
def test_plans_that_differ_in_the_type_of_a_value_alone_are_two(value: object) -> None:
    for each in (1, value):
        with DuckDBEngine(threads=1) as engine:
            table = engine.publish(pl.DataFrame({"number": [7]}))
            found = engine.fetch(table.select(it=ibis.literal(each)))["it"].to_list()
            assert (found, type(found[0])) == ([each], type(each))
