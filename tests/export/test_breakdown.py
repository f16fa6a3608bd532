from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.export.breakdown import Worth, by_age, by_bucket, by_time, largest, worth

MakeBreaks = Callable[..., pl.DataFrame]


def test_it_sums_differences_by_currency_and_never_across(make_breaks: MakeBreaks) -> None:
    breaks = make_breaks(
        {"difference": "2.90", "amount_left": 102, "amount_right": 100},
        {"difference": "-1.00", "amount_left": -5, "amount_right": -4},
        {"difference": "7.00", "amount_left": 7, "amount_right": None, "currency": "USD"},
    )

    assert worth(breaks) == (
        Worth("EUR", 2, Decimal("107.00"), Decimal("3.90"), Decimal("1.90")),
        Worth("USD", 1, Decimal("7.00"), Decimal("7.00"), Decimal("7.00")),
    )


def test_it_keeps_breaks_without_a_currency_or_a_difference(make_breaks: MakeBreaks) -> None:
    breaks = make_breaks({"currency": None}).with_columns(difference=None, amount_left=None)
    breaks = breaks.cast({"difference": pl.Decimal(38, 2), "amount_left": pl.Decimal(38, 2)})

    assert worth(breaks) == (Worth("", 1, Decimal("100.00"), Decimal("0.00"), Decimal("0.00")),)


def test_it_has_nothing_to_say_of_no_breaks(make_breaks: MakeBreaks) -> None:
    assert worth(make_breaks()) == ()
    assert by_bucket(make_breaks()) == ()
    assert largest(make_breaks(), 5) == ()
    assert by_time(make_breaks()).bins == ()


def test_it_orders_buckets_by_count_then_name(make_breaks: MakeBreaks) -> None:
    buckets = ("timing", "rounding", "duplicate", "timing", None)

    slices = by_bucket(make_breaks(*({"bucket": bucket} for bucket in buckets)))

    assert [(part.name, part.count) for part in slices] == [
        ("timing", 2),
        ("duplicate", 1),
        ("rounding", 1),
        ("unknown", 1),
    ]


def test_currencies_stand_in_one_order_in_every_bucket(make_breaks: MakeBreaks) -> None:
    rows = [("timing", "JPY"), ("timing", "EUR"), ("timing", "EUR"), ("rounding", "JPY")]
    rows += [("rounding", "JPY"), ("rounding", "KWD"), ("rounding", "EUR"), ("unknown", "KWD")]

    slices = by_bucket(
        make_breaks(*({"bucket": bucket, "currency": currency} for bucket, currency in rows))
    )

    assert {part.name: [each.currency for each in part.worth] for part in slices} == {
        "rounding": ["EUR", "JPY", "KWD"],
        "timing": ["EUR", "JPY"],
        "unknown": ["KWD"],
    }


@pytest.mark.parametrize(
    ("age_days", "band"),
    [
        (-3, "0-1"),
        (0, "0-1"),
        (1, "0-1"),
        (2, "2-7"),
        (7, "2-7"),
        (8, "8-30"),
        (30, "8-30"),
        (31, "31-90"),
        (90, "31-90"),
        (91, "over 90"),
        (None, "no date"),
    ],
)
def test_it_puts_each_age_in_one_band(
    make_breaks: MakeBreaks, age_days: int | None, band: str
) -> None:
    slices = by_age(make_breaks({"age_days": age_days}))

    assert [part.name for part in slices if part.count] == [band]


def test_it_shows_every_band_in_order_even_when_empty(make_breaks: MakeBreaks) -> None:
    slices = by_age(make_breaks({"age_days": 400}))

    assert [part.name for part in slices] == ["0-1", "2-7", "8-30", "31-90", "over 90"]


