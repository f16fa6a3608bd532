"""A reconciliation's spec: what is compared, how, and what counts as proof. YAML on disk."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tieout.model.formats import AmountFormat, DateFormat


class SpecModel(BaseModel):
    """A part of a spec; unknown words are errors, not silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AmountColumns(SpecModel):
    """Where a side's amount stands: one column, a debit/credit pair, or a column and its D/C."""

    column: str | None = None
    debit: str | None = None
    credit: str | None = None
    direction: Annotated[str | None, Field(description="Column that says debit or credit.")] = None
    negative: Annotated[
        tuple[str, ...], Field(description="Values of `direction` that make the amount negative.")
    ] = ("D", "DR", "DEBIT", "DBIT", "-")
    debit_negative: Annotated[
        bool, Field(description="Debits are written with a minus, as many banks do.")
    ] = False
    sign: Annotated[
        Literal[1, -1], Field(description="-1 where this side books with the opposite sign.")
    ] = 1
    format: AmountFormat = AmountFormat()

    @model_validator(mode="after")
    def _one_way(self) -> "AmountColumns":
        if (self.column is None) == (self.debit is None and self.credit is None):
            raise ValueError("give either `column`, or `debit` and `credit`")
        if (self.debit is None) != (self.credit is None):
            raise ValueError("`debit` and `credit` go together")
        if self.direction is not None and self.column is None:
            raise ValueError("`direction` goes with `column`, not with `debit` and `credit`")
        return self

    @field_validator("negative")
    @classmethod
    def _compared_in_upper_case(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.upper() for each in value)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        named = (self.column, self.debit, self.credit, self.direction)
        return tuple(column for column in named if column)


class DateColumn(SpecModel):
    """Where a side's date stands and how it is written."""

    column: str
    format: DateFormat = DateFormat()


