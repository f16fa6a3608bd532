"""Payments that are unlike the past, on a small world where each kind is planted."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest

from tieout.detect.behaviour.aspects import COMPANY, TOGETHER
from tieout.detect.behaviour.pattern import ChannelCalibration, PaymentPattern
from tieout.detect.detector import Detector
from tieout.model.facts import Reason
from tieout.model.table import Table, TableRole

MakeTable = Callable[..., Table]

CITIES = {"London": ("GB", 51.5, -0.12), "Paris": ("FR", 48.86, 2.35), "Tokyo": ("JP", 35.7, 139.7)}


@dataclass
class World:
    """Rows of payments; each planted one has its kind in `kinds`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, kind: str = "", **row: Any) -> None:
        self.rows.append(row)
        self.kinds.append(kind)

    def columns(self) -> dict[str, list[Any]]:
        return {name: [row[name] for row in self.rows] for name in self.rows[0]}


def moment(seconds: float) -> str:
    return str(np.datetime64("2025-01-01T00:00:00") + np.timedelta64(int(seconds * 1e6), "us"))


def world(seed: int = 3, customers: int = 30, days: int = 60) -> World:
    """Shoppers in London by day, two payments a day each, in two price classes."""
    generator = np.random.default_rng(seed)
    made = World()
    for customer in range(customers):
        middle = float(np.exp(generator.normal(3.5, 0.5)))
        for day in range(days):
            for hour in generator.normal([11.0, 17.0], 1.0):
                made.add(
                    time=moment((day * 24 + float(hour)) * 3600),
                    customer=f"c{customer}",
                    card=f"k{customer}",
                    merchant=f"m{generator.integers(8)}",
                    merchant_category="shop",
                    country="GB",
                    city="London",
                    latitude=51.5 + generator.normal(0, 0.02),
                    longitude=-0.12 + generator.normal(0, 0.02),
                    amount=round(middle * float(np.exp(generator.normal(0, 0.3))), 2),
                )
    return made


def planted(customers: int = 30) -> World:
    """The same with payments of each kind in the last days."""
    made = world(customers=customers)
    for customer in range(0, customers, 5):
        last = [row for row in made.rows if row["customer"] == f"c{customer}"][-1]
        noon = (62 * 24 + 12) * 3600 + customer / 100

        def pay(kind: str, seconds: float, like: dict[str, Any] = last, **changed: Any) -> None:
            made.add(kind, **{**like, "time": moment(seconds), **changed})

        pay("HIGH", noon, amount=round(last["amount"] * 30, 2))
        pay("ODD_HOUR", noon + 15 * 3600)
        pay("first", noon + 48 * 3600, amount=12.34)
        pay("REPEAT", noon + 48 * 3600 + 40, amount=12.34)
        for step in range(5):
            pay("BURST", noon + 72 * 3600 + step * 50, amount=5.0 + step)
        _, latitude, longitude = CITIES["Tokyo"]
        far: dict[str, Any] = {
            "country": "JP",
            "city": "Tokyo",
            "latitude": latitude,
            "longitude": longitude,
        }
        pay("here", noon + 96 * 3600)
        pay("TRAVEL", noon + 97 * 3600, **far)
        _, latitude, longitude = CITIES["Paris"]
        near: dict[str, Any] = {
            "country": "FR",
            "city": "Paris",
            "latitude": latitude,
            "longitude": longitude,
        }
        pay("COUNTRY", noon + 192 * 3600, **near)
    return made


@pytest.fixture(name="history", scope="module")
def history_fixture(table: MakeTable) -> Table:
    return table(**world().columns())


@pytest.fixture(name="mixed", scope="module")
def mixed_fixture(table: MakeTable) -> tuple[Table, list[str]]:
    made = planted()
    return table(**made.columns()), made.kinds


@pytest.fixture(name="fitted", scope="module")
def fitted_fixture(history: Table) -> PaymentPattern:
    return PaymentPattern().fit(history)


def test_it_is_a_detector() -> None:
    detector: Detector = PaymentPattern()
    assert detector.name == "payment_pattern"
    assert detector.version == 3


