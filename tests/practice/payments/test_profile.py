"""What the year looks like: days, weeks, months, habits."""

from typing import Any

import polars as pl
import pytest


def share(rows: pl.DataFrame, condition: pl.Expr) -> float:
    return rows.filter(condition).height / rows.height


def test_nights_are_quiet(practice: Any) -> None:
    assert share(practice.ordinary, pl.col("hour") < 5) < 0.012


def test_the_evening_is_busier_than_the_morning(practice: Any) -> None:
    evening = share(practice.ordinary, pl.col("hour").is_between(17, 20))
    morning = share(practice.ordinary, pl.col("hour").is_between(8, 11))
    assert evening > 1.3 * morning > 0


def test_fridays_and_saturdays_are_busier_than_sundays(practice: Any) -> None:
    by_weekday = practice.ordinary.group_by(pl.col("moment").dt.weekday()).len().sort("moment")
    friday, saturday, sunday = by_weekday["len"][4:7]
    assert min(friday, saturday) > 1.25 * sunday


def test_december_is_the_busiest_month(practice: Any) -> None:
    by_month = practice.ordinary.group_by(pl.col("moment").dt.month()).len().sort("len")
    assert by_month["moment"][-1] == 12


def test_people_spend_more_after_payday(practice: Any) -> None:
    by_day = (
        practice.ordinary.filter(pl.col("channel") != "recurring")
        .group_by(pl.col("moment").dt.day())
        .len()
    )
    days = dict(by_day.iter_rows())
    after = sum(days[day] for day in (26, 27, 28, 1, 2, 3)) / 6
    before = sum(days[day] for day in range(17, 23)) / 6
    assert after > 1.1 * before


def test_all_channels_are_used(practice: Any) -> None:
    shares = dict(practice.ordinary["channel"].value_counts(normalize=True).iter_rows())
    assert set(shares) == {"pos", "contactless", "online", "atm", "recurring"}
    assert shares["contactless"] > shares["pos"] > shares["online"] > shares["recurring"]
    assert 0.01 < shares["atm"] < 0.1


def test_cash_comes_in_notes(practice: Any) -> None:
    cash = practice.ordinary.filter((pl.col("category") == "cash") & (pl.col("currency") == "EUR"))
    assert cash.height > 100
    assert cash.filter(pl.col("cents") % 1_000 != 0).height == 0


def test_subscriptions_cost_the_same_each_month(practice: Any) -> None:
    recurring = practice.ordinary.filter(pl.col("channel") == "recurring")
    per_contract = recurring.group_by("card_id", "merchant_id", pl.col("moment").dt.day()).agg(
        pl.col("cents").n_unique(), pl.len()
    )
    often = per_contract.filter(pl.col("len") >= 6)
    assert often.height > 50
    assert often.filter(pl.col("cents") == 1).height > 0.85 * often.height


def test_people_stay_with_their_shops(practice: Any) -> None:
    groceries = practice.ordinary.filter(pl.col("category") == "groceries")
    per_person = (
        groceries.group_by("card_id")
        .agg(pl.len(), pl.col("merchant_id").value_counts(sort=True).first().struct.field("count"))
        .filter(pl.col("len") >= 20)
    )
    assert (per_person["count"] / per_person["len"]).mean() > 0.3


def test_a_customer_pays_in_one_currency(practice: Any) -> None:
    per_customer = practice.rows.group_by("customer_id").agg(pl.col("currency").n_unique())
    assert per_customer["currency"].max() == 1
    assert practice.rows["currency"].n_unique() >= 4


def test_people_have_levels_of_their_own(practice: Any) -> None:
    logs = pl.col("cents").cast(pl.Float64).log()
    groceries = practice.ordinary.filter(
        (pl.col("category") == "groceries") & (pl.col("currency") == "EUR")
    ).select("card_id", level=logs)
    centres = groceries.group_by("card_id").agg(pl.col("level").mean(), pl.len())
    spread = centres.filter(pl.col("len") >= 20)["level"].std()
    assert 0.2 < spread < 0.6, "without levels it would be about .13"


def test_some_cards_share_an_account(practice: Any) -> None:
    cards = practice.rows.group_by("customer_id").agg(pl.col("card_id").n_unique())["card_id"]
    assert 0.15 < (cards == 2).mean() < 0.35
    assert cards.max() == 2


def test_most_devices_are_used_for_long(practice: Any) -> None:
    online = practice.ordinary.filter(pl.col("channel") == "online")
    used = online["device_id"].value_counts()["count"]
    assert used.filter(used >= 5).sum() > 0.8 * online.height


@pytest.mark.parametrize(
    ("kind", "share_min"), [("HIGH_AMOUNT", 0.1), ("ODD_HOUR", 0.1), ("BURST", 0.3)]
)
def test_thieves_bring_their_own_devices(practice: Any, kind: str, share_min: float) -> None:
    known = practice.ordinary["device_id"].unique().drop_nulls()
    strange = practice.planted(kind)["device_id"].drop_nulls()
    assert (~strange.is_in(known.implode())).sum() > share_min * practice.planted(kind).height


def test_no_column_alone_gives_the_anomalies_away(practice: Any) -> None:
    """A share of one within any value that is seen often would be a giveaway."""
    for column in ("category", "channel", "country", "city", "currency"):
        shares = practice.rows.group_by(column).agg(pl.col("is_anomaly").mean(), pl.len())
        often = shares.filter(pl.col("len") >= 60)
        assert often["is_anomaly"].max() < 0.5, column


def test_the_largest_amounts_are_not_all_planted(practice: Any) -> None:
    euros = practice.rows.filter(pl.col("currency") == "EUR").sort("cents", descending=True)
    assert 0.05 < euros.head(150)["is_anomaly"].mean() < 0.95
