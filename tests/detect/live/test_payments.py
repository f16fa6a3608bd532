"""A record alone is judged as the last row of a table of all records so far."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.behaviour.aspects import COMPANY, TOGETHER
from tieout.detect.behaviour.features import behaviour
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.live import layout
from tieout.detect.live.channels import SLOTS
from tieout.detect.live.features import GROUPS, LIVE_FEATURES
from tieout.detect.live.judged import tell, weigh
from tieout.detect.live.payments import LivePayments, Seen
from tieout.detect.live.roles import is_plain
from tieout.model.table import Kind, Table, TableRole

START = datetime.fromisoformat("2025-01-01")
NUMBERS = {"amount", "latitude", "longitude"}
CITIES = {"London": ("GB", 51.5, -0.12), "Paris": ("FR", 48.86, 2.35), "Tokyo": ("JP", 35.7, 139.7)}

Row = dict[TableRole, Any]


def payments(rows: int, seed: int = 1) -> list[Row]:
    """Payments in order of time, with gaps in every column but the time."""
    random = np.random.default_rng(seed)
    seconds = np.sort(random.uniform(0, 40 * 86_400, rows)).astype(int)
    made: list[Row] = []
    for second in seconds:
        customer = int(random.integers(12))
        city = str(random.choice(list(CITIES), p=[0.9, 0.08, 0.02]))
        country, latitude, longitude = CITIES[city]
        known = random.uniform() > 0.15
        row: Row = {
            TableRole.ID: f"T{len(made)}",
            TableRole.TIME: START + timedelta(seconds=int(second)),
            TableRole.CUSTOMER: f"c{customer}",
            TableRole.CARD: f"k{customer}{random.integers(2)}",
            TableRole.MERCHANT: f"m{random.integers(6)}",
            TableRole.MERCHANT_CATEGORY: str(random.choice(["shop", "bar"])),
            TableRole.AMOUNT: float(random.choice([9.5, 20.0, 480.0, 990.0, 31.25])),
            TableRole.CURRENCY: str(random.choice(["GBP", "EUR"])),
            TableRole.COUNTRY: country,
            TableRole.CITY: city,
            TableRole.LATITUDE: latitude + round(float(random.normal(0, 0.01)), 4)
            if known
            else None,
            TableRole.LONGITUDE: longitude if known else None,
            TableRole.DEVICE: str(random.choice(["d1", "d2", "d3"])),
            TableRole.STATUS: str(random.choice(["approved", "declined", "chargeback"])),
        }
        for role in row:
            if role not in {TableRole.TIME, TableRole.ID} and random.uniform() < 0.03:
                row[role] = None
        made.append(row)
    return made


def as_table(rows: Sequence[Row], roles: Sequence[TableRole]) -> Table:
    """Rows as a table whose columns are named by their roles."""
    columns = []
    for role in roles:
        kind: Any = pl.Float64 if role in NUMBERS else pl.String
        kind = pl.Datetime("us") if role is TableRole.TIME else kind
        columns.append(pl.Series(str(role), [row[role] for row in rows], dtype=kind))
    frame = pl.DataFrame(columns)
    return Table(frame, np.arange(1, len(rows) + 1), (), {role: str(role) for role in roles})


@pytest.fixture(scope="module")
def stream() -> list[Row]:
    """Eight hundred payments; the first seven hundred are history."""
    return payments(800)


@pytest.fixture(scope="module")
def fitted(stream: list[Row]) -> PaymentPattern:
    """A pattern that learnt from the history."""
    return PaymentPattern().fit(as_table(stream[:700], list(stream[0])))


# Of equal amounts a day apart or more nothing is said to a single record.
DAY = 86_400.0


def same(one: Any, other: Any) -> bool:
    """Whether two features are equal, null and NaN alike."""
    one = math.nan if one is None else float(one)
    other = math.nan if other is None else float(other)
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other, rel=1e-9)


def differing(found: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """The features that are not the same in both."""
    apart = {
        name: (value, expected[name])
        for name, value in found.items()
        if not same(value, expected[name])
    }
    gap = expected.get("seconds_since_same_amount")
    if gap is not None and gap > DAY:
        apart.pop("seconds_since_same_amount", None)
    return apart


def of_table(
    fitted: PaymentPattern, rows: Sequence[Row], names: frozenset[str]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Features and channels of the last of some rows, by the way of tables."""
    table = as_table(rows, list(rows[0]))
    features = behaviour(table, fitted.memory, features=names).row(-1, named=True)
    fresh = PaymentPattern.restored(fitted.state())
    channels = {name: float(log_p[-1]) for name, log_p in fresh.channels(table).items()}
    return features, channels


