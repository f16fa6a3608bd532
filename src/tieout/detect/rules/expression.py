"""Conditions in SQL, confined to arithmetic on columns that are known."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tieout.model.errors import InputError

if TYPE_CHECKING:
    import polars as pl

FUNCTIONS = frozenset(
    {
        "abs",
        "ceil",
        "floor",
        "round",
        "sqrt",
        "ln",
        "log10",
        "exp",
        "power",
        "mod",
        "sign",
        "greatest",
        "least",
        "coalesce",
        "ifnull",
        "nullif",
        "lower",
        "upper",
        "length",
        "left",
        "right",
        "substr",
        "starts_with",
        "ends_with",
        "strpos",
        "trim",
        "regexp_like",
        "concat",
        "date_part",
    }
)
_WORDS_BEFORE_A_BRACKET = frozenset(
    ["and", "or", "not", "in", "between", "when", "then", "else", "case", "like", "ilike", "is"]
)
# Parts of whole statements, and what fails on a value that does not fit instead of giving null.
_FORBIDDEN = frozenset(
    {
        "select",
        "from",
        "with",
        "over",
        "union",
        "intersect",
        "except",
        "exists",
        "join",
        "into",
        "insert",
        "update",
        "delete",
        "create",
        "drop",
        "alter",
        "copy",
        "cast",
        "try_cast",
        "convert",
        "window",
        "partition",
        "having",
        "limit",
        "offset",
        "values",
    }
)
_TOKENS = re.compile(
    r"""'(?:[^']|'')*'            # a text
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[A-Za-z_]\w*)
      | (?P<odd>::|--|/\*|;|\$|\\|@|\[|\]|\{|\}|`|\#|\.(?=[A-Za-z_"*]))
      | \d+(?:\.\d+)?(?:[eE][+-]?\d+)?
      | .""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str, *, place: str) -> "pl.Expr":
    """An expression of SQL as Polars computes it.

    Allowed are columns, numbers, texts, comparisons, arithmetic, AND/OR/NOT, IN, BETWEEN, LIKE,
    IS NULL, CASE, and the functions in `FUNCTIONS`. No statement, subquery, aggregate, file or
    setting can be named. place: file and rule, for messages. Raises InputError in one line.
    """
    import polars as pl

    _confined(text, place)
    try:
        return pl.sql_expr(text)
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{place}: {reason}; expected a condition such as amount > 100") from error


def _confined(text: str, place: str) -> None:
    tokens = list(_TOKENS.finditer(text))
    for place_in_text, token in enumerate(tokens):
        if token["odd"]:
            raise InputError(
                f"{place}: {token['odd']!r} is not allowed; expected one condition over columns"
            )
        if not token["word"]:
            continue
        word = token["word"].lower()
        if word in _FORBIDDEN:
            raise InputError(
                f"{place}: {token['word']!r} is not allowed; expected one condition over columns "
                f'(a column of that name goes in double quotes: "{token["word"]}")'
            )
        following = next((t[0] for t in tokens[place_in_text + 1 :] if not t[0].isspace()), "")
        if following == "(" and word not in FUNCTIONS | _WORDS_BEFORE_A_BRACKET:
            raise InputError(
                f"{place}: there is no function {token['word']!r}; "
                f"expected one of {', '.join(sorted(FUNCTIONS))}"
            )
    if not text.strip():
        raise InputError(f"{place}: is empty; expected a condition such as amount > 100")


def names_in(expression: "pl.Expr") -> tuple[str, ...]:
    """The columns that an expression reads, each once, in order."""
    return tuple(dict.fromkeys(expression.meta.root_names()))


def check_known(names: Collection[str], known: Collection[str], *, place: str) -> None:
    """Raises InputError for the first name that is not known, with the nearest one that is."""
    for name in names:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else "expected a column or feature"
            raise InputError(f"{place}: {name!r} is no column, feature or parameter; {hint}")
