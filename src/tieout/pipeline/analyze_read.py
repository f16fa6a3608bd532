"""A file of breaks, typed: amounts, their difference, and whether it is a break."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.model.facts import Reject
from tieout.model.manifest import InputFile
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.pipeline.inputs import fingerprint_file
from tieout.reconcile.spec import AmountColumns, AmountTolerance
from tieout.sources.fields import AmountField, DateField, StagePlan, TextField, TimeField
from tieout.sources.source import Source
from tieout.sources.stage import StagedRows, stage_rows

KEY_SEPARATOR: Final = " | "
_OPTIONAL: Final = ("status", "comment", "identity")
_HUNDREDTHS: Final = 10_000


@dataclass(frozen=True)
class ReadBreaks:
    """A file, read.

    frame: row, key, currency, left, right, units (left less right), amounts as int64 units of
        10**-scale, is_break, date (epoch days, null where there is none), comment, identity ("" for
        none), and `named_0` and so on, the columns of `spec.named`. In the order of the file.
    rows, rejects, rejected: of all data rows; rows without any amount are rejects too.
    """

    source: Source
    frame: pl.DataFrame
    rows: int
    rejects: tuple[Reject, ...]
    rejected: int
    files: tuple[InputFile, ...]


def read_breaks(
    sources: Sequence[Source], spec: AnalyzeSpec, *, scale: int, engine: Engine
) -> list[ReadBreaks]:
    """Type the rows of each source by the spec.

    Raises InputError for columns that a source hasn't got.
    """
    plans = [_plan(source, spec, scale) for source in sources]
    if all(plan == plans[0] for plan in plans):
        staged = stage_rows(sources, plans[0], engine=engine)
    else:
        staged = [
            stage_rows([source], plan, engine=engine)[0]
            for source, plan in zip(sources, plans, strict=True)
        ]
    return [_read(source, spec, rows, scale) for source, rows in zip(sources, staged, strict=True)]


def _read(source: Source, spec: AnalyzeSpec, staged: StagedRows, scale: int) -> ReadBreaks:
    typed = staged.frame
    frame = typed.select(
        "row",
        _currency(spec).alias("currency"),
        *_amounts(spec, typed.columns),
        pl.col("date").cast(pl.Int32)
        if spec.date is not None
        else pl.lit(None, pl.Int32).alias("date"),
        *(_text(typed, name).alias(name) for name in _OPTIONAL),
        *(pl.col(f"named_{at}") for at in range(len(spec.named))),
    )
    empty = frame.filter(pl.col("units").is_null())
    frame = frame.filter(pl.col("units").is_not_null()).with_columns(_is_break(spec, scale))
    rejects = (*staged.rejects, *_without_amounts(source, spec, empty["row"].to_list()))
    return ReadBreaks(
        source=source,
        frame=frame,
        rows=staged.rows,
        rejects=tuple(sorted(rejects, key=lambda reject: reject.row)),
        rejected=staged.rejected + empty.height,
        files=tuple(fingerprint_file(file) for file in source.files),
    )


def _plan(source: Source, spec: AnalyzeSpec, scale: int) -> StagePlan:
    fields: dict[str, TextField | AmountField | DateField | TimeField] = {}
    fields |= {f"named_{at}": TextField((column,)) for at, column in enumerate(spec.named)}
    if spec.criteria is not None:
        fields["left"] = _amount(spec.criteria.left)
        fields["right"] = _amount(spec.criteria.right)
    if spec.derived is not None:
        fields["derived"] = _amount(spec.derived)
    if spec.date is not None:
        # What is open on one side only often has no date; a date that is none is a reject.
        fields["date"] = DateField(spec.date.column, spec.date.format, required=False)
    if spec.currency is not None:
        fields["currency"] = TextField((spec.currency,))
    optional = {
        "status": (spec.status.column,) if spec.status else (),
        "comment": spec.comment,
        "identity": (spec.identity,) if spec.identity else (),
    }
    for name, columns in optional.items():
        # History kept by another tool need not have what only the present needs.
        present = tuple(column for column in columns if column in source.columns)
        if present:
            fields[name] = TextField(present)
    return StagePlan(fields=fields, scale=scale)


def _amount(amount: AmountColumns) -> AmountField:
    return AmountField(
        column=amount.column,
        debit=amount.debit,
        credit=amount.credit,
        direction=amount.direction,
        negative_values=amount.negative,
        debit_negative=amount.debit_negative,
        format=amount.format,
        sign=amount.sign,
        required=False,
    )


def with_key(frame: pl.DataFrame, named: Sequence[str], spec: AnalyzeSpec) -> pl.DataFrame:
    """Adds `key`, `id` ("" without one) and `attribute_0` and so on, the columns of `spec.shared`.

    frame: of `read_breaks` by a spec whose `named` columns were these.
    """
    column = {name: f"named_{at}" for at, name in enumerate(named)}
    parts = [pl.col(column[name]) for name in spec.key]
    key = pl.concat_str(parts, separator=KEY_SEPARATOR) if parts else pl.lit("")
    return frame.with_columns(
        key.alias("key"),
        (pl.col(column[spec.id]) if spec.id else pl.lit("")).alias("id"),
        *(pl.col(column[name]).alias(f"attribute_{at}") for at, name in enumerate(spec.shared)),
    ).drop(column.values())


def _currency(spec: AnalyzeSpec) -> pl.Expr:
    if spec.currency is not None:
        return pl.col("currency").str.to_uppercase()
    return pl.lit((spec.currency_fixed or "").upper())


def _amounts(spec: AnalyzeSpec, columns: Sequence[str]) -> list[pl.Expr]:
    null = pl.lit(None, pl.Int64)
    derived = pl.col("derived") if "derived" in columns else null
    if spec.criteria is None:
        return [null.alias("left"), null.alias("right"), derived.alias("units")]
    left, right = pl.col("left"), pl.col("right")
    given = left.is_not_null() | right.is_not_null()
    difference = pl.when(given).then(left.fill_null(0) - right.fill_null(0))
    return [left, right, pl.coalesce(difference, derived).alias("units")]


def _text(typed: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in typed.columns else pl.lit("")


def _is_break(spec: AnalyzeSpec, scale: int) -> pl.Expr:
    """Beyond the tolerance, only on one side, or called a break by the tool that found it."""
    units = pl.col("units").abs()
    broken = units > _permitted(spec.tolerance, scale)
    if spec.criteria is not None:
        broken |= pl.col("left").is_null() != pl.col("right").is_null()
    if spec.status is not None:
        matched = list(spec.status.matched)
        status = pl.col("status")
        broken |= (status != "") & ~status.is_in(matched)
    return broken.alias("is_break")


def _permitted(tolerance: AmountTolerance, scale: int) -> pl.Expr:
    absolute = int(tolerance.absolute.scaleb(scale))
    by_currency = {code: int(each.scaleb(scale)) for code, each in tolerance.by_currency.items()}
    fixed = pl.lit(absolute, pl.Int64)
    if by_currency:
        fixed = pl.col("currency").replace_strict(
            by_currency, default=absolute, return_dtype=pl.Int64
        )
    if not tolerance.percent:
        return fixed
    larger = pl.max_horizontal(pl.col("left").abs(), pl.col("right").abs()).fill_null(0)
    hundredths = int(tolerance.percent * 100)
    share = (larger.cast(pl.Int128) * hundredths // _HUNDREDTHS).cast(pl.Int64)
    return pl.max_horizontal(fixed, share)


def _without_amounts(source: Source, spec: AnalyzeSpec, rows: Sequence[int]) -> list[Reject]:
    column = spec.amounts[0]
    expected = f"an amount in {' or '.join(spec.amounts)}"
    return [Reject(source.file_of(row), row, column, "", expected) for row in rows]
