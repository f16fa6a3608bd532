"""Facts and dimensions for Power BI."""

from datetime import date, datetime

import polars as pl

from tieout.export.star import Star, calendar


def _star(**tables: pl.DataFrame) -> tuple[Star, dict[str, pl.DataFrame]]:
    star = Star()
    facts = {name: pl.concat(star.fact(name, iter([rows]))) for name, rows in tables.items()}
    return star, facts


BREAKS = pl.DataFrame(
    {
        "break_id": ["a", "b", "c"],
        "bucket": ["timing", "own_bucket", "unknown"],
        "currency": ["EUR", "USD", "EUR"],
        "date_left": [date(2025, 12, 30), None, date(2026, 1, 2)],
        "date_right": [date(2026, 1, 2), date(2026, 1, 3), None],
        "left_rows": [[1, 2], [], [3]],
        "incident_id": ["i1", None, None],
        "severity": ["high", "low", "critical"],
    }
)
INCIDENTS = pl.DataFrame({"incident_id": ["i1"], "currency": ["EUR"], "bucket": ["timing"]})


def test_each_key_of_a_fact_is_in_its_dimension_once() -> None:
    star, facts = _star(breaks=BREAKS)
    dimensions = star.dimensions()
    for column, name, key in (
        ("bucket", "dim_bucket", "bucket"),
        ("currency", "dim_currency", "currency"),
        ("severity", "dim_severity", "severity"),
        ("date_left", "dim_date", "date"),
    ):
        keys = dimensions[name][key]
        assert keys.is_unique().all()
        assert set(facts["breaks"][column].drop_nulls()) <= set(keys)


def test_buckets_say_what_they_are_and_own_ones_are_kept() -> None:
    star, _ = _star(breaks=BREAKS)
    buckets = {row["bucket"]: row for row in star.dimensions()["dim_bucket"].iter_rows(named=True)}
    assert buckets["timing"]["is_cause"]
    assert buckets["timing"]["next_step"].startswith("Carry forward")
    assert not buckets["unknown"]["is_cause"]
    assert buckets["own_bucket"]["next_step"] is None


def test_severities_are_in_order_of_gravity() -> None:
    star, _ = _star(breaks=BREAKS)
    assert star.dimensions()["dim_severity"]["severity"].to_list() == ["low", "high", "critical"]


def test_of_two_days_only_the_first_filters() -> None:
    star, facts = _star(breaks=BREAKS)
    related = star.related(facts | star.dimensions())
    days = related.filter(pl.col("dimension") == "dim_date")
    assert days.select("fact_column", "active").rows() == [
        ("date_left", True),
        ("date_right", False),
    ]


def test_there_is_one_active_way_from_a_fact_to_a_dimension() -> None:
    star, facts = _star(breaks=BREAKS, incidents=INCIDENTS)
    related = star.related(facts | star.dimensions()).filter("active")
    ways = {(row["fact"], row["dimension"]) for row in related.iter_rows(named=True)}
    assert ("breaks", "incidents") in ways
    assert not any(fact == "incidents" for fact, _ in ways)


def test_nothing_is_related_to_a_table_that_is_not_there() -> None:
    star, facts = _star(breaks=BREAKS)
    assert "incidents" not in star.related(facts | star.dimensions())["dimension"].to_list()


def test_lists_become_text_and_moments_get_a_day() -> None:
    rows = pl.DataFrame({"rows": [[1, 2]], "at": [datetime.fromisoformat("2026-03-01T23:59")]})
    star, facts = _star(scored=rows)
    assert facts["scored"].row(0, named=True) == {
        "rows": "1; 2",
        "at": datetime.fromisoformat("2026-03-01T23:59"),
        "at_day": date(2026, 3, 1),
    }
    assert star.dimensions()["dim_date"].height == 365


def test_the_calendar_has_whole_years_and_knows_month_ends() -> None:
    days = calendar(date(2027, 5, 1), date(2028, 2, 1))
    assert (days["date"].min(), days["date"].max()) == (date(2027, 1, 1), date(2028, 12, 31))
    ends = days.filter(pl.col("is_month_end"))["date"].to_list()
    assert len(ends) == 24
    assert date(2028, 2, 29) in ends


def test_a_mistyped_century_does_not_make_a_million_days() -> None:
    assert calendar(date(202, 1, 1), date(2026, 1, 1)).height <= 366 * 50 + 1