@pytest.fixture(scope="module")
def judged(fitted: PaymentPattern, stream: list[Row]) -> tuple[list[Seen], frozenset[str]]:
    live = LivePayments(fitted, LIVE_FEATURES)
    return [live.judge(row) for row in stream[700:]], live.features


@pytest.mark.parametrize("place", range(0, 100, 9))
def test_each_record_is_judged_as_the_last_row_of_a_table_of_all_so_far(
    place: int,
    fitted: PaymentPattern,
    stream: list[Row],
    judged: tuple[list[Seen], frozenset[str]],
) -> None:
    records, names = judged
    features, channels = of_table(fitted, stream[700 : 701 + place], names)
    assert differing(records[place].features, features) == {}
    for name, log_p in channels.items():
        assert records[place].channels[name] == pytest.approx(log_p, rel=1e-12, abs=1e-12), name


def test_shares_amounts_and_hours_are_as_odd_as_in_a_table_to_the_last_bit(
    fitted: PaymentPattern, stream: list[Row], judged: tuple[list[Seen], frozenset[str]]
) -> None:
    for place in range(3, 100, 16):
        _, channels = of_table(fitted, stream[700 : 701 + place], judged[1])
        found = judged[0][place].channels
        for name in ("amount", "level", "hour", "country", "burst", "repeat", TOGETHER):
            assert found[name] == channels[name], (place, name)


def test_the_compiled_parts_know_features_and_channels_by_where_these_stand() -> None:
    begun = [group.first for group in GROUPS.values()]
    assert begun == [
        *(layout.CLOCK, layout.PACE, layout.AMOUNTS, layout.LEVEL, layout.BURST, layout.TRAVEL),
        *(layout.FIRSTS, layout.REPEATS, layout.CROWDS, layout.LIMITS, layout.STATUSES),
    ]
    assert [group.bit for group in GROUPS.values()] == [2**place for place in range(11)]
    named = {name: getattr(layout, f"ODD_{name.upper()}") for name in SLOTS}
    assert named == dict(SLOTS)
    assert len(SLOTS) == layout.ODDS


def test_whatever_columns_there_are_all_is_compiled_once(fitted: PaymentPattern) -> None:
    kept = (TableRole.TIME, TableRole.CARD, TableRole.LATITUDE, TableRole.LONGITUDE, TableRole.CITY)
    rows = [{role: row[role] for role in kept} for row in payments(120, seed=9)]
    LivePayments(PaymentPattern().fit(as_table(rows, kept)), requests=5).judge(rows[0])
    LivePayments(fitted).warm_up()
    for loop in (tell, weigh):
        assert len(getattr(loop, "signatures")) == 1  # noqa: B009 - numba's own


def test_to_warm_up_is_to_remember_nothing(fitted: PaymentPattern, stream: list[Row]) -> None:
    warm, cold = LivePayments(fitted, LIVE_FEATURES), LivePayments(fitted, LIVE_FEATURES)
    warm.warm_up()
    assert warm.added().is_empty()
    for row in stream[700:720]:
        one, other = warm.judge(row), cold.judge(row)
        assert one.channels == other.channels
        assert one.features == other.features


def test_spreads_that_share_a_cell_are_told_apart(
    fitted: PaymentPattern, stream: list[Row], judged: tuple[list[Seen], frozenset[str]]
) -> None:
    live = LivePayments(fitted, LIVE_FEATURES)
    live.state.tags, live.state.spreads = live.state.tags[:4].copy(), live.state.spreads[:4].copy()
    for row, expected in zip(stream[700:760], judged[0], strict=False):
        assert live.judge(row).channels == expected.channels


