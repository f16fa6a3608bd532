"""Accounts that do not belong together, or are nobody's daily business."""

from typing import Final

from tieout.practice.ledger import chart
from tieout.practice.ledger.entries import Entry
from tieout.practice.ledger.exceptions.scene import Scene

# No ordinary flow of the company books one of these against the other.
UNUSUAL_PAIRS: Final = (
    (chart.EQUIPMENT, chart.REVENUE, "Adjustment equipment"),
    (chart.INVENTORY, chart.REVENUE, "Stock revaluation"),
    (chart.PAYABLE, chart.REVENUE, "Clearing of old items"),
    (chart.LOAN, chart.REVENUE, "Settlement per agreement"),
    (chart.EQUIPMENT, chart.PAYROLL, "Own work on machines"),
    (chart.PREPAID, chart.PAYROLL, "Wages carried forward"),
    (chart.RECEIVABLE, chart.OPERATING, "Costs charged on"),
    (chart.RECEIVABLE, chart.COST_OF_GOODS, "Margin correction"),
    (chart.WRITTEN_DOWN, chart.PAYROLL, "Adjustment of periods"),
    (chart.DEFERRED, chart.OPERATING, "Release of items"),
    (chart.PREPAID, chart.COST_OF_GOODS, "Costs carried forward"),
    (chart.PAYROLL, chart.INVENTORY, "Goods for staff"),
)
RARE_ACCOUNTS: Final = (
    (chart.OPERATING, chart.CAPITAL, "Costs paid by shareholder"),
    (chart.CAPITAL, chart.CASH, "Payment per resolution"),
    (chart.RETAINED, chart.ACCRUED, "Prior year item"),
    (chart.RECEIVABLE, chart.RETAINED, "Prior year correction"),
    (chart.LOAN, chart.OPERATING, "Bank agreement"),
    (chart.RETAINED, chart.PAYABLE, "Late invoice of last year"),
)
REVENUE_TAKEN_BACK: Final = (
    (chart.REVENUE, chart.ACCRUED, "Bonus agreement"),
    (chart.REVENUE, chart.CASH, "Refund"),
    (chart.REVENUE, chart.DEFERRED, "Revenue moved to next period"),
)


def unusual_pair(scene: Scene) -> Entry:
    """Common accounts, in a pair that makes no sense for this company."""
    debit, credit, words = scene.luck.choose(UNUSUAL_PAIRS)
    return scene.between("UNUSUAL_PAIR", debit, credit, words, scene.usual_amount())


def rare_account(scene: Scene) -> Entry:
    """Equity and loans in the hands of the daily business."""
    debit, credit, words = scene.luck.choose(RARE_ACCOUNTS)
    return scene.between("RARE_ACCOUNT_USE", debit, credit, words, scene.usual_amount())


def revenue_debit(scene: Scene) -> Entry:
    """Revenue taken back by hand, without a credit note."""
    debit, credit, words = scene.luck.choose(REVENUE_TAKEN_BACK)
    return scene.between("REVENUE_DEBIT", debit, credit, words, scene.usual_amount())
