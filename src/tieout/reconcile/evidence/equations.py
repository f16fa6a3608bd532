"""The equation behind each bucket, in words and numbers that a person can check."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from tieout.model.buckets import Bucket
from tieout.model.money import format_amount
from tieout.reconcile.evidence.dates import date_evidence
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.forms import Forms
from tieout.reconcile.evidence.wording import money_text
from tieout.reconcile.evidence.work import SIDES, Ints, Work


def write_equations(
    compared: pl.DataFrame,
    forms: Forms,
    fees: Ints,
    schedules: list[Schedule],
    work: Work,
) -> pl.Series:
    """Evidence of each row of `compared`, which has its `bucket`."""
    marked = date_evidence(_with_equation(compared, work.scale), forms.dates, work).with_columns(
        pl.Series("criteria_said", forms.criteria),
        pl.Series("place", forms.place),
        pl.Series("shift", forms.shift),
        pl.Series("fee", fees),
        pl.Series("own_rate", forms.own_rate),
    )
    rates = {
        "stale": pl.Series(forms.fx.stale, dtype=pl.String),
        "own_day": pl.Series(forms.fx.own_day, dtype=pl.Int64),
        "used_day": pl.Series(forms.fx.used_day, dtype=pl.Int64),
        "own_rate_shown": pl.Series(forms.fx.own_rate),
        "used_rate_shown": pl.Series(forms.fx.used_rate),
        "lowest": pl.Series(forms.fx.lowest),
        "highest": pl.Series(forms.fx.highest),
    }
    marked = marked.with_columns(**rates).with_row_index("at")
    parts = []
    for (bucket,), part in marked.group_by("bucket", maintain_order=True):
        if bucket == str(Bucket.FEE_OR_TAX):
            text = _fee(part, schedules, work.scale)
        elif bucket == str(Bucket.FX_RATE):
            text = _fx(part, work.scale)
        else:
            text = part.select(_TEXTS[Bucket(str(bucket))]().alias("evidence")).to_series()
        parts.append(part.select("at").with_columns(text.alias("evidence")))
    if not parts:
        return pl.Series("evidence", [], dtype=pl.String)
    return pl.concat(parts).sort("at")["evidence"]


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
    return pl.format("{} = {}; {}", "shown_left", "shown_right", "dates")


def _unknown() -> pl.Expr:
    equal = (pl.col("amount_left") == pl.col("amount_right")) & (
        pl.col("currency_left") == pl.col("currency_right")
    )
    agree = pl.format("{} = {}; {}", "shown_left", "shown_right", "dates")
    differ = pl.format("{}; no form of difference fits; {}", "equation", "dates")
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
        .then(pl.format("{} = {}; {}; {}", "shown_left", "shown_right", "criteria_said", "dates"))
        .when(pl.col("own_rate"))
        .then(pl.format("{}: equal at the rate of the day", renamed))
        .otherwise(pl.format("{}: equal numbers in two currencies", renamed))
    )


def _account() -> pl.Expr:
    return pl.format(
        "{} = {}; account differs (left {}, right {}); {}",
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
    left, right = part["amount_left"].abs(), part["amount_right"].abs()
    size = pl.DataFrame({"left": left, "right": right}).select(
        gross=pl.max_horizontal("left", "right"), net=pl.min_horizontal("left", "right")
    )
    amounts = {of: money_text(size[of], scale) for of in ("gross", "net")}
    minus = (part["amount_left"] < 0).to_list()
    fees, equations = part["fee"].to_list(), part["equation"].to_list()
    bases = {of: text.to_list() for of, text in amounts.items()}
    texts = []
    for row, number in enumerate(fees):
        schedule = schedules[number]
        said = schedule.text(bases[schedule.of][row], scale)
        texts.append(f"{equations[row]} = " + (f"-({said})" if minus[row] else said))
    return pl.Series("evidence", texts, dtype=pl.String)


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
