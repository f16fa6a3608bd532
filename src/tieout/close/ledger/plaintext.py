"""Plain-text ledgers of beancount and hledger as journals: entries, postings, declared accounts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from tieout.close.ledger.model import (
    ACCOUNT_SCHEMA,
    AccountType,
    Assertion,
    JournalRead,
    line_frame,
)
from tieout.model.errors import InputError
from tieout.model.facts import Reject

SUFFIXES: Final = frozenset({".beancount", ".bean", ".journal", ".hledger", ".ledger"})
_HEAD: Final = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:=\S+)?\s+(.*)$")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COMMODITY: Final = r"[A-Za-z][A-Za-z0-9'._]*|\"[^\"]+\"|[€$£¥]"
_AMOUNT: Final = re.compile(
    rf"^(?P<lead>-?\s*(?:{_COMMODITY})?)\s*(?P<number>[-+]?[\d][\d,.' ]*)\s*"
    rf"(?P<tail>{_COMMODITY})?$"
)
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_TYPES: Final = {
    "assets": AccountType.ASSET,
    "asset": AccountType.ASSET,
    "liabilities": AccountType.LIABILITY,
    "liability": AccountType.LIABILITY,
    "equity": AccountType.EQUITY,
    "income": AccountType.REVENUE,
    "revenue": AccountType.REVENUE,
    "revenues": AccountType.REVENUE,
    "expenses": AccountType.EXPENSE,
    "expense": AccountType.EXPENSE,
}
_DIRECTIVES: Final = frozenset({
    "option", "plugin", "include", "commodity", "account", "alias", "apply", "end", "D", "P", "Y",
    "pushtag", "poptag", "payee", "tag", "decimal-mark", "year", "comment",
})  # fmt: skip
_BEAN_WORDS: Final = frozenset({
    "open", "close", "balance", "pad", "note", "event", "price", "document", "custom", "commodity",
    "query",
})  # fmt: skip


def is_plain_text(location: str) -> bool:
    """Whether a location is a plain-text ledger, by its name.

    >>> is_plain_text("books/2026.beancount"), is_plain_text("journal.csv")
    (True, False)
    """
    return Path(location).suffix.lower() in SUFFIXES


@dataclass
class _Transaction:
    row: int
    day: date
    description: str
    document: str
    counterparty: str
    postings: list[tuple[int, str, int | None, str]] = field(default_factory=list)
    fault: tuple[int, str, str] | None = None


@dataclass
class _Parsed:
    """What stands in a file. accounts: those that it declares."""

    name: str
    scale: int
    transactions: list[_Transaction] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    accounts: dict[str, None] = field(default_factory=dict)
    assertions: list[Assertion] = field(default_factory=list)

    def refuse(self, row: int, column: str, value: str, expected: str) -> None:
        """Keep what cannot be read."""
        self.rejects.append(Reject(self.name, row, column, value, expected))


_Row: TypeAlias = tuple[_Transaction, str, int, int, str, int, str]


def read_plain_text(path: Path, *, scale: int) -> JournalRead:
    """Read transactions; each line of a posting is a row, and `row` its line in the file.

    A posting without an amount takes what the others leave. Costs and prices in braces or after @
    are kept out: such an entry is a reject, as are dates and amounts that cannot be read, and a
    `pad`, which books what nobody wrote. `include` is refused: name every file. Entries are
    numbered by file and day. Where the file declares accounts (`open`, `account`), those are its
    chart; else all that it uses are. Balances that it asserts come back as assertions. Other
    directives (note, price …) are passed by.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text ({error})") from error
    parsed = _Parsed(path.name, scale)
    _parse(text, parsed)
    rows: list[_Row] = []
    lost = len(parsed.rejects)
    used: dict[str, None] = {}
    numbers: dict[date, int] = {}
    for each in parsed.transactions:
        numbers[each.day] = numbers.get(each.day, 0) + 1
        fault = each.fault or _completed(each)
        if fault is not None:
            row, value, expected = fault
            parsed.refuse(row, "posting", value, expected)
            lost += max(1, len(each.postings))
            continue
        number = f"{path.stem} {each.day}.{numbers[each.day]}"
        for at, (row, account, amount, currency) in enumerate(each.postings, start=1):
            rows.append((each, number, row, at, account, amount or 0, currency))
            used.setdefault(account)
    if not rows and not parsed.rejects:
        raise InputError(f"{path.name}: holds no transactions")
    parsed.rejects.sort(key=lambda reject: reject.row)
    return JournalRead(
        lines=_frame(rows),
        known=frozenset({"row", "entry", "line", "effective", "account", "amount", "currency",
                         "description", "document", "counterparty", "sides"}),
        columns={},
        accounts=_accounts(parsed.accounts or used),
        rows=len(rows) + lost,
        rejects=tuple(parsed.rejects),
        rejected=lost,
        scale=scale,
        assertions=tuple(parsed.assertions),
    )  # fmt: skip


