"""Native Parquet columns typed exactly, on the engine."""

import io
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import ibis
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.model.formats import AmountFormat, DateFormat
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField, TimeField
from tieout.sources.native import (
    always_units,
    needs_cleaning,
    text_of,
    trimmed,
    units_of,
    with_twin,
)

from .conftest import Opener, StagedRows, Stager


def read(
    opened: Opener, staged: Stager, column: pl.Series, field: Any, scale: int = 2
) -> StagedRows:
    """Stages one column of a Parquet file as field `x`."""
    out = io.BytesIO()
    column.alias("v").to_frame().write_parquet(out)
    return staged(opened(out.getvalue(), "bank.parquet"), StagePlan({"x": field}, scale))


def values(result: StagedRows) -> list[Any]:
    return [row[1] for row in result.rows]


AMOUNT = AmountField("v")
LOOSE = AmountField("v", required=False)


def test_it_reads_decimals_of_any_scale(opened: Opener, staged: Stager) -> None:
    fine = pl.Series([Decimal("1.5000"), Decimal("-0.0500"), Decimal("1.0010"), Decimal("0")])
    result = read(opened, staged, fine.cast(pl.Decimal(20, 4)), AMOUNT)

    assert values(result) == [150, -5, 0]
    assert result.faults == [(3, "v", "1.0010", "an amount with at most 2 decimals")]

    coarse = pl.Series([Decimal("-12.5"), Decimal("3")]).cast(pl.Decimal(10, 1))
    assert values(read(opened, staged, coarse, AMOUNT, scale=3)) == [-12500, 3000]


def test_it_reads_decimals_up_to_the_limit(opened: Opener, staged: Stager) -> None:
    limit = Decimal(2**63 - 1) / 100
    series = pl.Series([limit, -limit, limit + Decimal("0.01")], dtype=pl.Decimal(38, 2))
    result = read(opened, staged, series, AMOUNT)

    assert values(result) == [2**63 - 1, 1 - 2**63]
    assert result.faults == [
        (3, "v", "92233720368547758.08", "an amount of at most 92,233,720,368,547,758.07")
    ]


@given(st.lists(st.decimals(-(10**20), 10**20, places=6), min_size=1, max_size=20))
@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_reads_any_decimal_exactly_or_not_at_all(
    opened: Opener, staged: Stager, amounts: list[Decimal]
) -> None:
    series = pl.Series(amounts, dtype=pl.Decimal(38, 6))
    result = read(opened, staged, series, LOOSE, scale=4)

    for row, units in result.rows:
        assert Decimal(units).scaleb(-4) == amounts[row - 1]
    for reject in result.staged.rejects:
        amount = amounts[reject.row - 1].scaleb(4)
        assert amount != amount.to_integral_value() or abs(amount) > 2**63 - 1


@pytest.mark.parametrize("kind", [pl.Int8, pl.Int64, pl.UInt64, pl.UInt8])
def test_it_reads_integers(opened: Opener, staged: Stager, kind: Any) -> None:
    assert values(read(opened, staged, pl.Series([3, None, 7], dtype=kind), LOOSE)) == [
        300,
        None,
        700,
    ]


def test_it_rejects_integers_that_do_not_fit(opened: Opener, staged: Stager) -> None:
    largest = (2**63 - 1) // 100
    result = read(opened, staged, pl.Series([largest, -largest, largest + 1, 2**63 - 1]), AMOUNT)

    assert values(result) == [largest * 100, -largest * 100]
    assert [row for row, *_ in result.faults] == [3, 4]

    unsigned = pl.Series([2**64 - 1], dtype=pl.UInt64)
    assert read(opened, staged, unsigned, AMOUNT, scale=0).staged.rejected == 1


def test_it_reads_binary_numbers_that_mean_a_decimal(opened: Opener, staged: Stager) -> None:
    numbers = [1.10, 0.1 + 0.2, -2.675 * 100, 1e9 + 0.01, 0.0, -0.0, 90_000_000_000_000.25]
    result = read(opened, staged, pl.Series(numbers), AMOUNT)

    assert values(result) == [110, 30, -26750, 100_000_000_001, 0, 0, 9_000_000_000_000_025]


