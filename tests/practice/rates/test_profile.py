"""What ordinary days look like."""

from typing import Any

import polars as pl
import pytest


@pytest.fixture(scope="module")
def by_minute(practice: Any) -> Any:
    """Events and denials of each minute, also where there are none."""
    counted = practice.rows.group_by("minute").agg(
        pl.len().alias("events"), (pl.col("status") == "denied").sum().alias("denied")
    )
    every = pl.datetime_range(
        pl.datetime(2025, 6, 2), pl.datetime(2025, 6, 15, 23, 59), "1m", eager=True
    )
    return every.alias("minute").to_frame().join(counted, on="minute", how="left").fill_null(0)


def test_the_busiest_hour_has_twenty_events_a_minute(by_minute: Any) -> None:
    hours = by_minute.group_by(pl.col("minute").dt.hour()).agg(pl.col("events").mean())
    assert 17 < hours["events"].max() < 23


def test_nights_are_nearly_empty(by_minute: Any) -> None:
    night = by_minute.filter(pl.col("minute").dt.hour().is_between(1, 4))
    assert night["events"].mean() < 1
    assert (night["events"] == 0).mean() > 0.4


def test_the_week_has_a_rhythm_of_its_own(practice: Any) -> None:
    shops = practice.rows.filter(pl.col("channel") == "pos")
    days = shops.group_by(pl.col("moment").dt.weekday()).len().sort("moment")["len"]
    friday, saturday, sunday = days[4:7]
    assert min(friday, saturday) > 1.25 * sunday


def test_channels_have_hours_of_their_own(practice: Any) -> None:
    hour = pl.col("moment").dt.hour()
    shares = dict(
        practice.rows.group_by("channel").agg((hour >= 20).mean().alias("late")).iter_rows()
    )
    assert shares["online"] > 2 * shares["pos"] > 4 * shares["phone"]


def test_all_statuses_have_the_rates_of_a_processor(practice: Any) -> None:
    ordinary = practice.rows.filter(~pl.col("is_anomaly"))
    rates = dict(ordinary["status"].value_counts(normalize=True).iter_rows())
    assert 0.88 < rates["approved"] < 0.94
    assert 0.04 < rates["denied"] < 0.08
    for status in ("failed", "reversed", "refunded", "timeout"):
        assert 0.003 < rates[status] < 0.012, status
    for status in ("backend_reversed", "chargeback"):
        assert 0.0005 < rates[status] < 0.004, status


def test_rates_differ_by_dimension(practice: Any) -> None:
    ordinary = practice.rows.filter(~pl.col("is_anomaly"))

    def rates(dimension: str, status: str) -> dict[str, float]:
        rate = (pl.col("status") == status).mean()
        return dict(ordinary.group_by(dimension).agg(rate).iter_rows())

    by_card = rates("card_type", "denied")
    assert by_card["prepaid"] > 1.8 * by_card["debit"] > 1.8 * by_card["credit"]
    by_acquirer = rates("acquirer", "timeout")
    assert by_acquirer["A3"] > 1.5 * by_acquirer["A1"]
    by_channel = rates("channel", "denied")
    assert by_channel["online"] > 1.4 * by_channel["pos"]


def test_rates_differ_by_hour(practice: Any) -> None:
    ordinary = practice.rows.filter(~pl.col("is_anomaly"))
    hour = pl.col("moment").dt.hour()
    office = ordinary.filter(hour.is_between(9, 16))
    evening = ordinary.filter(hour >= 20)
    assert (office["status"] == "refunded").mean() > 1.5 * (evening["status"] == "refunded").mean()


def test_codes_go_with_statuses(practice: Any) -> None:
    codes = practice.rows.group_by("status").agg(pl.col("auth_code").unique())
    seen = {status: set(values) for status, values in codes.iter_rows()}
    for status in ("approved", "reversed", "backend_reversed", "refunded", "chargeback"):
        assert seen[status] == {"00"}
    for status in ("denied", "failed", "timeout"):
        assert "00" not in seen[status]
        assert len(seen[status]) > 1


def test_a_timeout_takes_half_a_minute_and_nothing_else_does(practice: Any) -> None:
    longest = practice.rows.filter(pl.col("milliseconds") >= 30_000)
    assert set(longest["status"]) == {"timeout"}
    assert longest.height == (practice.rows["status"] == "timeout").sum()


def test_amounts_have_two_digits(practice: Any) -> None:
    assert practice.rows["amount"].str.contains(r"^\d+\.\d\d$").all()
    assert practice.rows["cents"].min() >= 50


def test_no_value_alone_gives_the_anomalies_away(practice: Any) -> None:
    for column in ("status", "channel", "product", "acquirer", "card_type", "currency"):
        shares = practice.rows.group_by(column).agg(pl.col("is_anomaly").mean())
        assert shares["is_anomaly"].max() < 0.4, column
