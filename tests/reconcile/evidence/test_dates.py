"""What two dates say, apart from amounts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from tieout.reconcile.evidence.dates import compare_dates, date_clause, date_flags, period_of
from tieout.reconcile.evidence.work import Work
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import EvidenceSpec

_EPOCH = date(1970, 1, 1).toordinal()


def _compared(work: Work, *pairs: tuple[str | None, str | None]) -> pl.DataFrame:
    columns: dict[str, Any] = {}
    for at, side in enumerate(("left", "right")):
        days = [
            None if pair[at] is None else date.fromisoformat(pair[at] or "").toordinal() - _EPOCH
            for pair in pairs
        ]
        ordinals = work.calendar.ordinals(pl.Series(days, dtype=pl.Int64).fill_null(0).to_numpy())
        columns |= {
            f"date_{side}": pl.Series(days, dtype=pl.Int32),
            f"ordinal_{side}": pl.Series(ordinals),
            f"time_{side}": pl.Series([None] * len(days), dtype=pl.Int32),
        }
    return pl.DataFrame(columns)


@pytest.fixture
def work(residue: Callable[..., Residue]) -> Callable[..., Work]:
    def begin(**spec: Any) -> Work:
        return Work.begin(residue("side"), EvidenceSpec(**spec), ())

    return begin


@pytest.mark.parametrize(
    ("left", "right", "flag"),
    [
        ("2024-03-05", "2024-03-06", "timing"),
        ("2024-03-06", "2024-03-05", "timing"),
        ("2024-03-09", "2024-03-10", "timing"),  # Saturday and Sunday
        ("2024-03-05", "2024-03-08", "timing"),
        ("2024-03-05", "2024-03-11", "beyond"),
        ("2024-03-29", "2024-04-01", "period"),
        ("2024-03-26", "2024-04-02", "period"),  # five days, the slack included
        ("2024-03-25", "2024-04-02", "beyond"),
        ("2023-12-29", "2024-01-02", "period"),
    ],
)
def test_one_flag_says_what_they_are(
    work: Callable[..., Work], left: str, right: str, flag: str
) -> None:
    run = work()

    fit = compare_dates(_compared(run, (left, right)), run)

    flags = {series.name: series[0] for series in date_flags(fit) if series.name != "gap"}
    assert [name for name, value in flags.items() if value] == [flag]


@pytest.mark.parametrize(
    ("left", "right"), [("2024-03-05", "2024-03-05"), (None, "2024-03-05"), (None, None)]
)
def test_equal_or_absent_dates_say_nothing(
    work: Callable[..., Work], left: str | None, right: str | None
) -> None:
    run = work()

    fit = compare_dates(_compared(run, (left, right)), run)

    assert not any(series[0] for series in date_flags(fit))


@pytest.mark.parametrize(
    ("period", "same"),
    [("month", [True, False, False]), ("quarter", [True, True, False]), ("year", [True] * 3)],
)
def test_periods_are_months_quarters_or_years(
    work: Callable[..., Work], period: str, same: list[bool]
) -> None:
    run = work(period_end=period)
    days = _compared(
        run,
        ("2024-01-01", "2024-01-31"),
        ("2024-01-31", "2024-03-31"),
        ("2024-03-31", "2024-12-31"),
    )

    first = period_of(days["date_left"].to_numpy().astype("int64"), run)
    last = period_of(days["date_right"].to_numpy().astype("int64"), run)

    assert (first == last).tolist() == same


def test_the_settlement_lag_is_the_specs(work: Callable[..., Work]) -> None:
    run = work(settlement_days=0)
    compared = _compared(run, ("2024-03-05", "2024-03-06"), ("2024-03-09", "2024-03-10"))

    fit = compare_dates(compared, run)

    assert fit.beyond.tolist() == [True, False]
    assert fit.timing.tolist() == [False, True]


def test_the_clause_says_it_in_words(work: Callable[..., Work]) -> None:
    run = work()
    compared = _compared(
        run,
        ("2024-03-05", "2024-03-06"),
        ("2024-03-29", "2024-04-02"),
        ("2024-03-04", "2024-03-14"),
        ("2024-03-05", "2024-03-05"),
        ("2024-03-05", None),
        (None, "2024-03-05"),
        (None, None),
    )

    said = compared.with_columns(*date_flags(compare_dates(compared, run))).select(date_clause(run))

    assert said["dates"].to_list() == [
        "; left 2024-03-05, right 2024-03-06: 1 business day apart, settlement lag 3",
        "; left 2024-03-29, right 2024-04-02 straddle the month end, 2 business days apart",
        (
            "; left 2024-03-04, right 2024-03-14: 8 business days apart, "
            "5 beyond the settlement lag of 3"
        ),
        "; both on 2024-03-05",
        "; left on 2024-03-05, right without a date",
        "; right on 2024-03-05, left without a date",
        "",
    ]
