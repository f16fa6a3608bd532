"""Movements of a month that are unlike those of the months before it."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special, stats

from tieout.close.review.months import Months
from tieout.close.tasks.dates import Period
from tieout.model.money import format_amount

SIGMA: Final = 2.5
BASELINE_MONTHS: Final = 12
MONTHS_MIN: Final = 4
_SHARE_OF_TYPE: Final = 3.0  # the spread of an account's type counts as much as three months
_FOREST_ROWS_MIN: Final = 100
FloatArray = NDArray[np.float64]
SCHEMA: Final = {
    "account": pl.String(), "name": pl.String(), "type": pl.String(), "movement": pl.Int64(),
    "usual": pl.Float64(), "spread": pl.Float64(), "months": pl.Int64(), "sigma": pl.Float64(),
    "p_value": pl.Float64(), "forest_p": pl.Float64(), "flagged": pl.Boolean(),
    "by_forest": pl.Boolean(), "reason": pl.String(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MovementOptions:
    """sigma: from which a movement is flagged. months: of the baseline before the judged one."""

    sigma: float = SIGMA
    months: int = BASELINE_MONTHS
    seed: int = 0


def judge_movements(
    months: Months, period: Period, options: MovementOptions | None = None, *, scale: int = 2
) -> pl.DataFrame:
    """A row for each account (SCHEMA), flagged ones first and by how odd they are.

    The judged month is never in its own baseline, nor is any later one. Its distance from the mean
    of up to 12 months before is measured by Student's law with as many degrees of freedom, and
    stated as the sigma of a normal one, so that 2.5 sigma means the same after 5 months as after
    12 (in-sample |z| could not pass (n-1)/sqrt(n)). The spread of an account is drawn towards that
    of its type while months are few, and what the same measure said of earlier months of all
    accounts of the type stretches it where it said too much (calibration).
    """
    options = options or MovementOptions()
    accounts = months.of(period).sort("account")
    history = _history(months, period)
    sigma, usual, spread, counts = _measured(accounts, history, options)
    stretched = sigma / np.array([_stretch(history, kind, options) for kind in accounts["type"]])
    p_value = 2.0 * stats.norm.sf(np.abs(stretched))
    forest = _forest(months, period, options)
    frame = accounts.select("account", "name", "type", "movement").with_columns(
        usual=pl.Series(usual, dtype=pl.Float64),
        spread=pl.Series(spread, dtype=pl.Float64),
        months=pl.Series(counts, dtype=pl.Int64),
        sigma=pl.Series(stretched, dtype=pl.Float64).fill_nan(None),
        p_value=pl.Series(p_value, dtype=pl.Float64).fill_nan(None),
        forest_p=pl.Series(forest, dtype=pl.Float64).fill_nan(None),
    )
    limit = 2.0 * float(stats.norm.sf(options.sigma))
    frame = frame.with_columns(
        flagged=(pl.col("sigma").abs() >= options.sigma).fill_null(value=False),
        by_forest=(pl.col("forest_p") <= limit).fill_null(value=False),
    )
    said = [_reason(row, scale) for row in frame.iter_rows(named=True)]
    frame = frame.with_columns(reason=pl.Series(said, dtype=pl.String))
    return frame.select([pl.col(name).cast(kind) for name, kind in SCHEMA.items()]).sort(
        "flagged", "by_forest", pl.col("sigma").abs(), descending=True, nulls_last=True
    )


def _history(months: Months, period: Period) -> dict[str, tuple[str, FloatArray]]:
    """Type and movements before the period of each account, the oldest first."""
    earlier = months.table.filter(pl.col("month") < period.first_day).sort("account", "month")
    grouped = earlier.group_by("account", "type", maintain_order=True).agg("movement")
    return {
        account: (kind, np.array(values, dtype=np.float64))
        for account, kind, values in grouped.iter_rows()
    }


def _measured(
    accounts: pl.DataFrame,
    history: dict[str, tuple[str, FloatArray]],
    options: MovementOptions,
) -> tuple[FloatArray, list[float], list[float], list[int]]:
    sigma, usual, spread, counts = [], [], [], []
    relative = {
        kind: _relative_spread(history, kind, options.months)
        for kind in {kind for kind, _ in history.values()}
    }
    for account, kind, movement in accounts.select("account", "type", "movement").iter_rows():
        values = history.get(account, (kind, np.empty(0)))[1][-options.months :]
        found = _distance(float(movement), values, relative.get(kind, 0.0))
        sigma.append(found[0])
        usual.append(found[1])
        spread.append(found[2])
        counts.append(len(values))
    return np.array(sigma), usual, spread, counts


def _distance(value: float, values: FloatArray, relative: float) -> tuple[float, float, float]:
    """Sigma, mean and spread of a value against those before it; NaN where they are too few."""
    if len(values) < MONTHS_MIN:
        return math.nan, float(values.mean()) if len(values) else 0.0, math.nan
    n = len(values)
    mean = float(values.mean())
    own = float(values.var(ddof=1))
    typical = (relative * float(np.abs(values).mean())) ** 2
    variance = ((n - 1) * own + _SHARE_OF_TYPE * typical) / (n - 1 + _SHARE_OF_TYPE)
    spread = math.sqrt(variance)
    if spread == 0.0:
        return (0.0 if value == mean else math.copysign(40.0, value - mean)), mean, 0.0
    t = (value - mean) / (spread * math.sqrt(1.0 + 1.0 / n))
    tail = float(special.stdtr(n - 1 + _SHARE_OF_TYPE, -abs(t)))
    return math.copysign(_sigma_of(math.log(tail)), t), mean, spread


def _sigma_of(log_tail: float) -> float:
    """The standard normal value with this log of an upper tail.

    >>> round(_sigma_of(math.log(0.02275)), 2)
    2.0
    """
    return -float(special.ndtri_exp(log_tail))


def _relative_spread(history: dict[str, tuple[str, FloatArray]], kind: str, months: int) -> float:
    """The median over a type's accounts of spread over mean size."""
    found = [
        float(values[-months:].std(ddof=1) / np.abs(values[-months:]).mean())
        for each, values in history.values()
        if each == kind and len(values) >= MONTHS_MIN and np.abs(values[-months:]).mean() > 0
    ]
    return float(np.median(found)) if found else 0.0