def test_so_many_cards_at_one_merchant_are_counted_one_by_one(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    live = LivePayments(fitted, LIVE_FEATURES, requests=200)
    row = {**stream[700], TableRole.MERCHANT: "m0", TableRole.CARD: "k00"}
    counts = []
    for place in range(90):
        moved = {**row, TableRole.ID: f"x{place}", TableRole.CARD: f"card {place * 7 % 60}"}
        moved[TableRole.TIME] += timedelta(days=1, seconds=place)
        counts.append(live.judge(moved).features["merchant_cards_10m"])
    assert counts == [*range(1, 61), *[60] * 30]


def test_every_feature_that_can_be_told_of_a_single_record_is_compared(
    judged: tuple[list[Seen], frozenset[str]],
) -> None:
    assert judged[1] == LIVE_FEATURES


def test_a_model_that_was_saved_judges_the_same(
    fitted: PaymentPattern, stream: list[Row], judged: tuple[list[Seen], frozenset[str]]
) -> None:
    live = LivePayments(PaymentPattern.restored(fitted.state()), LIVE_FEATURES)
    for row, expected in zip(stream[700:720], judged[0], strict=False):
        assert live.judge(row).channels == pytest.approx(expected.channels)


@pytest.mark.parametrize(
    "kept",
    [
        (TableRole.TIME, TableRole.CUSTOMER, TableRole.AMOUNT),
        (TableRole.TIME, TableRole.CARD, TableRole.COUNTRY),
        (TableRole.TIME, TableRole.ACCOUNT, TableRole.AMOUNT, TableRole.CURRENCY),
        (TableRole.TIME, TableRole.CUSTOMER, TableRole.LATITUDE, TableRole.LONGITUDE),
        (TableRole.TIME, TableRole.COUNTERPARTY, TableRole.MERCHANT, TableRole.AMOUNT),
        (
            *(TableRole.TIME, TableRole.CUSTOMER, TableRole.CITY, TableRole.AMOUNT),
            *(TableRole.LATITUDE, TableRole.LONGITUDE),
        ),
    ],
)
def test_tables_with_few_columns_have_what_their_columns_allow(
    kept: tuple[TableRole, ...],
) -> None:
    like = {TableRole.ACCOUNT: TableRole.CUSTOMER, TableRole.COUNTERPARTY: TableRole.CUSTOMER}
    rows = [{role: row[like.get(role, role)] for role in kept} for row in payments(330, seed=4)]
    pattern = PaymentPattern().fit(as_table(rows[:300], kept))
    live = LivePayments(pattern, LIVE_FEATURES)
    seen = [live.judge(row) for row in rows[300:]]
    for place in (0, 11, 29):
        features, channels = of_table(pattern, rows[300 : 301 + place], live.features)
        assert differing(seen[place].features, features) == {}
        for name, log_p in channels.items():
            assert seen[place].channels[name] == pytest.approx(log_p, abs=1e-9), name


def test_a_record_at_midnight_has_an_hour_like_any_other(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    last = stream[699][TableRole.TIME]
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    record = {**stream[699], TableRole.ID: "new", TableRole.TIME: midnight}
    live = LivePayments(fitted)
    _, channels = of_table(fitted, [record], live.features)
    assert channels["hour"] < 0.0
    assert live.judge(record).channels["hour"] == pytest.approx(channels["hour"])


@pytest.mark.parametrize("customer", ["c3", "nobody", None])
@pytest.mark.parametrize("amount", [20.0, 75_000.0, None])
def test_of_a_record_without_a_time_only_the_amount_is_judged_as_in_a_table(
    customer: str | None, amount: float | None, fitted: PaymentPattern, stream: list[Row]
) -> None:
    live = LivePayments(fitted, LIVE_FEATURES)
    before = live.state.rows.height
    record = {**stream[700], TableRole.TIME: None, TableRole.AMOUNT: amount}
    record |= {TableRole.CUSTOMER: customer, TableRole.CURRENCY: "EUR"}
    seen = live.judge(record)
    features, channels = of_table(fitted, [record], live.features)
    assert differing(seen.features, features) == {}
    for name, log_p in channels.items():
        assert seen.channels[name] == pytest.approx(log_p, abs=1e-9), name
    odd = {name for name, value in seen.channels.items() if value < np.log(0.05)}
    assert odd <= {"amount", "level", TOGETHER}
    assert bool(odd) == (amount == 75_000.0)
    assert live.state.rows.height == before
    assert live.added().is_empty()


def test_a_record_that_was_learnt_from_is_judged_as_it_was_there_and_not_remembered_twice(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    live = LivePayments(fitted)
    whole = PaymentPattern.restored(fitted.state())
    channels = whole.channels(as_table(stream[:700], list(stream[0])))
    for place in (3, 250, 699):
        seen = live.judge(stream[place])
        for name in set(channels) - {COMPANY}:
            assert seen.channels[name] == pytest.approx(float(channels[name][place])), name
    assert live.state.rows.height == live.state.memory_rows
    live.remember(stream[5])
    assert live.state.rows.height == live.state.memory_rows


def test_a_late_record_is_not_judged_by_rows_later_than_it(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    live = LivePayments(fitted)
    soon = {**stream[699], TableRole.ID: "soon", TableRole.AMOUNT: 77.0}
    soon[TableRole.TIME] += timedelta(hours=2)
    soon |= {TableRole.CARD: "k00", TableRole.MERCHANT: "m0", TableRole.CURRENCY: "GBP"}
    late = {**soon, TableRole.ID: "late", TableRole.TIME: soon[TableRole.TIME] - timedelta(hours=1)}
    live.judge(soon)
    seen = live.judge(late)
    assert math.isnan(float(seen.features["seconds_since_same_amount"] or math.nan))
    assert seen.features["burst_10m"] == 1


def test_what_was_remembered_is_there_for_a_table(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    live = LivePayments(fitted)
    for row in stream[700:703]:
        live.remember(row)
    added = live.added()
    assert added.schema == fitted.memory.frame.schema
    assert added["id"].to_list() == [row[TableRole.ID] for row in stream[700:703]]
    more = fitted.with_past(added)
    assert more.memory.height == fitted.memory.height + 3
    assert fitted.memory.height == 700


def test_rows_that_were_only_remembered_count_as_past(
    fitted: PaymentPattern, stream: list[Row]
) -> None:
    told, judging = LivePayments(fitted), LivePayments(fitted)
    for row in stream[700:740]:
        told.remember(row)
        judging.judge(row)
    one, other = told.judge(stream[740]), judging.judge(stream[740])
    assert one.features == pytest.approx(other.features, nan_ok=True)


def test_reasons_are_those_of_the_table(fitted: PaymentPattern, stream: list[Row]) -> None:
    roles = {role: str(role) for role in stream[0]}
    odd = {**stream[699], TableRole.ID: "odd", TableRole.AMOUNT: 90_000.0}
    odd[TableRole.TIME] += timedelta(hours=3)
    live = LivePayments(fitted)
    record = {str(role): value for role, value in odd.items()}
    said = live.reasons(live.judge(odd), record, roles)
    fresh = PaymentPattern.restored(fitted.state())
    (expected,) = fresh.reasons(as_table([odd], list(odd)), [0])
    assert said == expected
    assert any("times this customer's usual" in reason.text for reason in said)


def test_room_grows_with_the_rows(fitted: PaymentPattern, stream: list[Row]) -> None:
    live = LivePayments(fitted)
    row = stream[700]
    for place in range(600):
        moved = {**row, TableRole.ID: f"x{place}"}
        moved[TableRole.TIME] += timedelta(minutes=place)
        live.remember(moved)
    assert live.state.rows.height == live.state.memory_rows + 600
    assert isinstance(live.added(), pl.DataFrame)
    last = {**row, TableRole.ID: "last", TableRole.TIME: row[TableRole.TIME] + timedelta(hours=10)}
    seen = live.judge(last)
    assert seen.features["burst_10m"] == 11


def test_values_are_typed_anew_only_where_a_column_is_not_what_its_role_needs() -> None:
    roles = {TableRole.TIME: "at", TableRole.AMOUNT: "sum", TableRole.CUSTOMER: "who"}
    kinds = {"at": Kind.TIME, "sum": Kind.NUMBER, "who": Kind.CATEGORY}
    assert is_plain(kinds, roles)
    assert not is_plain({**kinds, "who": Kind.NUMBER}, roles)
    assert not is_plain({**kinds, "sum": Kind.CATEGORY}, roles)
    by_debits = {TableRole.DEBIT: "sum", TableRole.CREDIT: "more", TableRole.CUSTOMER: "who"}
    assert not is_plain({**kinds, "more": Kind.NUMBER}, by_debits)
