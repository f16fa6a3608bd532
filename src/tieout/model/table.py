"""Any table of transactions, journal lines or breaks, as detectors see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"  # a quantity; Float64
    CATEGORY = "category"  # a label: text, codes, numbers that only name something; String,
    # or Categorical where the table is large and was read so
    TIME = "time"  # a date or a moment as written, without time zone; Datetime("us")


class TableRole(StrEnum):
    """What a column of transactions or journal lines is for."""

    ID = "id"
    TIME = "time"  # when it happened, or the effective date of a journal line
    AMOUNT = "amount"
    CURRENCY = "currency"
    CUSTOMER = "customer"
    CARD = "card"
    MERCHANT = "merchant"
    MERCHANT_CATEGORY = "merchant_category"
    CHANNEL = "channel"
    COUNTRY = "country"
    CITY = "city"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    DEVICE = "device"
    STATUS = "status"
    ENTRY = "entry"  # the journal entry that a line belongs to
    ACCOUNT = "account"
    DEBIT = "debit"
    CREDIT = "credit"
    POSTED_AT = "posted_at"  # when a journal line was keyed in
    PREPARED_BY = "prepared_by"
    APPROVED_BY = "approved_by"
    COUNTERPARTY = "counterparty"
    DOCUMENT = "document"
    DESCRIPTION = "description"
    ORIGIN = "origin"  # manual, automatic, the system that posted it


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column: how many values are missing, how many labels differ.

    distinct: of numbers and moments 1 where there are any. is_identifier: nearly every row has a
    value of its own (a transaction number), so that it is neither a quantity nor a group.
    """

    name: str
    kind: Kind
    distinct: int
    missing: int
    is_identifier: bool = False


@dataclass(frozen=True)
class Table:
    """Typed rows in the order of their file.

    frame: a column for each of `columns`, of the type that its kind names, null where missing.
    rows: int64, the data row (from 1) of the source that each row of `frame` is.
    roles: the column that plays a role, where one does.
    """

    frame: "pl.DataFrame"
    rows: "NDArray[np.int64]"
    columns: tuple[ColumnFacts, ...]
    roles: Mapping[TableRole, str] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.frame.height

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Columns of one kind that are not identifiers."""
        return tuple(c.name for c in self.columns if c.kind is kind and not c.is_identifier)

    def without(self, names: Sequence[str]) -> "Table":
        """The same rows without some columns: labels, for instance."""
        dropped = set(names)
        return replace(
            self,
            frame=self.frame.drop([name for name in names if name in self.frame.columns]),
            columns=tuple(column for column in self.columns if column.name not in dropped),
            roles={role: name for role, name in self.roles.items() if name not in dropped},
        )

    def take(self, indices: "NDArray[np.int64]") -> "Table":
        """Some of the rows by their position; the facts of the columns stay those of the whole."""
        return replace(self, frame=self.frame[indices], rows=self.rows[indices])
