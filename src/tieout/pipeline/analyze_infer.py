"""What the columns of a file of breaks are, read off their names and values."""

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Final

import polars as pl

from tieout.model.errors import InputError
from tieout.model.formats import AmountFormat
from tieout.pipeline.analyze_spec import AnalyzeSpec, Criteria, StatusColumn
from tieout.reconcile.infer.choose_rest import date_doubt
from tieout.reconcile.infer.model import Choice, SampleSide
from tieout.reconcile.infer.profile import Column, Kind, Profile, profile, sample_units
from tieout.reconcile.infer.readings import decimals, is_identifier
from tieout.reconcile.infer.words import concepts, word_set, words
from tieout.reconcile.spec import AmountColumns, DateColumn

_SCALE_MAX: Final = 6
_RECUR_MIN: Final = 3.0  # Rows that a key should have at least on average.
_LABELS: Final = {"anomaly", "anomalous", "outlier", "label", "fraud", "isfraud", "flag", "score"}
_MATCHED: Final = {
    *("matched", "match", "ok", "agreed", "agree", "equal", "reconciled", "cleared", "closed"),
    *("resolved", "none", "no break", "tied", "in balance", "pass", "passed"),
}
# Words by which people tell the two sides apart, whatever they call left.
_SIDES: Final = word_set(
    "left right gl ledger subledger sub book books bank ihub hub ours theirs our their internal "
    "external expected actual source target statement system counterparty custodian broker "
    "processor a b first second original impact current previous"
)
# What a reconciliation of Tieout says of its breaks: findings, not what the break is.
_FOUND: Final = {
    *("break_id", "left_rows", "right_rows", "bucket", "bucket_confidence", "evidence"),
    *("candidates", "age_days", "score", "p_value", "anomalous", "reasons", "incident_id"),
    *("severity", "resolution", "proposal"),
}
# Of these a row alone is judged by such rows, which is no cause that any of them share.
_FOUND_SIDE: Final = "side"
_DATES: Final = {"as": 2.0, "recon": 2.0, "report": 1.5, "business": 1.5, "balance": 1.0, "risk": 1}


def infer_analyze_spec(name: str, sample: pl.DataFrame) -> tuple[AnalyzeSpec, tuple[Choice, ...]]:
    """A spec for a sample (every column as text), and why it says what it says.

    Criteria are the two amounts most alike in name and value; derived is the column that is
    called a difference, computed where there is none; keys are the columns that name something
    and come again. Columns that other tools scored (`Anomaly`, `label`) are never used.
    The key is all columns that name something, until `settle_key` has seen every row.
    Raises InputError when nothing can be judged.
    """
    side = profile(SampleSide(name, sample, None))
    choices: list[Choice] = []
    found = _FOUND if set(sample.columns) >= _FOUND else set()
    usable = [
        column
        for column in side.columns
        if not set(words(column.name)) & _LABELS and column.name not in found
    ]
    left_out = [column.name for column in side.columns if column not in usable]
    if left_out:
        choices.append(
            Choice("labels", ", ".join(left_out), "What another tool said is not learnt from.", 1.0)
        )
    criteria, derived = _amounts(usable, choices)
    taken = _columns_of(criteria, derived)
    date = _date(usable, choices)
    currency = next((c.name for c in usable if c.kind is Kind.CURRENCY), None)
    comment = tuple(
        c.name for c in usable if c.kind is Kind.TEXT and c.concepts & {"words"}
    )  # Free text names nothing that comes again.
    status = _status(usable, choices)
    apart = {*taken, *comment, *([status.column] if status else ()), currency or ""}
    named = _named(usable, apart)
    attributes = _attributes(usable, named, currency, status)
    if found:
        attributes = tuple(each for each in attributes or named if each != _FOUND_SIDE)
    scale = _scale(side, taken)
    spec = AnalyzeSpec(
        analysis=name,
        key=named,
        identity="break_id" if found else None,
        criteria=criteria,
        derived=derived,
        date=date,
        currency=currency,
        comment=comment,
        status=status,
        attributes=attributes,
        scale=scale,
    )
    return spec, tuple(choices)


def _columns_of(criteria: Criteria | None, derived: AmountColumns | None) -> set[str]:
    parts = [criteria.left, criteria.right] if criteria else []
    return {name for part in (*parts, derived) if part is not None for name in part.columns}


