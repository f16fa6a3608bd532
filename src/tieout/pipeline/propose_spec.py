"""The spec that two sources suggest, shown as pairs of columns that a person can correct."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.reconcile.infer import SampleSide, infer_spec
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.infer.profile import Kind, Profile, profile
from tieout.reconcile.infer.readings import Reading, readings
from tieout.reconcile.spec import DateColumn, PassSpec, SideSpec, Spec
from tieout.sources.open import open_source

SAMPLE_ROWS: Final = 20_000
_SCALE: Final = 6
_EXAMPLES: Final = 3
ROLES: Final = ("key", "amount", "currency", "date", "party", "account", "comment")
_PAIRED: Final = ("currency", "date")


@dataclass(frozen=True)
class ProposedSide:
    """One source: its columns with examples, and the ways in which it can be read.

    columns: name to a few values. amounts: label to how the amount is read. dates: columns that
    hold days. rows: data rows where that is known.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, Any]
    dates: tuple[str, ...]
    rows: int | None


@dataclass(frozen=True)
class Proposal:
    """An inferred spec, why it says what it says, and what else could be chosen."""

    spec: Spec
    choices: tuple[Choice, ...]
    left: ProposedSide
    right: ProposedSide


@dataclass(frozen=True)
class Pair:
    """What plays a role on both sides: names of columns, labels of amounts, empty for nothing."""

    role: str
    left: str
    right: str


def propose_spec(left: str, right: str, *, name: str = "") -> Proposal:
    """Look at samples of two sources. Raises InputError where they cannot be read or compared."""
    samples = _sample(left, "left"), _sample(right, "right")
    inferred = infer_spec(*samples, name=name or f"{samples[0].name}_vs_{samples[1].name}")
    sides = [_side(sample) for sample in samples]
    return Proposal(inferred.spec, inferred.choices, sides[0], sides[1])


def pairs(spec: Spec) -> tuple[Pair, ...]:
    """The columns that a spec pairs, role by role; a key of several columns is several pairs."""
    found = [
        Pair("key", left, right) for left, right in zip(spec.left.key, spec.right.key, strict=True)
    ] or [Pair("key", "", "")]
    rest = (Pair(role, _name(spec.left, role), _name(spec.right, role)) for role in ROLES[1:])
    return (*found, *rest)


def correct(spec: Spec, chosen: Sequence[Pair], left: str, right: str, *, name: str = "") -> Spec:
    """The spec with the pairs that a person chose. Raises InputError for what does not fit."""
    profiles = profile(_sample(left, "left")), profile(_sample(right, "right"))
    sides = [
        _corrected_side(side, {pair.role: getattr(pair, which) for pair in chosen}, known)
        for side, which, known in zip(
            (spec.left, spec.right), ("left", "right"), profiles, strict=True
        )
    ]
    keys = [pair for pair in chosen if pair.role == "key" and (pair.left or pair.right)]
    for pair in keys:
        _require(pair.left, profiles[0])
        _require(pair.right, profiles[1])
    sides[0]["key"] = tuple(pair.left for pair in keys)
    sides[1]["key"] = tuple(pair.right for pair in keys)
    known = {role for role in _PAIRED if sides[0][role] and sides[1][role]}
    known |= {"currency"} if all(_has_currency(side) for side in sides) else set()
    values = spec.model_dump()
    values |= {
        "reconciliation": name or spec.reconciliation,
        "left": sides[0],
        "right": sides[1],
        "normalise": {
            column: steps
            for column, steps in spec.normalise.items()
            if column in {"key", *sides[0]["key"]}
        },
        "date_in_key": spec.date_in_key and "date" in known,
        "passes": [_comparing(each, known | ({"key"} if keys else set())) for each in spec.passes],
    }
    try:
        return Spec.model_validate(values)
    except ValidationError as error:
        raise InputError(f"the pairing does not work: {error.errors()[0]['msg']}") from error


def _sample(location: str, which: str) -> SampleSide:
    with (
        tempfile.TemporaryDirectory(prefix="tieout-") as scratch,
        DuckDBEngine(threads=2) as engine,
    ):
        source = open_source(location, engine=engine, workdir=Path(scratch))
        name = source.files[0].name.split(".")[0] if source.files else which
        return SampleSide(name, source.sample(SAMPLE_ROWS), source.rows)


def _side(sample: SampleSide) -> ProposedSide:
    known = profile(sample)
    examples = {
        column.name: tuple(column.values.drop_nulls().unique(maintain_order=True)[:_EXAMPLES])
        for column in known.columns
    }
    amounts = {each.label: each.amount for each in _readings(known)}
    dates = tuple(column.name for column in known.of_kind(Kind.DATE))
    return ProposedSide(sample.name, examples, amounts, dates, sample.rows)


def _readings(known: Profile) -> list[Reading]:
    return readings(known, scale=_SCALE)


def _name(side: SideSpec, role: str) -> str:
    """What plays a role, as a person chooses it."""
    if role == "amount":
        return amount_label(side)
    if role == "date":
        return side.date.column if side.date else ""
    if role == "comment":
        return side.comment[0] if side.comment else ""
    return str(getattr(side, role) or "")


def amount_label(side: SideSpec) -> str:
    """The amount of a side in words, as a reading of it is called."""
    amount = side.amount
    if amount.column:
        turned = f", signed by {amount.direction}" if amount.direction else ""
        return f"{amount.column}{turned}"
    return f"{amount.debit} less {amount.credit}"


def _corrected_side(side: SideSpec, chosen: Mapping[str, str], known: Profile) -> dict[str, Any]:
    values = side.model_dump()
    for role in ("currency", "party", "account"):
        if role in chosen:
            values[role] = _require(chosen[role], known) or None
    if chosen.get("currency"):
        values["currency_fixed"] = None
    if "comment" in chosen and chosen["comment"] not in side.comment[:1]:
        values["comment"] = (_require(chosen["comment"], known),) if chosen["comment"] else ()
    if "date" in chosen and chosen["date"] != _name(side, "date"):
        values["date"] = _date(chosen["date"], known)
    if "amount" in chosen and chosen["amount"] != amount_label(side):
        values["amount"] = _amount(chosen["amount"], known)
    return values


def _require(name: str, known: Profile) -> str:
    if name and name not in {column.name for column in known.columns}:
        raise InputError(f"{known.side.name}: has no column {name}")
    return name


def _date(name: str, known: Profile) -> DateColumn | None:
    if not name:
        return None
    found = known.column(_require(name, known)).date
    if found is None:
        raise InputError(f"{known.side.name}: {name} does not read as a date")
    return DateColumn(column=name, format=found.format)


def _amount(label: str, known: Profile) -> Any:
    found = next((each for each in _readings(known) if each.label == label), None)
    if found is None:
        raise InputError(f"{known.side.name}: {label or 'nothing'} does not read as an amount")
    return found.amount.model_dump()


def _has_currency(side: Mapping[str, Any]) -> bool:
    return bool(side["currency"] or side["currency_fixed"])


def _comparing(rule: PassSpec, known: set[str]) -> dict[str, Any]:
    """A pass that compares only what both sides have."""
    values = rule.model_dump()
    for kind in ("exact", "tolerance", "group"):
        part = values[kind]
        if part is not None:
            usual = [field for field in part["on"] if field in known | {"amount"}]
            part["on"] = tuple(usual or ("amount",))
    return values
