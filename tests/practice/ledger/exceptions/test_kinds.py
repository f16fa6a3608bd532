"""Each kind is what its story says, and ordinary business is not."""

from collections import Counter, deque
from decimal import Decimal
from statistics import median
from typing import Any

import numpy as np
import pytest

from tieout.practice.ledger import chart
from tieout.practice.ledger.calendar import FIRST_DAY, LAST_DAY, workdays_of
from tieout.practice.ledger.company import found_company
from tieout.practice.ledger.entries import KINDS
from tieout.practice.ledger.exceptions.accounts import (
    RARE_ACCOUNTS,
    REVENUE_TAKEN_BACK,
    UNUSUAL_PAIRS,
)
from tieout.practice.ledger.exceptions.amounts import just_below_limit
from tieout.practice.ledger.exceptions.scene import Scene
from tieout.practice.ledger.luck import Luck
from tieout.practice.ledger.staff import OUTSIDERS, PAYABLES_LEAD, RECEIVABLES_LEAD

ALONE = {"SELF_APPROVED", "WEEKEND_MANUAL", "BACKDATED", "UNBALANCED", "RARE_USER"}


@pytest.fixture(scope="module")
def large(generated: Any) -> Any:
    return generated(rows=75_000)


def test_nothing_goes_wrong_in_the_first_two_months(large: Any) -> None:
    planted = [entry for entry in large.entries if entry.kind]
    assert min(entry.posted_at.date() for entry in planted) >= FIRST_DAY.replace(month=3)
    assert max(entry.posted_at.date() for entry in planted) <= LAST_DAY


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_about_twenty_of_each(large: Any, kind: str) -> None:
    assert 15 <= len(large.planted(kind)) <= 25


def test_unbalanced_entries_are_close_to_balance(large: Any) -> None:
    for entry in large.planted("UNBALANCED"):
        out_by = abs(sum(line.amount for line in entry.lines))
        assert 0 < out_by < max(abs(line.amount) for line in entry.lines)


def test_unusual_pairs_are_never_booked_otherwise(large: Any) -> None:
    usual = {
        (one.account, other.account)
        for entry in large.ordinary
        if entry.origin != "closing"
        for one in entry.lines
        for other in entry.lines
        if one.amount > 0 > other.amount
    }
    pairs = {(debit, credit) for debit, credit, _ in (*UNUSUAL_PAIRS, *REVENUE_TAKEN_BACK)}
    assert pairs & usual == set()
    assert {entry.pair for entry in large.planted("UNUSUAL_PAIR")} <= pairs


def test_unusual_pairs_are_of_common_accounts(large: Any) -> None:
    used = Counter(line.account for entry in large.ordinary for line in entry.lines)
    for debit, credit, _ in UNUSUAL_PAIRS:
        assert max(used[debit], used[credit]) > 500


def test_rare_accounts_are_touched_seldom_by_others(large: Any) -> None:
    used = Counter(line.account for entry in large.ordinary for line in entry.lines)
    for debit, credit, _ in RARE_ACCOUNTS:
        assert min(used[debit], used[credit]) < 40


def test_rare_users_do_nothing_else(large: Any) -> None:
    assert {entry.prepared_by for entry in large.planted("RARE_USER")} <= set(OUTSIDERS)
    others = {entry.prepared_by for entry in large.entries if entry.kind != "RARE_USER"}
    assert not others & set(OUTSIDERS)


def test_somebody_new_is_not_always_wrong(large: Any) -> None:
    helped = [entry for entry in large.ordinary if entry.prepared_by == "z.temp"]
    assert len(helped) > 50
    assert {entry.effective.month for entry in helped} == {8}


def test_self_approval_is_by_one_person(large: Any) -> None:
    for entry in large.planted("SELF_APPROVED"):
        assert entry.prepared_by == entry.approved_by
    others = [e for e in large.entries if e.kind != "SELF_APPROVED"]
    assert not [e for e in others if e.prepared_by == e.approved_by]


def test_weekend_entries_are_by_hand(large: Any) -> None:
    for entry in large.planted("WEEKEND_MANUAL"):
        assert entry.posted_at.weekday() >= 5
        assert not entry.prepared_by.startswith("sys.")


