"""Which columns a root-cause run reads, and as what; what is not said is inferred and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

import polars as pl

from tieout.model.errors import InputError
from tieout.model.table import Kind
from tieout.sources.source import Source
from tieout.sources.typed.decide_kind import decide_reading, native_reading
from tieout.sources.typed.expressions import kind_of_type

Question = Literal["outcome", "rate", "measure"]

SAMPLE_ROWS: Final = 20_000
_OUTCOMES: Final = (
    *("outcome", "is_fraud", "fraud", "is_anomaly", "anomaly", "failed", "is_failed", "failure"),
    *("declined", "denied", "is_break", "broken", "error", "is_error", "label", "class", "target"),
)
_TOTALS: Final = ("total", "cnt", "count", "trials", "attempts", "requests", "transactions")
_VALUES: Final = ("value", "failures", "failed", "errors", "declined", "denied")
_EXPECTATIONS: Final = ("expected", "predict", "predicted", "forecast", "baseline", "budget")
_EPOCH_SECONDS: Final = (946_684_800, 4_102_444_800)
_IDENTIFIER_SHARE: Final = 0.9
_IDENTIFIER_ROWS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for; None where it is to be inferred."""

    outcome: str | None = None
    value: str | None = None
    total: str | None = None
    expected: str | None = None
    time: str | None = None
    attributes: tuple[str, ...] | None = None
    needs_time: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A thing that was decided: about what, how, why; and whether a person should check it."""

    subject: str
    decision: str
    reason: str
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The columns of a run.

    question: `outcome`, whether each row has it; `rate`, value out of total; `measure`, value
        against an expectation, or against earlier moments where `expected` is None.
    numeric: attributes that hold quantities, which are binned where they have many values.
    time_kind: NUMBER or TIME, as `time` is to be read.
    """

    question: Question
    attributes: tuple[str, ...]
    numeric: frozenset[str]
    outcome: str | None = None
    value: str | None = None
    total: str | None = None
    expected: str | None = None
    time: str | None = None
    time_kind: Kind = Kind.TIME
    notes: tuple[Note, ...] = ()

    @property
    def kinds(self) -> dict[str, Kind]:
        """How each column that matters is read; attributes stay text as the file writes it."""
        numbers = [each for each in (self.value, self.total, self.expected) if each]
        kinds = dict.fromkeys(numbers, Kind.NUMBER)
        if self.outcome:
            kinds[self.outcome] = Kind.CATEGORY
        if self.time:
            kinds[self.time] = self.time_kind
        return {**dict.fromkeys(self.attributes, Kind.CATEGORY), **kinds}


def make_plan(source: Source, wanted: Wanted) -> Plan:
    """Settle the columns of a run. Raises InputError where they cannot be told or are missing."""
    notes: list[Note] = []
    sample = source.sample(SAMPLE_ROWS)
    for option in ("outcome", "value", "total", "expected", "time"):
        name = getattr(wanted, option)
        if name is not None and name not in source.columns:
            raise InputError(_missing(source, name, f"--{option}"))
    kinds = {name: _kind(source, name, sample[name]) for name in source.columns}
    outcome, value, total, expected = _subject(wanted, sample, notes)
    used = {each for each in (outcome, value, total, expected, wanted.time) if each}
    time = wanted.time or _time(kinds, used, wanted, outcome, notes)
    used |= {time} if time else set()
    if value and not total and not expected and not time:
        raise InputError(
            f"--value {value}: say out of what (--total), against what (--expected), or when "
            "(--time), so that there is something to compare with"
        )
    attributes = _attributes(source, wanted, sample, kinds, used, notes)
    question: Question = "outcome" if outcome else "rate" if total else "measure"
    return Plan(
        question=question,
        attributes=attributes,
        numeric=frozenset(name for name in attributes if kinds[name] is Kind.NUMBER),
        outcome=outcome,
        value=value,
        total=total,
        expected=expected,
        time=time,
        time_kind=_time_kind(sample, time),
        notes=tuple(notes),
    )


def _kind(source: Source, name: str, sample: pl.Series) -> Kind:
    dtype = source.table[name].type()
    if _counts_seconds(sample):
        return Kind.TIME
    if dtype.is_string():
        return decide_reading(name, sample).kind
    return native_reading(kind_of_type(dtype), name, sample, integer=dtype.is_integer()).kind


def _counts_seconds(sample: pl.Series) -> bool:
    """Whether values are seconds of this century since 1970, and not each row's own."""
    numbers = sample.drop_nulls().cast(pl.Float64, strict=False)
    if len(numbers) == 0 or numbers.null_count() or not 1 < numbers.n_unique() <= len(numbers) / 2:
        return False
    low, high = _EPOCH_SECONDS
    return bool(numbers.is_between(low, high).all() and (numbers == numbers.floor()).all())


