from collections.abc import Callable
from datetime import date

import pytest

from tieout.practice.company.planting.pool import Pool
from tieout.practice.company.rows import Event, Kind

MakeEvent = Callable[..., Event]
MakePool = Callable[..., Pool]


def test_events_are_taken_once(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool([make_event(reference=name) for name in "ABC"])
    first, second = pool.take(2, Kind.RECEIPT)
    assert (first.reference, second.reference) == ("A", "B")
    assert [event.reference for event in pool.clean] == ["C"]


def test_only_the_kinds_named_are_taken(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool([make_event(Kind.CASH), make_event(Kind.TAX), make_event(Kind.RECEIPT)])
    taken = pool.take(2, Kind.RECEIPT, Kind.TAX)
    assert [event.kind for event in taken] == [Kind.TAX, Kind.RECEIPT]


def test_the_late_day_is_left_alone(make_event: MakeEvent, make_pool: MakePool) -> None:
    late = date(2026, 4, 15)
    pool = make_pool([make_event(day=late), make_event(day=date(2026, 4, 16))], late_day=late)
    (taken,) = pool.take(1, Kind.RECEIPT)
    assert taken.day == date(2026, 4, 16)


def test_a_condition_is_kept(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool([make_event(amount_minor=amount) for amount in (1, 2, 3, 4)])
    taken = pool.take(2, Kind.RECEIPT, where=lambda event: event.bank[0].amount_minor % 2 == 0)
    assert [event.bank[0].amount_minor for event in taken] == [2, 4]


def test_it_does_not_do_with_fewer_than_asked(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool([make_event()])
    with pytest.raises(RuntimeError, match="fewer than 2 events of receipt fit"):
        pool.take(2, Kind.RECEIPT)
    assert len(pool.clean) == 1


def test_what_is_put_is_kept_apart(make_event: MakeEvent, make_pool: MakePool) -> None:
    pool = make_pool([])
    pool.put(make_event(reference="A"), make_event(reference="B"))
    assert [event.reference for event in pool.broken] == ["A", "B"]
    assert pool.clean == []
