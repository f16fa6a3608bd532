"""Takes secrets and personal data out of what is logged."""

import re
from collections.abc import Mapping
from typing import Any, Final

from tieout.model.personal import find_personal

HIDDEN: Final = "***"
_SECRET_NAMES: Final = re.compile(
    r"pass(word|wd)?|secret|token|authorization|cookie|credential|api_?key|private_?key", re.I
)
_PATTERNS: Final = (
    # Passwords in addresses, tokens of ours and of others.
    (re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@"), r"\1:***@"),
    (re.compile(r"\btieout_[0-9a-f]{8}_[\w-]{20,}"), "<token>"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.I), r"\1 ***"),
)


def redacted(value: Any, name: str = "") -> Any:
    """The value without what must not be logged, in any depth.

    >>> redacted({"user": "ann@example.org", "password": "hunter2"})
    {'user': '<email>', 'password': '***'}
    """
    if name and _SECRET_NAMES.search(name) and value not in (None, "", False, True):
        return HIDDEN
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, Mapping):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [redacted(each) for each in value]
    return value


def redacted_text(text: str) -> str:
    """The text without passwords, tokens, e-mail addresses, IBANs, card and phone numbers.

    An IBAN counts by its check digits (ISO 7064, mod 97), a card number by Luhn's, so that other
    numbers stay.

    >>> redacted_text("DE89 3704 0044 0532 0130 00 paid with 4111 1111 1111 1111")
    '<iban> paid with <card>'
    >>> redacted_text("row 1234567890123456 of run 20260131T235959Z")
    'row 1234567890123456 of run 20260131T235959Z'
    """
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    kept, at = [], 0
    for each in find_personal(text):
        kept += [text[at : each.start], f"<{each.kind}>"]
        at = each.end
    return "".join([*kept, text[at:]])
