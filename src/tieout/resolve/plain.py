"""Text that somebody else wrote, made harmless before it is shown or sent."""

import unicodedata
from typing import Final

SHOWN_MAX: Final = 120


def plain_line(text: str | None, *, longest: int = SHOWN_MAX) -> str:
    """One line without control, format and direction characters, at most `longest` of them.

    >>> plain_line("INV-7\\r\\nBcc: eve\\u202e")
    'INV-7 Bcc: eve'
    """
    kept = text or ""
    # Most text is plain already, and looking at each sign costs a hundred times as much.
    if not (kept.isascii() and kept.isprintable()):
        kept = "".join(map(_plain, kept))
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _plain(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in {"Cf", "Cs", "Co", "Cn"}:
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else sign
