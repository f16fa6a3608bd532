"""A workspace with a resolve.yaml, and cases to propose something about."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings
from fee_cases import open_fee_case

from tieout.server.cases.models import Case
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
    return open_fee_case
