"""Amounts as text to exact integer units, in a plan and for one value, with equal results.

A value is read only when its whole text is an amount in the column's format; otherwise the answer
is null and the row becomes a reject. Nothing is rounded: digits beyond the scale must be zeros.
"""

import re
from functools import cache

import ibis
import ibis.expr.types as ir

from tieout.model.formats import AmountFormat
from tieout.sources.currencies import CURRENCY_CODES, CURRENCY_SIGNS, CURRENCY_WORDS

UNITS_MAX = 2**63 - 1
UNITS_MIN = -(2**63)

_CURRENCY = (
    "(?:[A-Z]{0,3}["
    + CURRENCY_SIGNS
    + "]|(?:"
    + "|".join((*sorted(CURRENCY_CODES), *(word + r"\.?" for word in CURRENCY_WORDS)))
    + "))"
)

# What a value becomes, a replacement a step. A chain mentions its text once, so that the plan
# stays short; its patterns mean the same in RE2, Java and Python.
_BARE_STEPS = (
    ("[\u2212\u2013]", "-"),
    ("[\u2019\u00b4`]", "'"),
    ("[\t\n\r\v\f\u00a0\u202f\u2009\u2007]", " "),
    ("^ *'", ""),  # What spreadsheets put before text that looks like a number.
    (rf"(?i)^([-+( ]*){_CURRENCY} *", r"\1"),
    (rf"(?i)^([^A-Z]*[0-9.) ]) *{_CURRENCY}([-+) ]*)$", r"\1\2"),
)


@cache
def body_pattern(amount_format: AmountFormat) -> str:
    """A pattern of one unsigned number in this format; groups are checked, 1,23 is not 123.

    Groups have three digits; before the last one they may have two, as in India.
    """
    decimal = re.escape(amount_format.decimal)
    whole = "[0-9]+"
    if amount_format.thousands:
        mark = f"[{amount_format.thousands}]"
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}|[0-9]+)"
    return f"(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)"


@cache
def _sign_steps(amount_format: AmountFormat) -> tuple[tuple[str, str], ...]:
    """A bare value to "-" or nothing, then the number; to nothing when it is no amount."""
    body = body_pattern(amount_format)
    forms = (
        f"([-+]?) *({body})",
        f"({body})( *[-+]| *[CD]R| +[CDHS])",
        rf"(\() *-? *({body}) *\)",
    )
    return (
        (rf"(?is)^(?: *(?:{'|'.join(forms)}) *|.*)$", r"\1\4\5|\2\3\6"),
        (r"(?i)^[^|]*[-(DS][^|]*\|", "-"),
        (r"^[^|]*\|", ""),
    )


@cache
def _unit_steps(scale: int) -> tuple[tuple[str, str], ...]:
    """A number that had a point and zeros appended to its digits, or to nothing when inexact."""
    digits = f"([0-9]{{{scale}}})"
    return (
        (r"^(-?[0-9]*\.[0-9]*)\.", r"\1"),
        (rf"^(?:(-?[0-9]+)\.{digits}0*|(-?)\.{digits}0+|.*)$", r"\1\2\3\4"),
    )


def amount_units(text: ir.StringValue, amount_format: AmountFormat, scale: int) -> ir.IntegerValue:
    """Exact int64 units of 10**-scale of a text column; null where it is not such an amount.

    Signs stand before or after, as parentheses, or as CR/DR (also C/H and D/S after a space).
    Null too when non-zero digits stand beyond `scale` decimals, or beyond int64.
    """
    scale -= amount_format.unwritten_decimals
    if not amount_format.plain:
        return _general_units(text, amount_format, scale)
    plain = _plain_units(text, scale)
    # The slow route is handed nothing but what the quick one could not read.
    rest = _general_units(_if(plain.isnull(), text), amount_format, scale)
    return ibis.coalesce(plain, rest)


def _plain_units(text: ir.StringValue, scale: int) -> ir.IntegerValue:
    """Plain numbers of up to 16 digits. The pattern keeps the cast from rounding."""
    exact = text.re_search(rf"^-?[0-9]+(?:\.[0-9]{{0,{scale}}})?$")
    number = text.try_cast(f"decimal(16, {scale})")
    return _if(exact, (number * 10**scale).cast("int64"))


def _general_units(
    text: ir.StringValue, amount_format: AmountFormat, scale: int
) -> ir.IntegerValue:
    for pattern, replacement in amount_steps(amount_format, scale):
        text = text.re_replace(pattern, replacement)
    return text.try_cast("int64")


@cache
def amount_steps(amount_format: AmountFormat, scale: int) -> tuple[tuple[str, str], ...]:
    """Replacements that turn an amount's text into its units, and any other text into nothing."""
    thousands = amount_format.thousands
    return (
        *_BARE_STEPS,
        *_sign_steps(amount_format),
        *([(f"[{thousands}]", "")] if thousands else []),
        *([(amount_format.decimal, ".")] if amount_format.decimal != "." else []),
        ("$", "." + "0" * scale),
        *_unit_steps(scale),
    )


def _if(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null(value.type()))


def parse_amount(text: str, amount_format: AmountFormat, scale: int) -> int | None:
    """Units of 10**-scale of one value, or None; equal to what `amount_units` answers.

    >>> parse_amount("(1.234,50 €)", AmountFormat(decimal=",", thousands="."), 2)
    -123450
    >>> parse_amount("1.239", AmountFormat(), 2) is None
    True
    """
    scale -= amount_format.unwritten_decimals
    for pattern, replacement in amount_steps(amount_format, scale):
        text = re.sub(pattern, replacement, text)
    units = int(text) if text else None
    return units if units is not None and UNITS_MIN <= units <= UNITS_MAX else None


def bare_amount(text: str) -> str:
    """The text with ASCII signs and blanks, and without the currency beside the number.

    >>> bare_amount("$ \u221212.50")
    '-12.50'
    """
    for pattern, replacement in _BARE_STEPS:
        text = re.sub(pattern, replacement, text)
    return text


def reads_as_amount(bare: str, amount_format: AmountFormat) -> bool:
    """Whether a bare text is an amount in this format, whatever its decimals.

    >>> reads_as_amount("1,234", AmountFormat(thousands=","))
    True
    """
    pattern, replacement = _sign_steps(amount_format)[0]
    return re.sub(pattern, replacement, bare) != "|"
