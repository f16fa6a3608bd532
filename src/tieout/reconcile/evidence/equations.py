"""The equation behind each bucket, in words and numbers that a person can check."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.figures import money_text
from tieout.model.money import format_amount
from tieout.reconcile.evidence.dates import date_clause, date_flags
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.forms import Forms
from tieout.reconcile.evidence.work import SIDES, Ints, Work

# Stands for the base amount where a schedule's text is split around it.
_BASE = "\0"
_READ = [
    "bucket",
    *(
        f"{name}_{side}"
        for side in SIDES
        for name in ("amount", "currency", "date", "account", "original_amount")
    ),
    *(f"{name}_{side}" for side in SIDES for name in ("original_currency", "shown")),
]
_WITH_EQUATION = {
    Bucket.ROUNDING,
    Bucket.TRANSPOSITION,
    Bucket.FEE_OR_TAX,
    Bucket.PARTIAL_PAYMENT,
    Bucket.UNKNOWN,
}
_WITH_DATES = {
    Bucket.TIMING,
    Bucket.CUT_OFF,
    Bucket.STATIC_DATA,
    Bucket.WRONG_REFERENCE,
    Bucket.UNKNOWN,
}


def write_equations(
    compared: pl.DataFrame,
    forms: Forms,
    fees: Ints,
    schedules: list[Schedule],
    work: Work,
) -> pl.Series:
    """Evidence of each row of `compared`, which has its `bucket`."""
    marked = compared.select(_READ).with_columns(
        *date_flags(forms.dates),
        pl.Series("criteria_said", forms.criteria),
        pl.Series("place", forms.place),
        pl.Series("shift", forms.shift),
        pl.Series("fee", fees),
        pl.Series("own_rate", forms.own_rate),
        pl.Series("stale", forms.fx.stale, dtype=pl.String),
        pl.Series("own_day", forms.fx.own_day),
        pl.Series("used_day", forms.fx.used_day),
        pl.Series("own_rate_shown", forms.fx.own_rate),
        pl.Series("used_rate_shown", forms.fx.used_rate),
        pl.Series("lowest", forms.fx.lowest),
        pl.Series("highest", forms.fx.highest),
    )
    parts = []
    for (bucket,), part in marked.with_row_index("at").group_by("bucket", maintain_order=True):
        text = _text(Bucket(str(bucket)), part, schedules, work)
        parts.append(part.select("at").with_columns(text.alias("evidence")))
    if not parts:
        return pl.Series("evidence", [], dtype=pl.String)
    return pl.concat(parts).sort("at")["evidence"]


def _text(bucket: Bucket, part: pl.DataFrame, schedules: list[Schedule], work: Work) -> pl.Series:
    if bucket == Bucket.FX_RATE:
        return _fx(part, work.scale)
    if bucket in _WITH_EQUATION:
        part = _with_equation(part, work.scale)
    if bucket in _WITH_DATES:
        part = part.with_columns(date_clause(work))
    if bucket == Bucket.FEE_OR_TAX:
        return _fee(part, schedules, work.scale)
    return part.select(_TEXTS[bucket]().alias("evidence")).to_series()


def _with_equation(compared: pl.DataFrame, scale: int) -> pl.DataFrame:
    """Adds `equation`: the larger amount minus the smaller one."""
    left_first = pl.col("amount_left").abs() >= pl.col("amount_right").abs()
    difference = pl.col("amount_left") - pl.col("amount_right")
    signed = compared.select(pl.when(left_first).then(difference).otherwise(-difference))
    shown = money_text(signed.to_series(), scale)
    first, second = pl.col("shown_left"), pl.col("shown_right")
    both = (
        pl.when(left_first)
        .then(pl.format("{} - {}", first, second))
        .otherwise(pl.format("{} - {}", second, first))
    )
    return compared.with_columns(pl.format("{} = {}", both, shown).alias("equation"))


def _amount_and_dates() -> pl.Expr:
    return pl.format("{} = {}{}", "shown_left", "shown_right", "dates")


def _unknown() -> pl.Expr:
    equal = (pl.col("amount_left") == pl.col("amount_right")) & (
        pl.col("currency_left") == pl.col("currency_right")
    )
    agree = pl.format("{} = {}{}", "shown_left", "shown_right", "dates")
    differ = pl.format("{}; no form of difference fits{}", "equation", "dates")
    return (
        pl.when(pl.col("currency_left") != pl.col("currency_right"))
        .then(
            pl.format(
                "{} {} against {} {}; no rate explains it",
                "shown_left",
                "currency_left",
                "shown_right",
                "currency_right",
            )
        )
        .when(equal)
        .then(agree)
        .otherwise(differ)
    )


def _static() -> pl.Expr:
    renamed = pl.format(
        "{} {} against {} {}", "shown_left", "currency_left", "shown_right", "currency_right"
    )
    return (
        pl.when(pl.col("currency_left") == pl.col("currency_right"))
        .then(pl.format("{} = {}; {}{}", "shown_left", "shown_right", "criteria_said", "dates"))
        .when(pl.col("own_rate"))
        .then(pl.format("{}: equal at the rate of the day", renamed))
        .otherwise(pl.format("{}: equal numbers in two currencies", renamed))
    )


def _account() -> pl.Expr:
    return pl.format(
        "{} = {}; account differs (left {}, right {}){}",
        "shown_left",
        "shown_right",
        "account_left",
        "account_right",
        "dates",
    )


def _transposition() -> pl.Expr:
    # Digits are counted from the right, the way the columns of a sum are.
    swapped = pl.format(
        "digits {} and {} from the right swapped", pl.col("place") + 1, pl.col("place") + 2
    )
    left_first = pl.col("amount_left").abs() >= pl.col("amount_right").abs()
    ratio = pl.lit("1") + pl.lit("0").repeat_by("shift").list.join("")
    times = (
        pl.when(left_first)
        .then(pl.format("{} = {} x {}", "shown_left", ratio, "shown_right"))
        .otherwise(pl.format("{} = {} x {}", "shown_right", ratio, "shown_left"))
    )
    return (
        pl.when(pl.col("place") >= 0)
        .then(pl.format("{}, divisible by 9: {}", "equation", swapped))
        .otherwise(times)
    )


def _fee(part: pl.DataFrame, schedules: list[Schedule], scale: int) -> pl.Series:
    left, right = pl.col("amount_left").abs(), pl.col("amount_right").abs()
    sizes = part.select(gross=pl.max_horizontal(left, right), net=pl.min_horizontal(left, right))
    shown = part.with_columns(money_text(sizes[of], scale) for of in ("gross", "net"))
    said = pl.lit(None, pl.String)
    for number, schedule in enumerate(schedules):
        before, found, after = schedule.text(_BASE, scale).partition(_BASE)
        base = [pl.col(schedule.of)] if found else []
        text = pl.concat_str(pl.lit(before), *base, pl.lit(after))
        said = pl.when(pl.col("fee") == number).then(text).otherwise(said)
    signed = pl.when(pl.col("amount_left") < 0).then(pl.format("-({})", said)).otherwise(said)
    return shown.select(pl.format("{} = {}", "equation", signed).alias("evidence")).to_series()


def _fx(part: pl.DataFrame, scale: int) -> pl.Series:
    texts = []
    for row in part.iter_rows(named=True):
        stale = row["stale"]
        if not stale:
            texts.append(_fx_range(row, scale))
            continue
        other = "right" if stale == "left" else "left"
        code, original = (
            row["original_currency_left"] or row["original_currency_right"],
            row["original_amount_left"],
        )
        original = row["original_amount_right"] if original is None else original
        if row["currency_left"] != row["currency_right"]:
            code, original = row[f"currency_{other}"], row[f"amount_{other}"]
        amount = format_amount(abs(row[f"amount_{stale}"]), scale)
        used, own = _day(row["used_day"]), _day(row["own_day"])
        texts.append(
            f"{stale} {amount} {row[f'currency_{stale}']} / {format_amount(abs(original), scale)} "
            f"{code} = {row['used_rate_shown']:.6g}, the rate of {used}; "
            f"{other} uses {row['own_rate_shown']:.6g} of {own}"
        )
    return pl.Series("evidence", texts, dtype=pl.String)


def _fx_range(row: dict[str, Any], scale: int) -> str:
    original = row["original_amount_left"]
    original = abs(row["original_amount_right"] if original is None else original)
    code = row["original_currency_left"] or row["original_currency_right"]
    implied = [
        f"{row[f'shown_{side}']} / {format_amount(original, scale)} {code} = "
        f"{abs(row[f'amount_{side}']) / original:.6g}"
        for side in SIDES
    ]
    return (
        f"{implied[0]}, {implied[1]}: both within the {row['lowest']:.6g} to "
        f"{row['highest']:.6g} of the days around, but of none that is known"
    )


def _day(day: int) -> str:
    return str(np.datetime64(day, "D"))


_TEXTS: dict[Bucket, Callable[[], pl.Expr]] = {
    Bucket.SIGN_FLIP: lambda: pl.format("{} = -({})", "shown_left", "shown_right"),
    Bucket.ROUNDING: lambda: pl.format("{}, within one minor unit a line", "equation"),
    Bucket.TRANSPOSITION: _transposition,
    Bucket.PARTIAL_PAYMENT: lambda: pl.format("{} still open", "equation"),
    Bucket.STATIC_DATA: _static,
    Bucket.WRONG_REFERENCE: _account,
    Bucket.CUT_OFF: _amount_and_dates,
    Bucket.TIMING: _amount_and_dates,
    Bucket.UNKNOWN: _unknown,
}
