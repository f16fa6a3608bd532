"""Breaks that share a cause are one incident."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from tieout.detect.history.incidents import group_incidents, worst

Rows = Sequence[tuple[str, str, str, str | None]]


def odd(rows: Rows) -> pl.DataFrame:
    """Odd breaks of (kind, key, desk, surge)."""
    return pl.DataFrame(
        {
            "row": range(1, len(rows) + 1),
            "kind": [row[0] for row in rows],
            "key": [row[1] for row in rows],
            "attribute_0": [row[2] for row in rows],
            "surge": [row[3] for row in rows],
        },
        schema_overrides={"row": pl.Int64, "surge": pl.String},
    )


BASE = pl.DataFrame({"attribute_0": ["X"] * 20 + ["Y"] * 80})


def grouped(rows: Rows, **options: Any) -> list[tuple[Any, ...]]:
    """Kind, what is shared and rows of each incident."""
    name = options.get("name", "test")
    found = group_incidents(odd(rows), BASE, ["attribute_0"], name=name)
    return [(each.kind, each.attribute, each.value, each.rows) for each in found]


def test_a_value_that_is_far_more_frequent_than_usual_makes_one() -> None:
    rows = [("spike", f"K{n}", "X", None) for n in range(12)]
    rows += [("spike", "K99", "Y", None)]
    assert grouped(rows) == [
        ("spike", "attribute_0", "X", tuple(range(1, 13))),
        ("spike", "key", "K99", (13,)),
    ]


def test_a_value_that_is_as_frequent_as_ever_makes_none() -> None:
    rows: Rows = [("spike", f"K{n}", "Y", None) for n in range(8)]
    assert all(part[1] == "key" for part in grouped(rows))
    assert len(grouped(rows)) == 8


def test_breaks_of_one_key_and_kind_are_one() -> None:
    rows: Rows = [
        ("spike", "A", "Y", None),
        ("stale", "A", "Y", None),
        ("spike", "A", "Y", None),
    ]
    assert grouped(rows) == [("spike", "key", "A", (1, 3)), ("stale", "key", "A", (2,))]


def test_a_surge_is_one_whatever_its_breaks_are() -> None:
    rows: Rows = [
        ("volume", "A", "X", "attribute_0=X"),
        ("sign_flip", "B", "X", "attribute_0=X"),
        ("spike", "C", "Y", None),
    ]
    assert grouped(rows)[0] == ("volume", "attribute_0", "X", (1, 2))


def test_a_value_may_hold_the_sign_that_joins_it() -> None:
    rows: Rows = [("volume", "A", "a=b", "attribute_0=a=b")]
    assert grouped(rows) == [("volume", "attribute_0", "a=b", (1,))]


def test_each_break_is_in_exactly_one() -> None:
    rows = [
        (kind, f"K{n % 7}", "XY"[n % 2], None) for n in range(40) for kind in ("spike", "stale")
    ]
    found = grouped(rows)
    members = sorted(row for part in found for row in part[3])
    assert members == list(range(1, 81))


def test_an_id_says_what_it_is_and_not_which_rows_it_has() -> None:
    first = group_incidents(odd([("spike", "A", "Y", None)]), BASE, ["attribute_0"], name="a")
    more: Rows = [("spike", "A", "Y", None)] * 2
    second = group_incidents(odd(more), BASE, ["attribute_0"], name="a")
    other = group_incidents(odd(more), BASE, ["attribute_0"], name="b")
    assert first[0].incident_id == second[0].incident_id != other[0].incident_id
    assert len({first[0].incident_id}) == 1
    assert first[0].incident_id.startswith("I")


def test_nothing_odd_is_no_incident() -> None:
    assert grouped([]) == []


def test_the_share_that_made_it_is_told() -> None:
    rows = [("spike", f"K{n}", "X", None) for n in range(9)] + [("spike", "Z", "Y", None)]
    first = group_incidents(odd(rows), BASE, ["attribute_0"], name="a")[0]
    assert first.share == pytest.approx(0.9)
    assert first.usual_share == pytest.approx(0.2)


def test_the_worst_severity_counts() -> None:
    assert worst(["low", "high", "medium"]) == "high"
