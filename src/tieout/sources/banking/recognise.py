"""Bank statements by what they begin with: their names differ from bank to bank."""

import re
from typing import Final, Literal

BankFormat = Literal["mt940", "camt", "bai2"]

HEAD_BYTES: Final = 4_096
_CAMT: Final = re.compile(rb"camt\.05[234]|<(?:\w+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)")
_MT940: Final = re.compile(rb"(?m)^:20:.*[\s\S]*?^:(?:25|28C?|60[FM]|61|34F):")
_BAI2: Final = re.compile(rb"^01,[^\r\n]*/\s*[\r\n]+02,")


def bank_format(head: bytes) -> BankFormat | None:
    """The format of a statement, by its first bytes; None for anything else."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return "camt" if _CAMT.search(head) else None
    if _BAI2.match(head):
        return "bai2"
    return "mt940" if _MT940.search(head) else None


def is_xml(head: bytes) -> bool:
    """Whether it is XML of another kind."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<Document"))
