from datetime import date

import numpy as np
import pytest

from tieout.practice.ledger import staff
from tieout.practice.ledger.luck import Luck


@pytest.fixture
def luck() -> Luck:
    return Luck(np.random.default_rng(1))


PEOPLE = (
    *staff.RECEIVABLES_CLERKS,
    *staff.PAYABLES_CLERKS,
    *staff.ACCOUNTANTS,
    *staff.OUTSIDERS,
    staff.PAYROLL_CLERK,
    staff.TREASURER,
    staff.CONTROLLER,
    staff.SUMMER_HELP,
)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("amount", [1, 1_000_000, 10_000_000])
def test_nobody_approves_their_own(who: str, amount: int) -> None:
    assert staff.approver_of(who, amount) not in {who, ""}


@pytest.mark.parametrize(
    ("amount", "approver"),
    [
        (999_999, staff.PAYABLES_LEAD),
        (1_000_000, staff.CONTROLLER),
        (9_999_999, staff.CONTROLLER),
        (10_000_000, staff.FINANCE_DIRECTOR),
    ],
)
def test_larger_sums_need_a_higher_word(amount: int, approver: str) -> None:
    assert staff.approver_of(staff.PAYABLES_CLERKS[0], amount) == approver


@pytest.mark.parametrize("machine", staff.MACHINES)
def test_machines_need_no_approval(machine: str) -> None:
    assert staff.approver_of(machine, 10**9) == ""


def test_people_work_in_office_hours(luck: Luck) -> None:
    day = date(2024, 5, 6)
    seconds = [staff.by_hand(luck, day, "c.meyer", 100, "purchasing").second for _ in range(2_000)]
    assert staff.MORNING <= min(seconds) < max(seconds) <= staff.EVENING


def test_machines_work_at_night(luck: Luck) -> None:
    posting = staff.by_machine(luck, date(2024, 5, 6), staff.SHOP, "shop")
    assert 3 * 3600 <= posting.second < 5 * 3600
    assert (posting.prepared_by, posting.approved_by) == (staff.SHOP, "")


def test_somebody_helps_out_in_august(luck: Luck) -> None:
    clerks = staff.RECEIVABLES_CLERKS
    july, august = (
        {staff.clerk_for(luck, clerks, date(2024, month, 6)) for _ in range(200)}
        for month in (7, 8)
    )
    assert july == set(clerks)
    assert august == {staff.SUMMER_HELP, clerks[1]}
