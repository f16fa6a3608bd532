"""Cases of a fee that one side has not posted, to propose or ask something about."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tieout.server.cases.models import Case


def open_fee_case(identity: str = "b1", **more: Any) -> "Case":
    """Open one of 2.90 EUR; `more` replaces what it says: open_fee_case("b2", bucket="timing")."""
    from tieout.server.cases.services import open_case

    facts: dict[str, Any] = {
        "source": "bank_vs_ledger",
        "key": f"INV-{identity}",
        "bucket": "fee_or_tax",
        "difference_minor": -290,
        "amount_minor": 9710,
        "currency": "EUR",
        "summary": "right 100.00 - left 97.10 = 2.90",
        "details": {"counterparty": "Acme Ltd"},
    }
    return open_case("other", identity, f"Fee of {identity}", actor=None, **facts | more)
