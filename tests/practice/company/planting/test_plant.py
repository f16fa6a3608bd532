from collections import Counter

import pytest

from tieout.model.buckets import CAUSES, Bucket
from tieout.practice.company.rows import CLEAN, Event, Kind
from tieout.practice.company.write import company_events


def causes(events: list[Event]) -> Counter[str]:
    return Counter(str(event.cause) for event in events)


def test_all_sixteen_causes_are_there(events: list[Event]) -> None:
    assert set(causes(events)) == {CLEAN, *map(str, CAUSES)}


def test_about_six_in_a_hundred_go_wrong(events: list[Event]) -> None:
    counted = causes(events)
    broken = counted.total() - counted[CLEAN]
    assert 0.055 <= broken / counted.total() <= 0.07


def test_timing_is_the_most_frequent_cause_and_splits_are_rare(events: list[Event]) -> None:
    counted = causes(events)
    assert counted[Bucket.TIMING] == max(counted[each] for each in CAUSES)
    assert counted[Bucket.SPLIT_OR_AGGREGATE] <= 5


def test_clean_events_agree_to_the_cent(events: list[Event]) -> None:
    for event in events:
        if event.cause == CLEAN:
            bank, ledger = (
                sum(entry.amount_minor for entry in book) for book in (event.bank, event.ledger)
            )
            assert bank == ledger


@pytest.mark.parametrize("seed", [2, 4, 7, 23, 99])
def test_any_seed_gives_all_causes_in_the_same_numbers(seed: int, events: list[Event]) -> None:
    first, second = causes(events), causes(company_events(seed))
    for each in (CLEAN, str(Bucket.LATE_FEED)):
        del first[each], second[each]
    assert first == second


def test_the_late_day_holds_nothing_with_a_reason_of_its_own(events: list[Event]) -> None:
    late = {event.kind for event in events if event.cause == Bucket.LATE_FEED}
    assert late.isdisjoint({Kind.FEE, Kind.TAX, Kind.RETURN, Kind.DIRECT_DEBIT, Kind.PAYROLL})
