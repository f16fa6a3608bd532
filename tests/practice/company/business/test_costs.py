from collections import Counter

from tieout.practice.company.business.costs import (
    EMPLOYEES,
    bank_fees,
    contracts,
    payroll,
    supplier_batches,
    supplier_payments,
    taxes,
)
from tieout.practice.company.calendar import BANK_DAYS, MONTHS, is_bank_day, last_bank_day
from tieout.practice.company.draw import Draw
from tieout.practice.company.names import CONTRACTS
from tieout.practice.company.rows import Event


def sums(event: Event) -> tuple[int, int]:
    bank, ledger = (
        sum(entry.amount_minor for entry in book) for book in (event.bank, event.ledger)
    )
    return bank, ledger


def everything(draw: Draw) -> list[Event]:
    return [
        *supplier_payments(draw),
        *supplier_batches(draw),
        *payroll(draw),
        *contracts(draw),
        *taxes(draw),
        *bank_fees(draw),
    ]


def test_all_of_it_goes_out_and_agrees(draw: Draw) -> None:
    for event in everything(draw):
        bank, ledger = sums(event)
        assert bank == ledger < 0


def test_all_of_it_is_booked_on_bank_days(draw: Draw) -> None:
    days = {row.day for event in everything(draw) for row in (*event.bank, *event.ledger)}
    assert all(is_bank_day(day) for day in days)
    assert max(days) <= BANK_DAYS[-1]


def test_no_reference_is_used_twice(draw: Draw) -> None:
    used = Counter(event.reference for event in everything(draw))
    assert [reference for reference, count in used.items() if count > 1] == []


def test_a_suppliers_invoices_are_numbered_upwards(draw: Draw) -> None:
    numbers: dict[str, list[int]] = {}
    for event in supplier_payments(draw):
        number = int(event.reference.removeprefix("RE"))
        numbers.setdefault(event.ledger[0].party, []).append(number)
    assert all(each == sorted(each) for each in numbers.values())


def test_suppliers_are_paid_every_day(draw: Draw) -> None:
    by_day = Counter(event.day for event in supplier_payments(draw))
    assert set(by_day) == set(BANK_DAYS)
    assert set(by_day.values()) == {2, 3, 4}


def test_a_payment_run_is_one_row_of_the_bank_for_several_suppliers(draw: Draw) -> None:
    for event in supplier_batches(draw):
        parties = [line.party for line in event.ledger]
        assert len(event.bank) == 1
        assert 3 <= len(set(parties)) == len(parties) <= 8
        assert f" {len(parties)} ITEMS" in event.bank[0].text


def test_salaries_are_paid_before_the_month_ends(draw: Draw) -> None:
    found = payroll(draw)
    assert len(found) == len(MONTHS)
    for month, event in zip(MONTHS, found, strict=True):
        assert len(event.ledger) == EMPLOYEES
        assert event.day < last_bank_day(month)
        assert event.day.month == month


def test_contracts_cost_about_the_same_every_month(draw: Draw) -> None:
    found = contracts(draw)
    assert len(found) == len(CONTRACTS) * len(MONTHS)
    rents = [-sums(event)[0] for event in found if event.reference.startswith("RENT")]
    assert max(rents) - min(rents) <= 900
    assert len(rents) == 6


def test_taxes_fall_due_monthly_and_quarterly(draw: Draw) -> None:
    kinds = Counter(event.reference.rsplit("-2026-")[0] for event in taxes(draw))
    assert kinds["VAT"] == kinds["WAGE-TAX"] == kinds["SOCIAL-1"] == 6
    assert kinds["TRADE-TAX"] == kinds["CORPORATION-TAX"] == 2


def test_the_bank_takes_its_fees_on_the_last_day_and_says_so(draw: Draw) -> None:
    found = bank_fees(draw)
    assert {event.day for event in found} == {last_bank_day(month) for month in MONTHS}
    assert all("FEES" in event.bank[0].text for event in found)
