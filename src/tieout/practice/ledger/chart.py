"""The practice company's chart of accounts."""

from dataclasses import dataclass
from typing import Final, Literal

AccountType = Literal["asset", "liability", "equity", "revenue", "expense"]


@dataclass(frozen=True)
class Account:
    """number, name and type; an asset that is written down has a credit balance."""

    number: int
    name: str
    type: AccountType
    contra: bool = False

    @property
    def normal_side(self) -> Literal["debit", "credit"]:
        """The side on which it grows."""
        is_debit = self.type in {"asset", "expense"}
        return "debit" if is_debit != self.contra else "credit"


CASH: Final = 1000
RECEIVABLE: Final = 1100
INVENTORY: Final = 1200
PREPAID: Final = 1300
EQUIPMENT: Final = 1500
WRITTEN_DOWN: Final = 1590
PAYABLE: Final = 2000
ACCRUED: Final = 2100
DEFERRED: Final = 2200
LOAN: Final = 2500
CAPITAL: Final = 3000
RETAINED: Final = 3100
REVENUE: Final = 4000
COST_OF_GOODS: Final = 5000
PAYROLL: Final = 6000
RENT: Final = 6100
OPERATING: Final = 6200
INTEREST: Final = 6250
DEPRECIATION: Final = 6300

CHART: Final = (
    Account(CASH, "Cash", "asset"),
    Account(RECEIVABLE, "Accounts Receivable", "asset"),
    Account(INVENTORY, "Inventory", "asset"),
    Account(PREPAID, "Prepaid Expenses", "asset"),
    Account(EQUIPMENT, "Equipment", "asset"),
    Account(WRITTEN_DOWN, "Accumulated Depreciation", "asset", contra=True),
    Account(PAYABLE, "Accounts Payable", "liability"),
    Account(ACCRUED, "Accrued Liabilities", "liability"),
    Account(DEFERRED, "Deferred Revenue", "liability"),
    Account(LOAN, "Bank Loan", "liability"),
    Account(CAPITAL, "Share Capital", "equity"),
    Account(RETAINED, "Retained Earnings", "equity"),
    Account(REVENUE, "Revenue", "revenue"),
    Account(COST_OF_GOODS, "Cost of Goods Sold", "expense"),
    Account(PAYROLL, "Salaries and Wages", "expense"),
    Account(RENT, "Rent", "expense"),
    Account(OPERATING, "Marketing and Utilities", "expense"),
    Account(INTEREST, "Interest and Bank Charges", "expense"),
    Account(DEPRECIATION, "Depreciation", "expense"),
)
NAMES: Final = {account.number: account.name for account in CHART}
RESULT_ACCOUNTS: Final = tuple(
    account.number for account in CHART if account.type in {"revenue", "expense"}
)