def _amounts(
    usable: Sequence[Column], choices: list[Choice]
) -> tuple[Criteria | None, AmountColumns | None]:
    numbers = [c for c in usable if c.kind is Kind.AMOUNT and not _is_id(c)]
    told = [c for c in numbers if _is_difference(c)]
    pairs = sorted(
        ((_alike(*pair, told), pair) for pair in combinations(_not(numbers, told), 2)),
        key=lambda each: (-each[0], each[1][0].position, each[1][1].position),
    )
    score, pair = pairs[0] if pairs else (0.0, None)
    reproduced = [c for c in told if pair and _reproduces(c, *pair)]
    if told and not reproduced:
        # A difference that no two columns explain is what the other tool compared.
        choices.append(
            Choice(
                "derived",
                told[0].name,
                "Called a difference; no two columns have it as theirs.",
                0.8,
                uncertain=len(told) > 1,
            )
        )
        return None, _column(told[0])
    if pair is not None and score > 0.7:
        left, right = _oriented(pair, reproduced)
        unsure = score < 1.4 and not reproduced
        choices.append(
            Choice(
                "criteria",
                f"{left.name} against {right.name}",
                f"The two amounts most alike in name and value; equal in {_equal(*pair):.0%}.",
                min(1.0, score / 2),
                uncertain=unsure,
            )
        )
        return Criteria(left=_column(left), right=_column(right)), None
    if numbers:
        best = max(numbers, key=lambda c: (bool(c.concepts & {"amount", "value"}), -c.position))
        choices.append(
            Choice("derived", best.name, "The only amount that could be judged.", 0.5, True)
        )
        return None, _column(best)
    raise InputError(
        "no column holds amounts that could be judged; name them in a spec: `criteria: {left: …, "
        "right: …}` or `derived: …`"
    )


def _not(numbers: Sequence[Column], told: Sequence[Column]) -> list[Column]:
    other = {"rate", "price", "quantity", "tax", "fee"}
    plain = [c for c in numbers if c not in told and not _is_tolerance(c)]
    return [c for c in plain if not c.concepts & other] or plain


def _is_id(column: Column) -> bool:
    """A number that names something; what is called `bank` and nothing else is the bank's side."""
    return is_identifier(column) and not set(words(column.name)) <= _SIDES


def _is_difference(column: Column) -> bool:
    return "difference" in column.concepts and bool(
        set(words(column.name)) & {"difference", "diff", "delta", "variance", "break"}
        or "difference" in column.name.lower()
    )


def _is_tolerance(column: Column) -> bool:
    return bool({"tolerance", "limit", "threshold"} & set(words(column.name)))


def _alike(left: Column, right: Column, told: Sequence[Column]) -> float:
    """How much two columns look like the two sides of one amount."""
    mine, theirs = set(words(left.name)), set(words(right.name))
    shared = len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
    sides = bool((mine - theirs) & _SIDES) and bool((theirs - mine) & _SIDES)
    score = shared + 0.7 * sides + _equal(left, right) + _near(left, right)
    return score + 2.0 * any(_reproduces(each, left, right) for each in told)


def _units(column: Column) -> pl.Series:
    if column.amount is None:
        return pl.Series(column.name, [None] * len(column.values), dtype=pl.Int64)
    return sample_units(column.values, column.amount, _SCALE_MAX)


def _equal(left: Column, right: Column) -> float:
    same = (_units(left) == _units(right)).drop_nulls()
    return float(same.sum()) / max(1, len(same))


def _near(left: Column, right: Column) -> float:
    """Share of rows in which the amounts are within a half of each other."""
    first, second = (_units(c).cast(pl.Float64) for c in (left, right))
    size = pl.select(pl.max_horizontal(first.abs(), second.abs())).to_series()
    near = ((first - second).abs() <= 0.5 * size).drop_nulls()
    return float(near.sum()) / max(1, len(near))


def _reproduces(told: Column, left: Column, right: Column) -> bool:
    difference = (_units(left) - _units(right)).abs()
    same = (_units(told).abs() == difference).drop_nulls()
    return bool(len(same)) and float(same.sum()) >= 0.9 * len(same)


def _oriented(pair: tuple[Column, Column], reproduced: Sequence[Column]) -> tuple[Column, Column]:
    """Left less right is the difference that the file has, where it has one."""
    left, right = pair
    for told in reproduced[:1]:
        signed = (_units(right) - _units(left) == _units(told)) & (_units(told) != 0)
        straight = (_units(left) - _units(right) == _units(told)) & (_units(told) != 0)
        if int(signed.sum()) > int(straight.sum()):
            return right, left
    return left, right


def _column(column: Column) -> AmountColumns:
    return AmountColumns(column=column.name, format=column.amount or AmountFormat())


def _date(usable: Sequence[Column], choices: list[Choice]) -> DateColumn | None:
    dates = [(c, c.date) for c in usable if c.kind is Kind.DATE and c.date is not None]
    if not dates:
        choices.append(Choice("date", "none", "No column holds dates.", 0.9, uncertain=True))
        return None
    best, found = max(dates, key=lambda each: (_date_weight(each[0]), -each[0].position))
    reason = f"{found.reason}." if found.certain else date_doubt(best)
    choices.append(Choice("date", best.name, reason, 1.0, uncertain=not found.certain))
    return DateColumn(column=best.name, format=found.format)