def test_backdated_entries_count_weeks_before_they_are_made(large: Any) -> None:
    for entry in large.planted("BACKDATED"):
        assert 24 <= (entry.posted_at.date() - entry.effective).days <= 85
    ordinary = max((e.posted_at.date() - e.effective).days for e in large.ordinary)
    assert ordinary < 15


def test_post_close_entries_come_after_the_month_was_closed(large: Any) -> None:
    for entry in large.planted("POST_CLOSE"):
        posted = entry.posted_at.date()
        assert posted in workdays_of(posted.year, posted.month)[6:12]
        assert entry.effective < posted.replace(day=1)


def test_round_amounts_are_whole_thousands(large: Any) -> None:
    assert all(entry.debit % 1_000 == 0 for entry in large.planted("ROUND_AMOUNT"))


def test_other_entries_are_round_at_times(large: Any) -> None:
    by_people = [e for e in large.ordinary if not e.prepared_by.startswith("sys.")]
    assert 5 < sum(entry.debit % 1_000 == 0 for entry in by_people) < 0.05 * len(by_people)


def test_high_amounts_are_far_above_their_business(large: Any) -> None:
    usual = median(entry.debit for entry in large.about("Invoice"))
    high = [entry.debit for entry in large.planted("HIGH_AMOUNT")]
    assert min(high) > 15 * usual
    assert max(entry.debit for entry in large.ordinary) > max(high), "others are larger still"


def test_duplicates_repeat_an_entry_of_the_last_days(large: Any) -> None:
    for entry in large.planted("DUPLICATE_ENTRY"):
        document = entry.document.removesuffix("/1")
        first = [
            other
            for other in large.ordinary
            if other.document == document
            and other.lines == entry.lines
            and other.posted_at <= entry.posted_at
        ]
        assert len(first) == 1
        assert (entry.posted_at - first[0].posted_at).days <= 14


def test_equal_amounts_are_common_without_being_duplicates(large: Any) -> None:
    earned = Counter((e.counterparty, e.debit) for e in large.about("Service"))
    assert max(earned.values()) >= 22


def test_just_below_the_limit_nobody_above_is_asked(large: Any) -> None:
    for entry in large.planted("JUST_BELOW_LIMIT"):
        assert Decimal(9_650) <= entry.debit < Decimal(10_000)
        assert entry.approved_by in {PAYABLES_LEAD, RECEIVABLES_LEAD}


def test_honest_entries_lie_just_below_the_limit_too(large: Any) -> None:
    close = [e for e in large.ordinary if Decimal(9_650) <= e.debit < Decimal(10_000)]
    assert len(close) > 10


def test_larger_companies_have_two_limits() -> None:
    """Where a month earns enough, the finance director is kept out as well."""
    company = found_company(rows=2_000_000, generator=np.random.default_rng(1))
    scene = Scene(company, Luck(np.random.default_rng(2)), FIRST_DAY, deque())
    amounts = [just_below_limit(scene).amount_minor for _ in range(60)]
    assert {amount > 5_000_000 for amount in amounts} == {True, False}
    assert max(amounts) < 10_000_000


def test_revenue_is_taken_back_without_a_credit_note(large: Any) -> None:
    for entry in large.planted("REVENUE_DEBIT"):
        assert entry.pair[0] == chart.REVENUE
        assert not entry.document.startswith("CRN-")
    notes = [e for e in large.ordinary if e.lines[0].account == chart.REVENUE]
    assert len(notes) > 20, "an honest debit of revenue is a credit note"


@pytest.mark.parametrize("kind", sorted(ALONE))
def test_what_is_wrong_shows_in_one_place_only(large: Any, kind: str) -> None:
    """Pair and amount of these are as in ordinary business."""
    usual = {entry.pair for entry in large.ordinary if len(entry.lines) == 2}
    amounts = sorted(entry.debit for entry in large.ordinary)
    for entry in large.planted(kind):
        assert entry.pair in usual
        assert amounts[10] < entry.debit < amounts[-10]


def test_planted_entries_follow_office_hours(large: Any) -> None:
    planted = [entry for entry in large.entries if entry.kind]
    assert all(8 <= entry.posted_at.hour < 18 for entry in planted)
