"""The chart of accounts in the ledger's tables: kept, brought up to date, and read as frames."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Sum

from tieout.close.ledger.accounts import account_type
from tieout.close.ledger.validate import Kind
from tieout.model.money import format_amount
from tieout.server.closing.models import Account, JournalEntry, JournalLine, LedgerException

if TYPE_CHECKING:
    import polars as pl

_BATCH_ROWS: Final = 5_000
_SCALE: Final = 2
_CHANGING: Final = ("name", "type", "opening", "closing", "is_known")


def keep_accounts(accounts: "pl.DataFrame") -> list[LedgerException]:
    """Add accounts of a chart and bring those that are there up to date.

    An opening balance changes only while there are no entries; afterwards another one is an
    exception, which comes back without its source.
    """
    stored = {each.code: each for each in Account.objects.all()}
    has_entries = JournalEntry.objects.exists()
    fresh, changed, wrong = [], [], []
    for row in accounts.iter_rows(named=True):
        code, opening = row["account"], row["opening"]
        kind = account_type(code, row["name"], row["type"])
        known = stored.get(code)
        if known is None:
            fresh.append(
                Account(code=code, name=row["name"], type=kind, opening=opening or 0,
                        closing=row["closing"])
            )  # fmt: skip
            continue
        before = [getattr(known, name) for name in _CHANGING]
        known.name, known.type = row["name"] or known.name, kind or known.type
        known.closing = known.closing if row["closing"] is None else row["closing"]
        known.is_known = True
        if opening is not None and opening != known.opening:
            if has_entries:
                wrong.append(_other_opening(known, opening))
            else:
                known.opening = opening
        if before != [getattr(known, name) for name in _CHANGING]:
            changed.append(known)
    Account.objects.bulk_create(fresh, batch_size=_BATCH_ROWS)
    Account.objects.bulk_update(changed, _CHANGING, batch_size=500)
    return wrong


def _other_opening(account: Account, opening: int) -> LedgerException:
    said, held = format_amount(opening, _SCALE), format_amount(account.opening, _SCALE)
    return LedgerException(
        kind=Kind.INCOMPLETE,
        severity="warning",
        account=account.code,
        amount=opening - account.opening,
        text=f"opening {said}, and the ledger began with {held}, which stays",
    )


def known_accounts() -> "pl.DataFrame":
    """Accounts of the chart as ACCOUNT_SCHEMA."""
    import polars as pl

    from tieout.close.ledger.model import ACCOUNT_SCHEMA

    rows = Account.objects.filter(is_known=True).values_list(
        "code", "name", "type", "opening", "closing"
    )
    return pl.DataFrame(list(rows), schema=ACCOUNT_SCHEMA, orient="row")


def moved_already(*, without: Iterable[str] = ()) -> "pl.DataFrame":
    """Account and `moved` of all stored lines, held ones too; without: entries left out."""
    import polars as pl

    lines = JournalLine.objects.all()
    left_out = list(without)
    if left_out:
        lines = lines.exclude(entry__number__in=left_out)
    rows: list[Any] = list(
        lines.values_list("account__code").annotate(moved=Sum("amount")).order_by()
    )
    return pl.DataFrame(rows, schema={"account": pl.String, "moved": pl.Int64}, orient="row")


def account_ids(codes: Iterable[str]) -> dict[str, int]:
    """Primary keys of accounts; one that no chart has is kept and marked as unknown."""
    stored = set(Account.objects.values_list("code", flat=True))
    has_chart = bool(stored)
    Account.objects.bulk_create(
        [
            Account(code=code, type=account_type(code, code), is_known=not has_chart)
            for code in sorted(set(codes) - stored)
        ]
    )
    return dict(Account.objects.values_list("code", "pk"))
