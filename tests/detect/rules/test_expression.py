"""Conditions are confined to columns."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.rules.expression import FUNCTIONS, check_known, names_in, parse
from tieout.model.errors import InputError

FRAME = pl.DataFrame({"a": [1.0, 5.0, None], "b": [2.0, 2.0, 2.0], "name": ["x", "Yz", None]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > b", [False, True, None]),
        ("a > b AND name = 'Yz'", [False, True, None]),
        ("a IN (1, 2)", [True, False, None]),
        ("a BETWEEN 1 AND 2 OR a IS NULL", [True, False, True]),
        ("NOT (a > 2)", [True, False, None]),
        ("abs(a - b) >= 1", [True, True, None]),
        ("coalesce(a, 9) > 8", [False, False, True]),
        ("lower(name) LIKE 'y%'", [False, True, None]),
        ("CASE WHEN a > 2 THEN true ELSE false END", [False, True, False]),
        ("\"name\" = 'x'", [True, False, None]),
        ("greatest(a, b) = 2", [True, False, True]),
        ("a > 1e0 -- not".replace(" -- not", ""), [False, True, None]),
        ("name = 'select from; -- /* read'", [False, False, None]),
        ("power(a, 2) = 25", [False, True, None]),
        ("a\n  > b", [False, True, None]),
    ],
)
def test_conditions_are_computed(text: str, expected: list[bool | None]) -> None:
    found = FRAME.select(parse(text, place="rules.yaml").alias("held")).to_series().to_list()
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "a > (SELECT 1)",
        "a IN (select b from t)",
        "EXISTS (select 1)",
        "1; DROP TABLE x",
        "a > 1; b > 2",
        "read_csv('/etc/passwd') IS NULL",
        "read_parquet('x') > 1",
        "sum(a) > 1",
        "count(a) > 1",
        "row_number() OVER (PARTITION BY a) > 1",
        "a > $1",
        "a::int > 1",
        "cast(a as int) > 1",
        "t.a > 1",
        '"t"."a" > 1',
        "a > 1 -- all",
        "a /* x */ > 1",
        "a[1] > 1",
        "COLUMNS('a') > 1",
        "shell('ls') = 1",
        "a > 1 UNION SELECT 1",
        "`a` > 1",
        "@a > 1",
        "",
        "   ",
        "a >",
        "> 3",
        "(a > 1",
        "a b c",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text, place="rules.yaml: rule x: when")
    message = str(refused.value)
    assert message.startswith("rules.yaml: rule x: when: ")
    assert "\n" not in message


def test_the_functions_allowed_exist() -> None:
    arguments = {
        "power": "(a, 2)",
        "mod": "(a, 2)",
        "round": "(a, 1)",
        "greatest": "(a, b)",
        "least": "(a, b)",
        "coalesce": "(a, b)",
        "ifnull": "(a, b)",
        "nullif": "(a, b)",
        "left": "(name, 1)",
        "right": "(name, 1)",
        "substr": "(name, 1, 1)",
        "starts_with": "(name, 'x')",
        "ends_with": "(name, 'x')",
        "strpos": "(name, 'x')",
        "regexp_like": "(name, '^x')",
        "concat": "(name, 'x')",
        "date_part": "('year', moment)",
    }
    of_text = {"lower", "upper", "length", "trim"}
    frame = FRAME.with_columns(moment=pl.lit(None, dtype=pl.Datetime("us")))
    for function in sorted(FUNCTIONS):
        call = arguments.get(function, "(name)" if function in of_text else "(a)")
        expression = parse(f"{function}{call}", place="rules.yaml")
        assert frame.select(expression.alias("value")).height == 3


def test_a_word_that_sql_keeps_can_be_a_column_in_quotes() -> None:
    frame = pl.DataFrame({"limit": [1, 5]})
    with pytest.raises(InputError, match=r'double quotes: "limit"'):
        parse("limit > 2", place="rules.yaml")
    held = frame.select(parse('"limit" > 2', place="rules.yaml").alias("held"))
    assert held.to_series().to_list() == [False, True]


def test_the_columns_of_a_condition_are_named_once_in_order() -> None:
    assert names_in(parse("b > a AND a > 1 AND name IS NULL", place="x")) == ("b", "a", "name")
    assert names_in(parse("1 = 1", place="x")) == ()


def test_an_unknown_name_is_told_with_the_nearest_known() -> None:
    check_known(["amount"], {"amount", "hour"}, place="x")
    with pytest.raises(InputError, match=r"x: 'amuont' is no column.*did you mean 'amount'\?"):
        check_known(["amuont"], {"amount", "hour"}, place="x")
    with pytest.raises(InputError, match="expected a column or feature"):
        check_known(["zzz"], {"amount", "hour"}, place="x")


@given(text=st.text(max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    said = ""
    expression: object = None
    try:
        expression = parse(text, place="rules.yaml")
    except InputError as error:
        said = str(error)
    assert isinstance(expression, pl.Expr) or said.startswith("rules.yaml: ")
    assert "\n" not in said