class SideSpec(SpecModel):
    """One side: its name, its source and what its columns are."""

    name: str
    source: str | None = None
    key: tuple[str, ...] = ()
    key_pattern: Annotated[
        str | None,
        Field(description="Regular expression; its first match in a key column is the key."),
    ] = None
    amount: AmountColumns
    currency: str | None = None
    currency_fixed: Annotated[
        str | None, Field(description="Currency of every row when no column says it.")
    ] = None
    date: DateColumn | None = None
    comment: tuple[str, ...] = ()
    party: str | None = None
    account: str | None = None
    original_amount: AmountColumns | None = None
    original_currency: str | None = None
    criteria: Annotated[
        dict[str, str], Field(description="Criterion name to column; must agree with the other.")
    ] = {}

    @field_validator("amount", "original_amount", mode="before")
    @classmethod
    def _amount_by_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("date", mode="before")
    @classmethod
    def _date_by_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("key_pattern")
    @classmethod
    def _pattern_reads(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"key_pattern {value!r} is no regular expression: {error}") from None
        if re.search(r"\(\?(?:[=!]|<[=!])|\\[1-9]", value):
            raise ValueError(f"key_pattern {value!r}: looking around and back is not possible")
        return value

    @field_validator("key", "comment", mode="before")
    @classmethod
    def _list_by_name(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


Normaliser = Literal["strip", "upper", "punctuation", "space", "leading_zeros", "digits", "letters"]


class AmountTolerance(SpecModel):
    """Permitted difference of amounts: the larger of the absolute and the percent one."""

    absolute: Annotated[Decimal, Field(ge=0, description="In major units, e.g. 0.05.")] = Decimal(0)
    percent: Annotated[Decimal, Field(ge=0, description="Of the larger of the two amounts.")] = (
        Decimal(0)
    )
    by_currency: Annotated[
        dict[str, Annotated[Decimal, Field(ge=0)]],
        Field(description="Absolute tolerance by currency code."),
    ] = {}


class DayWindow(SpecModel):
    """Permitted business days from the left date to the right one."""

    before: Annotated[int, Field(ge=0)] = 0
    after: Annotated[int, Field(ge=0)] = 0


Columns = Annotated[tuple[str, ...], Field(min_length=1)]


class ExactPass(SpecModel):
    """Equal in every field of `on`; equal twins are paired by occurrence number."""

    on: Columns = ("key", "currency", "amount", "date")


class TolerancePass(SpecModel):
    """Equal in `on`, amounts and dates within limits; assigned optimally one to one."""

    on: Columns = ("key", "currency")
    amount: AmountTolerance = AmountTolerance()
    days: Annotated[
        DayWindow | None, Field(description="Without it dates are not compared in this pass.")
    ] = None
    calendar: Annotated[
        str | None, Field(description="Country code of the holiday calendar, e.g. GB or US-NY.")
    ] = None


class GroupPass(SpecModel):
    """Rows of one key whose sums agree."""

    on: Columns = ("key", "currency")
    shapes: tuple[Literal["one_to_many", "many_to_one", "many_to_many"], ...] = (
        "one_to_many",
        "many_to_one",
    )
    size_max: Annotated[int, Field(ge=2)] = 1000
    amount: AmountTolerance = AmountTolerance()
    days: DayWindow | None = None


class NettingPass(SpecModel):
    """Rows of one side that cancel each other, under a key that the other side hasn't got."""

    on: Columns = ("key", "currency")
    sides: Annotated[
        tuple[Literal["left", "right"], ...], Field(min_length=1, description="Where to look.")
    ] = ("left", "right")
    size_max: Annotated[int, Field(ge=2)] = 1000
    days_max: Annotated[
        int | None, Field(ge=0, description="Calendar days from the first to the last row.")
    ] = None


class KeylessPass(SpecModel):
    """Rows without a key, paired by how likely amount, date and words make it."""

    on: Annotated[
        tuple[str, ...], Field(description="Columns that must agree, beside amount and date.")
    ] = ("currency",)
    amount: AmountTolerance = AmountTolerance()
    days: DayWindow = DayWindow(before=1, after=3)
    calendar: Annotated[
        str | None, Field(description="Country code of the holiday calendar, e.g. GB or US-NY.")
    ] = None
    confidence_min: Annotated[
        float, Field(ge=0.5, le=1, description="Probability below which rows stay unmatched.")
    ] = 0.95


class PassSpec(SpecModel):
    """One pass; exactly one of the kinds."""

    exact: ExactPass | None = None
    tolerance: TolerancePass | None = None
    group: GroupPass | None = None
    netting: NettingPass | None = None
    keyless: KeylessPass | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "PassSpec":
        parts = (self.exact, self.tolerance, self.group, self.netting, self.keyless)
        if sum(part is not None for part in parts) != 1:
            raise ValueError("a pass is exactly one of: exact, tolerance, group, netting, keyless")
        return self


class FeeSchedule(SpecModel):
    """fixed + percent of the larger amount (`of: gross`) or of the smaller one (`of: net`)."""

    fixed: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    of: Literal["gross", "net"] = "gross"
    name: str | None = None


class EvidenceSpec(SpecModel):
    """What proves a cause. What is missing here is inferred where the data show it."""

    fees: tuple[FeeSchedule, ...] = ()
    rates: Annotated[
        str | None,
        Field(description="CSV of date, currency, rate (and optionally quote currency)."),
    ] = None
    mappings: Annotated[
        dict[str, dict[str, str]], Field(description="Criterion to {left code: right code}.")
    ] = {}
    period_end: Literal["month", "quarter", "year"] = "month"
    cut_off_hour: Annotated[int | None, Field(ge=0, le=24)] = None
    settlement_days: Annotated[
        int, Field(ge=0, description="Business days within which the other side is still due.")
    ] = 3
    calendar: str | None = None
    control_totals: Annotated[
        dict[Literal["left", "right"], Decimal], Field(description="Expected sum of a side.")
    ] = {}


class WordsSpec(SpecModel):
    """How the words of comments help to name buckets that no evidence proves."""

    use: Annotated[bool, Field(description="Whether comments are read for a cause.")] = True
    own_side: Annotated[
        Literal["left", "right"] | None,
        Field(description="The side of the own books; default as the sides' names tell."),
    ] = None
    buckets: Annotated[
        str | None,
        Field(description="YAML of own buckets; default buckets.yaml of the workspace."),
    ] = None
    decided: Annotated[
        str | None,
        Field(description="CSV of comment, bucket as decided; default decided.csv there."),
    ] = None
    margin: Annotated[
        float, Field(ge=0, le=1, description="By how much the likeliest bucket must lead.")
    ] = 0.2


class HistorySpec(SpecModel):
    """What breaks are judged by."""

    runs: Annotated[
        int, Field(ge=0, description="Earlier runs in the workspace whose breaks are history.")
    ] = 12


class AssistantUse(SpecModel):
    """Whether the language model of resolve.yaml is asked about breaks that nothing else names."""

    use: Annotated[bool, Field(description="Whether it is asked.")] = False
    breaks_max: Annotated[
        int, Field(ge=0, le=10_000, description="About how many breaks of a run at most.")
    ] = 200


class Spec(SpecModel):
    """A reconciliation."""

    reconciliation: str = "left_vs_right"
    left: SideSpec
    right: SideSpec
    date_in_key: Annotated[
        bool, Field(description="The date identifies a record too, as in daily balances.")
    ] = False
    scale: Annotated[
        int | None, Field(ge=0, le=6, description="Decimals of amounts; default by currency.")
    ] = None
    normalise: Annotated[
        dict[str, tuple[Normaliser, ...]],
        Field(description="Key column (left name) or `key` to the steps applied to its copy."),
    ] = {}
    passes: Annotated[tuple[PassSpec, ...], Field(min_length=1)] = (
        PassSpec(exact=ExactPass()),
        PassSpec(group=GroupPass()),
    )
    carry_forward: Annotated[
        bool,
        Field(description="Open items of the latest earlier run in the workspace rejoin."),
    ] = False
    evidence: EvidenceSpec = EvidenceSpec()
    history: HistorySpec = HistorySpec()
    words: WordsSpec = WordsSpec()
    assistant: AssistantUse = AssistantUse()

    @model_validator(mode="after")
    def _keys_pair_up(self) -> "Spec":
        if len(self.left.key) != len(self.right.key):
            raise ValueError(
                f"left.key has {len(self.left.key)} columns and right.key {len(self.right.key)}: "
                "they are paired by position"
            )
        one_sided = sorted(self.left.criteria.keys() ^ self.right.criteria.keys())
        if one_sided:
            raise ValueError(f"the criterion {one_sided[0]!r} stands on one side only")
        unknown = sorted(self.normalise.keys() - {"key", *self.left.key})
        if unknown:
            raise ValueError(
                f"`normalise` names {unknown[0]!r}, which is not a key column of the left side"
            )
        return self
