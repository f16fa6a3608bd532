"""The tables of a run as a star for Power BI: facts, dimensions and how they hang together.

Power BI filters facts by dimensions over one-to-many relationships (Kimball's star schema). Here
every table of the run is a fact, and its buckets, severities, currencies and days are dimensions;
incidents, which breaks and cases name, are one as well. Of two ways from a fact to a dimension only
one is active, since Power BI refuses more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from tieout.export.words import label
from tieout.model.buckets import NEXT_STEP, Bucket

# Column of a fact, and the dimension whose key it holds.
_KEYS: Final = {
    "bucket": "dim_bucket",
    "cause": "dim_bucket",
    "severity": "dim_severity",
    "currency": "dim_currency",
    "incident_id": "incidents",
}
_SEVERITIES: Final = ("info", "low", "warning", "medium", "high", "critical", "severe")
_DAYS_MAX: Final = 366 * 50


@dataclass(frozen=True)
class Relationship:
    """One value of the dimension to many rows of the fact. active: filters without being asked."""

    fact: str
    fact_column: str
    dimension: str
    dimension_column: str
    active: bool


@dataclass
class Star:
    """What the facts use, collected while they are written."""

    used: dict[str, set[str]] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    relationships: list[Relationship] = field(default_factory=list)

    def fact(self, name: str, chunks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The rows as facts: lists joined as text, a `_day` column for each moment."""
        for at, chunk in enumerate(chunks):
            rows = _flat(chunk)
            if at == 0:
                self._relate(name, rows.schema)
            self._remember(rows)
            yield rows

    def dimensions(self) -> dict[str, pl.DataFrame]:
        """The dimensions that the facts use, each with one row a key."""
        found: dict[str, pl.DataFrame] = {}
        if "dim_bucket" in self.used:
            found["dim_bucket"] = _buckets(self.used["dim_bucket"])
        if "dim_severity" in self.used:
            found["dim_severity"] = _severities(self.used["dim_severity"])
        if "dim_currency" in self.used:
            currencies = sorted(self.used["dim_currency"])
            found["dim_currency"] = pl.DataFrame(
                {"currency": currencies}, schema={"currency": pl.String}
            )
        if self.days:
            found["dim_date"] = calendar(min(self.days), max(self.days))
        return found

    def related(self, tables: Mapping[str, object]) -> pl.DataFrame:
        """The relationships between the tables that there are, as a table."""
        known = [each for each in self.relationships if each.dimension in tables]
        between = {each.dimension for each in known}
        rows = [replace(each, active=each.active and each.fact not in between) for each in known]
        columns = ("fact", "fact_column", "dimension", "dimension_column", "active")
        return pl.DataFrame(
            [tuple(getattr(row, column) for column in columns) for row in rows],
            schema=dict.fromkeys(columns[:-1], pl.String) | {"active": pl.Boolean},
            orient="row",
        )

    def _relate(self, name: str, schema: pl.Schema) -> None:
        taken: set[str] = set()
        for column, dtype in schema.items():
            dimension, key = _KEYS.get(column), column
            if dtype == pl.Date:
                dimension, key = "dim_date", "date"
            if dimension is None or dimension == name:
                continue
            if dimension == "dim_bucket":
                key = "bucket"
            active = dimension not in taken
            taken.add(dimension)
            self.relationships.append(Relationship(name, column, dimension, key, active))

    def _remember(self, rows: pl.DataFrame) -> None:
        for column, dtype in rows.schema.items():
            if dtype == pl.Date:
                ends = (rows[column].min(), rows[column].max())
                self.days.update(day for day in ends if isinstance(day, date))
            elif column in _KEYS and dtype == pl.String:
                self.used.setdefault(_KEYS[column], set()).update(
                    rows[column].drop_nulls().unique()
                )


def calendar(first: date, last: date) -> pl.DataFrame:
    """Whole years of days from the first to the last, as time intelligence expects them.

    Columns: date, year, quarter, month (1 to 12), month_name, week (ISO), weekday (1 is Monday),
    is_weekend, is_month_end. At most 50 years, the last ones.
    """
    start, end = date(first.year, 1, 1), date(last.year, 12, 31)
    start = max(start, end - timedelta(days=_DAYS_MAX))
    days = pl.DataFrame({"date": pl.date_range(start, end, eager=True)})
    day = pl.col("date").dt
    return days.with_columns(
        year=day.year(),
        quarter=day.quarter(),
        month=day.month(),
        month_name=day.strftime("%b"),
        week=day.week(),
        weekday=day.weekday(),
        is_weekend=day.weekday() > 5,
        is_month_end=pl.col("date") == day.month_end(),
    )


def _flat(rows: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, since a cell of Power BI holds one value; the day beside each moment."""
    lists = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.List)]
    rows = rows.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("; "))
    moments = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Datetime)]
    return rows.with_columns(
        pl.col(name).dt.date().alias(f"{name}_day")
        for name in moments
        if f"{name}_day" not in rows.columns
    )


def _buckets(used: set[str]) -> pl.DataFrame:
    known = {str(bucket): step for bucket, step in NEXT_STEP.items()}
    outcomes = {str(Bucket.AMBIGUOUS), str(Bucket.UNKNOWN)}
    return pl.DataFrame(
        [
            (name, label(name), name in known and name not in outcomes, known.get(name))
            for name in sorted(used)
        ],
        schema={"bucket": pl.String, "label": pl.String, "is_cause": pl.Boolean,
                "next_step": pl.String},
        orient="row",
    )  # fmt: skip


def _severities(used: set[str]) -> pl.DataFrame:
    ranks = {name: rank for rank, name in enumerate(_SEVERITIES, start=1)}
    return pl.DataFrame(
        [(name, label(name), ranks.get(name.lower(), 0)) for name in sorted(used)],
        schema={"severity": pl.String, "label": pl.String, "rank": pl.Int64},
        orient="row",
    ).sort("rank", "severity")
