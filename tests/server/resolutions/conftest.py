"""A workspace with a resolve.yaml, and cases to propose something about."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings

from tieout.server.cases.models import Case
from tieout.server.cases.services import open_case
from tieout.server.resolutions import precedents

MakeCase = Callable[..., Case]
RESOLVE = """
accounts: {fee_or_tax: {difference: "6800", balance: "1010"}}
write_off: {default: 5}
approval: {four_eyes_above: {default: 100}}
contacts: {counterparties: {Acme Ltd: ap@acme.example}}
channels:
  email: {host: m.example, sender: r@books.example, recipients: [ap@acme.example]}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is served."""
    (tmp_path / "resolve.yaml").write_text(RESOLVE)
    monkeypatch.setattr(precedents, "_KEPT", {})
    with override_settings(WORKSPACE=tmp_path):
        yield tmp_path


@pytest.fixture
def make_case(db: None, workspace: Path) -> MakeCase:
    """Makes a case: make_case("b1", bucket="timing")."""

    def make(identity: str = "b1", **more: Any) -> Case:
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

    return make
