"""Numbers and names as people read them."""

from datetime import datetime
from decimal import Context, Decimal
from typing import Final

from tieout.model.buckets import NEXT_STEP, Bucket
from tieout.model.money import currency_exponent

MEANING: Final = {
    Bucket.TIMING: "The same money on both sides, on different days.",
    Bucket.CUT_OFF: "The two sides put it in different periods.",
    Bucket.MISSING_LEFT: "Only on the right side.",
    Bucket.MISSING_RIGHT: "Only on the left side.",
    Bucket.LATE_FEED: "One side's file ends early; many rows are missing at once.",
    Bucket.DUPLICATE: "The same entry more often on one side.",
    Bucket.ROUNDING: "A difference of no more than rounding makes.",
    Bucket.FX_RATE: "The sides used different exchange rates.",
    Bucket.FEE_OR_TAX: "The difference is a fee or a tax.",
    Bucket.SIGN_FLIP: "The same amount with the opposite sign.",
    Bucket.TRANSPOSITION: "Digits swapped or a decimal point moved.",
    Bucket.SPLIT_OR_AGGREGATE: "One side books in parts what the other books at once.",
    Bucket.PARTIAL_PAYMENT: "Paid in part; the rest is open.",
    Bucket.WRONG_REFERENCE: "Everything agrees but the reference or the account.",
    Bucket.STATIC_DATA: "The amounts agree; the currency or a code does not.",
    Bucket.REVERSAL: "An entry was taken back on one side only.",
    Bucket.AMBIGUOUS: "More than one counterpart fits equally well.",
    Bucket.UNKNOWN: "No rule explains it.",
}
_LABELS: Final = {"fx_rate": "FX rate", "cut_off": "Cut-off", "": "Unknown"}
# Wider than the 38 digits that a decimal column holds.
_EXACT: Final = Context(prec=60)
# Controls steer terminals, direction marks disguise what a text says, and surrogates are the
# bytes of a name that is no text: none of them can be printed.
_UNPRINTABLE: Final = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    ],
    "\N{REPLACEMENT CHARACTER}",
)
CURRENCY_CHARACTERS_MAX: Final = 12


def label(word: str) -> str:
    """A bucket, kind or step as a label.

    >>> label("split_or_aggregate"), label("fx_rate")
    ('Split or aggregate', 'FX rate')
    """
    return _LABELS.get(word, word.replace("_", " ")[:1].upper() + word.replace("_", " ")[1:])


def meaning(bucket: str) -> str:
    """What a bucket means in plain words; nothing for a workspace's own bucket."""
    return MEANING[Bucket(bucket)] if bucket in MEANING else ""


def next_step(bucket: str) -> str:
    """What to do with a break of this bucket; nothing for a workspace's own bucket."""
    return NEXT_STEP[Bucket(bucket)] if bucket in NEXT_STEP else ""


def count_text(count: int, noun: str = "") -> str:
    """A count with separated thousands, and its noun in the right number.

    >>> count_text(12345), count_text(1, "break"), count_text(2, "match")
    ('12,345', '1 break', '2 matches')
    """
    if not noun:
        return f"{count:,}"
    plural = f"{noun}es" if noun.endswith(("ch", "s")) else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def amount_text(amount: Decimal | None, currency: str) -> str:
    """An exact amount with at least its currency's decimals, thousands separated.

    The minus is a plain hyphen, so that a figure copied into a spreadsheet stays a number.

    >>> amount_text(Decimal("-1234567.5"), "EUR"), amount_text(Decimal("1000.00"), "JPY")
    ('-1,234,567.50', '1,000')
    >>> amount_text(Decimal("0.125"), "EUR")
    '0.125'
    """
    if amount is None:
        return "\N{EN DASH}"
    cents = amount.quantize(Decimal(1).scaleb(-currency_exponent(currency)), context=_EXACT)
    shown = cents if cents == amount else amount
    return f"{shown if shown else abs(shown):,f}"


def money_text(amount: Decimal | None, currency: str) -> str:
    """An amount followed by its currency.

    >>> money_text(Decimal("12345.67"), "EUR")
    '12,345.67 EUR'
    """
    return f"{amount_text(amount, currency)} {plain(currency, CURRENCY_CHARACTERS_MAX)}".strip()


def percent_text(part: int, whole: int) -> str:
    """A share rounded at two decimals, but that 100 % means all of it, and 0 % nothing.

    >>> percent_text(1, 1), percent_text(99_999, 100_000), percent_text(0, 0)
    ('100 %', '99.99 %', '0 %')
    >>> percent_text(26, 186), percent_text(1, 100_000)
    ('13.98 %', 'below 0.01 %')
    """
    if part in (0, whole):
        return "100 %" if part else "0 %"
    hundredths = min((20_000 * part + whole) // (2 * whole), 9_999)
    if not hundredths:
        return "below 0.01 %"
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def moment_text(moment: str) -> str:
    """A UTC moment in ISO 8601 to the minute; other text stays as it is.

    >>> moment_text("2026-03-31T18:02:11Z"), moment_text("today")
    ('2026-03-31 18:02 UTC', 'today')
    """
    try:
        return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return plain(moment)


def plain(text: str, characters_max: int = 200) -> str:
    r"""Text from a file, safe to print: no control or direction characters, cut if overlong.

    >>> plain("INV-1\x1b[31m")
    'INV-1�[31m'
    """
    cut = (
        text
        if len(text) <= characters_max
        else f"{text[: characters_max - 1]}\N{HORIZONTAL ELLIPSIS}"
    )
    return cut.translate(_UNPRINTABLE)


def list_text(items: list[str], items_max: int) -> str:
    """The first items and how many more there are.

    >>> list_text(["1", "2", "3"], 2)
    '1, 2 and 1 more'
    """
    shown = ", ".join(items[:items_max])
    more = len(items) - items_max
    return f"{shown} and {more:,} more" if more > 0 else shown
