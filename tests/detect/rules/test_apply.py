"""Rules applied to rows."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.detect.rules.apply import apply_rules, names_in_condition, names_needed
from tieout.detect.rules.load import rules_of
from tieout.detect.rules.model import RuleSet
from tieout.model.errors import InputError

NONE = -1


def rules(*entries: str) -> RuleSet:
    """Rules in short: id | severity | condition | reason | more YAML."""
    lines = ["rules:"]
    for entry in entries:
        parts = [part.strip() for part in entry.split("|")]
        identifier, severity, when, reason = parts[:4]
        lines += [
            f"  - id: {identifier}",
            f"    title: {identifier}",
            f"    severity: {severity}",
            f"    when: {when}",
            f"    reason: '{reason}'",
            *(f"    {more}" for more in parts[4:]),
        ]
    return rules_of("\n".join(lines), source="test.yaml")


FRAME = pl.DataFrame(
    {
        "amount": [float(number) for number in range(1, 101)],
        "customer": ["a", "b"] * 50,
        "note": ["x"] * 99 + [None],
    }
)


def test_it_says_which_rules_hold_where() -> None:
    found = apply_rules(
        rules("top|low|amount > 98|{amount}", "last|high|amount = 100|{amount}"), FRAME
    )
    assert np.flatnonzero(found.fired("top")).tolist() == [98, 99]
    assert found.triggered([0, 98, 99]) == [(), ("top",), ("last", "top")]
    everywhere = found.triggered_at().to_list()
    assert everywhere[:98] == [[]] * 98
    assert everywhere[98:] == [["top"], ["last", "top"]]
    assert found.triggered_at(np.array([99, 0])).to_list() == [["last", "top"], []]
    assert np.flatnonzero(found.flags).tolist() == [98, 99]


def test_null_is_not_true() -> None:
    found = apply_rules(rules("noted|low|note = 'y' OR note != 'x'|x"), FRAME)
    assert not found.flags.any()


def test_reasons_are_filled_in_the_most_severe_first() -> None:
    found = apply_rules(
        rules(
            "top|low|amount > limit_low|{amount} over {limit_low}|params: {limit_low: 97.5}",
            "last|critical|amount = 100|the last of {customer}",
        ),
        FRAME,
    )
    reasons = found.reasons([99, 0, 97])
    assert [[reason.text for reason in each] for each in reasons] == [
        ["the last of b", "100 over 97.50"],
        [],
        ["98 over 97.50"],
    ]
    assert reasons[2][0].values == (98.0, 97.5)


def test_named_expressions_are_in_conditions_and_reasons() -> None:
    found = apply_rules(rules("half|low|half > 49.5|half is {half}|let: {half: amount / 2}"), FRAME)
    assert [reason.text for reason in found.reasons([99])[0]] == ["half is 50"]
    assert found.reports[0].rows == 1


def test_a_limit_tells_what_was_measured() -> None:
    ruleset = rules_of(
        "limits:\n  - {id: gap, of: abs(left - right), above: 100, may_flag_above: 1}\n",
        source="limits.yaml",
    )
    frame = pl.DataFrame({"left": [500, 500], "right": [380, 450]})
    found = apply_rules(ruleset, frame)
    assert found.triggered([0, 1]) == [("gap",), ()]
    assert found.reasons([0])[0][0].text == "Gap: 120 must not be above 100"
    assert found.reasons([0])[0][0].values == (120.0, 100.0)


def test_more_rules_than_bits_in_a_word_are_told_apart() -> None:
    ruleset = rules(*(f"r{number}|low|amount = {number}|x" for number in range(1, 131)))
    found = apply_rules(ruleset, FRAME)
    assert found.masks.shape == (100, 3)
    assert found.triggered([0, 63, 64, 99]) == [("r1",), ("r64",), ("r65",), ("r100",)]
    assert found.fired("r130").sum() == 0


def test_a_rule_not_applied_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="none"):
        apply_rules(rules("top|low|amount > 98|x"), FRAME).fired("none")


def test_no_rules_trigger_nothing() -> None:
    found = apply_rules(RuleSet(name="", rules=(), sources={}), FRAME)
    assert found.triggered_at().to_list() == [[]] * 100
    assert not found.flags.any()
    assert found.reports == ()


def test_no_rows_are_fine() -> None:
    found = apply_rules(rules("top|low|amount > 98|x"), FRAME.clear())
    assert found.triggered_at().to_list() == []
    assert found.reports[0].share == 0.0


def test_a_rule_above_five_percent_warns_and_does_not_flag() -> None:
    found = apply_rules(rules("many|low|amount > 94|x", "few|low|amount > 95|x"), FRAME)
    many, few = found.reports
    assert (many.rows, many.share, many.flags) == (6, 0.06, False)
    assert (few.rows, few.share, few.flags) == (5, 0.05, True)
    assert many.note.startswith("many holds at 6 rows, 6.0% of all and more than 5.0%: it warns")
    assert few.note == ""
    assert found.flags.sum() == 5
    # It is told beside the row all the same.
    assert found.triggered([94]) == [("many",)]


def test_a_rule_may_be_allowed_to_flag_more() -> None:
    found = apply_rules(rules("many|low|amount > 50|x|may_flag_above: 0.5"), FRAME)
    assert found.reports[0].flags
    assert found.flags.sum() == 50


def test_labels_give_precision_recall_and_lift() -> None:
    labels = np.zeros(100, np.int8)
    labels[[96, 97, 98, 10]] = 1
    labels[99] = NONE
    (report,) = apply_rules(rules("top|low|amount > 96|x"), FRAME, labels).reports
    assert report.precision == pytest.approx(3 / 3)
    assert report.recall == pytest.approx(3 / 4)
    assert report.lift == pytest.approx(1.0 / (4 / 99))
    assert report.lift_over == "labels"


def test_a_rule_that_holds_nowhere_has_no_precision() -> None:
    labels = np.zeros(100, np.int8)
    labels[0] = 1
    (report,) = apply_rules(rules("none|low|amount > 1000|x"), FRAME, labels).reports
    assert (report.precision, report.recall, report.lift) == (None, 0.0, None)


def test_labels_without_anomalies_give_no_lift() -> None:
    (report,) = apply_rules(rules("top|low|amount > 96|x"), FRAME, np.zeros(100, np.int8)).reports
    assert (report.precision, report.recall, report.lift) == (0.0, None, None)


def test_without_labels_lift_is_told_over_another_judge() -> None:
    log_p = np.zeros(100)
    log_p[[96, 97, 10, 11]] = -10.0
    ruleset = rules("top|low|amount > 96|x")
    (report,) = apply_rules(ruleset, FRAME, log_p=log_p).reports
    assert report.lift == pytest.approx((2 / 4) / (4 / 100))
    assert report.lift_over == "model"
    (silent,) = apply_rules(ruleset, FRAME, log_p=np.zeros(100)).reports
    assert (silent.lift, silent.lift_over) == (None, "")


def test_labels_that_tell_nothing_leave_the_lift_to_the_other_judge() -> None:
    log_p = np.where(np.arange(100) > 95, -10.0, 0.0)
    unlabelled = np.full(100, NONE, np.int8)
    (report,) = apply_rules(rules("top|low|amount > 96|x"), FRAME, unlabelled, log_p=log_p).reports
    assert report.lift_over == "model"


# Parameters that are learnt.


def test_a_threshold_is_the_quantile_of_the_data() -> None:
    found = apply_rules(
        rules(
            "high|low|amount > high|{high}|params: {high: {quantile: 0.95, of: amount}}",
        ),
        FRAME,
    )
    assert found.reports[0].rows == 5
    assert found.reasons([99])[0][0].values == (95.0,)


def test_a_threshold_is_learnt_by_group_and_of_all_for_small_groups() -> None:
    frame = pl.DataFrame(
        {
            "amount": [*map(float, range(40)), *(float(number) * 100 for number in range(40)), 7.0],
            "currency": ["EUR"] * 40 + ["JPY"] * 40 + ["CHF"],
        }
    )
    ruleset = rules(
        "high|low|amount > high|{high}|params: {high: {quantile: 0.9, of: amount, by: currency}}"
        "|may_flag_above: 1",
    )
    found = apply_rules(ruleset, frame)
    assert np.flatnonzero(found.fired("high")).tolist() == [36, 37, 38, 39, 76, 77, 78, 79]
    everyone = frame["amount"].quantile(0.9, interpolation="lower")
    shown = apply_rules(
        rules("all|low|high >= 0|{high}|params: {high: {quantile: 0.9, of: amount, by: currency}}"),
        frame,
    ).reasons([0, 40, 80])
    assert [reasons[0].values[0] for reasons in shown] == [35.0, 3500.0, everyone]


def test_thresholds_may_be_learnt_from_other_rows() -> None:
    ruleset = rules("high|low|amount > high|{high}|params: {high: {quantile: 0.5, of: amount}}")
    past = pl.DataFrame({"amount": [1.0, 1.0, 99.0]})
    found = apply_rules(ruleset, FRAME, learnt_from=past)
    assert found.reports[0].rows == 99
    assert found.reasons([99])[0][0].values == (1.0,)


def test_learnt_thresholds_are_kept_in_bounds() -> None:
    ruleset = rules(
        "high|low|amount >= high|{high}|params: {high: {quantile: 0.5, of: amount, at_least: 90}}",
        "low|low|amount <= low|{low}|params: {low: {quantile: 0.5, of: amount, at_most: 3}}",
    )
    found = apply_rules(ruleset, FRAME)
    assert [report.rows for report in found.reports] == [11, 3]


def test_a_group_column_that_is_not_there_counts_as_absent() -> None:
    ruleset = rules(
        "high|low|amount > high|{high}|params: {high: {quantile: 0.95, of: amount, by: card}}"
    )
    assert apply_rules(ruleset, FRAME).reports[0].rows == 5


def test_nothing_learnt_triggers_nothing() -> None:
    ruleset = rules("high|low|amount > high|x|params: {high: {quantile: 0.9, of: amount}}")
    frame = pl.DataFrame({"amount": [None, None]}, schema={"amount": pl.Float64})
    assert apply_rules(ruleset, frame).reports[0].rows == 0


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.floats(0, 1e6) | st.none(), min_size=1, max_size=60),
    quantile=st.sampled_from([0.5, 0.9, 0.99]),
)
def test_at_most_the_rest_is_above_a_quantile(amounts: list[float | None], quantile: float) -> None:
    frame = pl.DataFrame({"amount": amounts}, schema={"amount": pl.Float64})
    ruleset = rules(
        f"high|low|amount > high|x|params: {{high: {{quantile: {quantile}, of: amount}}}}"
    )
    known = sum(amount is not None for amount in amounts)
    assert apply_rules(ruleset, frame).reports[0].rows <= (1 - quantile) * (known - 1) + 1


# Names.


def test_a_rule_whose_features_are_missing_is_skipped_and_said_so() -> None:
    ruleset = rules("fast|low|km_per_hour_away > 900 AND country = 1|x", "top|low|amount > 98|x")
    found = apply_rules(ruleset, FRAME)
    assert found.skipped == {
        "fast": "fast: not applied, the table has no km_per_hour_away, country"
    }
    assert [report.rule_id for report in found.reports] == ["top"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("x|low|amuont > 1|x", r"test.yaml: rule x: 'amuont' .* 'amount'\?"),
        ("x|low|amount > 1|{custmer}", r"test.yaml: rule x: 'custmer' .* 'customer'\?"),
        ("x|low|amount > 1|x|let: {y: amuont}", r"test.yaml: rule x: 'amuont'"),
        ("x|low|amount > high|x|params: {high: {quantile: 0.5, of: amuont}}", "'amuont'"),
        ("x|low|amount > customer|x|params: {customer: 5}", "'customer' is a column as well"),
        ("x|low|amount + 1|x", "rule x: when: gives Float64; expected true or false"),
        ("x|low|amount > 'much'|x", "test.yaml: rule x: when: "),
    ],
)
def test_names_and_kinds_that_do_not_fit_are_told(entry: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        apply_rules(rules(entry), FRAME)


def test_a_condition_without_columns_holds_everywhere() -> None:
    found = apply_rules(rules("all|low|1 = 1|x", "none|low|1 = 2|x", "nothing|low|'NULL'|x"), FRAME)
    assert [report.rows for report in found.reports] == [100, 0, 0]


def test_only_parameters_that_are_named_need_their_columns() -> None:
    text = """
params:
  unused: {quantile: 0.5, of: km_from_last}
rules:
  - {id: top, title: Top, when: amount > 98, reason: x}
"""
    ruleset = rules_of(text, source="test.yaml")
    assert names_needed(ruleset.rules[0]) == ("amount",)
    assert apply_rules(ruleset, FRAME).reports[0].rows == 2


def test_columns_with_spaces_are_named_in_quotes() -> None:
    frame = pl.DataFrame({"Net Price": [1.0, 9.0]})
    found = apply_rules(rules("net|low|'\"Net Price\" > 5'|{Net Price}"), frame)
    assert found.triggered([0, 1]) == [(), ("net",)]
    assert found.reasons([1])[0][0].text == "9"


def test_the_columns_of_a_condition_are_not_those_of_the_sentence() -> None:
    text = """
rules:
  - id: web
    title: Web
    when: excess > 5 AND channel = 'web'
    let: {excess: amount - usual, unused: other}
    reason: "{merchant}"
"""
    found = names_in_condition(rules_of(text, source="test.yaml").rules[0])
    assert set(found) == {"excess", "channel", "amount", "usual"}