def _stretch(
    history: dict[str, tuple[str, FloatArray]], kind: str, options: MovementOptions
) -> float:
    """By how much what was said of a type's earlier months was too large; at least 1."""
    relative = _relative_spread(history, kind, options.months)
    said = [
        abs(_distance(float(values[at]), values[max(0, at - options.months) : at], relative)[0])
        for each, values in history.values()
        if each == kind
        for at in range(max(MONTHS_MIN, len(values) - options.months), len(values))
    ]
    known = np.array([each for each in said if not math.isnan(each)])
    if len(known) < 20:
        return 1.0
    # Quartiles are untouched by the few months that really were odd.
    return max(
        1.0, float(np.quantile(known, 0.5)) / 0.6745, float(np.quantile(known, 0.8)) / 1.2816
    )


def _forest(months: Months, period: Period, options: MovementOptions) -> FloatArray:
    """P-values of an Isolation Forest over size, sides and count of movements, by account."""
    from tieout.detect.detectors.isolation_forest import IsolationForest
    from tieout.model.table import Kind, Table
    from tieout.sources.typed.facts import column_facts

    rows = months.table.filter(pl.col("month") <= period.first_day).sort("account", "month")
    features = ("movement", "debits", "credits", "entries", "average")
    rows = rows.with_columns(
        average=(pl.col("debits") + pl.col("credits")) / pl.col("entries").clip(lower_bound=1)
    )
    scaled = [
        ((pl.col(name) - pl.col(name).median().over("account"))
         / ((pl.col(name) - pl.col(name).median().over("account")).abs().median().over("account")
            .clip(lower_bound=1.0))).cast(pl.Float64).clip(-50, 50).alias(name)
        for name in features
    ]  # fmt: skip
    frame = rows.select("month", *scaled)
    past = frame.filter(pl.col("month") < period.first_day).drop("month")
    now = frame.filter(pl.col("month") == period.first_day).drop("month")
    if past.height < _FOREST_ROWS_MIN:
        return np.full(now.height, np.nan)

    def table(held: pl.DataFrame) -> Table:
        facts = tuple(column_facts(held[name], Kind.NUMBER) for name in features)
        return Table(held, np.arange(1, held.height + 1), facts)

    forest = IsolationForest(columns=features, seed=options.seed).fit(table(past))
    found: FloatArray = np.exp(forest.score(table(now)).log_p)
    return found


def _reason(row: dict[str, object], scale: int) -> str:
    sigma = row["sigma"]
    # A sentence that begins with a minus would be a formula to a spreadsheet.
    movement = f"Movement {format_amount(int(str(row['movement'])), scale)}"
    if sigma is None:
        return f"{movement}; {row['months']} months before it are too few to judge by"
    usual = format_amount(round(float(str(row["usual"]))), scale)
    side = "above" if float(str(sigma)) > 0 else "below"
    words = (
        f"{movement} is {abs(float(str(sigma))):.1f} sigma {side} the {usual} that is usual of "
        f"{row['months']} months"
    )
    forest = row["forest_p"]
    return f"{words}; Isolation Forest p = {float(str(forest)):.3f}" if row["by_forest"] else words


def lines_behind(months: Months, account: str, period: Period, *, most: int = 20) -> pl.DataFrame:
    """The lines of an account in a month, the largest first: entry, line, row, amount, text."""
    found = months.lines.filter(
        (pl.col("account") == account)
        & pl.col("effective").is_between(period.first_day, period.last_day)
    )
    columns = ("entry", "line", "row", "effective", "amount", "description", "document",
               "prepared_by", "counterparty")  # fmt: skip
    return (
        found.sort(pl.col("amount").abs(), descending=True, maintain_order=True)
        .select(columns)
        .head(most)
    )
