"""Conditions over one row answer as Polars does over a table."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.rules.expression import parse
from tieout.detect.rules.kept import KeptRule
from tieout.detect.rules.load import shipped_rules
from tieout.detect.rules.model import Rule
from tieout.detect.rules.single import bounds_of, of_one_row, within_bounds

NUMBERS = st.none() | st.sampled_from([-1.0, 0.0, 0.02, 0.1, 0.5, 1.0, 2.0, 300.0, 900.5])
WHOLE = st.none() | st.integers(-2, 12)
TRUTH = st.none() | st.booleans()
WORDS = st.none() | st.sampled_from(["", "a", "b", "London"])
SCHEMA = {"x": pl.Float64, "y": pl.Float64, "n": pl.Int64, "t": pl.Boolean, "u": pl.Boolean}
PLACES = {"x": 0, "y": 1, "n": 2, "t": 3, "u": 4}
CONDITIONS = (
    "x > 0.1",
    "x <= 0.02",
    "0.1 * n >= 1",
    "n <= 0.1 * y",
    "0.2 * n = 1",
    "x <> 0.5",
    "x = y",
    "abs(x) >= 1",
    "abs(x - y) < 1.5",
    "x + y * 2 > n",
    "-x > 0",
    "t",
    "NOT t",
    "t AND u",
    "t OR u",
    "t AND x > 1 OR NOT u",
    "(t OR u) AND n >= 3",
    "x IS NULL",
    "x IS NOT NULL AND x > 1",
    "x BETWEEN 0 AND 1",
    "n = 1 OR n = 2",
    "w = 'a'",
    "w <> 'a' AND t",
    "n IN (1, 2)",
    "w IN ('a', 'b')",
    "lower(w) = 'london'",
    "w LIKE 'L%'",
    "CASE WHEN x > 1 THEN n ELSE 0 END > 2",
    "coalesce(x, 0) >= 0",
    "n % 2 = 1",
    "x / 2 > 0.2",
    "t = TRUE",
)


@pytest.mark.parametrize("text", CONDITIONS)
@settings(deadline=None)
@given(x=NUMBERS, y=NUMBERS, n=WHOLE, t=TRUTH, u=TRUTH, w=WORDS)
def test_one_row_is_judged_as_in_a_table(text: str, **row: Any) -> None:
    expression = parse(text, place="test")
    frame = pl.DataFrame([row], schema={**SCHEMA, "w": pl.String}, orient="row")
    assert of_one_row(expression)(row) == frame.select(expression).item()


@pytest.mark.parametrize("name", ["payments", "typologies", "journal"])
def test_the_conditions_of_shipped_rules_need_no_frame(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a frame was made for one row")

    monkeypatch.setattr("tieout.detect.rules.single._by_polars", refuse)
    for rule in shipped_rules(name).rules:
        expression = parse(rule.when, place=rule.id)
        of_one_row(expression)(dict.fromkeys(expression.meta.root_names(), 1))


def test_a_condition_without_columns_holds_always_or_never() -> None:
    assert of_one_row(parse("1 < 2", place="test"))({}) is True
    assert of_one_row(parse("lower('A') = 'b'", place="test"))({}) is False


def test_only_the_columns_of_a_condition_are_looked_at() -> None:
    condition = of_one_row(parse("length(w) > 2", place="test"))
    assert condition({"w": "abc", "other": object()}) is True


@given(x=NUMBERS, y=NUMBERS, n=WHOLE)
def test_names_that_are_fixed_stand_for_the_same_value_in_every_row(
    x: float | None, y: float | None, n: int | None
) -> None:
    for text in ("x > y", "y < x", "x > y AND n >= 3", "length('abc') > y OR x > y"):
        expression = parse(text, place="test")
        whole = of_one_row(expression)({"x": x, "y": y, "n": n})
        assert of_one_row(expression, fixed={"y": y})({"x": x, "n": n}) == whole


@pytest.mark.parametrize("text", CONDITIONS)
@settings(deadline=None)
@given(x=NUMBERS, y=NUMBERS, n=WHOLE, t=TRUTH, u=TRUTH, w=WORDS)
def test_a_condition_holds_nowhere_beyond_its_bounds(text: str, **row: Any) -> None:
    expression = parse(text, place="test")
    numbers = [float("nan") if row[name] is None else float(row[name]) for name in PLACES]
    if not within_bounds(bounds_of(expression, PLACES), numbers):
        assert of_one_row(expression)(row) is not True


def test_bounds_are_read_off_what_and_joins() -> None:
    expression = parse("x < 0.02 AND t AND n >= least AND (y > 1 OR u) AND abs(x) > 1", place="x")
    found = bounds_of(expression, PLACES, fixed={"least": 4.0})
    assert sorted((place, limit) for place, _, limit in found) == [(0, 0.02), (2, 4.0), (3, 0.0)]
    assert within_bounds(found, [0.01, 5.0, 4.0, 1.0, 0.0])
    assert not within_bounds(found, [0.01, 5.0, 3.0, 1.0, 0.0])
    assert not within_bounds(found, [float("nan"), 5.0, 4.0, 1.0, 0.0])
    assert bounds_of(parse("x > 1 OR t", place="x"), PLACES) == ()


def test_a_name_that_a_rule_gives_is_no_column() -> None:
    content = {"id": "r", "version": 1, "title": "R", "reason": "it is {x}", "severity": "low"}
    content |= {"owner": "me", "when": "x > 1 AND y > 2", "let": {"x": "y * 2"}}
    rule = Rule.model_validate(content)
    kept = KeptRule(rule, flags=True, params={})
    assert [place for place, _, _ in kept.bounds(PLACES)] == [PLACES["y"]]
    kept.warm_up()
    assert kept.held({"y": 3.0}) is not None
