"""The ways in which a side's columns can be read as its amount."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from tieout.model.formats import AmountFormat
from tieout.reconcile.infer.halves import exclusive_halves
from tieout.reconcile.infer.profile import Column, Kind, Profile, sample_units
from tieout.reconcile.infer.words import word_set
from tieout.reconcile.spec import AmountColumns
from tieout.sources.decide import decide_amount_format

READINGS_MAX = 8
_DECIMALS_ROWS = 20_000
_HALF_READABLE_MIN = 0.5
_NAME_WEIGHTS = {
    "amount": 3.0,
    "value": 1.5,
    "total": 1.0,
    "net": 0.5,
    "gross": 0.5,
    "local": 0.5,
    "balance": -3.0,
    "tax": -3.0,
    "fee": -2.0,
    "original": -3.0,
    "currency": -2.5,  # "Amount Currency": the amount in its own currency.
    "price": -3.0,
    "quantity": -4.0,
    "difference": -4.0,
    "rate": -5.0,
}
_ID_CONCEPTS = word_set(
    "account identity number code sequence reference document invoice order transaction "
    "party status type"
)
NEGATIVE_WORDS = word_set(
    "D DR DB DEB DBIT DEBIT DEBITO DÉBIT S SOLL - OUT DEBE CARGO PAYMENT WITHDRAWAL RC"
)
POSITIVE_WORDS = word_set(
    "C CR CRED CRDT CREDIT CREDITO CRÉDIT H HABEN + IN HABER ABONO RECEIPT DEPOSIT RD"
)


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a side's amount, and how well its names fit.

    balance: the column of running balances that says which of its amounts are negative, where its
    letters say otherwise.
    """

    profile: Profile
    amount: AmountColumns
    name_score: float
    scale: int
    balance: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        amount = self.amount
        return tuple(c for c in (amount.column, amount.debit, amount.credit, amount.direction) if c)

    @property
    def label(self) -> str:
        """What people call it."""
        amount = self.amount
        unwritten = amount.format.unwritten_decimals
        behind = f" with {unwritten} decimals that are not written" if unwritten else ""
        if amount.column is None:
            return f"{amount.debit} less {amount.credit}{behind}"
        if amount.direction:
            return f"{amount.column}, signed by {amount.direction}{behind}"
        return f"{amount.column}{behind}"

    @cached_property
    def units(self) -> pl.Series:
        """The sampled amounts in units of 10**-scale, as the plan will read them."""
        amount = self.amount
        if amount.column is None:
            debit, credit = self._units(amount.debit), self._units(amount.credit)
            debit = -debit if amount.debit_negative else debit
            amounts = debit.fill_null(0) - credit.fill_null(0)
            given = debit.is_not_null() | credit.is_not_null()
            return pl.select(pl.when(given).then(amounts)).to_series()
        units = self._units(amount.column)
        if amount.direction is None:
            return units
        said = self.profile.column(amount.direction).values.str.to_uppercase()
        negative = said.is_in(list(amount.negative)).fill_null(value=False)
        return pl.select(pl.when(negative).then(-units.abs()).otherwise(units)).to_series()

    @property
    def settled(self) -> "Reading":
        """This reading, or the one that turns debits which their column writes with a minus."""
        if not self.debits_turned:
            return self
        return replace(self, amount=self.amount.model_copy(update={"debit_negative": True}))

    def in_minor_units(self) -> list["Reading"]:
        """The same columns of whole numbers as cents or mills, whose point is not written."""
        if not (self.units.drop_nulls() % 10**self.scale == 0).all():
            return []
        amounts = self.amount
        return [
            replace(self, amount=amounts.model_copy(update={"format": each}))
            for each in (
                amounts.format.model_copy(update={"unwritten_decimals": unwritten})
                for unwritten in (2, 3)
                if unwritten <= self.scale
            )
        ]

    @property
    def debits_turned(self) -> bool:
        """Whether most debits carry a minus, which their column says already."""
        if self.amount.debit is None:
            return False
        debits = self._units(self.amount.debit).drop_nulls()
        debits = debits.filter(debits != 0)
        return bool(len(debits)) and int((debits < 0).sum()) >= 0.9 * len(debits)

    def _units(self, name: str | None) -> pl.Series:
        column = self.profile.column(name or "")
        return sample_units(column.values, self.amount.format, self.scale)


def readings(side: Profile, *, scale: int) -> list[Reading]:
    """The readings of a side, the one with the most fitting names first."""
    pairs = _debit_credit(side, scale)
    pairs = [reading.settled for reading in (*pairs, *_unnamed_halves(side, scale, pairs))]
    paired = {name for reading in pairs for name in reading.columns}
    singles = [
        Reading(side, AmountColumns(column=c.name, format=_format(c)), _name_score(c), scale)
        for c in side.of_kind(Kind.AMOUNT)
        if c.name not in paired and not is_identifier(c)
    ]
    found = [*pairs, *singles, *_with_direction(side, singles)]
    return sorted(found, key=lambda reading: -reading.name_score)[:READINGS_MAX]


