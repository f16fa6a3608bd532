"""Each operation that plans use, on a real Spark and on DuckDB: the same values.

One cluster of a master and two workers serves all of them.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir
import polars as pl
import pytest
from counted_files import counted_files
from polars.testing import assert_frame_equal

from tieout.engines.base import Engine
from tieout.engines.duckdb import DuckDBEngine
from tieout.engines.spark import SparkEngine
from tieout.engines.spark_plan import _SPACES
from tieout.model.errors import InputError
from tieout.reconcile.matches import exact_decimal
from tieout.reconcile.normalise import normalise_column
from tieout.reconcile.passes.tolerance import Limits, _band
from tieout.reconcile.sides import _iso_day
from tieout.reconcile.spec import AmountTolerance

_TEXTS = [
    *("inv-0012", "  a b\tc ", "STRASSE straße", "\u00a0x\u3000", "0000", "A00.001/7", "é ÿ ŉ ǆ ﬁ"),
    "",
    *(
        "x$1y\\1",
        "İı ß ẞ",
        "Rechnung Nr. RE-2024-00017 vom",
        "\u0085\u2028a\r\n",
        "ας 𐐨 \U0001d49c",
    ),
    *('it\'s `quoted` "so"', "ԥ Ꟁ ა ꭰ"),
]
ROWS = pl.DataFrame(
    {
        "row": range(1, 16),
        "text": [*_TEXTS[:-1], None],
        "amount": [0, 1, -1, 150, -150, 99_999, 2**62, -(2**62), None, 7, -7, 12, 13, 25, -26],
        "other": [0, 2, 1, 149, -150, 99_000, 2**62 - 1, 5, 5, None, -8, 12, 14, 20, -20],
        "date": [0, 1, -1, 19_000, 20_454, -354_285, 376_199, None, 5, 5, 5, 6, 7, 8, 9],
        "currency": ["EUR", "USD", "EUR", "JPY", "", "EUR", "usd", "EUR", "X", "EUR"] + ["CHF"] * 5,
    },
    schema_overrides={"date": pl.Int32},
)
OTHERS = pl.DataFrame(
    {"row": [3, 5, 5, 40, None], "currency": ["CHF", "", None, "EUR", "EUR"], "n": range(5)}
)
LIMITS = Limits(AmountTolerance(absolute=Decimal("0.02"), percent=Decimal("12.5")), 2)
BY_CURRENCY = Limits(AmountTolerance(absolute=Decimal(1), by_currency={"chf": Decimal(3)}), 0)
STEPS = ("strip", "upper", "punctuation", "space", "digits", "letters", "leading_zeros")

Value = Callable[[ir.Table], ir.Value]


def _step(name: str) -> Value:
    return lambda table: normalise_column(table["text"], [name])


def _decimal(scale: int) -> Value:
    return lambda table: exact_decimal(table["amount"], scale)


# A name and what is computed of a row.
VALUES: dict[str, Value] = {
    **{step: _step(step) for step in STEPS},
    "all steps": lambda t: normalise_column(t["text"], STEPS),
    "key in a text": lambda t: t["text"].re_extract(r"[A-Z]{2}-\d{4}-\d+", 0),
    "joined": lambda t: t["text"] + " | " + t["currency"],
    "capitals": lambda t: t["currency"].upper(),
    "iso day": lambda t: _iso_day(t["date"]),
    "absolute limit": lambda t: BY_CURRENCY.absolute_units(t["currency"]),
    "within": lambda t: LIMITS.within_amount(t["amount"], t["other"], t["currency"]),
    "within by currency": lambda t: BY_CURRENCY.within_amount(
        t["amount"], t["other"], t["currency"]
    ),
    "band": lambda t: _band(t["amount"], 10),
    "difference": lambda t: t["amount"] - t["other"].fill_null(0),
    "square": lambda t: (t["row"] * t["row"]).cast("decimal(38,0)"),
    **{f"decimal {scale}": _decimal(scale) for scale in (0, 2, 3, 8)},
    "list": lambda t: ibis.array([t["row"]]),
    "text of a number": lambda t: ibis.literal("M") + t["amount"].cast("string"),
    "cases": lambda t: ibis.cases((t["row"] == 1, "one"), (t["row"] == 2, "two"), else_=""),
    "certain": lambda t: ibis.literal(1, "int8").cast("float64"),
    "missing": lambda t: ibis.ifelse(t["date"].isnull(), "none", "some"),
    "first known": lambda t: ibis.coalesce(t["amount"], t["other"], t["row"]),
    "every third": lambda t: t["row"] % 3 == 0,
}


def _latest(t: ir.Table) -> ir.Table:
    window = ibis.window(group_by="currency", order_by=[ibis.desc("date"), "row"])
    return t.mutate(place=ibis.row_number().over(window)).filter(ibis._.place == 0)


def _joined(t: ir.Table, u: ir.Table) -> ir.Table:
    return t.join(u, [t["row"] == u["other_row"]])


# A name and what is made of two tables; the rows are compared in the order of all their columns.
PLANS: dict[str, Callable[[ir.Table, ir.Table], ir.Table]] = {
    "sums": lambda t, _: t.group_by("currency").agg(
        rows=ibis._.count(),
        total=t["amount"].cast("decimal(38,0)").sum(),
        told=t["amount"].cast("decimal(38,0)").sum().cast("string"),
        dated=t["date"].count(),
        first=t["date"].min(),
        last=t["date"].max(),
    ),
    "no rows": lambda t, _: t.filter(t["row"] > 99).agg(last=t["row"].max(), sum=t["row"].sum()),
    "semi join": lambda t, u: t.semi_join(u, "row"),
    "anti join": lambda t, u: t.anti_join(u, "row"),
    "left join": lambda t, u: t.left_join(u, "row").drop("row_right", "currency_right"),
    "join on two": lambda t, u: t.join(u, ["row", "currency"], rname="{name}_right"),
    "unequal names": lambda t, u: _joined(t, u.rename(other_row="row", other_currency="currency")),
    "distinct union": lambda t, u: t.select("row").union(u.select("row"), distinct=True),
    "union of all": lambda t, u: t.select("row", "currency").union(u.select("row", "currency")),
    "rivals": lambda t, _: t.group_by("currency").agg(n=ibis._.count()).filter(ibis._.n > 1),
    "bands": lambda t, _: t.mutate(
        shift=ibis.array([ibis.literal(each, "int64") for each in (-5, 0, 5)]).unnest()
    ),
    "numbered": lambda t, _: _latest(t),
    "rows of this process": lambda t, _: t.join(
        ibis.memtable(pl.DataFrame({"date": [5, 6], "ordinal": [3, 4]}).cast(pl.Int32)), "date"
    ),
}


@pytest.fixture(scope="module")
def values(spark: SparkEngine, engine: DuckDBEngine) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every value of every row, on both engines."""
    found = []
    for each in (spark, engine):
        table = each.view(each.publish(ROWS))
        plan = table.select(row=table["row"], **{n: make(table) for n, make in VALUES.items()})
        found.append(each.fetch(plan).sort("row"))
    return found[0], found[1]


