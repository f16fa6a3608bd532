"""Findings that share a cause are one incident; others stay single."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.explain.incidents import (
    INCIDENT_COLUMNS,
    Concentration,
    IncidentOptions,
    Known,
    Naming,
    View,
    group_incidents,
)

Records = Callable[..., pl.DataFrame]
Broken = Callable[..., pl.DataFrame]
Seen = Callable[[pl.DataFrame], View]
MORNING = pl.col("at").dt.hour().is_between(10, 11)


def unrelated(records: pl.DataFrame, broken: Broken, count: int, seed: int = 1) -> pl.DataFrame:
    """Findings of four buckets that share nothing."""
    chosen = records.sample(count, seed=seed)
    buckets = pl.Series(["timing", "rounding", "missing_right", "duplicate"] * (count // 4 + 1))
    return broken(chosen, "unknown").with_columns(buckets.head(count).alias("bucket"))


def test_one_upstream_failure_is_one_incident(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records(40_000)
    failed = broken(everything.filter(pl.col("currency") == "GBP"), "missing_right")
    findings, incidents = group_incidents(failed, views=[seen(everything)])
    assert incidents["findings"].to_list() == [failed.height]
    assert findings["incident_id"].unique().to_list() == incidents["incident_id"].to_list()
    assert incidents["condition"].to_list() == ["Currency=GBP"]


def test_a_failure_of_one_party_between_two_hours_is_found_with_its_window(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records()
    hit = everything.filter((pl.col("party") == "P03") & MORNING)
    findings = pl.concat(
        [
            broken(hit, "missing_right"),
            unrelated(everything.join(hit, on="row", how="anti"), broken, 300),
        ]
    )
    grouped, incidents = group_incidents(findings, views=[seen(everything)])
    row = incidents.row(0, named=True)
    assert incidents.height == 1
    assert (row["bucket"], row["condition"]) == ("missing_right", "Party=P03")
    assert row["window"] == "2024-03-04 10:00 to 12:00"
    members = grouped.filter(pl.col("incident_id").is_not_null())
    assert set(members["row"]) == set(hit["row"])


def test_unrelated_findings_stay_single(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records()
    findings = unrelated(everything, broken, 500)
    grouped, incidents = group_incidents(findings, views=[seen(everything)])
    assert incidents.is_empty()
    assert incidents.columns == list(INCIDENT_COLUMNS)
    assert grouped["incident_id"].null_count() == 500


@pytest.mark.parametrize("seed", range(8))
def test_chance_alone_makes_no_incident(
    records: Records, broken: Broken, seen: Seen, seed: int
) -> None:
    everything = records(4_000, days=20, seed=seed)
    findings = unrelated(everything, broken, 400, seed=seed)
    assert group_incidents(findings, views=[seen(everything)])[1].is_empty()


def test_a_burst_that_hits_everybody_is_an_incident_without_a_condition(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(days=10)
    day = pl.col("at").dt.date() == date(2024, 3, 9)
    hit = everything.filter(day)
    grouped, incidents = group_incidents(broken(hit, "late_feed"), views=[seen(everything)])
    row = incidents.row(0, named=True)
    assert (incidents.height, row["condition"], row["findings"]) == (1, "", hit.height)
    assert row["window"] == "2024-03-09"
    assert row["headline"].startswith(f"Late feed: {hit.height:,} findings, on 2024-03-09; ")
    assert grouped["incident_id"].null_count() == 0


def test_two_bursts_are_two_incidents(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records(days=20)
    days = [date(2024, 3, 9), date(2024, 3, 11)]
    hit = everything.filter(pl.col("at").dt.date().is_in(days))
    _, incidents = group_incidents(broken(hit, "late_feed"), views=[seen(everything)])
    assert sorted(incidents["window"]) == ["2024-03-09", "2024-03-11"]
    assert incidents["findings"].sum() == hit.height


def test_a_bucket_that_hits_most_records_is_one_incident(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(2_000)
    hit = everything.filter(pl.col("row") % 2 == 0)
    _, incidents = group_incidents(broken(hit, "fee_or_tax"), views=[seen(everything)])
    row = incidents.row(0, named=True)
    assert (incidents.height, row["condition"], row["findings"]) == (1, "", hit.height)
    assert row["failure_rate"] == pytest.approx(0.5)


def test_findings_of_another_bucket_in_the_same_place_belong_to_it(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records()
    hit = everything.filter(pl.col("party") == "P05")
    small = hit.head(12)
    findings = pl.concat(
        [
            broken(hit.slice(12), "fx_rate"),
            broken(small, "rounding"),
            unrelated(everything.filter(pl.col("party") != "P05"), broken, 200),
        ]
    )
    grouped, incidents = group_incidents(findings, views=[seen(everything)])
    assert incidents["bucket"].to_list() == ["fx_rate"]
    members = grouped.filter(pl.col("incident_id").is_not_null())
    assert set(members["row"]) == set(hit["row"])
    assert incidents["findings"].item() == hit.height
    assert incidents["explained_share"].item() == 1.0


def test_amounts_are_exact_and_by_currency(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records()
    hit = everything.filter(pl.col("party") == "P09")
    findings = broken(hit, "missing_left", "-1000000000000.01")
    _, incidents = group_incidents(findings, views=[seen(everything)])
    row = incidents.row(0, named=True)
    counts = dict(hit["currency"].value_counts().iter_rows())
    expected = {code: count * Decimal("1000000000000.01") for code, count in counts.items()}
    for code, amount in expected.items():
        assert f"{amount:,f} {code}" in row["amounts"]
    assert row["amounts"].split("; ")[0].endswith("EUR")
    assert (row["amount"], row["currency"]) == (None, None)


def test_one_currency_has_a_column_of_its_own(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records()
    hit = everything.filter(pl.col("currency") == "GBP")
    _, incidents = group_incidents(broken(hit, "fx_rate", "0.10"), views=[seen(everything)])
    row = incidents.row(0, named=True)
    assert (row["amount"], row["currency"]) == (hit.height * Decimal("0.10"), "GBP")
    assert row["headline"] == (
        f"FX rate: {hit.height:,} findings where Currency=GBP; {row['amounts']}"
    )


def test_an_incident_keeps_its_id_from_run_to_run(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(days=4)
    hit = pl.col("party") == "P11"
    early, late = pl.col("at").dt.day() <= 5, pl.col("at").dt.day() >= 6
    naming = Naming("bank_vs_books")
    _, first = group_incidents(
        broken(everything.filter(hit & early), "missing_right"),
        views=[seen(everything.filter(early))],
        naming=naming,
    )
    naming = Naming("bank_vs_books", earlier=first)
    _, second = group_incidents(
        broken(everything.filter(hit & late), "missing_right"),
        views=[seen(everything.filter(late))],
        naming=naming,
    )
    assert second["incident_id"].to_list() == first["incident_id"].to_list()
    assert second["first_seen"].item() == date(2024, 3, 4)
    assert second["last_seen"].item() == date(2024, 3, 7)
    assert first["trend"].item() == "new"


@pytest.mark.parametrize(
    ("before", "trend"), [(10, "rising"), (1_000, "falling"), (None, "steady")]
)
def test_a_trend_compares_with_the_run_before(
    records: Records, broken: Broken, seen: Seen, before: int | None, trend: str
) -> None:
    everything = records()
    findings = broken(everything.filter(pl.col("party") == "P11"), "missing_right")
    view = seen(everything)
    _, first = group_incidents(findings, views=[view])
    if before is not None:
        first = first.with_columns(pl.lit(before).cast(pl.Int64).alias("findings"))
    _, second = group_incidents(findings, views=[view], naming=Naming(earlier=first))
    assert second["trend"].item() == trend


def test_an_incident_long_past_is_another_one(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records()
    findings = broken(everything.filter((pl.col("party") == "P11") & MORNING), "missing_right")
    view = seen(everything)
    _, first = group_incidents(findings, views=[view])
    long_past = first.with_columns(
        pl.lit("Iolder").alias("incident_id"),
        pl.col("first_seen", "last_seen").dt.offset_by("-30d"),
    )
    _, second = group_incidents(findings, views=[view], naming=Naming(earlier=long_past))
    assert second["incident_id"].item() == first["incident_id"].item() != "Iolder"
    assert second["trend"].item() == "new"


def test_order_of_findings_and_records_decides_nothing(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records()
    hit = broken(everything.filter((pl.col("party") == "P03") & MORNING), "missing_right")
    findings = pl.concat([hit, unrelated(everything, broken, 100)])
    straight = group_incidents(findings, views=[seen(everything)])
    turned = group_incidents(findings.reverse(), views=[seen(everything.reverse())])
    assert turned[1].equals(straight[1])
    assert turned[0].reverse().equals(straight[0])


def test_without_records_other_findings_are_what_is_usual(records: Records, broken: Broken) -> None:
    everything = records(3_000)
    hit = everything.filter(pl.col("party") == "P03")
    findings = pl.concat([broken(hit, "fee_or_tax"), unrelated(everything, broken, 400)])
    grouped, incidents = group_incidents(findings, attributes=["party", "currency"])
    assert incidents["condition"].to_list() == ["party=P03"]
    assert incidents["failure_rate"].to_list() == [None]
    assert grouped.filter(pl.col("incident_id").is_not_null()).height >= hit.height


def test_few_findings_are_no_incident(records: Records, broken: Broken, seen: Seen) -> None:
    everything = records()
    few = broken(everything.filter(pl.col("party") == "P03").head(4), "missing_right")
    assert group_incidents(few, views=[seen(everything)])[1].is_empty()
    options = IncidentOptions(findings_min=3, evidence_min=3.0, rate_min=0.0)
    _, found = group_incidents(few, views=[seen(everything)], naming=Naming(options=options))
    assert found["findings"].to_list() == [4]


def test_what_a_bucket_gets_wrong_stands_alone_in_a_condition(
    records: Records, broken: Broken
) -> None:
    everything = records().with_columns(pl.col("party").alias("account"))
    # Scattered rows with a currency that their account never has: each pair of these is new.
    odd = everything.filter(pl.col("row") % 40 == 0).with_columns(pl.lit("CHF").alias("currency"))
    everything = pl.concat([everything.join(odd, on="row", how="anti"), odd])
    names = {"account": "account", "currency": "currency"}
    view = View("left", names, everything, faulty={"static_data": ["currency"]})
    _, incidents = group_incidents(broken(odd, "static_data"), views=[view])
    assert incidents["condition"].to_list() == ["currency=CHF"]


def test_a_column_that_is_missing_is_named(records: Records) -> None:
    with pytest.raises(ValueError, match="no column 'bucket'"):
        group_incidents(records(10), attributes=["party"])


def test_blank_buckets_dates_and_values_do_no_harm(broken: Broken) -> None:
    nothing = pl.DataFrame(
        {"party": [None, "A", None], "currency": ["EUR", None, None], "bucket": [None, None, "x"]},
        schema_overrides={"party": pl.String, "bucket": pl.String},
    ).with_columns(pl.lit("1.00").cast(pl.Decimal(38, 2)).alias("amount"))
    grouped, incidents = group_incidents(nothing, attributes=["party"])
    assert grouped["incident_id"].null_count() == 3
    assert incidents.is_empty()


def test_no_findings_are_no_incidents(records: Records, broken: Broken, seen: Seen) -> None:
    empty = broken(records(10).clear(), "missing_right")
    grouped, incidents = group_incidents(empty, views=[seen(records(10))])
    assert (grouped.height, incidents.height) == (0, 0)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["x", "y"]), st.integers(0, 3)),
        min_size=1,
        max_size=60,
    )
)
def test_every_finding_is_in_one_incident_at_most(rows: list[tuple[str, str, int]]) -> None:
    findings = pl.DataFrame(rows, schema=["party", "bucket", "day"], orient="row").with_columns(
        pl.lit("1.50").cast(pl.Decimal(38, 2)).alias("amount"),
        pl.lit("EUR").alias("currency"),
        (pl.lit(date(2024, 1, 1)) + pl.duration(days=pl.col("day"))).alias("at"),
    )
    view = View("all", {"party": "party"}, findings.select("party", "at"))
    grouped, incidents = group_incidents(findings, views=[view])
    held = grouped.drop_nulls("incident_id")["incident_id"].value_counts()
    assert dict(held.iter_rows()) == dict(incidents.select("incident_id", "findings").iter_rows())
    assert grouped.drop("incident_id").equals(findings)


def surge(usual: float, party: str = "P03") -> Known:
    """More findings of a party than usual, as something else found."""
    return Known(Concentration("volume", "left", (("party", party),), None, 9.0), usual)


def test_what_is_known_already_takes_its_findings_first(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(40_000)
    failed = broken(everything.filter(pl.col("party") == "P03"), "fee_or_tax")
    findings, incidents = group_incidents(failed, views=[seen(everything)], known=[surge(5.0)])
    assert incidents["condition"].to_list() == ["Party=P03"]
    assert incidents["bucket"].to_list() == ["fee_or_tax"]
    assert findings["incident_id"].null_count() == 0


def test_findings_that_would_have_been_there_anyway_stay_out_of_what_is_known(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(40_000)
    inside = everything.filter(pl.col("party") == "P03")
    usual = unrelated(everything, broken, 800)
    known = inside.filter(~pl.col("row").is_in(usual["row"].implode()))
    findings = pl.concat([broken(known.head(300), "fee_or_tax"), usual])
    grouped, _ = group_incidents(findings, views=[seen(everything)], known=[surge(20.0)])
    members = grouped.drop_nulls("incident_id")
    assert members["bucket"].unique().to_list() == ["fee_or_tax"]
    assert members.height == 300


def test_what_is_known_but_has_no_more_findings_than_usual_is_none(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(40_000)
    findings = unrelated(everything, broken, 800)
    _, incidents = group_incidents(findings, views=[seen(everything)], known=[surge(60.0)])
    assert incidents.is_empty()


def test_a_trend_may_be_told_by_who_knows_the_past(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(40_000)
    failed = broken(everything.filter(pl.col("currency") == "GBP"), "missing_right")
    asked: list[tuple[object, int]] = []

    def falling(values: object, findings: int) -> str:
        asked.append((values, findings))
        return "falling"

    naming = Naming("test", trend=falling)
    _, incidents = group_incidents(failed, views=[seen(everything)], naming=naming)
    assert incidents["trend"].to_list() == ["falling"]
    assert asked == [((("currency", "GBP"),), failed.height)]


def test_without_its_beginning_an_incident_of_the_same_values_keeps_its_name(
    records: Records, broken: Broken, seen: Seen
) -> None:
    names = []
    for seed in (1, 2):
        everything = records(40_000, days=seed * 2, seed=seed)
        last = pl.col("at") >= pl.col("at").max().dt.truncate("1d")
        failed = broken(everything.filter((pl.col("party") == "P03") & last), "timing")
        naming = Naming("test", by_begin=False)
        _, incidents = group_incidents(failed, views=[seen(everything)], naming=naming)
        assert incidents["window"].to_list() != [""]
        names.append(incidents["incident_id"].to_list())
    assert names[0] == names[1]


def test_what_makes_a_finding_one_of_its_bucket_is_no_cause(
    records: Records, broken: Broken, seen: Seen
) -> None:
    everything = records(40_000)
    late = pl.col("channel") == "web"
    failed = broken(everything.filter(late & (pl.col("party") == "P07")), "web_only")
    view = View("left", seen(everything).attributes, everything, defining={"web_only": ["channel"]})
    _, incidents = group_incidents(failed, views=[view])
    assert incidents["condition"].to_list() == ["Party=P07"]
