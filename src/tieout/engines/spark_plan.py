"""What a plan says in Ibis's words or DuckDB's, said so that Spark gives the same values.

Plans are written once. Where Ibis hands an operation to both engines but they differ in a value, or
where a plan names a function of DuckDB's, it is replaced here, just before Spark gets it.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl

from tieout.engines.builtin import hashed

# What DuckDB's trim takes away: category Zs of Unicode. Spark's takes the ASCII space alone.
_SPACES = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000"
)
_BACKWARD = re.compile(r"\\(\d)")
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def btrim(text: str, characters: str) -> str:  # type: ignore[empty-body]
    """Spark's trim of given characters."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def translate(text: str, characters: str, others: str) -> str:  # type: ignore[empty-body]
    """Spark's replacement of characters one by one."""


@ibis.udf.scalar.builtin(name="regexp_replace")  # type: ignore[untyped-decorator]
def _replaced(text: str, pattern: str, words: str) -> str:  # type: ignore[empty-body]
    """Spark's replacement of every occurrence of a pattern."""


def for_spark(plan: ir.Expr, publish: Callable[[pl.DataFrame], ir.Table]) -> ir.Expr:
    """The plan with the same values on Spark. publish: gives it rows of this process."""

    def replaced(node: Any, changed: dict[str, Any] | None) -> Any:
        if isinstance(node, ops.InMemoryTable):
            rows = pl.DataFrame(pl.from_arrow(node.data.to_pyarrow(node.schema)))
            return publish(rows).op()
        node = node.__recreate__(changed) if changed else node
        if isinstance(node, ops.Uppercase):
            return translate(node.arg.to_expr(), *_capitals()).op()
        if isinstance(node, ops.RegexReplace):
            return _regex_replace(node)
        if isinstance(node, ops.ScalarUDF) and node.__func_name__ == "trim":
            return btrim(node.args[0].to_expr(), _SPACES).op()
        return node

    return plan.op().replace(replaced).to_expr()


def hash_of(columns: list[ir.Value], seed: str) -> ir.Value:
    """A 64-bit integer of some columns: XXH64, which Spark has.

    It passes over a null as if there were none, so each column says whether it has a value.
    """
    told = [part for value in columns for part in (value, value.isnull())]
    arguments = [ibis.literal(seed), *told] if seed else told
    fingerprint: ir.Value = hashed("xxhash64", arguments, "int64")
    return fingerprint


def _regex_replace(node: Any) -> Any:
    words = node.replacement
    if isinstance(words, ops.Literal):
        # A group is \1 to RE2 and $1 to Java.
        words = ibis.literal(_BACKWARD.sub(r"$\1", words.value.replace("$", r"\$"))).op()
    text, pattern = node.arg.to_expr(), node.pattern.to_expr()
    return _replaced(text, pattern, words.to_expr()).op()


@cache
def _capitals() -> tuple[str, str]:
    """Every letter whose capital is another one letter, and these capitals, as DuckDB has them.

    Java makes two letters of some, and knows another edition of Unicode.
    """
    import duckdb

    with duckdb.connect() as connection:
        pairs = connection.execute(
            "SELECT chr(point::INTEGER) AS letter, upper(letter) AS capital "
            "FROM range(1, ?) each(point) WHERE point NOT BETWEEN ? AND ? AND letter <> capital",
            [_LAST_CODE_POINT + 1, _SURROGATES.start, _SURROGATES.stop - 1],
        ).fetchall()
    return "".join(letter for letter, _ in pairs), "".join(capital for _, capital in pairs)
