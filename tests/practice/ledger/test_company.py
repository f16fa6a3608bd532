from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.practice.ledger import chart
from tieout.practice.ledger.company import Company, Contract, found_company, invoices_for


@given(yearly=st.integers(1, 10**8), begins=st.integers(1, 12))
def test_months_of_a_contract_add_up_to_its_year(yearly: int, begins: int) -> None:
    contract = Contract("A", begins, yearly)
    assert sum(contract.monthly_minor(month) for month in range(1, 13)) == yearly


@given(yearly=st.integers(12, 10**8), begins=st.integers(1, 12))
def test_what_is_left_at_the_start_ends_with_the_contract_s_month(yearly: int, begins: int) -> None:
    contract = Contract("A", begins, yearly)
    used = sum(contract.monthly_minor(month) for month in range(begins, 13))
    assert contract.left_minor() + used == yearly


def test_opening_balances_add_up_to_nothing(company: Company) -> None:
    assert sum(company.books.opening.values()) == 0
    assert company.books.opening[chart.RETAINED] < 0, "it has earned something"
    assert all(company.books.opening[account] == 0 for account in chart.RESULT_ACCOUNTS)


def test_customers_and_vendors_are_different_companies(company: Company) -> None:
    assert not set(company.customers) & set(company.vendors)


@pytest.mark.parametrize("rows", [3_000, 20_000, 75_000, 1_000_000])
def test_more_rows_make_a_larger_company(rows: int) -> None:
    assert invoices_for(rows * 2) > 1.5 * invoices_for(rows)


def test_any_size_can_be_founded() -> None:
    for rows in (3_000, 10_000_000):
        company = found_company(rows=rows, generator=np.random.default_rng(1))
        assert 1 <= company.departments <= 8
        assert len(company.customers) >= 8


def test_document_numbers_rise_by_series_and_year(company: Company) -> None:
    first = [company.number("INV", date(2024, 1, 2)) for _ in range(2)]
    assert first == ["INV-24-000001", "INV-24-000002"]
    assert company.number("INV", date(2025, 1, 2)) == "INV-25-000001"
    assert company.number("CRN", date(2024, 1, 2)) == "CRN-24-000001"


def test_business_has_seasons_and_grows(company: Company) -> None:
    assert company.busyness(date(2024, 11, 5)) > company.busyness(date(2024, 1, 5))
    assert company.busyness(date(2025, 6, 5)) > company.busyness(date(2024, 6, 5))