def _date_weight(column: Column) -> float:
    name = column.name.lower()
    weight = sum(value for word, value in _DATES.items() if word in words(column.name))
    weight += 1.5 * ("recon" in name) + 0.5 * ("risk" in name)
    weight -= 2.0 * bool(column.concepts & {"due", "settlement", "created", "difference"})
    return weight - 0.5 * ("impact" in name) + column.filled_share


def _status(usable: Sequence[Column], choices: list[Choice]) -> StatusColumn | None:
    for column in usable:
        if column.kind is not Kind.TEXT or not 2 <= column.distinct <= 12:
            continue
        values = column.values.drop_nulls().unique().sort().to_list()
        matched = tuple(value for value in values if value.strip().lower() in _MATCHED)
        if matched and "status" in column.concepts:
            choices.append(
                Choice(
                    "status",
                    column.name,
                    f"Rows that say other than {', '.join(matched)} are breaks, whatever "
                    "their amounts.",
                    0.8,
                )
            )
            return StatusColumn(column=column.name, matched=matched)
    return None


def _named(usable: Sequence[Column], apart: Collection[str]) -> tuple[str, ...]:
    return tuple(
        c.name
        for c in usable
        if c.name not in apart
        and (c.kind is Kind.TEXT or (c.kind is Kind.AMOUNT and _is_id(c)))
        and c.filled_share > 0.5
    )


def settle_key(
    spec: AnalyzeSpec, rows: pl.DataFrame, choices: Sequence[Choice]
) -> tuple[AnalyzeSpec, tuple[Choice, ...]]:
    """Which of the columns that name something are the key, now that all rows are known.

    rows: `currency`, `date`, and `named_0` and so on for `spec.named`. A column with a value of
    its own in nearly every row names the row, not what keeps breaking; of the others all are the
    key, less those without which keys come again: three times, or every other day in a short file.
    """
    column = {name: f"named_{at}" for at, name in enumerate(spec.named)}
    distinct = {name: rows[column[name]].n_unique() for name in spec.key}
    height = rows.height
    own = [name for name in spec.key if height > 2 * _RECUR_MIN and distinct[name] > 0.95 * height]
    identity = min(own, key=lambda name: (not _says_id(name), own.index(name)), default=None)
    key = [name for name in spec.key if name not in own]
    count = _combinations(rows, [column[name] for name in key])
    wanted = min(_RECUR_MIN, rows["date"].n_unique() / 2)
    while len(key) > 1 and height / count < wanted:
        widest = max(key, key=lambda name: (distinct[name], key.index(name)))
        rest = [name for name in key if name != widest]
        if height / _combinations(rows, [column[name] for name in rest]) < 1.5 * height / count:
            break  # Without it, keys come again no more often.
        key, count = rest, _combinations(rows, [column[name] for name in rest])
    shared = [name for name in spec.shared if name not in own and rows[column[name]].n_unique() > 1]
    found = Choice(
        "key",
        ", ".join(key) or "none",
        f"Columns that name something; {count:,} combinations in {height:,} rows.",
        0.9,
        uncertain=not key or height / count < wanted,
    )
    names = [Choice("id", identity, "Nearly every row has its own.", 0.95)] if identity else []
    update = {
        "key": tuple(key),
        "id": identity,
        "attributes": None if shared == key else tuple(shared),
    }
    return spec.model_copy(update=update), (*choices, found, *names)


def _combinations(rows: pl.DataFrame, columns: Sequence[str]) -> int:
    return max(1, rows.select("currency", *columns).n_unique())


def _says_id(name: str) -> bool:
    wanted = {"identity", "reference", "transaction", "document", "sequence", "number"}
    return bool(concepts(name) & wanted) and "impact" not in name.lower()


def _attributes(
    usable: Sequence[Column],
    key: tuple[str, ...],
    currency: str | None,
    status: StatusColumn | None,
) -> tuple[str, ...] | None:
    """The key's columns, the currency and the status, where they have several values."""
    wanted = [*key, *([currency] if currency else ()), *([status.column] if status else ())]
    several = tuple(c.name for c in usable if c.name in wanted and c.distinct > 1)
    return None if several == key else several


def _scale(side: Profile, taken: Collection[str]) -> int:
    places = [decimals(column).max() for column in side.columns if column.name in taken]
    seen = max((int(each) for each in places if isinstance(each, int)), default=0)
    return min(max(2, seen), _SCALE_MAX)
