"""ISO 20022 camt.052, camt.053 and camt.054: reports, statements and notifications in XML."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Final
from xml.etree.ElementTree import Element, ParseError, iterparse

from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.banking.entry import Entry, Fault, entries_source
from tieout.sources.encoding import open_bytes
from tieout.sources.source import Source

_STATEMENTS: Final = ("Stmt", "Rpt", "Ntfctn")
_BOOKED: Final = "BOOK"
_HEAD_BYTES: Final = 1 << 16
_REFERENCES: Final = ("EndToEndId", "InstrId", "TxId", "MndtId")
_NO_REFERENCE: Final = "NOTPROVIDED"


def open_camt(path: Path, *, engine: Engine, workdir: Path) -> Source:
    """The booked entries of a camt file, or the transactions that make one up.

    Raises InputError for XML that is not sound, NoRowsError for a statement without entries.
    """
    with open_bytes(path) as stream:
        _refuse_types(path, stream.read(_HEAD_BYTES))
    with open_bytes(path) as stream:
        try:
            return entries_source(path, read_camt(stream), engine=engine, workdir=workdir)
        except ParseError as error:
            line, column = error.position
            raise InputError(
                f"{path.name}: line {line}, column {column}: is not sound XML; fetch it again"
            ) from error


def _refuse_types(path: Path, head: bytes) -> None:
    """A statement defines no entities, which could name other files or grow without end."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", head):
        raise InputError(f"{path.name}: defines document types, which no bank statement does")


def read_camt(stream: IO[bytes]) -> Iterator[Entry | Fault]:
    """Entries in the order of the file, one held at a time.

    An entry of several transactions whose amounts add up to it is told by them, as each has its
    reference and its party. What is pending or for information only is left out.
    """
    account = ""
    for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314 - see above
        name = _name(element)
        if event == "start":
            account = "" if name in _STATEMENTS else account
        elif name == "Acct" and not account:
            account = _text(element, "Id", "IBAN") or _text(element, "Id", "Othr", "Id")
        elif name == "Ntry":
            status = _text(element, "Sts", "Cd") or _text(element, "Sts")
            if status in {"", _BOOKED}:
                yield from _entries(element, account)
            element.clear()


def _entries(entry: Element, account: str) -> Iterator[Entry | Fault]:
    details = list(_all(entry, "NtryDtls", "TxDtls"))
    whole = _amount(entry)
    if isinstance(whole, Fault):
        yield whole
        return
    parts = [_amount(each, entry) for each in details]
    amounts = [part[0] for part in parts if not isinstance(part, Fault)]
    if len(amounts) == len(parts) > 1 and sum(amounts, Decimal(0)) == whole[0]:
        for each, amount in zip(details, amounts, strict=True):
            yield _told(entry, each, amount, whole[1], account)
        return
    yield _told(entry, details[0] if len(details) == 1 else None, *whole, account)


def _told(
    entry: Element, detail: Element | None, amount: Decimal, currency: str, account: str
) -> Entry:
    paid = amount < 0
    return Entry(
        booking_date=_day(entry, "BookgDt"),
        value_date=_day(entry, "ValDt"),
        amount=format(amount, "f"),
        currency=currency,
        reference=_reference(detail),
        bank_reference=_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"),
        party=_party(detail, "Cdtr" if paid else "Dbtr"),
        description=_words(entry, detail),
        account=account,
        type=_text(entry, "BkTxCd", "Prtry", "Cd")
        or _text(entry, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"),
    )


def _amount(part: Element, entry: Element | None = None) -> tuple[Decimal, str] | Fault:
    """Signed amount and currency of an entry, or of a transaction of it."""
    found = _find(part, "Amt")
    if found is None:
        found = _find(part, "AmtDtls", "TxAmt", "Amt")
    written = (found.text or "").strip() if found is not None else ""
    try:
        amount = Decimal(written)
    except InvalidOperation:
        return Fault("amount", written, "an amount such as 1250.00 in <Amt>")
    way = _text(part, "CdtDbtInd") or (_text(entry, "CdtDbtInd") if entry is not None else "")
    if way not in {"CRDT", "DBIT"}:
        return Fault("amount", way, "CRDT or DBIT in <CdtDbtInd>")
    currency = found.get("Ccy", "") if found is not None else ""
    return (-amount if way == "DBIT" else amount), currency


def _reference(detail: Element | None) -> str:
    if detail is None:
        return ""
    structured = _text(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref")
    named = (_text(detail, "Refs", name) for name in _REFERENCES)
    known = (each for each in named if each and each.upper() != _NO_REFERENCE)
    return structured or next(known, "")


def _party(detail: Element | None, role: str) -> str:
    if detail is None:
        return ""
    return _text(detail, "RltdPties", role, "Nm") or _text(detail, "RltdPties", role, "Pty", "Nm")


def _words(entry: Element, detail: Element | None) -> str:
    said: list[str] = []
    if detail is not None:
        said = [(each.text or "").strip() for each in _all(detail, "RmtInf", "Ustrd")]
        said = said or [_text(detail, "AddtlTxInf")]
    return " ".join(" ".join(each for each in said if each).split()) or _text(entry, "AddtlNtryInf")


def _day(entry: Element, name: str) -> str:
    return _text(entry, name, "Dt") or _text(entry, name, "DtTm")[:10]


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, *path: str) -> Iterator[Element]:
    """The elements at a path of names, whatever their namespace."""
    for child in element:
        if _name(child) == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from _all(child, *path[1:])


def _find(element: Element, *path: str) -> Element | None:
    return next(_all(element, *path), None)


def _text(element: Element, *path: str) -> str:
    found = _find(element, *path)
    return (found.text or "").strip() if found is not None else ""
