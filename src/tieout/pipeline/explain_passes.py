"""Why each pass matched a row, or why it did not."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.export.explain_trail import Step
from tieout.export.words import amount_text, count_text, plain
from tieout.model.money import to_decimal
from tieout.pipeline.explain_kept import rows_text
from tieout.pipeline.inputs import Input
from tieout.reconcile.calendars import business_ordinals
from tieout.reconcile.sides import on_columns
from tieout.reconcile.spec import AmountTolerance, DayWindow, PassSpec, Spec

if TYPE_CHECKING:
    from tieout.engines.duckdb import DuckDBEngine

_CANDIDATES_MAX: Final = 200
_SHOWN: Final = 3
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Compared:
    """A row and what it was compared with."""

    side: str
    record: dict[str, Any]
    inputs: dict[str, Input]
    spec: Spec
    scale: int
    engine: "DuckDBEngine"
    folder: Path

    @property
    def other(self) -> str:
        """The side that a counterpart is looked for on."""
        return "right" if self.side == "left" else "left"

    def amount(self, units: int, currency: str) -> str:
        """An amount of the run for people."""
        return amount_text(to_decimal(units, self.scale), currency)

    def alike(self, side: str, columns: list[str]) -> list[dict[str, Any]]:
        """Rows of a side that are equal in some columns, by row; each with the pass it went to."""
        table = self.inputs[side].table
        for name in columns:
            table = table.filter(table[name] == self.record[name])
        found = self.engine.fetch(table.order_by("row").limit(_CANDIDATES_MAX))
        went = _passes_of(self.folder, side, found["row"])
        return [{**row, "went": went.get(row["row"])} for row in found.iter_rows(named=True)]


def pass_steps(compared: Compared, *, matched_by: str | None) -> Step:
    """A sentence for each pass up to the one that matched, as the station `passes`."""
    names = pass_names(compared.spec)
    facts = []
    for number, (name, rule) in enumerate(zip(names, compared.spec.passes, strict=True)):
        if name == matched_by:
            facts.append((name, "matched"))
            break
        facts.append((name, _why_not(compared, rule, set(names[:number]))))
    return Step("passes", "Passes", tuple(facts))


def pass_names(spec: Spec) -> list[str]:
    """Passes as a run calls them: those of one kind are told apart by their place."""
    kinds = [next(iter(rule.model_dump(exclude_none=True))) for rule in spec.passes]
    return [
        kind if kinds.count(kind) == 1 else f"{kind}_{number}"
        for number, kind in enumerate(kinds, start=1)
    ]


def _why_not(compared: Compared, rule: PassSpec, before: set[str]) -> str:
    part = rule.exact or rule.tolerance or rule.group or rule.netting
    if part is None:
        return "no pair of it is likely enough by amount, date and words"
    on = on_columns(part.on, compared.spec)
    keys = [name for name in on if name == "key" or name.startswith("key_")]
    if any(not compared.record[name] for name in keys):
        return "not looked at: the row has no key"
    # Without a key, what is left to look a counterpart up by is everything but the date.
    same = keys or [name for name in on if name != "date"] or on
    candidates = compared.alike(compared.other, same)
    if rule.netting is not None:
        return _not_cancelled(compared, candidates, [*same], before)
    if not candidates:
        parts = [f"{_word(name)} {_shown(compared, compared.record, name)}" for name in same]
        return f"no {compared.other} row has {' and '.join(parts)}"
    if rule.group is not None:
        return _sums(compared, candidates, [*same], before)
    rest = [name for name in on if name not in same]
    free = [each for each in candidates if each["went"] not in before]
    judged = [(each, _differences(compared, each, rest, rule)) for each in free or candidates]
    judged.sort(key=lambda pair: (len(pair[1]), pair[0]["row"]))
    told = [_told(compared, *pair, before) for pair in judged[:_SHOWN]]
    more = len(judged) - len(told)
    return "; ".join(told) + (f"; and {more:,} more" if more > 0 else "")


def _told(
    compared: Compared, candidate: dict[str, Any], differences: list[str], before: set[str]
) -> str:
    row, went = f"{compared.other} row {candidate['row']:,}", candidate["went"]
    if differences:
        gone = f" (it was matched before, by {went})" if went in before else ""
        return f"{row}: {', '.join(differences)}{gone}"
    if went:
        return f"{row} agrees, but is matched elsewhere by {went}"
    return f"{row} agrees, but is not the only one that does"


def _differences(
    compared: Compared, candidate: dict[str, Any], rest: list[str], rule: PassSpec
) -> list[str]:
    own = compared.record
    found = []
    for name in rest:
        if own[name] == candidate[name]:
            continue
        values = [_shown(compared, row, name) for row in (own, candidate)]
        found.append(f"{_word(name)} {' against '.join(values)}")
    if rule.tolerance is not None:
        found += _beyond(compared, candidate, rule.tolerance.amount)
        if rule.tolerance.days is not None:
            calendar = rule.tolerance.calendar
            found += _days_apart(compared, candidate, rule.tolerance.days, calendar)
    return found


def _beyond(compared: Compared, candidate: dict[str, Any], limit: AmountTolerance) -> list[str]:
    own = compared.record
    apart = abs(own["amount"] - candidate["amount"])
    absolute = limit.by_currency.get(own["currency"], limit.absolute)
    larger = max(abs(own["amount"]), abs(candidate["amount"]))
    most = max(Fraction(absolute) * 10**compared.scale, Fraction(limit.percent) * larger / 100)
    if apart <= most:
        return []
    allowed = Decimal(int(most)).scaleb(-compared.scale)
    currency = own["currency"]
    far, most_text = compared.amount(apart, currency), amount_text(allowed, currency)
    return [f"amounts are {far} apart, at most {most_text} is allowed"]


def _days_apart(
    compared: Compared, candidate: dict[str, Any], window: DayWindow, calendar: str | None
) -> list[str]:
    days = {compared.side: compared.record["date"], compared.other: candidate["date"]}
    if None in days.values():
        return ["a date is missing"]
    ordinals = business_ordinals(
        pl.Series([days["left"], days["right"]], dtype=pl.Int32), calendar=calendar
    )
    apart = int(ordinals[1]) - int(ordinals[0])
    if -window.before <= apart <= window.after:
        return []
    when = f"{count_text(abs(apart), 'business day')} {'after' if apart > 0 else 'before'} left"
    allowed = f"{window.before} before to {window.after} after are allowed"
    return [f"right is {when}, {allowed}"]


def _not_cancelled(
    compared: Compared, candidates: list[dict[str, Any]], same: list[str], before: set[str]
) -> str:
    free = [each["row"] for each in candidates if each["went"] not in before]
    if free:
        return f"{compared.other} has the same {_word(same[0])} too ({rows_text(free)})"
    own = [each for each in compared.alike(compared.side, same) if each["went"] not in before]
    total = compared.amount(sum(each["amount"] for each in own), compared.record["currency"])
    rows = rows_text([each["row"] for each in own])
    return f"{count_text(len(own), f'{compared.side} row')} ({rows}) add up to {total}"


def _sums(
    compared: Compared, candidates: list[dict[str, Any]], same: list[str], before: set[str]
) -> str:
    own = [each for each in compared.alike(compared.side, same) if each["went"] not in before]
    theirs = [each for each in candidates if each["went"] not in before]
    if not theirs:
        return f"every {compared.other} row with the same {_word(same[0])} was matched before"
    parts = [
        f"{count_text(len(rows), f'{side} row')} ({rows_text([row['row'] for row in rows])}) "
        f"add up to {compared.amount(sum(row['amount'] for row in rows), rows[0]['currency'])}"
        for side, rows in ((compared.side, own), (compared.other, theirs))
        if rows
    ]
    return "sums differ: " + ", ".join(parts)


def _word(name: str) -> str:
    return "key" if name.startswith("key") else name.removeprefix("criteria_")


def _shown(compared: Compared, row: dict[str, Any], name: str) -> str:
    value = row[name]
    if name == "amount":
        return compared.amount(value, row["currency"])
    if name == "date":
        return "(blank)" if value is None else (_EPOCH + timedelta(days=value)).isoformat()
    return plain(str(value)) if value else "(blank)"


def _passes_of(folder: Path, side: str, rows: pl.Series) -> dict[int, str]:
    """The pass that matched each of some rows of a side."""
    if rows.is_empty():
        return {}
    wanted = pl.element().is_in(rows.to_list())
    matches = pl.scan_parquet(folder / "matches.parquet").select("pass", f"{side}_rows")
    found = matches.filter(pl.col(f"{side}_rows").list.eval(wanted).list.any()).collect()
    pairs = found.explode(f"{side}_rows").select(f"{side}_rows", "pass").iter_rows()
    return dict(pairs)
