"""What two dates of the same record say: in time, across a cut-off, or too far apart."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.reconcile.calendars import NO_DATE
from tieout.reconcile.evidence.wording import days_text
from tieout.reconcile.evidence.work import Flags, Ints, Work, dates_of

# Business days beyond the settlement lag within which a period end still explains the gap.
CUT_OFF_SLACK_DAYS = 2
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class DateFit:
    """Flags a row: at most one of timing, period and beyond is true, none where dates are equal.

    gap: business days between the dates. hour: the earlier one was past the cut-off hour.
    """

    gap: Ints
    timing: Flags
    period: Flags
    hour: Flags
    beyond: Flags


def compare_dates(compared: pl.DataFrame, work: Work) -> DateFit:
    """Judge date_left against date_right (epoch days), with ordinal and time beside them."""
    left, right = dates_of(compared, "date_left"), dates_of(compared, "date_right")
    differ = (left != right) & (left != NO_DATE) & (right != NO_DATE)
    ordinals = [compared[f"ordinal_{side}"].fill_null(0).to_numpy() for side in ("left", "right")]
    gap: Ints = np.where(differ, np.abs(ordinals[0] - ordinals[1]), 0)
    lag = work.spec.settlement_days
    straddles = period_of(left, work) != period_of(right, work)
    period = differ & straddles & (gap <= lag + CUT_OFF_SLACK_DAYS)
    hour = differ & ~period & (gap == 1) & _past_hour(compared, left, right, work)
    timing = differ & ~period & ~hour & (gap <= lag)
    return DateFit(gap, timing, period, hour, differ & ~period & ~hour & ~timing)


def period_of(days: Ints, work: Work) -> Ints:
    """Number of the month, quarter or year that epoch days are in."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // _MONTHS[work.spec.period_end]


def date_flags(fit: DateFit) -> list[pl.Series]:
    """The fit as columns, for `date_clause`."""
    return [pl.Series(name, getattr(fit, name)) for name in DateFit.__dataclass_fields__]


def date_clause(work: Work) -> pl.Expr:
    """Words about both dates behind a semicolon, "" where there is none.

    From date_left, date_right and the columns of `date_flags`.
    """
    lag, hour = work.spec.settlement_days, work.spec.cut_off_hour
    words = f"{work.spec.period_end} end"
    gap = pl.col("gap")
    plural = pl.when(gap == 1).then(pl.lit("")).otherwise(pl.lit("s"))
    apart = pl.format("{} business day{} apart", gap, plural)
    both = pl.format("left {}, right {}", days_text("date_left"), days_text("date_right"))
    past_hour = f"the earlier one was booked at or after {hour}:00"
    beyond = f"beyond the settlement lag of {lag}"
    clause = (
        pl.when("period")
        .then(pl.format(f"{{}} straddle the {words}, {{}}", both, apart))
        .when("hour")
        .then(pl.format(f"{{}}: {past_hour}, {{}}", both, apart))
        .when("timing")
        .then(pl.format(f"{{}}: {{}}, settlement lag {lag}", both, apart))
        .when("beyond")
        .then(pl.format(f"{{}}: {{}}, {{}} {beyond}", both, apart, gap - lag))
        .when(pl.col("date_left").is_not_null() & pl.col("date_right").is_not_null())
        .then(pl.format("both on {}", days_text("date_left")))
        .when(pl.col("date_left").is_not_null())
        .then(pl.format("left on {}, right without a date", days_text("date_left")))
        .when(pl.col("date_right").is_not_null())
        .then(pl.format("right on {}, left without a date", days_text("date_right")))
    )
    return pl.concat_str(pl.lit("; "), clause).fill_null("").alias("dates")


def _past_hour(compared: pl.DataFrame, left: Ints, right: Ints, work: Work) -> Flags:
    if work.spec.cut_off_hour is None:
        return np.zeros(len(left), np.bool_)
    times = [compared[f"time_{side}"].fill_null(-1).to_numpy() for side in ("left", "right")]
    earlier = np.where(left < right, times[0], times[1])
    past: Flags = earlier >= work.spec.cut_off_hour * 3600
    return past
