"""The words of a comment, in a form in which two hands write them alike."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Comments come as they were typed and as bank networks, which know no umlauts, wrote them.
_FOLDED: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe", "\u2019": "'"}
)
_TOKEN: Final = re.compile(
    r"\d[\d.,']*\d\s*%|\d\s*%|[.,]?\d[\d.,']*\d|\d"  # shares and amounts
    r"|\bt\s*\+\s*\d(?!\d)"  # days of settlement
    r"|[^\W\d_]+\d{1,2}(?![^\W_])"  # codes such as AC04
    r"|[^\W\d_]+|[€$£¥]"
)
_CURRENCY_CODES = (
    "usd eur gbp chf jpy cad aud nzd sek nok dkk pln czk huf cny cnh hkd sgd inr brl mxn zar rub"
    " ils krw thb aed sar ron bgn twd"
)
_CURRENCIES: Final = frozenset(_CURRENCY_CODES.split())
_RETURN_CODE: Final = re.compile(r"(?:ac|ag|am|be|ff|md|ms|rc|rr|sl)\d\d|r\d\d")
# Without a zero before the point three digits are a number of a format, as in camt.053.
_BELOW_ONE: Final = re.compile(r"0[.,]\d+|[.,]\d\d")
# Words that stand in any sentence. Not among them: "not", "only", "instead", and "we" and "they",
# which say on whose side something is.
_SAYING_NOTHING = (
    "s a an the of to and or is are was were be it its this that these those there for"
    " by with as at from will would he she his her you your i my me der die das den dem des ein"
    " eine einer und ist im am zu vom zum von mit le la les de du d l un une et est au aux el los"
    " las y es del en il lo gli e het een van op te"
)
_FUNCTION_WORDS: Final = frozenset(_SAYING_NOTHING.split())
# What is longer is no comment; its beginning is read.
_LENGTH_MAX: Final = 2_000
_LONG_NUMBER: Final = re.compile(r"\d{3,}")
AMOUNT: Final = "<amount>"
BELOW_ONE: Final = "<below one>"
PERCENT: Final = "<percent>"
CURRENCY: Final = "<currency>"
RETURN_CODE: Final = "<return code>"
SETTLEMENT_LAG: Final = "<t plus>"


@lru_cache(maxsize=32_768)
def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a comment in their order: lower case, without accents and function words.

    An amount is one token whatever it is, but one below 1 is another (it smells of rounding); a
    share, a currency, a bank's return code and "T+2" are one token each. Whole numbers of one or
    two digits and codes keep their digits. Parts of a reference say nothing and are dropped.

    >>> tokens("Rücklastschrift AC04, 12,50 EUR")
    ('ruecklastschrift', '<return code>', 'ac04', '<amount>', '<currency>')
    >>> tokens("off by 0.01, not the VAT of 19%")
    ('off', '<below one>', 'not', 'vat', '<percent>')
    """
    found: list[str] = []
    for raw in _TOKEN.findall(folded(text[:_LENGTH_MAX]).replace("n't", " not")):
        found += _meaning(raw)
    return tuple(found)


def canonical(text: str) -> str:
    """A comment without what makes it one of its kind: long numbers as zeros, single spaces.

    Two comments of one canonical form have the same tokens.

    >>> canonical("Inv 20391  short by 1,250.00")
    'Inv 000 short by 1,000.00'
    """
    return _LONG_NUMBER.sub("000", " ".join(text[:_LENGTH_MAX].split()))


def folded(text: str) -> str:
    """Lower case, umlauts as two letters, other accents dropped.

    >>> folded("Prélèvement GEBÜHR")
    'prelevement gebuehr'
    """
    lower = text.lower()
    if lower.isascii():
        return lower
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", lower).translate(_FOLDED))
    # Letters of other alphabets of mathematics and the like come apart as capitals.
    return "".join(each for each in apart if not unicodedata.combining(each)).lower()


def is_word(token: str) -> bool:
    """Whether a token was written so, and does not stand for amounts, currencies and the like."""
    return not token.startswith("<")


@lru_cache(maxsize=65_536)
def _meaning(raw: str) -> tuple[str, ...]:
    if raw[0].isdigit() or raw[0] in ".,":
        return (_number(raw),)
    if raw in "€$£¥" or raw in _CURRENCIES:
        return (CURRENCY,)
    if raw[:3] in _CURRENCIES and raw[3:] in _CURRENCIES:
        return (CURRENCY, CURRENCY)
    if raw[-1].isdigit():
        if raw[0] == "t" and "+" in raw:
            return (SETTLEMENT_LAG,)
        return (RETURN_CODE, raw) if _RETURN_CODE.fullmatch(raw) else (raw,)
    return () if raw in _FUNCTION_WORDS else (raw,)


def _number(raw: str) -> str:
    if raw.endswith("%"):
        return PERCENT
    if raw.isdigit() and len(raw) <= 2:
        return raw
    return BELOW_ONE if _BELOW_ONE.fullmatch(raw) else AMOUNT
