"""A spec from two samples: what the columns are, what identifies a record, which passes fit."""

from dataclasses import dataclass, replace

from tieout.model.errors import InputError
from tieout.reconcile.infer.balances import sign_choices, signed_by_balance, without_balances
from tieout.reconcile.infer.choose_key import KeyChoice, choose_key
from tieout.reconcile.infer.choose_rest import (
    AmountChoice,
    choose_amount,
    choose_scale,
    date_choices,
    passes,
    settle_order,
)
from tieout.reconcile.infer.composite import Beside
from tieout.reconcile.infer.currencies import Currencies, choose_currencies
from tieout.reconcile.infer.day_totals import day_totals
from tieout.reconcile.infer.joined import NOTHING
from tieout.reconcile.infer.key_in_text import key_in_text
from tieout.reconcile.infer.lags import SETTLEMENT_DEFAULT, Lags, measure_lags
from tieout.reconcile.infer.model import Choice, Inferred, SampleSide
from tieout.reconcile.infer.profile import Column, Kind, Profile, profile, sample_days
from tieout.reconcile.infer.readings import Reading, decimals, readings
from tieout.reconcile.infer.roles import (
    Paired,
    account,
    comments,
    date_alone,
    original,
    pair_currencies,
    pair_dates,
    party,
)
from tieout.reconcile.spec import (
    AmountColumns,
    DateColumn,
    EvidenceSpec,
    GroupPass,
    PassSpec,
    SideSpec,
    Spec,
)


def infer_spec(left: SampleSide, right: SampleSide, *, name: str) -> Inferred:
    """Infer how two sources are to be reconciled.

    Columns are paired by type, names and shared values; what is decided between candidates is
    decided by whether the rows that they bring together agree in amount and date. Raises
    InputError where a side has no rows or no amount.
    """
    sides = profile(left), profile(right)
    scale = _sample_scale(sides)
    amounts = without_balances(
        _readings(sides[0], "left", scale), _readings(sides[1], "right", scale)
    )
    key = choose_key(*sides, amounts, _beside(*sides))
    if not key.pairs:
        key, sides = _named_in_text(key, sides, amounts)
    amount = choose_amount(key.joined, *amounts, keyed=bool(key.pairs))
    rest = _Rest.of(sides, key, amount)
    spec_passes, why_passes = passes(
        keyed=bool(key.pairs),
        currency=rest.currencies.compared,
        date=rest.dates is not None,
        lags=rest.lags,
        keyless=key.leaves_blanks if key.pairs else rest.has_words,
    )
    by_day = _by_day(sides, key, amount, rest)
    if by_day:
        on = ("date", "currency") if rest.currencies.compared else ("date",)
        spec_passes = (PassSpec(group=GroupPass(on=on)), *spec_passes)
        decision, reason = f"group, {why_passes.decision}", f"{by_day} {why_passes.reason}"
        why_passes = replace(why_passes, decision=decision, reason=reason)
    used = [
        sides[at].column(c) for at, r in enumerate((amount.left, amount.right)) for c in r.columns
    ]
    spec_scale, why_scale = choose_scale(
        [c for c in used if c.kind is Kind.AMOUNT], [c for c in rest.currencies.columns if c]
    )
    spec = Spec(
        reconciliation=name,
        left=rest.side(0),
        right=rest.side(1),
        scale=spec_scale,
        date_in_key=key.needs_date and rest.dates is not None,
        normalise=key.normalise,
        passes=spec_passes,
        evidence=EvidenceSpec(settlement_days=rest.settlement_days),
    )
    signs = sign_choices(amount.left, amount.right)
    choices = (*key.choices, *amount.choices, *signs, *why_scale, *rest.choices(), why_passes)
    return Inferred(spec, choices)


def _by_day(
    sides: tuple[Profile, Profile], key: KeyChoice, amount: AmountChoice, rest: "_Rest"
) -> str:
    if key.pairs or rest.dates is None:
        return ""
    return day_totals(sides, amount, (rest.dates.left, rest.dates.right))


def _named_in_text(
    key: KeyChoice,
    sides: tuple[Profile, Profile],
    amounts: tuple[list[Reading], list[Reading]],
) -> tuple[KeyChoice, tuple[Profile, Profile]]:
    """A key that stands within texts, where there is one; else what was known before."""
    named = key_in_text(*sides)
    if named is None:
        return key, sides
    read = named.applied(sides)
    found = choose_key(*read, amounts, _beside(*read))
    if named.column not in {(pair.left, pair.right)[named.at].name for pair in found.pairs}:
        return key, sides
    choices = (*found.choices, named.choice)
    return replace(found, patterns=named.patterns, choices=choices), read


