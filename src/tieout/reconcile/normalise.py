"""Steps that make the same reference look the same. They work on copies, never on the input."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import polars as pl

# Step -> (pattern, replacement), applied to every occurrence. Written in the common ground of
# RE2 (DuckDB), Rust's regex (Polars) and Java (Spark): no look-around, and no \s, which knows
# the no-break space only in some of them.
_SPACE = r"\t-\r\x{85}\p{Z}"
_PATTERNS: dict[str, tuple[str, str]] = {
    "punctuation": (rf"[^\p{{L}}\p{{N}}{_SPACE}]", ""),
    "space": (rf"[{_SPACE}]+", ""),
    "digits": (r"[^0-9]", ""),
    "letters": (r"[^\p{L}]", ""),
}
# What the engine's trim takes away: the spaces of Unicode (category Zs), not tabs or line breaks.
_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_SPACES += "\u202f\u205f\u3000"
_ZEROS_FIRST = r"^0+([0-9])"
_ZEROS_INSIDE = r"([^0-9])0+([0-9])"


@ibis.udf.scalar.builtin(name="trim")  # type: ignore[untyped-decorator]
def _trim(text: str) -> str:  # type: ignore[empty-body]
    """Spaces only: the engine's plain trim costs a third of one with a list of characters."""


def normalise_column(text: ir.StringValue, steps: Sequence[str]) -> ir.StringValue:
    """A normalised copy of a text column, for a plan."""
    for step in steps:
        if step == "strip":
            text = _trim(text)
        elif step == "upper":
            text = text.upper()
        elif step == "leading_zeros":
            text = text.re_replace(_ZEROS_FIRST, r"\1").re_replace(_ZEROS_INSIDE, r"\1\2")
        else:
            text = text.re_replace(*_PATTERNS[step])
    return text


def normalise_series(text: pl.Series, steps: Sequence[str]) -> pl.Series:
    """The same for rows in this process.

    >>> steps = ["strip", "upper", "leading_zeros"]
    >>> normalise_series(pl.Series([" inv-0012 ", None]), steps).to_list()
    ['INV-12', None]
    """
    for step in steps:
        if step == "strip":
            text = text.str.strip_chars(_SPACES)
        elif step == "upper":
            # The engine's capital of this one letter is one letter too.
            text = text.str.replace_all("\u00df", "\u1e9e", literal=True).str.to_uppercase()
        elif step == "leading_zeros":
            text = text.str.replace_all(_ZEROS_FIRST, "${1}").str.replace_all(
                _ZEROS_INSIDE, "${1}${2}"
            )
        else:
            pattern, replacement = _PATTERNS[step]
            text = text.str.replace_all(pattern, replacement)
    return text
