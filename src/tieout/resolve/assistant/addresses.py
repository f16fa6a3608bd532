"""Whether a text holds an address of the web or of mail, in whatever disguise."""

import re
from typing import Final

_ADDRESS: Final = re.compile(
    r"://|\bwww\.|@|<email:|\b(?:mailto|tel|javascript|data):|\b[a-z0-9-]{2,}\.[a-z]{2,}\b",
    re.IGNORECASE,
)
# Written so that only people see an address in it.
_SPELLED: Final = re.compile(
    r"[(\[]\s*(?:at|dot)\s*[)\]]|\b(?:at|dot)\b.{1,30}\bdot\b", re.IGNORECASE
)


def holds_address(text: str) -> bool:
    """True for what looks like one, which a sentence without a space after its end does too.

    >>> [holds_address(text) for text in ("See evil.example", "eve (at) evil", "Fee of 2.90.")]
    [True, True, False]
    """
    return bool(_ADDRESS.search(text) or _SPELLED.search(text))
