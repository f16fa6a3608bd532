"""Batches of NDJSON, as brokers deliver them, as rows that a monitor takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tieout.monitor.tally import AMOUNT, COUNT, CURRENCY, LATENCY, MINUTE, PARTITION, STATUS

if TYPE_CHECKING:
    import polars as pl

_MICROSECONDS: Final = 60_000_000
_AFTER_MINUTE: Final = r"^(?::\d\d(?:[.,]\d+)?)? ?(?:Z|UTC|[+-]\d\d:?\d\d)?$"
_IN_UTC: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)? ?(?:Z|UTC)?$"
_TO_MINUTE: Final = 16
_COUNT_MAX: Final = 1_000_000_000
_DIGITS_MILLISECONDS: Final = 100_000_000_000


@dataclass(frozen=True)
class EventShape:
    """Names of the fields of an event. Times are ISO 8601, or seconds or milliseconds since 1970.

    duration is in milliseconds unless `duration_seconds`; without one it is what passes from
    `request` to `response`, two times. count: how many events a row stands for.
    """

    time: str = "timestamp"
    status: str = "status"
    dimensions: tuple[str, ...] = ()
    amount: str | None = None
    currency: str | None = None
    duration: str | None = None
    duration_seconds: bool = False
    partition: str | None = None
    request: str | None = None
    response: str | None = None
    count: str | None = None


@dataclass(frozen=True)
class Decoded:
    """Rows that could be read, and the bad lines: their number in the batch from 0, and why."""

    frame: "pl.DataFrame"
    bad: tuple[tuple[int, str], ...]


def decode_ndjson(data: bytes, shape: EventShape) -> Decoded:
    """Read a batch of events, one JSON object a line; blank lines are no events.

    The whole batch is parsed at once; only where that fails, line by line.
    """
    import polars as pl

    try:
        raw = pl.read_ndjson(data, schema=_schema(shape)) if data.strip() else None
    except pl.exceptions.PolarsError:
        raw = None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if raw is None or raw.height != lines:
        return _one_by_one(data, shape)
    typed = _typed(raw, shape)
    if any(typed[name].null_count() for name in (MINUTE, STATUS, COUNT)):
        return _one_by_one(data, shape)
    return Decoded(typed, ())


def decode_frame(frame: "pl.DataFrame", shape: EventShape) -> Decoded:
    """Rows with the names of a shape, counted or not, or rows that a monitor takes already."""
    import polars as pl

    if frame.schema.get(MINUTE) == pl.Int64:
        return Decoded(frame, ())
    typed = _typed(frame, shape)
    if COUNT in frame.columns:
        typed = typed.with_columns(frame[COUNT])
    sound = typed.select(pl.all_horizontal(pl.col(MINUTE, STATUS, COUNT).is_not_null())).to_series()
    why = _expected(shape)
    return Decoded(typed.filter(sound), tuple((row, why) for row in (~sound).arg_true().to_list()))


def _expected(shape: EventShape) -> str:
    count = f", and {shape.count} as a whole number" if shape.count else ""
    return f"expected {shape.time} as a time and {shape.status} as a status{count}"


def _schema(shape: EventShape) -> "dict[str, Any]":
    import polars as pl

    texts = [shape.time, shape.status, *shape.dimensions]
    texts += filter(None, [shape.partition, shape.currency, shape.request, shape.response])
    numbers = [name for name in (shape.amount, shape.duration, shape.count) if name]
    return dict.fromkeys(texts, pl.String) | dict.fromkeys(numbers, pl.Float64)


def _typed(raw: "pl.DataFrame", shape: EventShape) -> "pl.DataFrame":
    import polars as pl

    columns = [
        _minutes(raw[shape.time]).alias(MINUTE),
        raw[shape.status].alias(STATUS),
        _counts(raw, shape).alias(COUNT),
        *(raw[name] for name in shape.dimensions),
    ]
    if shape.amount:
        columns.append(raw[shape.amount].alias(AMOUNT))
    if shape.currency:
        columns.append(raw[shape.currency].fill_null("").alias(CURRENCY))
    if shape.duration:
        unit = 1000.0 if shape.duration_seconds else 1.0
        columns.append((raw[shape.duration] * unit).alias(LATENCY))
    elif shape.request and shape.response:
        spent = _milliseconds(pl.col(shape.response)) - _milliseconds(pl.col(shape.request))
        columns.append(raw.select(spent.alias(LATENCY))[LATENCY])
    if shape.partition:
        columns.append(raw[shape.partition].fill_null("").alias(PARTITION))
    return pl.DataFrame(columns)


def _counts(raw: "pl.DataFrame", shape: EventShape) -> "pl.Series":
    """How many events each row is, null for what is no such number."""
    import polars as pl

    if not shape.count or shape.count not in raw.columns:
        return pl.repeat(1, raw.height, dtype=pl.Int64, eager=True)
    value = pl.col(shape.count)
    whole = value.is_between(0, _COUNT_MAX) & (value == value.floor())
    return raw.select(pl.when(whole).then(value.cast(pl.Int64, strict=False))).to_series()


def _milliseconds(text: "pl.Expr") -> "pl.Expr":
    """Milliseconds since 1970 of numbers and ISO 8601 texts; null for what is no time."""
    import polars as pl

    numbers = text.cast(pl.Float64, strict=False)
    given = pl.when(numbers.abs() >= _DIGITS_MILLISECONDS).then(numbers).otherwise(numbers * 1000)
    behind = text.str.slice(_TO_MINUTE).str.extract(r"^:(\d\d(?:[.,]\d+)?)", 1)
    seconds = behind.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return pl.coalesce(given, _written(text) * 60_000.0 + seconds.fill_null(0.0) * 1000)


def _minutes(times: "pl.Series") -> "pl.Series":
    """Minutes since 1970, null for what is no time. Events share seconds: each is read once."""
    import polars as pl

    if times.str.contains(_IN_UTC).all():
        # Seconds and what is behind them say nothing of the minute: few are different then.
        times = times.str.head(_TO_MINUTE)
    different = times.unique()
    text = pl.col("text")
    numbers = text.cast(pl.Float64, strict=False)
    seconds = pl.when(numbers.abs() >= _DIGITS_MILLISECONDS).then(numbers / 1000).otherwise(numbers)
    known = pl.coalesce((seconds / 60).floor().cast(pl.Int64), _written(text))
    table = pl.DataFrame({"text": different}).with_columns(known.alias(MINUTE))
    found = pl.DataFrame({"text": times}).join(
        table, on="text", how="left", maintain_order="left", nulls_equal=True
    )
    return found[MINUTE]


def _written(text: "pl.Expr") -> "pl.Expr":
    """Minutes since 1970 of ISO 8601 texts, each with or without a zone."""
    import polars as pl

    clock = text.str.slice(0, 16).str.replace(" ", "T", literal=True)
    minute = clock.str.to_datetime("%Y-%m-%dT%H:%M", time_unit="us", strict=False)
    rest = text.str.slice(16)
    zone = rest.str.extract(r"([+-]\d\d:?\d\d)$", 1)
    hours = zone.str.slice(1, 2).cast(pl.Int64) * 60 + zone.str.slice(-2).cast(pl.Int64)
    east = pl.when(zone.str.starts_with("-")).then(-hours).otherwise(hours).fill_null(0)
    sound = rest.str.contains(_AFTER_MINUTE)
    return pl.when(sound).then(minute.dt.epoch("us") // _MICROSECONDS - east)


def _one_by_one(data: bytes, shape: EventShape) -> Decoded:
    import polars as pl

    schema = _schema(shape)
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    bad: list[tuple[int, str]] = []
    for number, line in enumerate(data.split(b"\n")):
        if not line.strip():
            continue
        row, why = _event(line, schema)
        if row is None:
            bad.append((number, why))
        else:
            rows.append(row)
            numbers.append(number)
    raw = pl.DataFrame(rows, schema=schema)
    typed = _typed(raw, shape).with_columns(pl.Series("__line", numbers, dtype=pl.Int64))
    sound = pl.all_horizontal(pl.col(MINUTE, STATUS, COUNT).is_not_null())
    why = _expected(shape)
    bad += [(number, why) for number in typed.filter(~sound)["__line"].to_list()]
    return Decoded(typed.filter(sound).drop("__line"), tuple(sorted(bad)))


def _event(line: bytes, schema: "dict[str, Any]") -> tuple[dict[str, Any] | None, str]:
    import polars as pl

    try:
        found = json.loads(line)
    except ValueError:
        return None, "expected a JSON object"
    if not isinstance(found, dict):
        return None, "expected a JSON object"
    row: dict[str, Any] = {}
    for name, kind in schema.items():
        value = found.get(name)
        if value is None:
            row[name] = None
        elif kind is pl.String:
            row[name] = value if isinstance(value, str) else json.dumps(value)
        else:
            try:
                row[name] = float(value)
            except (TypeError, ValueError):
                return None, f"expected {name} as a number"
    return row, ""


def join_lines(messages: Sequence[bytes]) -> bytes:
    """Messages of one event each as one batch.

    >>> join_lines([b'{"a": 1}', b'{"a": 2}'])
    b'{"a": 1}\\n{"a": 2}'
    """
    return b"\n".join(messages)