def _frame(rows: list[_Row]) -> pl.DataFrame:
    return line_frame(
        {
            "row": [row for _, _, row, *_ in rows],
            "entry": [number for _, number, *_ in rows],
            "line": [at for _, _, _, at, *_ in rows],
            "effective": [each.day for each, *_ in rows],
            "account": [account for *_, account, _, _ in rows],
            "amount": [amount for *_, amount, _ in rows],
            "currency": [currency for *_, currency in rows],
            "description": [each.description for each, *_ in rows],
            "document": [each.document for each, *_ in rows],
            "counterparty": [each.counterparty for each, *_ in rows],
        },
        len(rows),
    )


def _accounts(names: dict[str, None]) -> pl.DataFrame:
    kinds = [_TYPES.get(name.split(":")[0].lower()) for name in names]
    return pl.DataFrame(
        {
            "account": list(names),
            "name": [name.rsplit(":", 1)[-1] for name in names],
            "type": [str(kind) if kind else "" for kind in kinds],
            "opening": [None] * len(names),
            "closing": [None] * len(names),
        },
        schema=ACCOUNT_SCHEMA,
    )


def _parse(text: str, parsed: _Parsed) -> None:
    current: _Transaction | None = None
    for row, line in _significant(text):
        if line[0] in " \t":
            if current is not None:
                _posting(current, row, line.strip(), parsed)
            continue
        current = None
        head = _HEAD.match(line)
        if head is None:
            _directive(row, line, parsed)
            continue
        rest = head[4].strip()
        if rest.split()[:1] and rest.split()[0] in _BEAN_WORDS:
            _dated_directive(row, head, rest, parsed)
            continue
        current = _opened(row, head, rest)
        if current is None:
            parsed.refuse(row, "date", line, "a day that exists")
        else:
            parsed.transactions.append(current)


def _directive(row: int, line: str, parsed: _Parsed) -> None:
    word = line.split(maxsplit=1)[0]
    if word == "include":
        raise InputError(f"{parsed.name}: line {row} includes a file; name every file by itself")
    if word == "account":
        parsed.accounts.setdefault(re.split(r"\s{2,}|;", line[7:].strip())[0].strip())
    elif word not in _DIRECTIVES and word[0] not in "~=":
        parsed.refuse(row, "", line, "a date or a directive")


def _dated_directive(row: int, head: re.Match[str], rest: str, parsed: _Parsed) -> None:
    """What beancount says beside transactions: accounts, balances, and things that are no money."""
    word, *words = rest.split(";", maxsplit=1)[0].split()
    if word == "open" and words:
        parsed.accounts.setdefault(words[0])
    elif word == "pad":
        parsed.refuse(row, "pad", rest, "the entry itself; a pad books what nobody wrote")
    elif word == "balance" and len(words) > 1:
        day = _day(head)
        read = _amount(re.sub(r"\s*~\s*[\d.]+", "", " ".join(words[1:])), parsed.scale)
        if day is None or read is None:
            parsed.refuse(row, "balance", rest, "a day and an amount such as 10.00 EUR")
        else:
            parsed.assertions.append(Assertion(row, words[0], day, *read, before_day=True))


