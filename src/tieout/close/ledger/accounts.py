"""Charts of accounts and trial balances from files."""

from pathlib import Path
from typing import Final

import polars as pl

from tieout.close.ledger.model import ACCOUNT_SCHEMA, AccountType
from tieout.engines.base import Engine
from tieout.model.errors import InputError
from tieout.sources.decide import decide_amount_format
from tieout.sources.fields import AmountField, StagePlan, TextField
from tieout.sources.open import open_source
from tieout.sources.source import Source
from tieout.sources.stage import stage
from tieout.sources.typed.names import words_of

_SAMPLE_ROWS: Final = 5_000
_ACCOUNT: Final = frozenset({"account", "acct", "konto"})
_NAMES: Final = frozenset({"name", "description", "title", "text"})
_TYPES: Final = frozenset({"type", "class", "category", "kind"})
_OPENING: Final = frozenset({"opening", "open", "begin", "beginning", "brought", "start"})
_CLOSING: Final = frozenset({"closing", "close", "end", "ending", "balance", "amount", "carried"})
_WORDS: Final = {
    AccountType.ASSET: "asset assets cash bank receivable receivables inventory prepaid equipment",
    AccountType.LIABILITY: "liability liabilities payable payables accrued deferred loan debt tax",
    AccountType.EQUITY: "equity capital retained earnings reserves share",
    AccountType.REVENUE: "revenue revenues income sales turnover",
    AccountType.EXPENSE: "expense expenses cost costs rent salaries wages depreciation interest",
}
_TYPE_OF_WORD: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# Where a chart says nothing, the first digit of a four-digit number does in most of them.
_TYPE_OF_DIGIT: Final = {
    "1": AccountType.ASSET, "2": AccountType.LIABILITY, "3": AccountType.EQUITY,
    "4": AccountType.REVENUE, "5": AccountType.EXPENSE, "6": AccountType.EXPENSE,
    "7": AccountType.EXPENSE, "8": AccountType.EXPENSE,
}  # fmt: skip


def read_accounts(location: str, *, engine: Engine, workdir: Path, scale: int = 2) -> pl.DataFrame:
    """A chart or a trial balance as ACCOUNT_SCHEMA: account, name, type, opening, closing.

    A balance may be one column (closing, balance), or debit and credit. Raises InputError where
    no column of accounts is found, and where an account stands twice or an amount is no amount.
    """
    source = open_source(location, engine=engine, workdir=workdir)
    sample = source.sample(_SAMPLE_ROWS)
    fields = _fields(source, sample)
    staged = stage(
        source,
        StagePlan(fields={**fields}, scale=scale),
        engine=engine,
        path=workdir / "accounts-staged.parquet",
    )
    if staged.rejects:
        first = staged.rejects[0]
        raise InputError(
            f"{first.file}: row {first.row}, column {first.column!r}: {first.value!r}; "
            f"expected {first.expected}"
        )
    frame = engine.fetch(staged.table).sort("row")
    twice = frame.filter(pl.col("account").is_duplicated())
    if twice.height:
        raise InputError(f"{source.name}: account {twice['account'][0]!r} stands twice")
    for name in ACCOUNT_SCHEMA:
        if name not in frame.columns:
            empty = pl.lit("") if ACCOUNT_SCHEMA[name] == pl.String() else pl.lit(None, pl.Int64)
            frame = frame.with_columns(empty.alias(name))
    return with_types(frame.select(list(ACCOUNT_SCHEMA)))


def with_types(accounts: pl.DataFrame) -> pl.DataFrame:
    """Accounts whose type is one of ours: as the chart says, else by name, else by number."""
    kinds = [
        account_type(account, name, said)
        for account, name, said in accounts.select("account", "name", "type").iter_rows()
    ]
    return accounts.with_columns(pl.Series("type", kinds, dtype=pl.String))


def account_type(account: str, name: str, said: str = "") -> str:
    """The type of an account, "" where nothing tells.

    >>> account_type("4000", "Revenue"), account_type("0815", "", "Assets"), account_type("x", "")
    ('revenue', 'asset', '')
    """
    for text in (said, name):
        for word in words_of(text):
            if word in _TYPE_OF_WORD:
                return str(_TYPE_OF_WORD[word])
    return str(_TYPE_OF_DIGIT.get(account[:1], "")) if account.isdigit() else ""


def _fields(source: Source, sample: pl.DataFrame) -> dict[str, TextField | AmountField]:  # noqa: C901
    fields: dict[str, TextField | AmountField] = {}
    sides: dict[str, str] = {}
    for column in source.columns:
        words = set(words_of(column))
        values = sample[column].drop_nulls()
        if words & _ACCOUNT and not words & (_NAMES | _TYPES | {"balance"}):
            fields.setdefault("account", TextField((column,)))
        elif words & _TYPES:
            fields.setdefault("type", TextField((column,)))
        elif words & _NAMES:
            fields.setdefault("name", TextField((column,)))
        elif (shape := decide_amount_format(values)) is not None:
            if words & {"debit", "dr"}:
                sides["debit"] = column
            elif words & {"credit", "cr"}:
                sides["credit"] = column
            elif words & _OPENING:
                fields.setdefault("opening", AmountField(column, format=shape, required=False))
            elif words & _CLOSING:
                fields.setdefault("closing", AmountField(column, format=shape, required=False))
    if len(sides) == 2 and "closing" not in fields:
        filled = sample[sides["debit"]].drop_nulls()
        shape = decide_amount_format(filled) or decide_amount_format(sample[sides["credit"]])
        if shape is not None:
            fields["closing"] = AmountField(
                debit=sides["debit"], credit=sides["credit"], format=shape, required=False
            )
    if "account" not in fields:
        raise InputError(
            f"{source.name}: no column of accounts was found; it has "
            f"{', '.join(map(repr, source.columns))}"
        )
    return fields