def test_it_rejects_binary_numbers_that_mean_no_such_decimal(
    opened: Opener, staged: Stager
) -> None:
    numbers = [0.333, 1e9 + 0.005, 0.005, math.nan, math.inf, -math.inf, 1e300, 1e14]
    result = read(opened, staged, pl.Series(numbers), AMOUNT)

    assert values(result) == []
    assert [(value, expected) for _, _, value, expected in result.faults[3:5]] == [
        ("nan", "an amount such as 1234.56"),
        ("inf", "an amount such as 1234.56"),
    ]
    assert result.faults[0][3] == "an amount with at most 2 decimals"


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1, max_size=50))
@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_gives_back_the_cents_of_binary_numbers(
    opened: Opener, staged: Stager, cents: list[int]
) -> None:
    result = read(opened, staged, pl.Series([each / 100 for each in cents]), AMOUNT)

    assert values(result) == cents


def test_it_reads_single_precision_by_its_shortest_text(opened: Opener, staged: Stager) -> None:
    series = pl.Series([12.34, 0.1], dtype=pl.Float32)

    assert values(read(opened, staged, series, AMOUNT)) == [1234, 10]


def test_it_reads_text_by_its_format(opened: Opener, staged: Stager) -> None:
    field = AmountField("v", format=AmountFormat(decimal=",", thousands="."))

    assert values(read(opened, staged, pl.Series(["1.234,50 ", " -2"]), field)) == [123450, -200]


DAY = DateField("v")


@pytest.mark.parametrize(
    "moments",
    [
        [date(2024, 1, 31), date(1969, 12, 31)],
        [datetime.fromisoformat("2024-01-31 23:59:59"), datetime.fromisoformat("1969-12-31 23:59")],
        [datetime(2024, 1, 31, 23, 59, tzinfo=UTC), datetime(1969, 12, 31, 0, 1, tzinfo=UTC)],
        ["2024-01-31", " 1969-12-31"],
    ],
)
def test_it_reads_days(opened: Opener, staged: Stager, moments: list[Any]) -> None:
    assert values(read(opened, staged, pl.Series(moments), DAY)) == [19753, -1]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_it_reads_moments_of_any_precision(opened: Opener, staged: Stager, unit: Any) -> None:
    series = pl.Series([datetime.fromisoformat("2024-01-31 10:05:07")]).cast(pl.Datetime(unit))

    assert values(read(opened, staged, series, DAY)) == [19753]
    assert values(read(opened, staged, series, TimeField("v"))) == [36307]
    assert values(read(opened, staged, series, TextField(("v",)))) == ["2024-01-31 10:05:07"]


def test_it_reads_days_written_as_numbers(opened: Opener, staged: Stager) -> None:
    field = DateField("v", format=DateFormat(patterns=("%Y%m%d",)))
    result = read(opened, staged, pl.Series([20240131, 20240230]), field)

    assert values(result) == [19753]
    assert result.faults == [(2, "v", "20240230", "a date such as 20240131 (%Y%m%d)")]


def test_a_missing_day_is_null_or_a_reject(opened: Opener, staged: Stager) -> None:
    series = pl.Series([None], dtype=pl.Date)

    assert values(read(opened, staged, series, DateField("v", required=False))) == [None]
    assert read(opened, staged, series, DAY).faults == [
        (1, "v", "", "a date such as 2024-01-31 (%Y-%m-%d)")
    ]


def test_it_reads_the_time_of_day(opened: Opener, staged: Stager) -> None:
    field = TimeField("v", format=DateFormat(patterns=("%Y-%m-%d %H:%M:%S",)))

    clock = pl.Series([datetime.fromisoformat("2024-01-31 01:02:03"), None])
    assert values(read(opened, staged, clock, field)) == [3723, None]
    assert values(read(opened, staged, pl.Series([date(2024, 1, 31)]), field)) == [None]
    assert values(read(opened, staged, pl.Series(["2024-01-31 00:01:00", "x"]), field)) == [
        60,
        None,
    ]


@pytest.mark.parametrize(
    ("series", "texts"),
    [
        (pl.Series([12345.0, None, 7.5, math.nan, 1e20]), ["12345", "", "7.5", "nan", "1e+20"]),
        (pl.Series([7, None]), ["7", ""]),
        (pl.Series([True, None]), ["true", ""]),
        (pl.Series([Decimal("1.50")]), ["1.50"]),
        (pl.Series([date(2024, 1, 31)]), ["2024-01-31"]),
        (pl.Series([datetime(2024, 1, 31, 9, tzinfo=UTC)]), ["2024-01-31 09:00:00"]),
        (pl.Series(["\t a b \r\n", "", " ", None]), ["a b", "", "", ""]),
        (pl.Series(["x"], dtype=pl.Categorical), ["x"]),
    ],
)
def test_it_writes_any_type_as_text(
    opened: Opener, staged: Stager, series: pl.Series, texts: list[str]
) -> None:
    assert values(read(opened, staged, series, TextField(("v",)))) == texts


