"""Incidents as rows, with everything a person asks first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from tieout.explain.incidents.coded import CodedView
from tieout.explain.incidents.identity import continued, incident_id
from tieout.explain.incidents.model import Found, IncidentOptions
from tieout.model.money import currency_exponent

_SEVERITIES: Final = ("low", "medium", "high", "critical")
_CURRENCIES_SAID: Final = 3
_BLANK: Final = "(blank)"
_LABELS: Final = {"fx_rate": "FX rate", "cut_off": "Cut-off"}


@dataclass(frozen=True)
class Naming:
    """How incidents of a run are told.

    reconciliation: part of every identity. noun: what people call a finding. earlier: incidents
    of runs before. by_begin: whether those that began at different times are told apart by their
    identity; without it, one of the same values keeps it from run to run.
    trend: how a number of findings with some values stands, where more than earlier incidents is
    known of the past.
    """

    reconciliation: str = ""
    noun: str = "finding"
    earlier: pl.DataFrame | None = None
    by_begin: bool = True
    trend: Callable[[Sequence[tuple[str, str | None]], int], str] | None = None
    options: IncidentOptions = field(default_factory=IncidentOptions)


def incident_schema(scale: int) -> dict[str, Any]:
    """Columns of incidents and their types; `amount` has `scale` decimals."""
    return {
        "incident_id": pl.String,
        "headline": pl.String,
        "bucket": pl.String,
        "condition": pl.String,
        "window": pl.String,
        "findings": pl.Int64,
        "amount": pl.Decimal(38, scale),
        "currency": pl.String,
        "amounts": pl.String,
        "explained_share": pl.Float64,
        "failure_rate": pl.Float64,
        "trend": pl.String,
        "first_seen": pl.Date,
        "last_seen": pl.Date,
        "severity": pl.String,
    }


def incident_row(
    found: Found, findings: pl.DataFrame, view: CodedView, *, of_bucket: int, naming: Naming
) -> dict[str, Any]:
    """One incident. findings: those in it. of_bucket: findings of its bucket in the whole run."""
    cause = found.concentration
    condition = condition_text(cause.values, view)
    first, last = _days(findings, view)
    before = continued(
        naming.earlier,
        bucket=cause.bucket,
        condition=condition,
        days=(first, last),
        gap_days_max=naming.options.gap_days_max,
    )
    begin = view.clock.begin(cause.slots[0]).isoformat() if cause.slots and naming.by_begin else ""
    identity = incident_id(naming.reconciliation, cause.bucket, condition, begin)
    sums = amounts_by_currency(findings)
    window = view.clock.text(*cause.slots) if cause.slots else ""
    same = int((findings["bucket"] == cause.bucket).sum())
    seen = [each for each in (first, before.first_seen if before else None) if each is not None]
    return {
        "incident_id": before.incident_id if before else identity,
        "headline": _headline(cause.bucket, condition, window, findings.height, sums, naming),
        "bucket": cause.bucket,
        "condition": condition,
        "window": window,
        "findings": findings.height,
        "amount": sums[0][1] if len(sums) == 1 else None,
        "currency": sums[0][0] if len(sums) == 1 else None,
        "amounts": "; ".join(_money(size, code) for code, size in sums),
        "explained_share": round(same / max(of_bucket, 1), 6),
        "failure_rate": None if cause.failure_rate is None else round(cause.failure_rate, 6),
        "trend": naming.trend(cause.values, findings.height)
        if naming.trend
        else _trend(findings.height, before.findings if before else None, naming.options),
        "first_seen": min(seen, default=None),
        "last_seen": last,
        "severity": worst(findings["severity"]) if "severity" in findings.columns else None,
    }


def _days(findings: pl.DataFrame, view: CodedView) -> tuple[date | None, date | None]:
    slots = view.clock.slots(findings["at"])
    known = slots[slots >= 0]
    if not len(known):
        return None, None
    return view.clock.day(int(known.min())), view.clock.day(int(known.max()))


def condition_text(values: Sequence[tuple[str, str | None]], view: CodedView) -> str:
    """`party=ACME & currency=EUR`, in the words that people have for the columns."""
    names = view.view.attributes
    return " & ".join(f"{names[name]}={_BLANK if v is None else v}" for name, v in values)


def amounts_by_currency(findings: pl.DataFrame) -> list[tuple[str, Decimal]]:
    """Currency and sum of the absolute amounts, the currency with most findings first."""
    summed = (
        findings.group_by(pl.col("currency").fill_null(""))
        .agg(pl.len().alias("count"), pl.col("amount").abs().sum())
        .sort("count", "currency", descending=[True, False])
    )
    return [(currency, amount) for currency, _, amount in summed.iter_rows()]


def worst(severities: pl.Series) -> str | None:
    """The highest of some severities; None where none is known.

    >>> worst(pl.Series(["low", None, "high"]))
    'high'
    """
    ranks = [_SEVERITIES.index(each) for each in severities.drop_nulls().unique()]
    return _SEVERITIES[max(ranks)] if ranks else None


def _trend(findings: int, before: int | None, options: IncidentOptions) -> str:
    if before is None:
        return "new"
    if findings >= options.trend_ratio * before:
        return "rising"
    return "falling" if before >= options.trend_ratio * findings else "steady"


def _headline(
    bucket: str,
    condition: str,
    window: str,
    count: int,
    sums: Sequence[tuple[str, Decimal]],
    naming: Naming,
) -> str:
    word = _LABELS.get(bucket, bucket.replace("_", " ")[:1].upper() + bucket.replace("_", " ")[1:])
    nouns = naming.noun if count == 1 else f"{naming.noun}s"
    where = f" where {condition.replace(' & ', ' and ')}" if condition else ""
    when = "" if not window else f", {'' if ' to ' in window else 'on '}{window}"
    worth = [_money(size, code) for code, size in sums[:_CURRENCIES_SAID]]
    more = len(sums) - _CURRENCIES_SAID
    if more > 0:
        worth.append(f"{more} more {'currency' if more == 1 else 'currencies'}")
    return f"{word}: {count:,} {nouns}{where}{when}; {', '.join(worth)}"


def _money(amount: Decimal, currency: str) -> str:
    cents = round(amount, currency_exponent(currency))
    return f"{cents if cents == amount else amount:,f} {currency}".strip()
