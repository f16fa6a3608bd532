from tieout.model.buckets import Bucket
from tieout.practice.company.planting.groups import CUT_IN_TWO, WITH_EXTRA
from tieout.practice.company.rows import Event, Kind


def splits(events: list[Event]) -> list[Event]:
    return [event for event in events if event.cause == Bucket.SPLIT_OR_AGGREGATE]


def extras(events: list[Event]) -> list[Event]:
    return [
        event for event in events if event.cause == Bucket.MISSING_LEFT and event.kind is Kind.BATCH
    ]


def test_the_sums_of_both_books_agree(events: list[Event]) -> None:
    found = splits(events)
    assert len(found) == CUT_IN_TWO + WITH_EXTRA
    for event in found:
        bank, ledger = (
            sum(entry.amount_minor for entry in book) for book in (event.bank, event.ledger)
        )
        assert bank == ledger


def test_a_run_is_carried_out_in_two_parts(events: list[Event]) -> None:
    cut = [event for event in splits(events) if len(event.bank) == 2]
    assert len(cut) == CUT_IN_TWO
    for event in cut:
        assert [part.text[-6:] for part in event.bank] == ["PART 1", "PART 2"]
        assert all(part.amount_minor < 0 for part in event.bank)


def test_neither_part_is_the_sum_of_some_lines(events: list[Event]) -> None:
    for event in splits(events):
        lines = [line.amount_minor for line in event.ledger]
        sums = {0}
        for amount in lines:
            sums |= {amount + each for each in sums}
        if len(event.bank) == 2:
            assert sums.isdisjoint(part.amount_minor for part in event.bank)


def test_an_extra_line_stands_beside_a_whole_run(events: list[Event]) -> None:
    runs = {event.reference: event for event in splits(events) if len(event.bank) == 1}
    found = extras(events)
    assert len(found) == len(runs) == WITH_EXTRA
    for event in found:
        run = runs[event.reference]
        (line,) = event.ledger
        assert (event.bank, line.day) == ((), run.day)
        assert line.party not in {other.party for other in run.ledger}


def test_runs_are_small_enough_to_be_searched(events: list[Event]) -> None:
    assert max(len(event.ledger) for event in splits(events)) <= 7
