"""Answers to questions about the tables of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from tieout.pipeline.run_query.question import ROW, Question, require_column, restrict
from tieout.pipeline.run_query.tables import RunTable, open_table


@dataclass(frozen=True)
class Page:
    """Some rows of an answer, and how many there are in all."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    total: int


def ask(folder: Path, name: str, question: Question) -> Page:
    """A page of a table of a run. Values are Python's: Decimal, date, list, None.

    The order is read first and the other columns only of the rows that are shown: at a million
    rows that is several times as fast. Raises InputError for tables and columns there are not.
    """
    with open_table(folder, name) as table:
        chosen = question.columns or table.columns
        for column in chosen:
            require_column(table.rows, column)
        found = restrict(table.rows, question)
        total = int(table.engine.fetch(found.aggregate(n=found.count()))["n"][0])
        places = _places(table, found, question) if total and question.limit else []
        return Page(tuple(chosen), _rows(table, places, chosen), total)


def fetch_by(folder: Path, name: str, column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows whose column is one of some values, whole, in the order of the file."""
    with open_table(folder, name) as table:
        wanted = require_column(table.rows, column).isin(list(values))
        found = table.engine.fetch(table.rows.filter(wanted).order_by(ROW))
        return found.drop(ROW).to_dicts()


def count_by(
    folder: Path, name: str, column: str, question: Question | None = None
) -> dict[Any, int]:
    """How many rows have each value of a column, the most frequent first."""
    with open_table(folder, name) as table:
        require_column(table.rows, column)
        found = restrict(table.rows, question or Question())
        counted = found.group_by(column).aggregate(n=found.count())
        frame = table.engine.fetch(counted.order_by([ibis.desc("n"), ibis.asc(column)]))
        return dict(zip(frame[column].to_list(), frame["n"].to_list(), strict=True))


def _places(table: RunTable, found: Any, question: Question) -> list[int]:
    order = [ibis.asc(ROW)]
    if question.sort is not None:
        require_column(table.rows, question.sort)
        direction = ibis.desc if question.descending else ibis.asc
        order.insert(0, direction(question.sort, nulls_first=False))
    plan = found.order_by(order).select(ROW).limit(question.limit, offset=question.offset)
    return [int(place) for place in table.engine.fetch(plan)[ROW].to_list()]


def _rows(table: RunTable, places: list[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    if not places:
        return []
    wanted = table.rows.filter(table.rows[ROW].isin(places)).select(ROW, *columns)
    by_place = {row.pop(ROW): row for row in table.engine.fetch(wanted).to_dicts()}
    return [by_place[place] for place in places]
