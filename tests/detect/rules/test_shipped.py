"""The shipped rules on small tables, each on what it is for and on what it must leave alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.rules.apply import RuleResult, apply_rules, names_needed
from tieout.detect.rules.frame import KNOWN_ELSEWHERE, rule_frame
from tieout.detect.rules.load import load_rules, shipped_rules
from tieout.model.table import Table

MakeTable = Callable[..., Table]


def applied(table: Table, name: str) -> RuleResult:
    return apply_rules(shipped_rules(name), rule_frame(table, behaviour(table)))


def triggered(table: Table, name: str, rule_id: str) -> list[int]:
    return [int(place) for place in np.flatnonzero(applied(table, name).fired(rule_id))]


def moments(
    count: int, *, step_minutes: float = 24 * 60, start: str = "2025-01-01T12:00"
) -> list[str]:
    steps = (np.arange(count) * step_minutes * 60e6).astype("timedelta64[us]")
    return [str(moment) for moment in np.datetime64(start) + steps]


def payments(table: MakeTable, rows: int = 30, **last: Any) -> Table:
    """Daily payments at noon of one customer in London; the last row is changed as told."""
    columns: dict[str, list[Any]] = {
        "time": moments(rows),
        "customer": ["a"] * rows,
        "card": ["1"] * rows,
        "merchant": ["m"] * rows,
        "merchant_category": ["shop"] * rows,
        "country": ["GB"] * rows,
        "latitude": [51.5] * rows,
        "longitude": [-0.1] * rows,
        "amount": [float(10 + number % 7) for number in range(rows)],
        "currency": ["GBP"] * rows,
    }
    for name, value in last.items():
        columns[name][-1] = value
    return table(**columns)


@pytest.mark.parametrize("name", ["payments", "journal", "typologies"])
def test_every_name_in_the_shipped_rules_is_known(name: str) -> None:
    for rule in shipped_rules(name).rules:
        assert set(names_needed(rule)) <= KNOWN_ELSEWHERE, rule.id


def test_a_usual_month_triggers_nothing(table: MakeTable) -> None:
    result = applied(payments(table), "payments")
    assert result.skipped == {}
    assert not result.flags.any()


def test_a_high_amount_at_night_is_told(table: MakeTable) -> None:
    night = payments(table, time="2025-01-30T03:00", amount=90.0)
    found = applied(night, "payments")
    assert triggered(night, "payments", "night-high-amount") == [29]
    (reason,) = found.reasons([29])[0]
    earlier = night.frame["amount"].to_list()
    three_in_four = sorted(earlier)[int(0.75 * 29)]
    assert reason.values == (90.0, 3.0, 0.0, 29.0, three_in_four)
    assert reason.text.startswith("90.00 at 3h, when 0 of 29 earlier payments were made")


@pytest.mark.parametrize("last", [{"time": "2025-01-30T03:00", "amount": 10.0}, {"amount": 90.0}])
def test_a_low_amount_at_night_or_a_high_one_by_day_is_left_alone(
    table: MakeTable, last: dict[str, Any]
) -> None:
    assert triggered(payments(table, **last), "payments", "night-high-amount") == []


def test_a_new_country_is_told(table: MakeTable) -> None:
    abroad = payments(table, country="FR")
    assert triggered(abroad, "payments", "new-country") == [29]
    (reason,) = applied(abroad, "payments").reasons([29])[0]
    assert reason.values == (0.0, 0.0, 29.0)


def test_a_country_is_not_new_to_a_customer_who_is(table: MakeTable) -> None:
    assert triggered(payments(table, rows=5, country="FR"), "payments", "new-country") == []


def test_a_burst_is_told_from_its_first_row(table: MakeTable) -> None:
    usual = moments(100)
    burst = moments(5, step_minutes=2, start="2025-06-01T12:00")
    made = table(time=usual + burst, customer=["a"] * 105, card=["1"] * 105)
    assert triggered(made, "payments", "burst") == [100, 101, 102, 103, 104]
    three = table(time=usual + burst[:3], customer=["a"] * 103, card=["1"] * 103)
    assert triggered(three, "payments", "burst") == []


def test_impossible_travel_is_told_by_distance_and_time(table: MakeTable) -> None:
    tokyo: dict[str, Any] = {"latitude": 35.7, "longitude": 139.7}
    fast = payments(table, time="2025-01-29T14:00", **tokyo)
    assert triggered(fast, "payments", "impossible-travel") == [29]
    (reason,) = applied(fast, "payments").reasons([29])[0]
    km, speed = reason.values
    assert speed == pytest.approx(km / 26, rel=1e-3) or speed > 900
    slow = payments(table, **tokyo)
    assert triggered(slow, "payments", "impossible-travel") == []


def test_a_short_way_in_no_time_is_not_travel(table: MakeTable) -> None:
    near = payments(table, time="2025-01-29T12:00:10", latitude=51.9)
    assert triggered(near, "payments", "impossible-travel") == []


@pytest.mark.parametrize(("seconds", "found"), [(0, [29]), (300, [29]), (301, [])])
def test_the_same_payment_within_five_minutes_is_told(
    table: MakeTable, seconds: int, found: list[int]
) -> None:
    moment = str(np.datetime64("2025-01-29T12:00:00") + np.timedelta64(seconds, "s"))
    again = payments(table, time=moment, amount=10.0)
    assert again.frame["amount"][28] == 10.0
    assert triggered(again, "payments", "fast-duplicate") == found


def test_a_table_with_little_in_it_skips_rules_and_says_so(table: MakeTable) -> None:
    little = table(time=moments(3), amount=[1.0, 2.0, 3.0])
    result = applied(little, "payments")
    assert set(result.skipped) == {rule.id for rule in shipped_rules("payments").rules}
    assert "impossible-travel" in result.skipped
    assert "km_from_last" in result.skipped["impossible-travel"]


# Typologies.


def test_card_testing_at_a_merchant_is_told(table: MakeTable) -> None:
    rows = 200
    tested = 8
    made = table(
        time=moments(rows) + moments(tested, step_minutes=1, start="2026-01-01T12:00"),
        card=[f"{number % 40}" for number in range(rows)] + [f"t{n}" for n in range(tested)],
        merchant=[f"m{number % 9}" for number in range(rows)] + ["m1"] * tested,
        amount=[50.0] * rows + [1.0] * tested,
        currency=["EUR"] * (rows + tested),
    )
    assert triggered(made, "typologies", "card-testing-merchant") == [205, 206, 207]


def test_card_testing_on_a_device_is_told(table: MakeTable) -> None:
    made = table(
        time=moments(5, step_minutes=60),
        customer=list("abcde"),
        card=list("12345"),
        device=["d"] * 5,
    )
    assert triggered(made, "typologies", "card-testing-device") == [3, 4]


def test_refusals_are_told(table: MakeTable) -> None:
    made = table(time=moments(5, step_minutes=5), card=["1"] * 5, status=["declined"] * 5)
    assert triggered(made, "typologies", "card-testing-refusals") == [3, 4]


def test_chargebacks_are_told_when_they_are_a_habit(table: MakeTable) -> None:
    habit = table(time=moments(9), customer=["a"] * 9, status=["ok", "chargeback", "ok"] * 3)
    assert triggered(habit, "typologies", "chargeback-abuse") == [7]
    seldom = table(time=moments(60), customer=["a"] * 60, status=["chargeback"] * 3 + ["ok"] * 57)
    late = triggered(seldom, "typologies", "chargeback-abuse")
    assert late == [2]


def test_bots_are_told_by_even_gaps(table: MakeTable) -> None:
    bot = table(time=moments(15, step_minutes=1), customer=["a"] * 15)
    assert triggered(bot, "typologies", "bot-even-gaps") == [10, 11, 12, 13, 14]
    subscription = table(time=moments(15, step_minutes=24 * 60), customer=["a"] * 15)
    assert triggered(subscription, "typologies", "bot-even-gaps") == []


def test_bots_are_told_by_their_pace(table: MakeTable) -> None:
    made = table(time=moments(7, step_minutes=0.1), customer=["a"] * 7)
    assert triggered(made, "typologies", "bot-many-a-minute") == [5, 6]


def test_structuring_is_told_below_a_limit(table: MakeTable) -> None:
    ordinary = [float(20 + number % 50) for number in range(100)]
    made = table(
        time=moments(100, start="2024-01-01T12:00") + moments(4, start="2025-01-01T12:00"),
        customer=["a"] * 104,
        amount=[*ordinary, 9_900.0, 9_850.0, 9_990.0, 10_500.0],
        currency=["EUR"] * 104,
    )
    assert triggered(made, "typologies", "structuring") == [102]
    result = applied(made, "typologies")
    (reason,) = [r for r in result.reasons([102])[0] if "below 10,000" in r.text]
    assert reason.values == (3.0, 10_000.0, 29_740.0)


# Journals.


def journal(table: MakeTable, rows: int = 200, **last: Any) -> Table:
    """Two-line entries on weekdays, posted at once by other people than approve them."""
    days = np.busday_offset("2025-01-01", np.arange(rows // 2) // 4, roll="forward")
    dates = np.repeat(days.astype("datetime64[D]").astype(str), 2).tolist()
    amounts = [float(100 + (number // 2) % 37) + 0.25 for number in range(rows)]
    columns: dict[str, list[Any]] = {
        "entry": [f"e{number // 2}" for number in range(rows)],
        "account": ["4000" if number % 2 else "1000" for number in range(rows)],
        "time": list(dates),
        "posted_at": [f"{day}T11:00" for day in dates],
        "debit": [None if number % 2 else amounts[number] for number in range(rows)],
        "credit": [amounts[number] if number % 2 else None for number in range(rows)],
        "prepared_by": ["ann" if (number // 2) % 2 else "bob" for number in range(rows)],
        "approved_by": ["eve"] * rows,
        "origin": ["system"] * rows,
        "counterparty": [f"party {number // 2 % 5}" for number in range(rows)],
        "document": [f"paper {number // 2}" for number in range(rows)],
    }
    for name, value in last.items():
        columns[name][-1] = value
    return table(**columns)


def test_a_sound_journal_triggers_nothing(table: MakeTable) -> None:
    result = applied(journal(table), "journal")
    assert result.skipped == {}
    assert not result.flags.any()


@pytest.mark.parametrize(
    ("rule_id", "last", "found"),
    [
        ("unbalanced-entry", {"credit": 100.24}, [198, 199]),
        ("self-approved", {"prepared_by": "Eve"}, [199]),
        ("weekend-high-amount", {"posted_at": "2025-03-08T10:00", "credit": 5_000.0}, [199]),
        ("weekend-high-amount", {"posted_at": "2025-03-08T10:00", "credit": 1.0}, []),
        ("weekend-manual", {"posted_at": "2025-02-08T10:00", "origin": "manual"}, [199]),
        ("weekend-manual", {"posted_at": "2025-02-08T10:00"}, []),
        ("weekend-manual", {"posted_at": "2025-03-01T10:00", "origin": "manual"}, []),
        (
            "round-manual-at-period-end",
            {"origin": "manual", "time": "2025-03-31", "credit": 12_000.0},
            [199],
        ),
        ("round-manual-at-period-end", {"origin": "manual", "credit": 12_000.0}, []),
        ("posted-after-period", {"posted_at": "2025-04-20T11:00"}, [199]),
        ("new-preparer-high-amount", {"prepared_by": "zoe", "credit": 9_000.0}, []),
        ("document-booked-again", {"document": "paper 98", "credit": 124.25}, [199]),
        ("document-booked-again", {"document": "paper 98", "credit": 124.24}, []),
        ("document-booked-again", {"document": "paper 2", "credit": 102.25}, []),
        ("amount-booked-again", {"counterparty": "party 3", "credit": 124.25}, [199]),
        ("amount-booked-again", {"counterparty": "party 2", "credit": 124.25}, []),
    ],
)
def test_journal_rules_find_what_they_are_for(
    table: MakeTable, rule_id: str, last: dict[str, Any], found: list[int]
) -> None:
    assert triggered(journal(table, **last), "journal", rule_id) == found


def test_someone_new_to_an_account_is_told_once_the_account_is_old(table: MakeTable) -> None:
    made = journal(table, rows=400, prepared_by="zoe", credit=9_000.0)
    assert triggered(made, "journal", "new-preparer-high-amount") == [399]
    small = journal(table, rows=400, prepared_by="zoe")
    assert triggered(small, "journal", "new-preparer-high-amount") == []


# The frame.


def test_roles_name_columns_whatever_they_are_called(table: MakeTable) -> None:
    made = table(time=["2025-01-01T03:00"], amount=[5.0], merchant_category=["food"])
    renamed = Table(
        made.frame.rename({"amount": "Betrag", "merchant_category": "MCC"}),
        made.rows,
        made.columns,
        {
            role: {"amount": "Betrag", "merchant_category": "MCC"}.get(n, n)
            for role, n in made.roles.items()
        },
    )
    frame = rule_frame(renamed, behaviour(renamed, features=["hour"]))
    assert {"Betrag", "amount", "MCC", "category", "merchant_category", "hour"} <= set(
        frame.columns
    )
    assert frame["amount"].to_list() == [5.0]
    assert frame["hour"].to_list() == [3]


def test_a_feature_comes_before_a_column_of_its_name(table: MakeTable) -> None:
    made = table(time=["2025-01-01T03:00"], customer=["a"])
    own = Table(made.frame.with_columns(hour=pl.lit(99)), made.rows, made.columns, made.roles)
    assert rule_frame(own, behaviour(own))["hour"].to_list() == [3]
    assert rule_frame(own)["hour"].to_list() == [99]


def test_debits_and_credits_make_an_amount(table: MakeTable) -> None:
    made = table(account=["1", "1"], debit=[5.0, None], credit=[None, 2.0])
    assert rule_frame(made)["amount"].to_list() == [5.0, -2.0]


def test_reasons_hold_what_features_say(table: MakeTable) -> None:
    abroad = payments(table, country="FR", time="2025-01-29T12:04", amount=10.0, latitude=48.0)
    features = behaviour(abroad)
    frame = rule_frame(abroad, features)
    result = apply_rules(load_rules(None, "payments"), frame)
    told = dict(zip(result.triggered([29])[0], result.reasons([29])[0], strict=True))
    assert set(told) == {"impossible-travel", "new-country", "fast-duplicate"}
    row = frame.row(29, named=True)
    wanted: dict[str, Sequence[str]] = {
        "impossible-travel": ["km_from_last", "km_per_hour_away"],
        "new-country": ["country_known_days", "country_seen_before", "rows_before"],
        "fast-duplicate": ["amount", "seconds_since_same_amount"],
    }
    for rule_id, names in wanted.items():
        assert told[rule_id].values == tuple(float(row[name]) for name in names)
        assert set(names) <= set(FEATURES) | {"amount"}
