"""Questions to the tables of a run: filter, search, sort, page and count, however many rows."""

from tieout.pipeline.run_query.ask import Page, ask, count_by, fetch_by
from tieout.pipeline.run_query.question import Condition, Question, conditions_of
from tieout.pipeline.run_query.tables import TABLES, RunTable, open_table, table_names

__all__ = [
    "TABLES",
    "Condition",
    "Page",
    "Question",
    "RunTable",
    "ask",
    "conditions_of",
    "count_by",
    "fetch_by",
    "open_table",
    "table_names",
]
