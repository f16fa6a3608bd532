"""BAI2: cash management balance reporting, as comma-separated records of numbered kinds."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from tieout.engines.base import Engine
from tieout.model.money import currency_exponent
from tieout.sources.banking.entry import Entry, Fault, day_of, entries_source, text_lines
from tieout.sources.source import Source

# BAI Cash Management Balance Reporting Specifications, version 2: type codes of details.
_CREDITS: Final = range(100, 400)
_DEBITS: Final = range(400, 700)
_CURRENCY_DEFAULT: Final = "USD"
# Fields between amount and references, by how availability is told.
_MORE_FIELDS: Final = {"S": 3, "V": 2}


def open_bai2(path: Path, *, engine: Engine, workdir: Path) -> Source:
    """The transactions of a BAI2 file. Raises NoRowsError where it has none."""
    lines = text_lines(path, workdir=workdir)
    return entries_source(path, read_bai2(lines), engine=engine, workdir=workdir)


def read_bai2(lines: Sequence[str]) -> Iterator[Entry | Fault]:
    """Records 16 with the group and account that they stand in.

    Amounts have no point: their decimals are those of the account's currency.
    """
    day = group_currency = account = currency = ""
    for number, kind, body in _records(lines):
        fields = body.split(",")
        if kind == "02":
            day, group_currency = _at(fields, 3), _at(fields, 5) or _CURRENCY_DEFAULT
        elif kind == "03":
            account, currency = _at(fields, 0), _at(fields, 1) or group_currency
        elif kind == "16":
            yield _entry(fields, number, day=day, account=account, currency=currency)


def _records(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Line, kind and fields of each record, with what records 88 continue."""
    number, kind, body = 0, "", ""
    for at, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        code, _, rest = text.partition(",")
        if code == "88" and kind:
            # A record that ended in a slash goes on with its next field, another with its text.
            body = body[:-1] + "," + rest if body.endswith("/") else f"{body} {rest}"
            continue
        if kind:
            yield number, kind, body.removesuffix("/")
        number, kind, body = at, code, rest
    if kind:
        yield number, kind, body.removesuffix("/")


def _entry(
    fields: list[str], number: int, *, day: str, account: str, currency: str
) -> Entry | Fault:
    code, written, funds = _at(fields, 0), _at(fields, 1), _at(fields, 2).upper()
    booked = day_of(day)
    if not code.isdigit() or int(code) not in (*_CREDITS, *_DEBITS):
        return Fault("type", code, f"line {number}: a type code from 100 to 699")
    if not re.fullmatch(r"[+-]?[0-9]+", written):
        return Fault("amount", written, f"line {number}: an amount without a point, such as 125000")
    if booked is None:
        return Fault(
            "booking_date", day, f"line {number}: a date as YYMMDD in the group's record 02"
        )
    amount = Decimal(written).scaleb(-currency_exponent(currency))
    if int(code) in _DEBITS:
        amount = -amount
    after = 3 + _MORE_FIELDS.get(funds, 0)
    if funds == "D" and _at(fields, 3).isdigit():
        after = 4 + 2 * int(_at(fields, 3))
    return Entry(
        booking_date=booked.isoformat(),
        value_date=_value_day(fields, funds, booked).isoformat(),
        amount=format(amount, "f"),
        currency=currency,
        reference=_at(fields, after + 1),
        bank_reference=_at(fields, after),
        description=" ".join(",".join(fields[after + 2 :]).split()),
        account=account,
        type=code,
    )


def _value_day(fields: list[str], funds: str, booked: date) -> date:
    return (day_of(_at(fields, 3)) if funds == "V" else None) or booked


def _at(fields: Sequence[str], place: int) -> str:
    return fields[place].strip() if place < len(fields) else ""
