"""The latest requests are remembered for windows and ways, and for no longer than there is room."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.live.features import LIVE_FEATURES
from tieout.detect.live.payments import LivePayments
from tieout.model.table import Table, TableRole

START = datetime.fromisoformat("2025-03-01")
ROLES = (
    TableRole.ID,
    TableRole.TIME,
    TableRole.CUSTOMER,
    TableRole.MERCHANT,
    TableRole.AMOUNT,
    TableRole.CURRENCY,
)
Row = dict[TableRole, Any]
MakeRow = Callable[..., Row]


def row(name: str, minutes: float, customer: str = "c1", **changed: Any) -> Row:
    """A payment of ten euros at one shop."""
    made: Row = {
        TableRole.ID: name,
        TableRole.TIME: START + timedelta(minutes=minutes),
        TableRole.CUSTOMER: customer,
        TableRole.MERCHANT: "m1",
        TableRole.AMOUNT: 10.0,
        TableRole.CURRENCY: "EUR",
    }
    return made | {TableRole(role): value for role, value in changed.items()}


@pytest.fixture(scope="module")
def pattern() -> PaymentPattern:
    """Four hundred payments of ten customers, one every three hours."""
    random = np.random.default_rng(5)
    rows = [
        row(f"h{n}", -180.0 * (400 - n), f"c{n % 10}", amount=float(random.lognormal(3.0, 0.5)))
        for n in range(400)
    ]
    columns = {str(role): [each[role] for each in rows] for role in ROLES}
    frame = pl.DataFrame(columns, schema_overrides={"time": pl.Datetime("us")})
    table = Table(frame, np.arange(1, 401), (), {role: str(role) for role in ROLES})
    return PaymentPattern().fit(table)


def test_as_long_as_there_is_room_windows_are_those_of_all_records(
    pattern: PaymentPattern,
) -> None:
    learning = LivePayments(pattern, LIVE_FEATURES)
    asking = LivePayments(pattern, LIVE_FEATURES, requests=100)
    windows = ("burst_10m", "customer_count_1m", "seconds_since_same_amount", "seconds_since_last")
    for n in range(40):
        sent = row(f"r{n}", n * 1.7, f"c{n % 3}", amount=10.0 + n % 2, merchant=f"m{n % 2}")
        one, other = learning.judge(sent), asking.judge(sent)
        for name in windows:
            assert one.features[name] == pytest.approx(other.features[name], nan_ok=True), (n, name)


def test_requests_make_no_habits(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, LIVE_FEATURES, requests=100)
    first = live.judge(row("r0", 0.0, "new", amount=5_000.0))
    for n in range(1, 9):
        live.judge(row(f"r{n}", 600.0 * n, "new", amount=5_000.0))
    last = live.judge(row("r9", 6_000.0, "new", amount=5_000.0))
    assert last.channels["level"] == first.channels["level"] < np.log(0.01)
    assert last.features["rows_before"] == 0
    assert last.features["seconds_since_last"] == 1_200.0 * 60.0


def test_the_oldest_request_is_forgotten_where_there_is_no_room(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, requests=3)
    counts = [live.judge(row(f"r{n}", n / 60.0)).features["burst_10m"] for n in range(6)]
    assert counts == [1, 2, 3, 4, 4, 4]
    assert live.state.requests is not None
    assert len(live.state.requests) == 3


def test_requests_of_others_take_room_and_leave_no_mark_on_anybody(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, requests=4)
    live.judge(row("mine", 0.0))
    for n in range(4):
        live.judge(row(f"r{n}", 0.1 * n, f"stranger {n}"))
    assert live.judge(row("mine too", 1.0)).features["burst_10m"] == 1


def test_a_value_that_none_has_any_more_leaves_its_number_to_another(
    pattern: PaymentPattern,
) -> None:
    live = LivePayments(pattern, requests=5)
    known = dict(live.state.rows.vocabularies[TableRole.CUSTOMER])
    for n in range(500):
        live.judge(row(f"r{n}", n / 10.0, f"stranger {n}", merchant=f"shop {n}"))
    vocabulary = live.state.rows.vocabularies[TableRole.CUSTOMER]
    assert len(vocabulary) == len(known) + 5
    assert max(vocabulary.values()) < len(known) + 6
    assert {text: vocabulary[text] for text in known} == known
    again = live.judge(row("again", 50.0, "stranger 3"))
    assert again.features["burst_10m"] == 1
    assert again.features["merchant_seen_before"] == 0


def test_a_value_of_the_oldest_that_comes_again_keeps_its_number(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, requests=1)
    known = set(live.state.rows.vocabularies[TableRole.CUSTOMER])
    counts = [
        live.judge(row(f"r{n}", n / 10.0, name)).features["burst_10m"]
        for n, name in enumerate(["new a", "new a", "new b", "new a", "new a", "new c"])
    ]
    assert counts == [1, 2, 1, 1, 2, 1]
    assert set(live.state.rows.vocabularies[TableRole.CUSTOMER]) - known == {"new c"}


def test_a_record_that_is_remembered_twice_takes_one_place(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, requests=2)
    for name in ("one", "one", "two", "three", "three", "four"):
        live.remember(row(name, 1.0, amount=float(len(name))))
    assert live.state.requests is not None
    assert len(live.state.requests) == 2


def test_a_small_ring_says_what_a_large_one_says_of_the_rows_that_it_holds(
    pattern: PaymentPattern,
) -> None:
    random = np.random.default_rng(7)
    small = LivePayments(pattern, LIVE_FEATURES, requests=25)
    sent: list[Row] = []
    for n in range(300):
        sent.append(
            row(
                f"r{n}",
                n * 0.8,
                str(random.choice(["c1", "c2", "new 1", "new 2"])),
                merchant=str(random.choice(["m1", "m2"])),
                amount=float(random.choice([10.0, 20.0])),
            )
        )
        found = small.judge(sent[-1])
        if n % 23 == 0:
            whole = LivePayments(pattern, LIVE_FEATURES, requests=1_000)
            for each in sent[-26:-1]:
                whole.judge(each)
            expected = whole.judge(sent[-1])
            assert found.features == pytest.approx(expected.features, nan_ok=True)


def test_the_same_request_again_is_judged_as_it_was_whatever_came_between(
    pattern: PaymentPattern,
) -> None:
    live = LivePayments(pattern, LIVE_FEATURES, requests=50)
    sent = [row(f"r{n}", n / 4.0) for n in range(12)]
    first = [live.judge(each) for each in sent]
    again = [live.judge(each) for each in reversed(sent)][::-1]
    for one, other in zip(first, again, strict=True):
        assert one.features == pytest.approx(other.features, nan_ok=True)
        assert one.channels == pytest.approx(other.channels)
    assert live.state.requests is not None
    assert len(live.state.requests) == 12


def test_what_was_learnt_stays_as_it_was(pattern: PaymentPattern) -> None:
    live = LivePayments(pattern, requests=2)
    rows = live.state.rows
    height = rows.height
    heads = {key: dict(found) for key, found in rows.heads.items()}
    chains = {key: chain[:height].copy() for key, chain in rows.chains.items()}
    for n in range(7):
        live.judge(row(f"r{n}", n / 10.0))
    assert rows.height == height
    assert rows.heads == heads
    assert all((rows.chains[key][:height] == chain).all() for key, chain in chains.items())
