"""What a journal line is within its entry, as columns that detectors can judge."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tieout.model.table import ColumnFacts, Kind, Table, TableRole

if TYPE_CHECKING:
    import polars as pl

AMOUNT: Final = "line amount"
SIDE: Final = "side"
CONTRA: Final = "contra account"
WEEKDAY: Final = "posting day"
_ROWS_A_LABEL_MIN: Final = 20
# In a small journal every label is one of few rows.
_LABELS_MIN: Final = 50
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def with_entry_columns(table: Table, *, all_labels: bool = False) -> Table:
    """A journal with columns that its roles allow, in place of those that they say better.

    line amount (its absolute amount) and side (debit or credit) in place of debit and credit, or of
    a signed amount; contra account, the account of the largest line on the other side of the
    entry; posting day, the weekday on which it was keyed in. Names that the table has already are
    left alone. Labels that tell entries apart rather than kinds of entries, more than one for 20
    rows as documents have, are left out: everything about them would be rare. Which accounts stand
    against each other, who books what and on which day are then pairs of labels like any others.

    all_labels: leave no label out, for a few lines that are judged by what was learnt elsewhere.
    """
    import polars as pl

    roles = table.roles
    frame = table.frame
    made: list[pl.Series] = []
    signed = _signed(table)
    if signed is not None:
        side = pl.when(signed < 0).then(pl.lit("credit")).otherwise(pl.lit("debit"))
        made.append(signed.abs().alias(AMOUNT))
        made.append(frame.select(side.alias(SIDE)).to_series())
        if TableRole.ENTRY in roles and TableRole.ACCOUNT in roles:
            made.append(
                _contra(frame[roles[TableRole.ENTRY]], frame[roles[TableRole.ACCOUNT]], signed)
            )
    posted = roles.get(TableRole.POSTED_AT)
    if posted is not None:
        day = frame[posted].dt.weekday().cast(pl.Int64)
        named = day.replace_strict(range(1, 8), list(_DAYS), return_dtype=pl.String, default=None)
        made.append(named.alias(WEEKDAY))
    fresh = [series for series in made if series.name not in frame.columns]
    replaced = [roles[role] for role in (TableRole.DEBIT, TableRole.CREDIT) if role in roles]
    dropped = replaced if signed is not None else []
    return _with(
        table.without([*dropped, *([] if all_labels else _telling_apart(table))]), fresh, table
    )


def _telling_apart(table: Table) -> list[str]:
    """Labels of single entries; none where rows belong to no entries."""
    if TableRole.ENTRY not in table.roles:
        return []
    most = max(table.height / _ROWS_A_LABEL_MIN, _LABELS_MIN)
    return [
        column.name
        for column in table.columns
        if column.kind is Kind.CATEGORY and (column.is_identifier or column.distinct > most)
    ]


def _with(kept: Table, fresh: "list[pl.Series]", table: Table) -> Table:
    facts = tuple(
        ColumnFacts(
            name=series.name,
            kind=Kind.NUMBER if series.dtype.is_numeric() else Kind.CATEGORY,
            distinct=series.n_unique(),
            missing=series.null_count(),
        )
        for series in fresh
    )
    return replace(
        kept,
        frame=kept.frame.with_columns(fresh),
        columns=(*kept.columns, *facts),
        roles=table.roles,
    )


def _signed(table: Table) -> "pl.Series | None":
    """Debit less credit, or the amount as it is signed."""
    roles, frame = table.roles, table.frame
    if TableRole.DEBIT in roles and TableRole.CREDIT in roles:
        debit = frame[roles[TableRole.DEBIT]].fill_null(0.0)
        return debit - frame[roles[TableRole.CREDIT]].fill_null(0.0)
    if TableRole.AMOUNT in roles:
        return frame[roles[TableRole.AMOUNT]]
    return None


def _contra(entry: "pl.Series", account: "pl.Series", signed: "pl.Series") -> "pl.Series":
    """The account of the largest line on the other side; the first of equally large ones."""
    import polars as pl

    lines = pl.DataFrame(
        {"entry": entry, "account": account, "size": signed.abs(), "debit": signed >= 0}
    ).with_row_index("place")
    largest = (
        lines.sort(["size", "place"], descending=[True, False])
        .group_by("entry", "debit", maintain_order=True)
        .agg(pl.col("account").first().alias(CONTRA))
        .with_columns(~pl.col("debit"))
    )
    joined = lines.join(largest, on=["entry", "debit"], how="left", maintain_order="left")
    return joined[CONTRA]