def is_identifier(column: Column) -> bool:
    """Whether a column of numbers is named or written as an id rather than an amount."""
    named = column.concepts
    if named & {"amount", "debit", "credit", "balance", "value", "total"}:
        return bool(column.whole and named & {"account", "identity", "reference", "sequence"})
    if named & _ID_CONCEPTS:
        return column.whole
    if not column.whole or column.filled == 0:
        return False
    zeros = column.values.str.contains("^0[0-9]").any()
    return bool(zeros) or (column.length >= 9 and column.distinct_share > 0.5)


def decimals(column: Column) -> pl.Series:
    """Digits behind the decimal mark of some 20,000 filled values, trailing zeros not counted."""
    mark = "," if _format(column).decimal == "," else "\\."
    filled = column.values.drop_nulls()
    filled = filled.gather_every(max(1, len(filled) // _DECIMALS_ROWS))
    return filled.str.extract(f"{mark}([0-9]*?)0*[^0-9]*$", 1).str.len_chars().fill_null(0)


def _format(*columns: Column) -> AmountFormat:
    """The format of one column, or of a pair taken together."""
    formats = [found for column in columns if (found := column.amount or _half_format(column))]
    if len(formats) > 1 and len(set(formats)) > 1:
        joined = decide_amount_format(pl.concat([c.values.alias("text") for c in columns]))
        return joined or formats[0]
    return formats[0] if formats else AmountFormat()


def _name_score(column: Column) -> float:
    score = sum(_NAME_WEIGHTS.get(concept, 0.0) for concept in column.concepts)
    if column.concepts & {"debit", "credit"}:
        score -= 1.0
    if column.whole and not column.concepts & {"amount", "value", "total"}:
        score -= 0.5
    return score + 0.5 * column.filled_share


def _debit_credit(side: Profile, scale: int) -> list[Reading]:
    """Pairs of columns that are called debit and credit and otherwise alike."""
    numbers = [
        *side.of_kind(Kind.AMOUNT, Kind.EMPTY),
        *(column for column in side.of_kind(Kind.TEXT) if _half_format(column)),
    ]
    debits = [c for c in numbers if _is_half(c, "debit")]
    credits_ = [c for c in numbers if _is_half(c, "credit")]
    found = []
    for debit in debits:
        for credit in credits_:
            rest = debit.concepts - {"debit"}, credit.concepts - {"credit"}
            if rest[0] != rest[1] or {debit.kind, credit.kind} <= {Kind.EMPTY}:
                continue
            amount = AmountColumns(
                debit=debit.name, credit=credit.name, format=_format(debit, credit)
            )
            score = 3.25 + sum(_NAME_WEIGHTS.get(c, 0.0) for c in rest[0] - {"amount"})
            found.append(Reading(side, amount, score, scale))
    return found


def _unnamed_halves(side: Profile, scale: int, named: Sequence[Reading]) -> list[Reading]:
    """Pairs of columns of which each row has one only, whatever they are called."""
    taken = {name for reading in named for name in reading.columns}
    numbers = [c for c in side.of_kind(Kind.AMOUNT) if c.name not in taken and not is_identifier(c)]
    found = []
    for first, second in exclusive_halves(numbers, scale=scale):
        debit, credit = (second, first) if "credit" in first.concepts else (first, second)
        amount = AmountColumns(debit=debit.name, credit=credit.name, format=_format(debit, credit))
        found.append(Reading(side, amount, 3.0, scale))
    return found


def _half_format(column: Column) -> AmountFormat | None:
    """How a column called debit or credit writes its amounts although many are something else."""
    if column.kind is not Kind.TEXT or not column.concepts & {"debit", "credit"}:
        return None
    return decide_amount_format(column.values, coverage=_HALF_READABLE_MIN)


def _is_half(column: Column, half: str) -> bool:
    return half in column.concepts and not is_identifier(column)


def _with_direction(side: Profile, singles: Sequence[Reading]) -> list[Reading]:
    """Amount columns beside a column that says debit or credit."""
    found = []
    for column in side.columns:
        negative = direction_words(column)
        if not negative:
            continue
        for single in singles:
            amount = AmountColumns(
                column=single.amount.column,
                direction=column.name,
                negative=negative,
                format=single.amount.format,
            )
            found.append(Reading(side, amount, single.name_score + 0.25, single.scale))
    return found


def direction_words(column: Column) -> tuple[str, ...]:
    """The values that mean negative, where a column says debit or credit; else none."""
    if column.kind is not Kind.TEXT or column.distinct > 6:
        return ()
    said = set(column.values.drop_nulls().str.to_uppercase().unique().to_list())
    if not said <= NEGATIVE_WORDS | POSITIVE_WORDS:
        return ()
    if not said & POSITIVE_WORDS and "direction" not in column.concepts:
        return ()
    if len(said) < 2 and "direction" not in column.concepts:
        return ()
    return tuple(sorted(said & NEGATIVE_WORDS)) or ("D",)
