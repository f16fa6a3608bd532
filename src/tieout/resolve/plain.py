"""Text that somebody else wrote, made harmless before it is shown or sent."""

import unicodedata
from typing import Final

SHOWN_MAX: Final = 120


def plain_line(text: str | None, *, longest: int = SHOWN_MAX) -> str:
    """One line without control, format and direction characters, at most `longest` of them.

    >>> plain_line("INV-7\\r\\nBcc: eve\\u202e")
    'INV-7 Bcc: eve'
    """
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in text or ""
        if unicodedata.category(sign) not in {"Cf", "Cs", "Co", "Cn"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
