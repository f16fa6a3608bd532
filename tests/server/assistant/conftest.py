"""A workspace with a played model, and cases to ask about."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test.utils import override_settings
from fee_cases import open_fee_case
from models import ModelServer

from tieout.server.assistant import asking
from tieout.server.cases.models import Case
from tieout.server.resolutions import precedents

MakeCase = Callable[..., Case]
Configure = Callable[..., None]
RESOLVE = {
    "accounts": {"fee_or_tax": {"difference": "6800", "balance": "1010"}},
    "write_off": {"default": 5},
    "contacts": {"counterparties": {"Acme Ltd": "ap@acme.example"}},
    "channels": {
        "email": {
            "host": "m.example",
            "sender": "r@books.example",
            "recipients": ["ap@acme.example"],
        }
    },
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is served, without a model."""
    (tmp_path / "resolve.yaml").write_text(yaml.safe_dump(RESOLVE))
    monkeypatch.setattr(asking, "_KEPT", {})
    monkeypatch.setattr(precedents, "_KEPT", {})
    with override_settings(WORKSPACE=tmp_path):
        yield tmp_path


@pytest.fixture
def configure(workspace: Path, model: ModelServer) -> Configure:
    """Names the played model in the workspace's file: configure(attempts=1)."""

    def written(**more: Any) -> None:
        spec = {"provider": "local", "model": "played", "base_url": model.url, "attempts": 1}
        (workspace / "resolve.yaml").write_text(
            yaml.safe_dump(RESOLVE | {"assistant": spec | {"requests_per_minute": 6000} | more})
        )

    return written


@pytest.fixture
def make_case(db: None, workspace: Path) -> MakeCase:
    """Makes a case: make_case("b1", bucket="timing")."""
    details = {"counterparty": "Acme Ltd", "text": "paid from DE89370400440532013000"}
    return partial(open_fee_case, details=details)