def _subject(
    wanted: Wanted, sample: pl.DataFrame, notes: list[Note]
) -> tuple[str | None, str | None, str | None, str | None]:
    """Outcome, value, total and expectation."""
    if wanted.outcome and (wanted.value or wanted.total or wanted.expected):
        raise InputError("--outcome stands alone; --value goes with --total or --expected")
    if wanted.total and wanted.expected:
        raise InputError("--total and --expected: give one; a value is a share or a measure")
    value, total, expected = wanted.value, wanted.total, wanted.expected
    if wanted.outcome:
        return wanted.outcome, None, None, None
    names = sample.columns
    if value is None and (total or expected or not (found := _flag(sample))):
        value = _named(names, _VALUES, notes, "value")
    elif value is None:
        notes.append(Note("outcome", found, "its name and its two values say so", certain=False))
        return found, None, None, None
    if value is None:
        raise InputError(
            "what is to be explained? name a column of outcomes (--outcome), or a count with its "
            f"total (--value, --total); the file has {', '.join(map(repr, names))}"
        )
    if total is None and expected is None:
        others = [name for name in names if name != value]
        total = _named(others, _TOTALS, notes, "total")
        expected = None if total else _named(others, _EXPECTATIONS, notes, "expected")
    return None, value, total, expected


def _flag(sample: pl.DataFrame) -> str:
    for name in sample.columns:
        if name.lower() in _OUTCOMES and sample[name].drop_nulls().n_unique() == 2:
            return name
    return ""


def _named(
    names: Sequence[str], words: Sequence[str], notes: list[Note], subject: str
) -> str | None:
    lowered = {name.lower(): name for name in reversed(names)}
    found = next((lowered[word] for word in words if word in lowered), None)
    if found is not None:
        notes.append(Note(subject, found, "its name says so", certain=False))
    return found


def _time(
    kinds: dict[str, Kind],
    used: set[str],
    wanted: Wanted,
    outcome: str | None,
    notes: list[Note],
) -> str | None:
    """The one column of moments, where moments are asked about or can be compared."""
    if not wanted.needs_time and (outcome is not None or wanted.expected is not None):
        return None
    moments = [name for name, kind in kinds.items() if kind is Kind.TIME and name not in used]
    if len(moments) == 1:
        notes.append(Note("time", moments[0], "the only column of moments", certain=False))
        return moments[0]
    if wanted.needs_time:
        raise InputError(
            f"--time: name the column of moments; {len(moments)} look like one"
            + (f": {', '.join(map(repr, moments))}" if moments else "")
        )
    return None


def _time_kind(sample: pl.DataFrame, time: str | None) -> Kind:
    if time is None:
        return Kind.TIME
    filled = sample[time].str.strip_chars().drop_nulls()
    numbers = filled.filter(filled != "").cast(pl.Float64, strict=False)
    return Kind.NUMBER if len(numbers) and numbers.null_count() == 0 else Kind.TIME


def _attributes(
    source: Source,
    wanted: Wanted,
    sample: pl.DataFrame,
    kinds: dict[str, Kind],
    used: set[str],
    notes: list[Note],
) -> tuple[str, ...]:
    if wanted.attributes is not None:
        return _listed(source, wanted.attributes, used, notes)
    found = [
        name
        for name in source.columns
        if name not in used and kinds[name] is not Kind.TIME and _groups(sample[name])
    ]
    if not found:
        raise InputError(f"{source.name}: no column groups its rows; name some with --attributes")
    reason = "columns of labels and quantities; identifiers and constants are left out"
    notes.append(Note("attributes", ", ".join(found), reason, certain=False))
    return tuple(found)


def _groups(values: pl.Series) -> bool:
    filled = values.drop_nulls()
    distinct = filled.n_unique()
    is_identifier = len(filled) > _IDENTIFIER_ROWS and distinct > _IDENTIFIER_SHARE * len(filled)
    return distinct + (filled.len() < values.len()) > 1 and not is_identifier


def _listed(
    source: Source, names: Sequence[str], used: set[str], notes: list[Note]
) -> tuple[str, ...]:
    """The attributes that were named. One that the file has not got is left out, and told."""
    if not names:
        raise InputError("--attributes: names no column; give some between commas: A,B")
    present = []
    for name in dict.fromkeys(names):
        if name in used:
            raise InputError(f"--attributes {name}: is in use already and explains only itself")
        if name in source.columns:
            present.append(name)
            continue
        near = get_close_matches(name.lower(), [each.lower() for each in source.columns], n=1)
        if near:
            raise InputError(_missing(source, name, "--attributes"))
        notes.append(Note("attributes", f"without {name}", "the file has no such column", False))
    if not present:
        raise InputError(_missing(source, names[0], "--attributes"))
    return tuple(present)


def _missing(source: Source, name: str, option: str) -> str:
    lowered = {each.lower(): each for each in source.columns}
    near = get_close_matches(name.lower(), lowered, n=1)
    hint = f"did you mean {lowered[near[0]]!r}? " if near else ""
    columns = ", ".join(map(repr, source.columns))
    return f"{option}: {source.name} has no column {name!r}; {hint}it has {columns}"