def _significant(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something; comments and the blocks between `comment` and `end` do not."""
    in_comment = False
    for row, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped == "comment":
            in_comment = True
        elif stripped == "end comment":
            in_comment = False
        elif stripped and not in_comment and stripped[0] not in ";#*%|":
            yield row, line


def _day(head: re.Match[str]) -> date | None:
    try:
        return date(int(head[1]), int(head[2]), int(head[3]))
    except ValueError:
        return None


def _opened(row: int, head: re.Match[str], rest: str) -> _Transaction | None:
    day = _day(head)
    if day is None:
        return None
    rest = re.sub(r"^(?:txn\b|[*!])\s*", "", rest)
    strings = _STRING.findall(rest)
    if strings and rest.startswith('"'):
        payee, words = (strings[0], strings[1]) if len(strings) > 1 else ("", strings[0])
        link = re.search(r"\^(\S+)", rest)
        return _Transaction(row, day, words, link[1] if link else "", payee)
    code = re.match(r"^\(([^)]*)\)\s*", rest)
    words = rest[code.end() :] if code else rest
    words = words.split(";")[0].strip()
    payee, bar, note = (part.strip() for part in words.partition("|"))
    shown = (payee, note) if bar else ("", words)
    return _Transaction(row, day, shown[1], code[1] if code else "", shown[0])


def _posting(current: _Transaction, row: int, line: str, parsed: _Parsed) -> None:
    bare = re.split(r"\s+;|\t;", line)[0].strip()
    # Metadata of beancount: a key in lower case, then a colon and a space.
    if not bare or re.match(r"^[a-z][\w-]*:(\s|$)", bare):
        return
    bare = re.sub(r"^[*!]\s+", "", bare)
    account, _, written = (part.strip() for part in _split(bare))
    if not written:
        current.postings.append((row, account, None, ""))
        return
    if any(mark in written for mark in "{}@"):
        current.fault = current.fault or (row, bare, "an amount without cost or price")
    written, is_asserted, asserted = (part.strip() for part in written.partition("="))
    read = _amount(written, parsed.scale) if written else None
    if read is None and (written or is_asserted):
        expected = f"an amount with at most {parsed.scale} decimals"
        current.fault = current.fault or (row, bare, expected)
    minor, currency = read or (None, "")
    if is_asserted and (balance := _amount(asserted.strip("=* "), parsed.scale)):
        parsed.assertions.append(Assertion(row, account, current.day, *balance, before_day=False))
    current.postings.append((row, account, minor, currency))


def _split(bare: str) -> tuple[str, str, str]:
    """Account and amount: parted by two spaces or a tab, as hledger has it, or by one."""
    wide = re.split(r"\s{2,}|\t", bare, maxsplit=1)
    if len(wide) == 2:
        return wide[0], "  ", wide[1]
    narrow = re.match(r"^(\S+:\S+)\s+([-+\d€$£¥].*)$", bare)
    return (narrow[1], " ", narrow[2]) if narrow else (bare, "", "")


def _amount(written: str, scale: int) -> tuple[int, str] | None:
    """Exact units and currency.

    >>> _amount("-1,234.50 USD", 2), _amount("$-3", 2), _amount("EUR 1.005", 2)
    ((-123450, 'USD'), (-300, 'USD'), None)
    """
    found = _AMOUNT.match(written)
    if found is None:
        return None
    lead, tail = found["lead"].strip(), found["tail"] or ""
    is_negative = lead.startswith("-")
    code = (lead.lstrip("- ") or tail).strip('" ')
    try:
        number = Decimal(re.sub(r"[,' ]", "", found["number"])) * (-1 if is_negative else 1)
    except InvalidOperation:
        return None
    units = number.scaleb(scale)
    if units != units.to_integral_value():
        return None
    return int(units), _SIGNS.get(code, code)


def _completed(each: _Transaction) -> tuple[int, str, str] | None:
    """Fill in the one amount that may be left out; answers with what is wrong otherwise."""
    if not each.postings:
        return each.row, each.description, "postings under the transaction"
    open_ones = [at for at, (_, _, amount, _) in enumerate(each.postings) if amount is None]
    if not open_ones:
        return None
    sums: dict[str, int] = {}
    for _, _, amount, currency in each.postings:
        if amount is not None:
            sums[currency] = sums.get(currency, 0) + amount
    row, account, _, _ = each.postings[open_ones[0]]
    if len(open_ones) > 1 or len(sums) != 1:
        return row, account, "one posting without an amount, and one currency, in an entry"
    ((currency, total),) = sums.items()
    each.postings[open_ones[0]] = (row, account, -total, currency)
    return None