def test_it_fills_days_without_breaks_and_takes_the_right_date_where_left_has_none(
    make_breaks: MakeBreaks,
) -> None:
    found = by_time(
        make_breaks(
            {"date_left": date(2026, 3, 2)},
            {"date_left": None, "date_right": date(2026, 3, 4)},
            {"date_left": None, "date_right": None},
        )
    )

    assert found.period == "day"
    assert found.bins == ((date(2026, 3, 2), 1), (date(2026, 3, 3), 0), (date(2026, 3, 4), 1))
    assert found.undated == 1


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (61, "day"),
        (62, "week"),
        (400, "week"),
        (1_000, "month"),
        (5_000, "quarter"),
        (10_000, "year"),
    ],
)
def test_it_takes_longer_periods_for_a_longer_time(
    make_breaks: MakeBreaks, days: int, period: str
) -> None:
    dates = (date(1990, 1, 1), date(1990, 1, 1) + timedelta(days=days))

    found = by_time(make_breaks(*({"date_left": day} for day in dates)))

    assert found.period == period
    assert len(found.bins) <= 70
    assert sum(count for _, count in found.bins) == 2


def test_it_leaves_filler_dates_and_slips_out_of_the_picture(make_breaks: MakeBreaks) -> None:
    days = (
        date(2026, 3, 2),
        date(2026, 3, 2),
        date(2026, 3, 3),
        date(9999, 12, 31),
        date(206, 3, 2),
    )

    found = by_time(make_breaks(*({"date_left": day} for day in days)))

    assert found.bins == ((date(2026, 3, 2), 2), (date(2026, 3, 3), 1))
    assert found.strays == 2


def test_it_shows_no_bins_when_no_date_is_near_the_others(make_breaks: MakeBreaks) -> None:
    days = (date(206, 3, 2), date(9999, 12, 31))

    found = by_time(make_breaks(*({"date_left": day} for day in days)))

    assert (found.bins, found.strays) == ((), 2)


def test_it_takes_turns_between_currencies_for_the_largest(make_breaks: MakeBreaks) -> None:
    yen = ({"difference": f"{amount}000", "currency": "JPY"} for amount in (1, 2))
    euro = ({"difference": f"{amount}", "currency": "EUR"} for amount in (1, -9, 5))

    found = largest(make_breaks(*yen, *euro), 3)

    assert [(part.currency, part.difference) for part in found] == [
        ("EUR", Decimal("-9.00")),
        ("EUR", Decimal("5.00")),
        ("JPY", Decimal("2000.00")),
    ]


def test_it_orders_equal_differences_by_amount_then_by_identity(make_breaks: MakeBreaks) -> None:
    found = largest(
        make_breaks(
            {"difference": "0", "key": "small", "break_id": "z"},
            {"difference": "0", "key": "twin b", "break_id": "b", "amount_left": 900},
            {"difference": "0", "key": "twin a", "break_id": "a", "amount_right": -900},
        ),
        3,
    )

    assert [part.key for part in found] == ["twin a", "twin b", "small"]


def test_it_fills_what_a_break_leaves_blank(make_breaks: MakeBreaks) -> None:
    breaks = make_breaks({"key": None, "left_rows": None, "bucket": None, "evidence": None})

    (found,) = largest(breaks.drop("resolution"), 1)

    assert (found.key, found.left_rows, found.bucket) == ("", (), "unknown")
    assert (found.evidence, found.resolution) == ("", "")


def _measured(rows: list[tuple[str, int, str]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["bucket", "cents", "currency"], orient="row")
    amount: Any = pl.col("cents").cast(pl.Decimal(38, 2))
    return frame.select(
        pl.int_range(pl.len()).cast(pl.String).alias("break_id"),
        pl.col("bucket").cast(pl.String),
        pl.col("currency").cast(pl.String),
        amount.alias("difference"),
        amount.alias("amount_left"),
        amount.alias("amount_right"),
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["timing", "fx_rate", "own"]),
            st.integers(-(10**9), 10**9),
            st.sampled_from(["EUR", "USD", ""]),
        )
    )
)
def test_it_loses_no_break_and_no_amount_between_buckets(rows: list[tuple[str, int, str]]) -> None:
    slices = by_bucket(_measured(rows))

    assert sum(part.count for part in slices) == len(rows)
    for currency in ("EUR", "USD", ""):
        parts = [one for part in slices for one in part.worth if one.currency == currency]
        assert sum(part.count for part in parts) == sum(row[2] == currency for row in rows)
        assert sum(part.difference for part in parts) == sum(
            abs(row[1]) for row in rows if row[2] == currency
        )
