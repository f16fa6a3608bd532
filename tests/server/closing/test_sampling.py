"""Samples of a period by command and page."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.closing.models import LedgerImport, Period
from tieout.server.closing.sampling import SampleRequest, draw_sample

from .conftest import entry

Import = Callable[..., LedgerImport]


@pytest.fixture
def october(period: Period, ledger: Import) -> Period:
    """40 entries in October, one large, and one in September."""
    days = [
        entry(f"J{at}", f"2026-10-{1 + at % 28:02}", "1000", "4000", f"{50 + at}.10")
        for at in range(39)
    ]
    large = entry("BIG", "2026-10-09", "1000", "4000", "90000.00")
    ledger("".join([*days, large, entry("OLD", "2026-09-01", "1000", "4000", "5.00")]))
    return period


@pytest.mark.parametrize("method", ["random", "monetary_unit"])
def test_a_seed_draws_the_same_entries_of_the_period_again(october: Period, method: str) -> None:
    asked = SampleRequest(method, 8, 5)
    first, again = draw_sample(october, asked), draw_sample(october, asked)
    assert first.equals(again)
    assert not first.is_empty()
    assert "OLD" not in first["entry"].to_list()
    assert set(first["effective"].dt.strftime("%Y-%m")) == {"2026-10"}
    others = [draw_sample(october, SampleRequest(method, 8, seed)) for seed in range(6, 12)]
    assert any(not other["entry"].equals(first["entry"]) for other in others)


def test_what_is_larger_than_the_interval_is_always_in_a_monetary_sample(october: Period) -> None:
    for seed in range(4):
        drawn = draw_sample(october, SampleRequest("monetary_unit", 10, seed))
        row = drawn.filter(drawn["entry"] == "BIG").row(0, named=True)
        assert (row["amount"], row["stratum"]) == (Decimal("90000.00"), 0)


def test_the_riskiest_come_first_once_they_are_known(october: Period, workspace: Path) -> None:
    with pytest.raises(InputError, match="risk is known once the journal tests of 2026-10"):
        draw_sample(october, SampleRequest("risk", 2, 0))
    folder = workspace / "close" / "2026-10"
    folder.mkdir(parents=True)
    (folder / "journal_risk.csv").write_text("entry,score\nJ3,0.99\nGONE,0.9\nJ1,0.8\n")
    assert draw_sample(october, SampleRequest("risk", 2, 0))["entry"].to_list() == ["J3", "J1"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (SampleRequest("haphazard", 5, 0), "expected one of random, monetary_unit, risk"),
        (SampleRequest("random", 0, 0), "size 0: expected 1 to 10,000"),
    ],
)
def test_what_cannot_be_drawn_is_refused(october: Period, asked: SampleRequest, said: str) -> None:
    with pytest.raises(InputError, match=said):
        draw_sample(october, asked)


def test_the_page_draws_shows_and_hands_out(october: Period, ann: User) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(ann)
    page = client.get("/close/2026-10/sample/?method=monetary_unit&size=5&seed=3").content.decode()
    assert "BIG" in page
    assert "90,000.00" in page
    assert "as=csv" in page
    file = client.get("/close/2026-10/sample/?method=monetary_unit&size=5&seed=3&as=csv")
    assert file.headers["Content-Disposition"].endswith('sample-2026-10-monetary_unit-3.csv"')
    assert file.content.decode().startswith("method,seed,entry,effective,amount")
    wrong = client.get("/close/2026-10/sample/?size=many").content.decode()
    assert "size &#x27;many&#x27;: expected a whole number" in wrong
