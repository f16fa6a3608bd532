"""SWIFT MT940 and MT942: customer statements and interim reports, as lines of tagged fields."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from tieout.engines.base import Engine
from tieout.sources.banking.entry import Entry, Fault, day_of, entries_source, text_lines
from tieout.sources.source import Source

_TAG: Final = re.compile(r"^:(\d{2}[A-Z]?):(.*)$")
# SWIFT Standards, MT940 field 61: value and entry date, mark, funds code, amount, type, references.
_LINE: Final = re.compile(
    r"^(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>\d+(?:,\d*)?)\s*(?P<type>[A-Z][A-Z0-9 ]{3})?"
    r"(?P<reference>(?:(?!//).)*)(?://(?P<bank>.*))?$"
)
_MINUS: Final = frozenset({"D", "RC", "ED"})
_NO_REFERENCE: Final = frozenset({"NONREF", "NOTPROVIDED", ""})
_SUBFIELD: Final = re.compile(r"\?(\d{2})")
_END_TO_END: Final = re.compile(r"(?:EREF\+|/EREF/)\s*([^/+]+?)\s*(?=/|[A-Z]{4}\+|$)")
_EXPECTED: Final = "a statement line such as 2601310131C1250,00NTRFREF"


def open_mt940(path: Path, *, engine: Engine, workdir: Path) -> Source:
    """The entries of an MT940 or MT942 file. Raises NoRowsError for a statement without any."""
    lines = text_lines(path, workdir=workdir)
    return entries_source(path, read_mt940(lines), engine=engine, workdir=workdir)


@dataclass(slots=True)
class _Field:
    tag: str
    text: str
    line: int


def read_mt940(lines: Sequence[str]) -> Iterator[Entry | Fault]:
    """Entries of fields 61, with what fields 25, 60 and 86 around them say."""
    account = currency = ""
    waiting: _Field | None = None
    for field in _fields(lines):
        if waiting is not None:
            details = field.text if field.tag == "86" else ""
            yield _entry(waiting, details, account=account, currency=currency)
            waiting = None
        if field.tag == "25":
            account, currency = field.text.split("\n")[0].strip(), ""
        elif field.tag in {"60F", "60M"}:
            currency = field.text[7:10]
        elif field.tag == "34F":
            currency = field.text[:3]
        elif field.tag == "61":
            waiting = field
    if waiting is not None:
        yield _entry(waiting, "", account=account, currency=currency)


def _fields(lines: Sequence[str]) -> Iterator[_Field]:
    """Fields with the lines that continue them; what stands between statements is dropped."""
    field: _Field | None = None
    for number, line in enumerate(lines, 1):
        match = _TAG.match(line)
        ends = line.strip() in {"-", "-}"} or line.startswith("{")
        if (match or ends) and field is not None:
            yield field
            field = None
        if match:
            field = _Field(match[1], match[2], number)
        elif field is not None and not ends and line.strip():
            field.text += "\n" + line
    if field is not None:
        yield field


def _entry(field: _Field, details: str, *, account: str, currency: str) -> Entry | Fault:
    head, _, rest = field.text.partition("\n")
    match = _LINE.match(head.strip())
    if match is None:
        return Fault("amount", head, f"line {field.line}: {_EXPECTED}")
    value = day_of(match["value"])
    if value is None:
        return Fault("value_date", match["value"], f"line {field.line}: a date as YYMMDD")
    description, party = _details(details)
    reference = match["reference"].strip()
    if reference.upper() in _NO_REFERENCE:
        named = _END_TO_END.search(description.replace("\n", ""))
        reference = named[1] if named else ""
    booked = _entry_day(match["entry"], value) if match["entry"] else value
    if booked is None:
        return Fault("booking_date", match["entry"], f"line {field.line}: a date as MMDD")
    amount = Decimal(match["amount"].replace(",", "."))
    return Entry(
        booking_date=booked.isoformat(),
        value_date=value.isoformat(),
        amount=format(-amount if match["mark"] in _MINUS else amount, "f"),
        currency=currency,
        reference=reference,
        bank_reference=(match["bank"] or "").strip(),
        party=party,
        description=" ".join((description or rest).split()),
        account=account,
        type=(match["type"] or "").strip(),
    )


def _entry_day(text: str, value: date) -> date | None:
    """The booking day nearest to the value day: around New Year it is of another year."""
    days = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - value), default=None)


def _details(text: str) -> tuple[str, str]:
    """Description and other party of field 86, in subfields ?20 and so on where it has them."""
    flat = text.replace("\n", "")
    parts = _SUBFIELD.split(flat)
    if len(parts) < 3:
        return text, ""
    told: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        told[code] = told.get(code, "") + value
    purpose = [told[code] for code in sorted(told) if "20" <= code <= "29" or "60" <= code <= "63"]
    return "".join(purpose) or told.get("00", ""), (told.get("32", "") + told.get("33", "")).strip()
