"""From a side's spec to the table that is compared."""

from typing import Any

import polars as pl
import pytest

from tieout.engines.duckdb import DuckDBEngine
from tieout.model.errors import InputError
from tieout.reconcile.records import RECORD_SCHEMA
from tieout.reconcile.sides import comparable, on_columns, stage_plan
from tieout.reconcile.spec import Spec
from tieout.sources.fields import AmountField, DateField, TextField, TimeField

BANK: dict[str, Any] = {"name": "bank", "key": ["ref"], "amount": "amount"}


def spec(left: dict[str, Any] | None = None, **more: Any) -> Spec:
    """A spec with both sides the same."""
    side = {**BANK, **(left or {})}
    return Spec.model_validate({"left": side, "right": side, **more})


def compared(
    engine: DuckDBEngine, staged: dict[str, list[Any]], wanted: Spec
) -> list[dict[str, Any]]:
    """The rows that are compared, from the rows that were staged."""
    rows = {"row": [*range(1, len(staged["amount"]) + 1)], **staged}
    table = comparable(engine.publish(pl.DataFrame(rows)), wanted.left, wanted)
    return engine.fetch(table).to_dicts()


def test_the_plan_names_each_field_once() -> None:
    side = spec(
        {
            "key": ["ref", "line"],
            "currency": "ccy",
            "date": "booked",
            "comment": ["text", "more"],
            "party": "who",
            "account": "iban",
            "original_amount": "orig",
            "original_currency": "orig_ccy",
            "criteria": {"desk": "d"},
        }
    ).left
    plan = stage_plan(side, scale=3, with_time=True)
    assert plan.scale == 3
    assert plan.fields["key_0"] == TextField(("ref",))
    assert plan.fields["key_1"] == TextField(("line",))
    assert plan.fields["amount"] == AmountField(column="amount", negative_values=_DEBITS)
    assert plan.fields["original_amount"] == AmountField(
        column="orig", negative_values=_DEBITS, required=False
    )
    assert isinstance(plan.fields["date"], DateField)
    assert isinstance(plan.fields["time"], TimeField)
    assert plan.fields["comment"] == TextField(("text", "more"))
    assert plan.fields["criteria_desk"] == TextField(("d",))
    assert {"party", "account", "currency", "original_currency"} <= set(plan.fields)


_DEBITS = ("D", "DR", "DEBIT", "DBIT", "-")


def test_the_time_is_read_only_where_it_matters() -> None:
    assert "time" not in stage_plan(spec({"date": "d"}).left, scale=2, with_time=False).fields
    assert "time" not in stage_plan(spec().left, scale=2, with_time=True).fields


def test_the_table_has_every_column_of_a_record(engine: DuckDBEngine) -> None:
    rows = compared(engine, {"key_0": ["A"], "amount": [1]}, spec())
    assert list(rows[0])[:5] == ["row", "key", "key_text", "amount", "currency"]
    assert set(rows[0]) == set(RECORD_SCHEMA)
    assert rows[0]["comment"] == rows[0]["party"] == rows[0]["currency"] == ""
    assert rows[0]["date"] is rows[0]["time"] is rows[0]["original_amount"] is None


def test_the_key_is_normalised_and_kept_as_it_was_beside(engine: DuckDBEngine) -> None:
    wanted = spec(normalise={"ref": ["strip", "upper", "punctuation"]})
    rows = compared(engine, {"key_0": [" inv-1 "], "amount": [1]}, wanted)
    assert (rows[0]["key"], rows[0]["key_text"]) == ("INV1", " inv-1 ")


def test_steps_for_the_key_serve_columns_without_steps_of_their_own(engine: DuckDBEngine) -> None:
    wanted = spec({"key": ["ref", "line"]}, normalise={"key": ["upper"], "line": ["digits"]})
    rows = compared(engine, {"key_0": ["a-1"], "key_1": ["no 7"], "amount": [1]}, wanted)
    assert rows[0]["key"] == "A-1 | 7"
    assert (rows[0]["key_0"], rows[0]["key_1"]) == ("A-1", "7")
    assert rows[0]["key_text"] == "a-1 | no 7"


def test_a_pattern_finds_the_key_within_a_text(engine: DuckDBEngine) -> None:
    wanted = spec({"key_pattern": "(?i)INV.?[0-9]+"}, normalise={"ref": ["upper", "punctuation"]})
    texts = ["paid inv-17 and INV-18", "a fee", ""]
    rows = compared(engine, {"key_0": texts, "amount": [1, 2, 3]}, wanted)
    assert [row["key"] for row in rows] == ["INV17", "", ""]
    assert rows[0]["key_text"] == "inv-17"


def test_a_key_of_blank_parts_is_no_key(engine: DuckDBEngine) -> None:
    wanted = spec({"key": ["ref", "line"]})
    staged: dict[str, list[Any]] = {
        "key_0": ["", "A", ""],
        "key_1": ["", "", "7"],
        "amount": [1, 2, 3],
    }
    assert [row["key"] for row in compared(engine, staged, wanted)] == ["", "A | ", " | 7"]


def test_without_a_key_every_key_is_blank(engine: DuckDBEngine) -> None:
    rows = compared(engine, {"amount": [1, 2]}, spec({"key": []}))
    assert [row["key"] for row in rows] == ["", ""]


def test_currencies_are_in_upper_case(engine: DuckDBEngine) -> None:
    staged: dict[str, list[Any]] = {"key_0": ["A", "B"], "amount": [1, 2], "currency": ["eur", ""]}
    rows = compared(engine, staged, spec({"currency": "ccy"}))
    assert [row["currency"] for row in rows] == ["EUR", ""]
    fixed = compared(engine, {"key_0": ["A"], "amount": [1]}, spec({"currency_fixed": "jpy"}))
    assert fixed[0]["currency"] == "JPY"


def test_criteria_stand_beside_the_record(engine: DuckDBEngine) -> None:
    staged: dict[str, list[Any]] = {"key_0": ["A"], "amount": [1], "criteria_desk": ["FX"]}
    rows = compared(engine, staged, spec({"criteria": {"desk": "d"}}))
    assert rows[0]["criteria_desk"] == "FX"


TWO_KEYS: dict[str, Any] = {
    "left": {"name": "bank", "key": ["ref", "line"], "amount": "a", "criteria": {"desk": "d"}},
    "right": {"name": "books", "key": ["doc_no", "item"], "amount": "a", "criteria": {"desk": "e"}},
}


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["key", "amount"], ["key", "amount"]),
        (["amount", "key"], ["key", "amount"]),
        (["ref", "line", "currency"], ["key", "currency"]),
        (["doc_no", "item"], ["key"]),
        (["ref"], ["key_0"]),
        (["item"], ["key_1"]),
        (["line", "key"], ["key"]),
        (["desk", "date"], ["criteria_desk", "date"]),
        (["party", "account"], ["party", "account"]),
    ],
)
def test_a_pass_may_call_a_key_column_as_either_side_does(
    names: list[str], columns: list[str]
) -> None:
    assert on_columns(names, Spec.model_validate(TWO_KEYS)) == columns


def test_a_pass_on_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match=r"on` 'colour', which is not one of .*amount.*ref"):
        on_columns(["ref", "colour"], Spec.model_validate(TWO_KEYS))


def test_a_pass_on_a_key_that_the_spec_does_not_have_compares_the_rest() -> None:
    assert on_columns(["key", "currency", "amount"], spec({"key": []})) == ["currency", "amount"]
