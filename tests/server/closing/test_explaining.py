"""Variances and what is said of them."""

from collections.abc import Callable

import pytest

from tieout.model.errors import InputError
from tieout.server.accounts.models import User
from tieout.server.closing.explaining import explain, explained_flux
from tieout.server.closing.models import LedgerImport, Period

from .conftest import entry

Import = Callable[..., LedgerImport]


@pytest.fixture
def rent(period: Period, ledger: Import) -> Period:
    """A rent that doubles in October."""
    ledger(
        entry("J1", "2026-09-05", "6100", "1000", "2000.00")
        + entry("J2", "2026-10-05", "6100", "1000", "4000.00")
    )
    return period


def open_ones(period: Period) -> set[tuple[str, str]]:
    return {(each.flux.account, each.flux.comparison)
            for each in explained_flux(period) if each.is_open}  # fmt: skip


def say(period: Period, account: str, text: str, actor: User) -> None:
    (found,) = [each.flux for each in explained_flux(period) if each.flux.account == account]
    explain(period, account, found.comparison, text, fingerprint=found.fingerprint, actor=actor)


def test_what_is_material_has_to_be_explained(rent: Period, ann: User) -> None:
    assert open_ones(rent) == {("6100", "prior_period")}
    say(rent, "6100", "second office", ann)
    assert open_ones(rent) == set()
    (found,) = [each for each in explained_flux(rent) if each.flux.account == "6100"]
    assert (found.text, found.author, found.is_stale) == ("second office", "ann", False)


def test_an_explanation_is_asked_for_again_when_the_amounts_change(
    rent: Period, ann: User, ledger: Import
) -> None:
    say(rent, "6100", "second office", ann)
    ledger(entry("J3", "2026-10-06", "6100", "1000", "0.01"))
    assert ("6100", "prior_period") in open_ones(rent)
    (found,) = [each for each in explained_flux(rent) if each.flux.account == "6100"]
    assert found.is_stale


def test_nothing_is_no_explanation(rent: Period, ann: User, person: Callable[..., User]) -> None:
    with pytest.raises(InputError, match="say what the variance comes from"):
        say(rent, "6100", " ", ann)
    with pytest.raises(InputError, match="only preparers"):
        say(rent, "6100", "because", person("eve", "auditor"))
    with pytest.raises(InputError, match="no account 7777"):
        explain(rent, "7777", "prior_period", "because", fingerprint="x", actor=ann)


def test_without_a_ledger_there_is_nothing_to_explain(period: Period) -> None:
    assert explained_flux(period) == []
