"""Two years of a company's journal, and entries that should not be in it."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from tieout.model.errors import InputError
from tieout.practice.labelled import LabelledWriter
from tieout.practice.ledger.business.money import move_money
from tieout.practice.ledger.business.month_end import (
    begin_month,
    close_month,
    close_year,
    closes_year,
)
from tieout.practice.ledger.business.payroll import Payroll
from tieout.practice.ledger.business.purchases import Purchases
from tieout.practice.ledger.business.sales import collect_opening, sell, sell_online
from tieout.practice.ledger.calendar import (
    FIRST_DAY,
    LAST_DAY,
    days_of_business,
    is_workday,
    workdays_of,
)
from tieout.practice.ledger.company import Company, found_company
from tieout.practice.ledger.entries import KINDS, NORMAL, Entry
from tieout.practice.ledger.exceptions.plan import MAKERS, plan_exceptions
from tieout.practice.ledger.exceptions.scene import Scene
from tieout.practice.ledger.luck import Luck
from tieout.practice.ledger.table import accounts_csv, journal_table

ROWS_MIN: Final = 3_000
CHUNK_ENTRIES: Final = 20_000
_REMEMBERED_ENTRIES: Final = 300


@dataclass(frozen=True)
class LedgerWritten:
    """What was written.

    rows: journal lines. anomalies: lines by type; anomalous_entries: entries by type.
    """

    journal: Path
    accounts: Path
    labels: Path
    rows: int
    entries: int
    anomalies: dict[str, int]
    anomalous_entries: dict[str, int]


def generate_ledger(
    *,
    rows: int,
    seed: int,
    out: Path,
    progress: Callable[[int], None] | None = None,
    chunk_entries: int = CHUNK_ENTRIES,
) -> LedgerWritten:
    """Write the journal of a trading company with 19 accounts for 2024 and 2025.

    rows: journal lines, kept within some percent; from about 60,000 on, each month has over
    1,000 entries. The same rows and seed give the same bytes, whatever `chunk_entries`, the
    entries put into the file at once. `progress` is told the lines written so far. In memory are
    a chunk and the entries of the coming weeks.

    journal.csv, in the order of posting: entry_id, line, posted_at, effective_date, account,
    account_name, debit, credit (two digits, 0.00 on the other side), currency, description,
    document, prepared_by, approved_by (empty for machines), origin, counterparty. Every entry
    balances but those that are labelled UNBALANCED. accounts.csv: account, account_name, type,
    normal_side, opening_balance, closing_balance (debits positive; opening, plus debits, less
    credits, is closing). labels.parquet: row (data rows from 1), is_anomaly, anomaly_type (null
    or one of KINDS), for each line of an entry; some 0.75 % of the entries.

    Raises InputError for fewer than 3,000 rows or a negative seed.
    """
    if rows < ROWS_MIN:
        raise InputError(f"rows is {rows}; two years of a company need at least {ROWS_MIN:,}")
    if seed < 0:
        raise InputError(f"seed is {seed}; expected 0 or more")
    company = found_company(rows=rows, generator=np.random.default_rng([seed, 0]))
    number = 0
    lines: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with LabelledWriter(out, "journal.csv", KINDS) as writer:
        for entries in _pieces(_posted(company, rows=rows, seed=seed), chunk_entries):
            writer.append(*journal_table(entries, first_number=number + 1))
            number += len(entries)
            for entry in entries:
                kinds[entry.kind] += 1
                lines[entry.kind] += len(entry.lines)
            if progress is not None:
                progress(writer.rows)
        books = company.books
        accounts = writer.put_beside("accounts.csv", accounts_csv(books.opening, books.balances))
    return LedgerWritten(
        journal=writer.table,
        accounts=accounts,
        labels=writer.labels,
        rows=writer.rows,
        entries=number,
        anomalies={kind: lines[kind] for kind in KINDS},
        anomalous_entries={kind: kinds[kind] for kind in KINDS},
    )


def _pieces(days: Iterator[list[Entry]], chunk_entries: int) -> Iterator[list[Entry]]:
    waiting: list[Entry] = []
    for entries in days:
        waiting += entries
        while len(waiting) >= chunk_entries:
            yield waiting[:chunk_entries]
            waiting = waiting[chunk_entries:]
    if waiting:
        yield waiting


def _posted(company: Company, *, rows: int, seed: int) -> Iterator[list[Entry]]:
    """Live through the two years day by day; answers with what is posted on each."""
    luck = Luck(np.random.default_rng([seed, 1]))
    exceptions = plan_exceptions(rows=rows, luck=luck)
    recent: deque[Entry] = deque(maxlen=_REMEMBERED_ENTRIES)
    purchases, payroll = Purchases(company), Payroll(company)
    collect_opening(company)
    purchases.owe_opening()
    for day in days_of_business():
        if day <= LAST_DAY:
            _do_business(company, purchases, payroll, day)
        _close_books(company, day)
        for kind in exceptions.get(day, ()):
            company.books.enter(MAKERS[kind](Scene(company, luck, day, recent)))
        posted = company.books.post(day)
        recent.extend(entry for entry in posted if entry.kind == NORMAL)
        yield posted


def _do_business(company: Company, purchases: Purchases, payroll: Payroll, day: date) -> None:
    sell_online(company, day)
    if not is_workday(day):
        return
    if day == workdays_of(day.year, day.month)[0]:
        begin_month(company, purchases, day)
    sell(company, day)
    purchases.buy(day)
    purchases.pay(day)
    payroll.run(day)
    move_money(company, day)


def _close_books(company: Company, day: date) -> None:
    if day.replace(day=1) > FIRST_DAY and day == workdays_of(day.year, day.month)[0]:
        close_month(company, day)
    if day.year > FIRST_DAY.year and closes_year(day):
        close_year(company, day)
