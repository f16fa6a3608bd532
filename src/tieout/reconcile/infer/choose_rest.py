"""Amount, sign, date, currency and passes, once it is known which rows belong together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from tieout.model.money import EXPONENT_DEFAULT, currency_exponent
from tieout.reconcile.infer.direction import learn_direction
from tieout.reconcile.infer.joined import Agreement, Joined, agreement, best_pair
from tieout.reconcile.infer.lags import DAYS_MAX, Lags
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Column, sample_days
from tieout.reconcile.infer.readings import Reading, decimals
from tieout.reconcile.infer.roles import Paired
from tieout.reconcile.spec import (
    AmountColumns,
    DayWindow,
    ExactPass,
    GroupPass,
    KeylessPass,
    PassSpec,
    TolerancePass,
)
from tieout.sources.decide import DateDecision

_ROWS_MIN = 3
_SHARE_FEW = 0.3
_SHARE_MOST = 0.8
_SCALE_MAX = 6
_DAYS_EITHER = 3


@dataclass(frozen=True)
class AmountChoice:
    """The amount of each side, and the joined rows on which both agree."""

    left: Reading
    right: Reading
    sign: int
    equal: Joined
    choices: tuple[Choice, ...]

    @property
    def amounts(self) -> tuple[AmountColumns, AmountColumns]:
        """The columns of both sides with the signs that make them comparable."""
        left, right = self.left.amount, self.right.amount
        if self.sign == 1:
            return left, right
        if _turns_left(self.left, self.right):
            return left.model_copy(update={"sign": -1}), right
        return left, right.model_copy(update={"sign": -1})


def choose_amount(
    joined: Joined, left: Sequence[Reading], right: Sequence[Reading], *, keyed: bool
) -> AmountChoice:
    """The readings that agree most on joined rows, by names where rows tell nothing."""
    mine, theirs, found = best_pair(joined, left, right)
    if keyed and found.rows >= _ROWS_MIN and found.share < _SHARE_FEW:
        # Perhaps one side counts in cents.
        wider = [
            [*side, *(minor for each in side for minor in each.in_minor_units())]
            for side in (left, right)
        ]
        counted = best_pair(joined, *wider)
        if counted[2].share >= _SHARE_MOST:
            mine, theirs, found = counted
    mine, theirs, learnt = learn_direction(joined, mine, theirs)
    if learnt:
        found = agreement(joined, mine, theirs)
    turned = found.opposite > 0 and found.opposite >= 0.8 * (found.same + found.opposite)
    sign = -1 if turned and found.lift > 0.05 else 1
    amounts = joined.amounts(mine, theirs)
    equal = joined.where((amounts[0] == sign * amounts[1]).fill_null(value=False))
    rivals = len(left) > 1 or len(right) > 1
    proved = found.rows >= _ROWS_MIN and found.lift >= 0.3
    confidence = 0.5 + 0.5 * found.lift if proved else 0.8 - 0.3 * rivals
    amount = Choice(
        "amount",
        f"{mine.label} = {theirs.label}",
        _why_amount(found, keyed=keyed),
        round(confidence, 2),
        not proved and rivals,
    )
    doubts = [_turned(reading) for reading in (mine, theirs) if reading.debits_turned]
    turned_side = "left" if _turns_left(mine, theirs) else "right"
    sign_choice = _sign(found, sign, turned_side, proved=proved)
    return AmountChoice(mine, theirs, sign, equal, (amount, *doubts, *learnt, *sign_choice))


def _turned(reading: Reading) -> Choice:
    return Choice(
        "amount",
        reading.label,
        f"Values of {reading.amount.debit!r} carry a minus as a matter of course: it is turned.",
        0.8,
    )


def _why_amount(found: Agreement, *, keyed: bool) -> str:
    if not found.rows:
        return "Chosen by the names of the columns; no rows could be joined to compare amounts."
    joined = "joined rows" if keyed else "rows that are alone in their amount"
    return (
        f"{max(found.same, found.opposite):,} of {found.rows:,} {joined} have the same amount, "
        f"{found.chance:.0%} would by chance."
    )


def _turns_left(left: Reading, right: Reading) -> bool:
    """Whether the left side is turned, being the only one that does not write its signs itself."""
    return _reads_sides(left) and not _reads_sides(right)


def _reads_sides(reading: Reading) -> bool:
    return reading.amount.column is None or reading.amount.direction is not None


def _sign(found: Agreement, sign: int, side: str, *, proved: bool) -> list[Choice]:
    if sign == 1 and proved:
        return []
    agreeing = found.same + found.opposite
    if sign == -1:
        reason = (
            f"{found.opposite:,} of {agreeing:,} joined rows that agree do so with opposite signs."
        )
        share = found.opposite / max(1, agreeing)
        return [Choice("sign", f"{side} side turned around", reason, round(share, 2), not proved)]
    reason = "Too few joined rows agree to see whether the sides book with opposite signs."
    return [Choice("sign", "the same on both sides", reason, 0.5, uncertain=True)]


def choose_scale(
    amounts: Sequence[Column], currencies: Sequence[Column]
) -> tuple[int | None, list[Choice]]:
    """A scale where amounts have more decimals than their currencies; None for the usual one."""
    codes = {code for column in currencies for code in column.values.drop_nulls().unique()}
    usual = max(map(currency_exponent, sorted(codes)), default=EXPONENT_DEFAULT)
    counts = pl.concat([decimals(column).cast(pl.Int64).alias("n") for column in amounts])
    many = counts.filter((counts > usual) & (counts <= _SCALE_MAX))
    if not len(many) or len(many) < 0.01 * len(counts):
        return None, []
    scale = max(EXPONENT_DEFAULT, int(many.sort()[-1]))
    reason = f"{len(many):,} of {len(counts):,} sampled amounts have more than {usual} decimals."
    return scale, [Choice("scale", f"{scale} decimals", reason, 0.8)]


def settle_order(pair: Paired, joined: Joined) -> Paired:
    """Where a side left the order of day and month open, the one in which joined rows agree."""
    tried = [
        (int((lag == 0).sum()), len(lag), left, right)
        for left in _orders(pair.left)
        for right in _orders(pair.right)
        for lag in (_gap(left, right, joined),)
    ]
    if len(tried) < 2:
        return pair
    agreeing, rows, left, right = max(tried, key=lambda each: each[0])
    others = sorted((each[0] for each in tried), reverse=True)[1]
    if agreeing <= others + max(1, 0.1 * rows):
        return pair
    return Paired(_settled(left), _settled(right), rows, agreeing)


def _orders(column: Column) -> list[Column]:
    """The column as decided and, where day and month are a guess, with the two exchanged."""
    decision = column.date
    if decision is None or decision.certain:
        return [column]
    other = DateDecision(decision.swapped, False, decision.reason)
    return [column, replace(column, date=other)]


def _settled(column: Column) -> Column:
    decision = column.date
    if decision is None or decision.certain:
        return column
    proved = DateDecision(decision.format, True, "joined rows agree in this order only")
    return replace(column, date=proved)


def _gap(left: Column, right: Column, joined: Joined) -> pl.Series:
    mine, theirs = sample_days(left), sample_days(right)
    return (theirs.gather(joined.right) - mine.gather(joined.left)).drop_nulls()


def date_choices(pair: Paired | None, alone: Sequence[Column]) -> list[Choice]:
    """Why these date columns, and whether day and month are sure."""
    if pair is None:
        reason = "Only one side has a date." if alone else "No column reads as dates."
        decision = alone[0].name if alone else "none"
        return [Choice("date", decision, f"{reason} Dates are not compared.", 0.7, bool(alone))]
    if pair.rows >= _ROWS_MIN:
        reason = f"{pair.agreeing:,} of {pair.rows:,} joined rows have the same date."
        confidence = 0.7 + 0.29 * pair.share
    else:
        reason, confidence = "Chosen by the names of the columns.", 0.6
    found = [Choice("date", f"{pair.left.name} = {pair.right.name}", reason, round(confidence, 2))]
    for side, column in (("left", pair.left), ("right", pair.right)):
        if column.date and not column.date.certain:
            patterns = ", then ".join(column.date.format.patterns)
            subject = f"date format ({side})"
            found.append(Choice(subject, patterns, date_doubt(column), 0.5, uncertain=True))
    return found


def date_doubt(column: Column) -> str:
    """How dates are read whose day and month may be the other way round, and how to say that."""
    assert column.date is not None  # noqa: S101 - only asked of dates
    other = ", ".join(f"'{pattern}'" for pattern in column.date.swapped.patterns)
    return f"In {column.name!r}, {column.date.doubt}. If not: `patterns: [{other}]`."


def _window(lags: Lags | None) -> DayWindow:
    """Business days in which dates of rows without a key may differ."""
    if lags is not None and lags.by_nature:
        return DayWindow(before=min(DAYS_MAX, lags.before), after=min(DAYS_MAX, lags.after))
    return DayWindow(before=_DAYS_EITHER, after=_DAYS_EITHER)


def passes(
    *, keyed: bool, currency: bool, date: bool, lags: Lags | None, keyless: bool = False
) -> tuple[tuple[PassSpec, ...], Choice]:
    """The passes that fit what was found, and why.

    keyless: there are rows without a key that amount, date and words may tell apart.
    """
    kept = [*(["key"] if keyed else []), *(["currency"] if currency else [])]
    # Without a key only the amount brings rows of differing dates together.
    near = kept if keyed else [*kept, "amount"]
    exact = ExactPass(on=(*kept, "amount", *(["date"] if date else [])))
    found = [PassSpec(exact=exact)]
    names, reason = ["exact"], "Dates that differ are exceptions."
    if not date:
        reason = "Dates are not compared."
    elif lags is None or not lags.rows:
        reason = "No joined rows show whether dates differ by nature."
    else:
        reason = (
            f"Dates differ on {lags.differing:,} of {lags.rows:,} joined rows of equal amount; "
        )
        reason += "such rows are exceptions."
    if date and lags and lags.by_nature:
        window = DayWindow(before=lags.before, after=lags.after)
        found.append(PassSpec(tolerance=TolerancePass(on=tuple(near), days=window)))
        names.append("tolerance")
        reason = (
            f"Dates differ on {lags.differing:,} of {lags.rows:,} joined rows of equal amount; "
            f"95 % of them within {lags.before} business days before and {lags.after} after."
        )
    if keyed:
        found.append(PassSpec(group=GroupPass(on=tuple(kept))))
        names.append("group")
    if keyless and date:
        weighed = KeylessPass(on=("currency",) if currency else (), days=_window(lags))
        # Where there is no key at all, amounts and dates alone would pair what words tell apart.
        found = [*(found if keyed else []), PassSpec(keyless=weighed)]
        names = [*(names if keyed else []), "keyless"]
        reason += " Rows without a key are paired by amount, date and words."
    return tuple(found), Choice("passes", ", ".join(names), reason, 0.8)