@pytest.mark.parametrize("name", list(VALUES))
def test_a_value_is_the_same(name: str, values: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    on_spark, on_duckdb = (frame.select(name) for frame in values)
    assert on_spark.height == ROWS.height
    assert_frame_equal(on_spark, on_duckdb)


@pytest.mark.parametrize("name", list(PLANS))
def test_a_plan_gives_the_same_rows(name: str, spark: SparkEngine, engine: DuckDBEngine) -> None:
    found = []
    for each in (spark, engine):
        rows = each.fetch(PLANS[name](each.publish(ROWS), each.publish(OTHERS)))
        found.append(rows.sort(rows.columns))
    assert found[1].height
    assert_frame_equal(found[0], found[1])


def test_rows_are_ordered_alike_with_nulls_last(spark: SparkEngine, engine: DuckDBEngine) -> None:
    by = ["currency", "date", "row"]
    rows = [
        each.fetch(each.publish(ROWS).order_by(by), keep_order=True) for each in (spark, engine)
    ]
    assert rows[0]["row"].to_list() == rows[1]["row"].to_list()


def test_every_letter_of_unicode_has_the_same_capital(
    spark: SparkEngine, engine: DuckDBEngine
) -> None:
    points = [chr(each) for each in range(1, 0x110000) if not 0xD800 <= each < 0xE000]
    texts = pl.DataFrame({"at": range(0, len(points), 1000)}).with_columns(
        text=pl.Series(["".join(points[at : at + 1000]) for at in range(0, len(points), 1000)])
    )
    on_spark, on_duckdb = (
        each.fetch(t.select("at", capital=t["text"].upper())).sort("at")
        for each in (spark, engine)
        for t in [each.publish(texts)]
    )
    assert on_spark.equals(on_duckdb)
    assert not on_spark["capital"].equals(texts["text"])


def test_every_white_space_at_the_ends_is_taken_or_left_alike(
    spark: SparkEngine, engine: DuckDBEngine
) -> None:
    spaces = [*_SPACES, "\t", "\n", "\r", "\u0085", "\u200b", "\u2028", "\ufeff", "\x1f"]
    texts = pl.DataFrame({"text": [f"{each}a{each}b{each}" for each in spaces]})
    found = [
        each.fetch(t.select("text", stripped=normalise_column(t["text"], ["strip"]))).sort("text")
        for each in (spark, engine)
        for t in [each.publish(texts)]
    ]
    assert found[0].equals(found[1])
    assert set(found[0]["stripped"].str.len_chars()) == {3, 5}


def test_fingerprints_are_equal_where_all_columns_are_and_nowhere_else(spark: SparkEngine) -> None:
    rows = pl.DataFrame(
        {"a": ["x", None, "", "x", None, "x"], "b": [None, "x", "x", None, None, ""]}
    ).with_row_index("row")
    table = spark.publish(rows)
    columns = [table["a"], table["b"]]
    plan = table.select(
        row=table["row"],
        one=spark.fingerprint(columns),
        two=spark.fingerprint(columns, seed="second"),
    )
    found = spark.fetch(plan).sort("row")
    assert [found[name].n_unique() for name in ("one", "two")] == [5, 5]
    assert found["one"][0] == found["one"][3]
    assert not set(found["one"]) & set(found["two"])


def test_an_overflow_is_an_error_and_no_null(spark: SparkEngine) -> None:
    table = spark.publish(pl.DataFrame({"a": [2**62], "b": [2**62]}))
    with pytest.raises(Exception, match="OVERFLOW"):
        spark.fetch(table.select(sum=table["a"] + table["b"]))


def test_it_is_an_engine_that_reads_in_this_process(spark: SparkEngine) -> None:
    wanted: Engine = spark
    assert (wanted.name, wanted.reader.name) == ("spark", "duckdb")


def test_row_numbers_run_on_over_several_files_and_row_groups(
    spark: SparkEngine, tmp_path: Path
) -> None:
    folder = tmp_path / "a [b] * {c} d"
    folder.mkdir()
    rows = spark.fetch(spark.read_parquet(counted_files(folder), row_column="row")).sort("row")
    assert rows["row"].to_list() == list(range(1, 14))
    assert (rows["row"] - 1).to_list() == rows["value"].to_list()


def test_delimited_text_is_read_in_its_order(spark: SparkEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,value\na,1\nb,\n\u00e9,03\n", encoding="utf-8")
    rows = spark.fetch(spark.read_csv(path, {"header": True}), keep_order=True)
    assert rows.rows() == [("a", "1"), ("b", None), ("\u00e9", "03")]


def test_an_order_is_kept_through_files_batches_and_a_file_written(
    spark: SparkEngine, tmp_path: Path
) -> None:
    numbers = pl.DataFrame({"n": [(each * 7919) % 1009 for each in range(1009)]})
    ordered = spark.publish(numbers).order_by(ibis.desc("n"))
    kept = spark.materialise(ordered, keep_order=True)
    wanted = list(range(1008, -1, -1))
    assert spark.fetch(kept, keep_order=True)["n"].to_list() == wanted
    batches = list(spark.batches(kept, rows=100, keep_order=True))
    assert [each for batch in batches for each in batch["n"].to_pylist()] == wanted
    assert max(batch.num_rows for batch in batches) <= 100
    path = tmp_path / "out.parquet"
    plan = kept.select("n").union(kept.filter(kept["n"] < 3).select("n"))
    assert spark.write_parquet(plan, path, keep_order=True) == 1012
    assert pl.read_parquet(path)["n"].to_list() == [*wanted, 2, 1, 0]
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]


def test_what_was_materialised_stays_as_it_was(spark: SparkEngine) -> None:
    numbered = spark.publish(ROWS).mutate(number=ibis.random())
    kept = spark.materialise(numbered)
    first, second = (spark.fetch(kept).sort("row")["number"] for _ in range(2))
    assert first.to_list() == second.to_list()
    assert spark.fetch(kept).height == ROWS.height


def test_an_engine_leaves_nothing_behind_and_the_session_of_others_alone(
    spark: SparkEngine, spark_address: str, tmp_path: Path
) -> None:
    with SparkEngine(spark_address, temp_directory=tmp_path) as other:
        table = other.materialise(other.publish(ROWS))
        assert any(tmp_path.iterdir())
        assert other.fetch(table.count().as_table()).item() == ROWS.height
    assert not any(tmp_path.iterdir())
    assert spark.fetch(spark.publish(OTHERS)).height == OTHERS.height


def test_a_session_of_another_master_in_this_process_is_told(spark: SparkEngine) -> None:
    with pytest.raises(InputError, match=r"this process has a session with spark://127\.0\.0\.1"):
        SparkEngine("spark://local[1]")
