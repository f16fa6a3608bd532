"""What a spec accepts, and what it refuses."""

from typing import Any

import pytest
from pydantic import ValidationError

from tieout.reconcile.spec import AmountColumns, PassSpec, SideSpec, Spec

SIDE: dict[str, Any] = {"name": "bank", "key": ["ref"], "amount": "amount", "date": "booked"}


def spec(**more: Any) -> Spec:
    """A small spec with what the test adds."""
    return Spec.model_validate({"left": SIDE, "right": SIDE, **more})


def test_a_column_may_be_named_in_short() -> None:
    side = SideSpec.model_validate(
        {"name": "bank", "key": "ref", "amount": "value", "date": "booked", "comment": "text"}
    )
    assert side.key == ("ref",)
    assert side.comment == ("text",)
    assert side.amount == AmountColumns(column="value")
    assert side.date is not None
    assert side.date.column == "booked"


def test_without_passes_a_spec_has_exact_and_group() -> None:
    assert spec().passes == (
        PassSpec.model_validate({"exact": {}}),
        PassSpec.model_validate({"group": {}}),
    )


@pytest.mark.parametrize(
    ("amount", "columns"),
    [
        ({"column": "a"}, ("a",)),
        ({"debit": "d", "credit": "c"}, ("d", "c")),
        ({"column": "a", "direction": "dc"}, ("a", "dc")),
    ],
)
def test_an_amount_names_the_columns_it_reads(
    amount: dict[str, str], columns: tuple[str, ...]
) -> None:
    assert AmountColumns.model_validate(amount).columns == columns


@pytest.mark.parametrize(
    "amount",
    [
        {},
        {"debit": "d"},
        {"credit": "c"},
        {"column": "a", "debit": "d", "credit": "c"},
        {"debit": "d", "credit": "c", "direction": "dc"},
        {"column": "a", "sign": 2},
        {"column": "a", "colour": "red"},
    ],
)
def test_an_amount_stands_in_one_place(amount: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AmountColumns.model_validate(amount)


def test_words_for_debit_are_compared_in_upper_case() -> None:
    amount = AmountColumns.model_validate({"column": "a", "direction": "dc", "negative": ["Soll"]})
    assert amount.negative == ("SOLL",)


def test_keys_are_paired_by_position() -> None:
    with pytest.raises(ValidationError, match="paired by position"):
        spec(right={**SIDE, "key": ["ref", "line"]})


def test_a_criterion_stands_on_both_sides() -> None:
    with pytest.raises(ValidationError, match="desk"):
        spec(left={**SIDE, "criteria": {"desk": "desk"}})
    both = {**SIDE, "criteria": {"desk": "desk"}}
    assert spec(left=both, right=both).left.criteria == {"desk": "desk"}


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"exact": {}, "group": {}},
        {"keyless": {"confidence_min": 0.2}},
        {"exact": {"on": []}},
        {"tolerance": {"on": []}},
        {"group": {"on": []}},
        {"group": {"size_max": 1}},
        {"group": {"shapes": ["one_to_one"]}},
        {"tolerance": {"amount": {"absolute": "-0.01"}}},
        {"tolerance": {"amount": {"percent": "-1"}}},
        {"tolerance": {"amount": {"by_currency": {"EUR": "-1"}}}},
        {"tolerance": {"amount": {"absolute": "a little"}}},
        {"tolerance": {"amount": {"absolute": "NaN"}}},
        {"tolerance": {"days": {"before": -1}}},
        {"tolerance": {"dayz": {}}},
    ],
)
def test_a_pass_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        spec(passes=[rule])


def test_a_spec_without_any_pass_is_refused() -> None:
    with pytest.raises(ValidationError):
        spec(passes=[])


@pytest.mark.parametrize("scale", [-1, 7, "two"])
def test_the_scale_is_between_none_and_six_decimals(scale: Any) -> None:
    with pytest.raises(ValidationError):
        spec(scale=scale)


def test_a_step_of_normalising_is_one_of_those_there_are() -> None:
    with pytest.raises(ValidationError):
        spec(normalise={"ref": ["shout"]})


def test_normalising_names_a_key_column() -> None:
    assert spec(normalise={"key": ["upper"], "ref": ["strip"]}).normalise["ref"] == ("strip",)
    with pytest.raises(ValidationError, match="refernce"):
        spec(normalise={"refernce": ["upper"]})


def test_limits_are_exact_decimals() -> None:
    rule = spec(passes=[{"tolerance": {"amount": {"absolute": 0.05}}}]).passes[0].tolerance
    assert rule is not None
    assert str(rule.amount.absolute) == "0.05"


def test_an_unknown_word_is_an_error_wherever_it_stands() -> None:
    wrongs: list[dict[str, Any]] = [
        {"lefft": SIDE},
        {"left": {**SIDE, "kee": "ref"}},
        {"evidence": {"fee": []}},
    ]
    for wrong in wrongs:
        with pytest.raises(ValidationError, match="Extra inputs"):
            spec(**wrong)


def test_a_spec_survives_the_way_to_json_and_back() -> None:
    full = spec(
        scale=3,
        normalise={"ref": ["strip", "upper"]},
        passes=[
            {"exact": {"on": ["ref", "amount"]}},
            {"tolerance": {"amount": {"absolute": "0.05", "by_currency": {"JPY": "5"}}}},
            {"group": {"days": {"after": 2}}},
        ],
        evidence={"fees": [{"fixed": "0.30", "percent": "2.9"}], "cut_off_hour": 17},
    )
    assert Spec.model_validate(full.model_dump(mode="json")) == full
    assert Spec.model_validate_json(full.model_dump_json()) == full


@pytest.mark.parametrize("pattern", ["INV-(", "(?=INV)[0-9]+", "([0-9])\\1", "(?<!x)7"])
def test_a_key_pattern_is_one_that_every_engine_reads(pattern: str) -> None:
    side = {"name": "a", "key": "ref", "amount": "amount"}
    with pytest.raises(ValidationError, match="key_pattern"):
        Spec.model_validate({"left": {**side, "key_pattern": pattern}, "right": side})
