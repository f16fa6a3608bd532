"""Rules kept with what they learnt hold for a record as they held for the row of a table."""

import json

import polars as pl
import pytest

from tieout.detect.rules.apply import RuleResult, apply_rules
from tieout.detect.rules.kept import KeptRule, among
from tieout.detect.rules.load import rules_of
from tieout.detect.rules.params import Threshold

RULES = """
rules:
  - id: high
    title: High for its customer
    when: twice >= 2 * amount_high AND NOT is_refund
    let: {twice: amount * 2}
    params: {amount_high: {quantile: 0.9, of: amount, by: customer, rows_min: 5, at_most: 80}}
    reason: "{amount:.2f} beside {amount_high:.1f} of {customer}"
    severity: low
  - id: many
    title: Nearly all
    when: amount > 1
    reason: "{amount}"
    severity: high
limits:
  - {id: floor, of: amount, below: 3}
"""


@pytest.fixture(name="frame")
def frame_fixture() -> pl.DataFrame:
    customers = ["a"] * 20 + ["b"] * 20 + ["c"] * 2 + [None]
    return pl.DataFrame(
        {
            "amount": [float(n) for n in range(1, 43)] + [None],
            "customer": customers,
            "is_refund": [n % 7 == 0 for n in range(43)],
        }
    )


@pytest.fixture(name="result")
def result_fixture(frame: pl.DataFrame) -> RuleResult:
    return apply_rules(rules_of(RULES, source="rules.yaml"), _known(frame))


def _known(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def test_a_record_triggers_what_its_row_did(frame: pl.DataFrame, result: RuleResult) -> None:
    rules, left = among(result.kept(), frame.columns)
    assert left == ()
    for place, row in enumerate(frame.iter_rows(named=True)):
        held = [found for each in rules if (found := each.held(row))]
        assert tuple(found.rule.id for found in held) == result.triggered([place])[0]
        assert tuple(found.reason for found in held) == result.reasons([place])[0]


def test_kept_rules_are_the_same_after_json(frame: pl.DataFrame, result: RuleResult) -> None:
    kept = result.kept()
    restored = [KeptRule.restored(json.loads(json.dumps(each.state()))) for each in kept]
    assert restored == list(kept)
    row = frame.row(19, named=True)
    assert [each.held(row) for each in restored] == [each.held(row) for each in kept]


def test_a_rule_that_may_not_flag_says_so(result: RuleResult) -> None:
    flags = {each.rule.id: each.flags for each in result.kept()}
    assert flags == {"high": False, "many": False, "floor": True}


def test_rules_that_need_what_is_not_there_are_left_out(result: RuleResult) -> None:
    rules, left = among(result.kept(), ["amount", "is_refund"])
    assert [each.rule.id for each in rules] == ["many", "floor"]
    assert left == ("high",)


def test_the_most_severe_rule_comes_first(result: RuleResult, frame: pl.DataFrame) -> None:
    rules, _ = among(result.kept(), frame.columns)
    assert [each.rule.id for each in rules] == ["many", "floor", "high"]


def test_a_group_of_few_rows_takes_the_threshold_of_all() -> None:
    learnt = Threshold(10.0, ("customer",), {("a",): 25.0, ("b",): None}, 5.0, 20.0)
    values = [learnt.of({"customer": name}) for name in ("a", "b", "new", None)]
    assert values == [20.0, 10.0, 10.0, 10.0]


def test_nothing_is_learnt_from_nothing() -> None:
    assert Threshold(None, at_least=3.0).of({}) is None