def _sample_scale(sides: tuple[Profile, Profile]) -> int:
    """Decimals in which samples are compared: as many as any amount has, 2 to 6."""
    most = 2
    for side in sides:
        for column in side.of_kind(Kind.AMOUNT):
            if not column.whole:
                most = max(most, int(decimals(column).sort(descending=True)[0]))
    return min(6, most)


def _readings(side: Profile, which: str, scale: int) -> list[Reading]:
    found = readings(side, scale=scale)
    if side.height == 0:
        raise InputError(f"{side.side.name}: no rows to infer a spec from; give one with --spec")
    if not found:
        names = ", ".join(side.side.frame.columns) or "none"
        raise InputError(
            f"{side.side.name}: no column reads as an amount (columns: {names}); name it in a "
            f"spec, e.g. `{which}: {{amount: COLUMN}}` or "
            f"`{which}: {{amount: {{debit: COLUMN, credit: COLUMN}}}}`"
        )
    return [signed_by_balance(each) for each in found]


def _beside(left: Profile, right: Profile) -> Beside:
    """Currency and date by their names, for telling rows apart before they can be joined."""
    found = Beside((), (), ())
    currencies = pair_currencies(left, right, NOTHING)
    if currencies[0] and currencies[1]:
        found = found.and_also("currency", currencies[0].values, currencies[1].values)
    dates = pair_dates(left, right, NOTHING)
    if dates:
        found = found.and_also("date", sample_days(dates.left), sample_days(dates.right))
    return found


@dataclass(frozen=True)
class _Rest:
    """What stands beside key and amount, for both sides."""

    sides: tuple[Profile, Profile]
    key: KeyChoice
    amount: AmountChoice
    dates: Paired | None
    lags: Lags | None
    currencies: Currencies

    @classmethod
    def of(cls, sides: tuple[Profile, Profile], key: KeyChoice, amount: AmountChoice) -> "_Rest":
        joined = amount.equal if len(amount.equal) else key.joined
        dates = pair_dates(*sides, joined)
        lags = None
        if dates:
            dates = settle_order(dates, joined)
        if dates and len(amount.equal):
            lags = measure_lags(
                sample_days(dates.left).gather(amount.equal.left),
                sample_days(dates.right).gather(amount.equal.right),
                keyed=bool(key.pairs),
            )
        found = choose_currencies(sides, joined, (amount.left, amount.right))
        return cls(sides, key, amount, dates, lags, found)

    @property
    def settlement_days(self) -> int:
        """Business days within which the other side is still due."""
        return self.lags.settlement if self.lags else SETTLEMENT_DEFAULT

    @property
    def has_words(self) -> bool:
        """Whether both sides say in words whom or what a row is about."""
        sides = self.side(0), self.side(1)
        return all(side.comment or side.party for side in sides)

    def date_of(self, at: int) -> Column | None:
        """The date column of a side."""
        if self.dates:
            return (self.dates.left, self.dates.right)[at]
        return date_alone(self.sides[at])

    def side(self, at: int) -> SideSpec:
        """The spec of one side."""
        profiled = self.sides[at]
        amount = self.amount.amounts[at]
        reading = (self.amount.left, self.amount.right)[at]
        key = tuple((pair.left, pair.right)[at].name for pair in self.key.pairs)
        currency, date = self.currencies.columns[at], self.date_of(at)
        taken = {*key, *reading.columns, *([currency.name] if currency else [])}
        before, before_currency = original(
            profiled,
            amount=reading.columns,
            currency=currency.name if currency else None,
            another=self.currencies.another[at],
        )
        who = party(profiled, taken=taken)
        where = account(profiled, taken=taken - set(key) if len(key) > 1 else taken)
        words = comments(profiled, taken={*taken, who or "", where or ""})
        if self.key.patterns[at]:
            words = (*key, *words)
        return SideSpec(
            name=profiled.side.name,
            key=key,
            key_pattern=self.key.patterns[at],
            amount=amount,
            currency=currency.name if currency else None,
            currency_fixed=self.currencies.fixed[at],
            date=DateColumn(column=date.name, format=date.date.format)
            if date and date.date
            else None,
            comment=words,
            party=who,
            account=where,
            original_amount=AmountColumns(column=before.name, format=before.amount)
            if before and before.amount
            else None,
            original_currency=before_currency.name if before_currency else None,
        )

    def choices(self) -> list[Choice]:
        """Why the dates, the currency and the settlement days are what they are."""
        alone = [c for c in (self.date_of(0), self.date_of(1)) if c] if not self.dates else []
        found = [*date_choices(self.dates, alone), self.currencies.choice()]
        if self.lags and self.settlement_days != SETTLEMENT_DEFAULT:
            reason = (
                f"95 % of {self.lags.differing:,} differing dates lie within these business days."
            )
            found.append(Choice("settlement days", str(self.settlement_days), reason, 0.8))
        return found