def test_each_kind_is_found_by_its_own_channel(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    table, kinds = mixed
    channels = fitted.channels(table)
    wanted = {
        "HIGH": "amount",
        "ODD_HOUR": "hour",
        "REPEAT": "repeat",
        "BURST": "burst",
        "TRAVEL": "travel",
        "COUNTRY": "country",
    }
    for kind, channel in wanted.items():
        of_kind = [place for place, found in enumerate(kinds) if found == kind]
        assert np.all(channels[channel][of_kind] <= np.log(0.01)), kind


def test_what_is_planted_comes_first(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    table, kinds = mixed
    scores = fitted.score(table)
    odd = np.array([kind not in {"", "first", "here"} for kind in kinds])
    count = int(odd.sum())
    top = np.argsort(scores.log_p, kind="stable")[: int(count * 1.3)]
    assert odd[top].sum() >= 0.9 * count


def test_a_table_judged_by_itself_finds_the_same(mixed: tuple[Table, list[str]]) -> None:
    table, kinds = mixed
    scores = PaymentPattern().fit(table).score(table)
    odd = np.array([kind not in {"", "first", "here"} for kind in kinds])
    top = np.argsort(-np.nan_to_num(scores.score), kind="stable")[: int(0.05 * len(odd))]
    assert odd[top].sum() >= 0.9 * odd.sum()


def test_p_values_are_small_as_often_as_they_say(history: Table) -> None:
    rows = history.height
    order = history.frame["time"].arg_sort().to_numpy()
    early, late = history.take(order[: rows // 2]), history.take(order[rows // 2 :])
    log_p = PaymentPattern().fit(early).score(late).log_p
    assert np.all(log_p <= 0.0)
    for level in (0.2, 0.05):
        assert (log_p <= np.log(level)).mean() <= 1.6 * level


def test_rows_of_history_are_not_their_own_past(fitted: PaymentPattern, history: Table) -> None:
    again = fitted.score(history.take(np.arange(history.height)))
    first = fitted.score(history)
    assert np.array_equal(again.log_p, first.log_p)
    # Else every row would be a repeat of itself.
    assert (fitted.channels(history)["repeat"] < 0.0).mean() < 0.01


def test_it_is_restored_as_it_was(fitted: PaymentPattern, mixed: tuple[Table, list[str]]) -> None:
    table, _ = mixed
    state = fitted.state()
    for value in state.values():
        assert isinstance(value, str | int | float | list | np.ndarray)
        assert not isinstance(value, np.ndarray) or value.dtype != np.object_
    again = PaymentPattern.restored(state)
    assert np.array_equal(again.score(table).log_p, fitted.score(table).log_p)
    assert again.reasons(table, [0, table.height - 1]) == fitted.reasons(
        table, [0, table.height - 1]
    )


def test_the_order_of_rows_does_not_matter(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    table, _ = mixed
    shuffled = np.random.default_rng(1).permutation(table.height)
    straight = fitted.score(table).log_p[shuffled]
    assert np.allclose(fitted.score(table.take(shuffled)).log_p, straight)


def test_missing_values_never_raise(fitted: PaymentPattern, table: MakeTable) -> None:
    empty = {name: [None, None] for name in world(customers=1, days=1).rows[0]}
    scores = fitted.score(table(**empty))
    assert scores.log_p.tolist() == [0.0, 0.0]
    assert np.isnan(scores.score).all()
    assert fitted.reasons(table(**empty), [0, 1]) == [(), ()]


def test_an_empty_table_has_no_scores(fitted: PaymentPattern, history: Table) -> None:
    none = history.take(np.array([], dtype=np.int64))
    assert fitted.score(none).log_p.tolist() == []
    assert fitted.reasons(none, []) == []


def test_fewer_roles_are_fewer_channels(table: MakeTable, history: Table) -> None:
    kept = history.without(["merchant", "latitude", "longitude", "country", "card", "city"])
    detector = PaymentPattern().fit(kept)
    assert set(detector.channels(kept)) == {"amount", "level", "hour", "burst", TOGETHER, COMPANY}
    assert (detector.score(kept).log_p < 0.0).any()


def test_current_rows_may_lack_a_role(fitted: PaymentPattern, history: Table) -> None:
    less = history.without(["latitude", "longitude"])
    assert "travel" not in fitted.channels(less)
    assert (fitted.score(less).log_p < 0.0).any()


@pytest.mark.parametrize(
    "columns",
    [
        {"customer": ["a"], "amount": [1.0]},
        {"time": ["2025-01-01T10:00"], "amount": [1.0]},
        {"time": ["2025-01-01"], "customer": ["a"]},
    ],
)
def test_what_it_needs_is_said(table: MakeTable, columns: dict[str, list[Any]]) -> None:
    with pytest.raises(ValueError, match="payments need"):
        PaymentPattern().fit(table(**columns))


def test_it_says_when_it_is_not_fitted(history: Table) -> None:
    with pytest.raises(ValueError, match="not fitted"):
        PaymentPattern().score(history)
    with pytest.raises(ValueError, match="not fitted"):
        PaymentPattern().state()


def test_a_channel_that_seldom_speaks_has_small_p_values() -> None:
    scores = np.full(999, np.nan)
    scores[:9] = np.arange(9)
    calibration = ChannelCalibration.fitted(scores)
    log_p = calibration.log_p(np.array([np.nan, 0.0, 8.0]))
    assert log_p[0] == 0.0
    assert log_p[1] == pytest.approx(np.log(10 / 1000))
    assert log_p[2] == pytest.approx(np.log(10 / 1000 * 2 / 10))


# Reasons are recomputed here from the rows themselves, not from features.


def past(table: Table, place: int) -> pl.DataFrame:
    frame = table.frame
    row = frame.row(place, named=True)
    return frame.filter(
        (pl.col("customer") == row["customer"]) & (pl.col("time") < row["time"])
    ).sort("time")


def reason_of(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]], kind: str, words: str
) -> tuple[Reason, dict[str, Any], pl.DataFrame]:
    table, kinds = mixed
    place = len(kinds) - 1 - kinds[::-1].index(kind)
    reasons = fitted.reasons(table, [place])[0]
    found = [reason for reason in reasons if words in reason.text]
    assert found, [reason.text for reason in reasons]
    return found[0], table.frame.row(place, named=True), past(table, place)


def numbers_in(text: str) -> list[float]:
    plain = re.sub(r"(\d\d):(\d\d)", r"\1", text)
    return [float(word.replace(",", "")) for word in re.findall(r"-?\d[\d,]*(?:\.\d+)?", plain)]


def test_the_reason_of_a_high_amount_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, row, earlier = reason_of(fitted, mixed, "HIGH", "robust sigma")
    amounts = np.sort(earlier["amount"].to_numpy()[-64:])
    median = amounts[(len(amounts) - 1) // 2]
    amount, times, said_median, rows, z = reason.values
    assert amount == row["amount"]
    assert said_median == pytest.approx(median)
    assert times == pytest.approx(row["amount"] / median)
    assert rows == len(amounts)
    assert z > 5.0
    shown = [amount, round(times, 1), round(median, 2), rows, round(z, 1)]
    assert numbers_in(reason.text) == pytest.approx(shown)


def test_the_reason_of_an_odd_hour_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, row, earlier = reason_of(fitted, mixed, "ODD_HOUR", "earlier payments were between")
    hour = row["time"].hour
    near = [h for h in earlier["time"].dt.hour().to_list() if (h - hour + 1) % 24 <= 2]
    assert list(reason.values) == [len(near), earlier.height, (hour - 1) % 24, (hour + 1) % 24]
    assert numbers_in(reason.text)[:2] == [len(near), earlier.height]


def test_the_reason_of_a_repeat_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, row, earlier = reason_of(fitted, mixed, "REPEAT", "the same amount")
    same = earlier.filter(
        (pl.col("amount") == row["amount"]) & (pl.col("merchant") == row["merchant"])
    )
    gap = (row["time"] - same["time"].to_list()[-1]).total_seconds()
    assert list(reason.values) == [row["amount"], gap]
    assert numbers_in(reason.text) == [row["amount"], gap]


def test_the_reason_of_a_burst_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, _, _ = reason_of(fitted, mixed, "BURST", "within 10 minutes")
    assert list(reason.values) == [5.0, 10]
    assert numbers_in(reason.text) == [5.0, 10.0]


def test_the_reason_of_a_journey_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, row, earlier = reason_of(fitted, mixed, "TRAVEL", "km/h")
    last = earlier.row(-1, named=True)
    hours = (row["time"] - last["time"]).total_seconds() / 3600.0
    km, speed = reason.values
    assert km == pytest.approx(9_560, rel=0.01)
    assert speed == pytest.approx(km / hours)
    assert numbers_in(reason.text) == [round(km), round(speed)]


def test_the_reason_of_a_new_country_is_true(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    reason, row, earlier = reason_of(fitted, mixed, "COUNTRY", "is new for this customer")
    assert row["country"] == "FR"
    assert list(reason.values) == [0, earlier.height, earlier["country"].n_unique()]
    assert numbers_in(reason.text) == [0, earlier.height, earlier["country"].n_unique()]


def test_a_usual_payment_has_no_reasons(
    fitted: PaymentPattern, mixed: tuple[Table, list[str]]
) -> None:
    table, kinds = mixed
    log_p = fitted.score(table).log_p
    usual = [int(place) for place in np.argsort(-log_p)[:50] if kinds[place] == ""]
    worst = np.min([values[usual] for values in fitted.channels(table).values()], axis=0)
    for place, smallest in zip(usual, worst, strict=True):
        if smallest > np.log(0.05):
            assert fitted.reasons(table, [place]) == [()]


def test_it_works_with_dates_only(table: MakeTable) -> None:
    generator = np.random.default_rng(1)
    days = [f"2025-01-{day:02d}" for day in range(1, 31)] * 4
    amounts = [round(float(value), 2) for value in np.exp(generator.normal(3, 0.2, 120))]
    amounts[-1] = 9_000.0
    payments = table(time=days, account=["a", "b"] * 60, amount=amounts, merchant=["m"] * 120)
    channels = PaymentPattern().fit(payments).channels(payments)
    assert set(channels) == {"amount", "level", "repeat", TOGETHER, COMPANY}
    assert int(np.argmin(channels["amount"])) == 119
    assert TableRole.ACCOUNT in payments.roles


@pytest.mark.parametrize("customer", ["somebody new", None])
def test_an_enormous_amount_of_somebody_unknown_is_odd_among_all_payments(
    customer: str | None, table: MakeTable
) -> None:
    made = world()
    fitted = PaymentPattern().fit(table(**made.columns()))
    new = {**made.rows[-1], "customer": customer, "card": "k-new", "time": moment(61 * 86_400)}
    current = table(
        **{name: [value, value] for name, value in new.items()}
        | {
            "amount": [40.0, 60_000.0],
            "time": [moment(61 * 86_400), moment(62 * 86_400)],
        }
    )
    level = fitted.channels(current)["level"]
    assert level[0] > np.log(0.05)
    assert level[1] < np.log(1e-4)
    assert fitted.score(current).log_p[0] == 0.0
    said = fitted.reasons(current, [0, 1])
    assert said[0] == ()
    latest = [row["amount"] for row in sorted(made.rows, key=lambda row: row["time"])][-255:]
    usual = sorted([*latest, 40.0])[127]
    assert f"60,000.00 is {60_000 / usual:,.1f} times the usual {usual:,.2f}" in said[1][0].text
    assert "of payments in shop (median of 256)" in said[1][0].text


def test_of_a_customer_whose_amounts_are_known_all_payments_say_nothing(
    fitted: PaymentPattern, history: Table
) -> None:
    level = fitted.channels(history)["level"]
    order = history.frame["time"].arg_sort().to_numpy()
    seen: dict[str, int] = {}
    for place, customer in zip(order, history.frame["customer"].gather(order), strict=True):
        if seen.get(customer, 0) >= 3:
            assert level[place] == 0.0
        seen[customer] = seen.get(customer, 0) + 1