@pytest.mark.parametrize(
    ("series", "field", "expected"),
    [
        (
            pl.Series([True]),
            AMOUNT,
            "bank.parquet: column 'v' is of type boolean, which is no amount",
        ),
        (pl.Series([1.5]), DAY, "bank.parquet: column 'v' is of type float64, which is no date"),
    ],
)
def test_it_refuses_a_type_that_cannot_hold_the_field(
    opened: Opener, staged: Stager, series: pl.Series, field: Any, expected: str
) -> None:
    with pytest.raises(InputError) as raised:
        read(opened, staged, series, field)

    assert str(raised.value) == expected


@given(st.lists(st.text(st.sampled_from("ab \t\n\r"), max_size=4), min_size=1, max_size=20))
@settings(deadline=None, max_examples=25)
def test_trimming_leaves_no_space_at_the_ends(engine: DuckDBEngine, texts: list[str]) -> None:
    table = engine.publish(pl.DataFrame({"v": texts}, schema={"v": pl.String}))

    found = engine.fetch(table.select(t=trimmed(table["v"]), n=text_of(table["v"])))

    assert found["t"].to_list() == [text.strip() for text in texts]
    assert found["n"].to_list() == [text.strip() or None for text in texts]


def test_units_of_the_lowest_integer_are_null(engine: DuckDBEngine) -> None:
    table = engine.publish(pl.DataFrame({"v": [str(-(2**63)), str(1 - 2**63)]}))

    units = with_twin(units_of(table["v"], AmountFormat(plain=True), 0))

    assert engine.fetch(table.select(u=units))["u"].to_list() == [None, 1 - 2**63]


def test_native_cents_are_read_as_amounts(opened: Opener, staged: Stager) -> None:
    cents = AmountField("v", format=AmountFormat(unwritten_decimals=2))
    for column in (
        pl.Series([1234, -5]),
        pl.Series([1234.0, -5.0]),
        pl.Series([Decimal("1234.00"), Decimal("-5")]),
    ):
        assert values(read(opened, staged, column, cents)) == [1234, -5]
        assert values(read(opened, staged, column, cents, scale=3)) == [12340, -50]


@pytest.mark.parametrize("precision", [16, 18, 19, 30, 38])
@pytest.mark.parametrize("scale", [2, 4, 9])
def test_a_product_in_one_word_is_the_same_as_in_two(
    engine: DuckDBEngine, precision: int, scale: int
) -> None:
    largest = (10 ** min(precision, 17) - 1) // 10**2
    amounts = [Decimal(each).scaleb(-2) for each in (0, 1, -1, 99, 10**13, -(10**13), largest)]
    series = pl.Series("v", [*amounts, None], dtype=pl.Decimal(precision, 2))
    table = engine.publish(series.to_frame())

    units = units_of(table["v"], AmountFormat(), scale)

    exact = [int(amount.scaleb(scale)) for amount in amounts]
    expected = [each if abs(each) < 2**63 else None for each in exact]
    assert engine.fetch(table.select(u=units))["u"].to_list() == [*expected, None]


@pytest.mark.parametrize(
    ("kind", "scale", "unwritten", "always"),
    [
        ("decimal(18, 2)", 2, 0, True),
        ("decimal(19, 2)", 2, 0, False),
        ("decimal(17, 1)", 2, 0, True),
        ("decimal(18, 1)", 2, 0, False),
        ("decimal(18, 3)", 2, 0, False),
        ("decimal(18, 1)", 3, 2, True),
        ("int64", 0, 0, False),
        ("string", 2, 0, False),
    ],
)
def test_a_decimal_that_fits_in_one_word_needs_no_look(
    kind: str, scale: int, unwritten: int, *, always: bool
) -> None:
    column = ibis.table({"v": kind}, name="t")["v"]
    assert always_units(column, AmountFormat(unwritten_decimals=unwritten), scale) is always


def test_text_with_white_space_or_nothing_needs_cleaning(engine: DuckDBEngine) -> None:
    texts = ["a", "Žluťoučký", "a b", "", " ", " a", "a\t", "a\n", "\ra", "a\u0301", "ü "]
    table = engine.publish(pl.DataFrame({"v": texts}))

    found = engine.fetch(table.select(u=needs_cleaning(table["v"])))["u"].to_list()

    assert found == [text.strip() != text or not text for text in texts]
