"""Finds personal data in text: IBANs, card numbers, e-mail addresses and telephone numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

PersonalKind = Literal["iban", "card", "email", "phone"]
# Signs of an IBAN by country, from SWIFT's registry of IBAN formats.
_IBAN_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27,
    "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24,
    "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_IBAN_START: Final = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})[ -]?\d[ -]?\d")
_GROUPED: Final = re.compile(r"(?<![\w.,+])\d(?:[ -]?\d)*+")
_GOES_ON: Final = re.compile(r"\w|[.,]\d")
_CARD_SIGNS: Final = range(13, 20)
_EMAIL: Final = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(
    # With two zeros only where digits stand apart: references are filled up with zeros.
    r"(?<![\w+])(?:\+[ (]{0,2}\d|00[1-9]\d{0,2}[ ()/.-]{1,2}\d)(?:[ ()/.-]{0,3}\d){6,14}(?!\d)"
)
_NAMED_PHONE: Final = re.compile(
    r"\b(?:tel|phone|telephone|telefon|mobile|mobil|cell|fax|call)\b[.:]?(?: no\.?)? ?"
    r"(\(?\d(?:[ ()/.-]{0,3}\d){5,14})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Personal:
    """A piece of personal data at [start, end) of a text."""

    kind: PersonalKind
    start: int
    end: int


def find_personal(text: str) -> list[Personal]:
    """Every piece, in order and apart from each other.

    An IBAN counts by its country's length and its check digits (ISO 7064, mod 97), a card number by
    Luhn's, so that references and other numbers stay. Spaces and hyphens within one are allowed.

    >>> [(each.kind, each.start) for each in find_personal("DE89 3704 0044 0532 0130 00, a@b.eu")]
    [('iban', 0), ('email', 29)]
    >>> find_personal("row 1234567890123456 of run 20260131T235959Z")
    []
    """
    found: list[Personal] = []
    for look in (_emails, _ibans, _cards, _phones):
        # What was found is covered, so that no other kind begins or ends in the midst of it.
        for each in list(look(text)):
            text = f"{text[: each.start]}{'|' * (each.end - each.start)}{text[each.end :]}"
            found.append(each)
    return sorted(found, key=lambda one: one.start)


def _emails(text: str) -> Iterator[Personal]:
    for match in _EMAIL.finditer(text):
        yield Personal("email", match.start(), match.end())


def _ibans(text: str) -> Iterator[Personal]:
    free = 0
    for match in _IBAN_START.finditer(text):
        if match.start() < free:
            continue
        length = _IBAN_LENGTHS.get(match[1].upper())
        end = _after(text, match.start(), length) if length else None
        if end is not None and _is_iban(text[match.start() : end]):
            free = end
            yield Personal("iban", match.start(), end)


def _after(text: str, start: int, signs: int) -> int | None:
    """Where so many letters and digits end, single spaces and hyphens among them not counted."""
    at, apart = start, False
    while signs and at < len(text):
        if text[at].isascii() and text[at].isalnum():
            signs, apart = signs - 1, False
        elif text[at] in " -" and not apart:
            apart = True
        else:
            return None
        at += 1
    goes_on = at < len(text) and text[at].isascii() and text[at].isalnum()
    return None if signs or goes_on else at


def _is_iban(text: str) -> bool:
    letters = "".join(sign for sign in text if sign.isalnum())
    turned = letters[4:] + letters[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _cards(text: str) -> Iterator[Personal]:
    """Whole groups of digits that make a card number together, the longest first."""
    for match in _GROUPED.finditer(text):
        groups = [(one.start(), one.end()) for one in re.finditer(r"\d+", match[0])]
        if _GOES_ON.match(text, match.end()):
            groups.pop()
        first = 0
        while first < len(groups):
            last = _card_from(match[0], groups, first)
            if last is None:
                first += 1
                continue
            yield Personal(
                "card", match.start() + groups[first][0], match.start() + groups[last][1]
            )
            first = last + 1


def _card_from(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    for last in range(len(groups) - 1, first - 1, -1):
        digits = "".join(text[start:end] for start, end in groups[first : last + 1])
        if len(digits) in _CARD_SIGNS and digits[0] in "23456" and _is_luhn(digits):
            return last
    return None


def _is_luhn(digits: str) -> bool:
    values = [int(sign) for sign in digits]
    doubled = [sum(divmod(2 * value, 10)) for value in values[-2::-2]]
    return (sum(values[-1::-2]) + sum(doubled)) % 10 == 0


def _phones(text: str) -> Iterator[Personal]:
    for match in _PHONE.finditer(text):
        yield Personal("phone", match.start(), match.end())
    for match in _NAMED_PHONE.finditer(_PHONE.sub(lambda found: "|" * len(found[0]), text)):
        yield Personal("phone", match.start(1), match.end(1))
