"""Autonomy is earned by a record, kept under ceilings, and lost."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from tieout.resolve.autonomy.bounds import chance_of_as_many, log_evidence, upper_bound
from tieout.resolve.autonomy.judge import Record, Spent, Way, drifted, is_checked, judge
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level, Scope
from tieout.resolve.kinds import ActionKind

SCOPE = Scope(reconciliation="r", bucket="rounding", counterparty="", action="write_off")
RULE = AutonomyRule(
    action=ActionKind.WRITE_OFF,
    level=Level.AUTO,
    amount_max=Decimal(5),
    daily_count_max=10,
    daily_amount_max=Decimal(20),
    precedents_min=30,
    error_max=0.05,
)
SPEC = AutonomySpec(enabled=True, checked_share=0.01, rules=(RULE,))
GOOD = Record(right=(True,) * 150, alone=100)


def verdict(record: Record = GOOD, amount: str = "2", **more: Any) -> Any:
    values: dict[str, Any] = {"spec": SPEC, "spent": Spent(), "identity": "case-1"} | more
    return judge(SCOPE, Decimal(amount), record, **values)


def test_a_good_record_lets_it_run_and_says_why() -> None:
    found = verdict()
    assert found.way is Way.RUN
    assert found.reason.startswith("wrong 0 of 150 times: at most")
    assert found.bound <= 0.05


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"record": Record(right=(True,) * 29)}, "29 of 30 decisions"),
        ({"record": Record(right=(True,) * 40)}, "wrong 0 of 40 times"),
        ({"record": Record(right=(True,) * 140 + (False,) * 10)}, "too often in the last 20"),
        ({"record": Record(right=(False, True) * 100)}, "too often"),
        ({"record": Record(right=(True,) * 150, revoked="undone by ann")}, "undone by ann"),
        ({"record": Record(right=(True,) * 148 + (False, True))}, "of the last 5 was not done"),
        ({"amount": "5.01"}, "above the ceiling"),
        ({"spent": Spent(count=10)}, "10 is the limit"),
        ({"spent": Spent(amount=Decimal(19))}, "daily limit of 20"),
        ({"spec": SPEC.model_copy(update={"enabled": False})}, "switched off"),
        ({"spec": AutonomySpec(enabled=True)}, "the policy says suggest"),
    ],
)
def test_otherwise_a_person_is_asked(change: dict[str, Any], said: str) -> None:
    found = verdict(**change)
    assert found.way is Way.SUGGEST
    assert said in found.reason


@pytest.mark.parametrize(
    ("alone", "unseen", "way"),
    [(0, 0, Way.HOLD), (39, 0, Way.HOLD), (40, 0, Way.RUN), (100, 1, Way.RUN), (100, 2, Way.HOLD)],
)
def test_what_a_person_will_see_first_is_waited_for_until_trust_has_grown(
    alone: int, unseen: int, way: Way
) -> None:
    assert verdict(Record(right=(True,) * 150, alone=alone, unseen=unseen)).way is way


def test_a_full_lot_is_checked() -> None:
    spec = SPEC.model_copy(update={"checked_share": 0.25})
    free = next(f"case-{n}" for n in range(99) if not is_checked(f"case-{n}", 0.25))
    found = [
        verdict(Record(right=(True,) * 150, held=held), spec=spec, identity=free).way
        for held in range(6)
    ]
    assert found == [Way.HOLD] * 4 + [Way.CHECK] * 2


def test_manual_proposes_nothing() -> None:
    spec = AutonomySpec(enabled=True, rules=(AutonomyRule(level=Level.MANUAL),))
    assert verdict(spec=spec).way is Way.MANUAL


def test_some_are_always_checked_and_nobody_can_choose_which() -> None:
    spec = SPEC.model_copy(update={"checked_share": 0.25})
    found = [verdict(spec=spec, identity=f"case-{n}") for n in range(400)]
    share = sum(each.way is Way.CHECK for each in found) / 400
    assert 0.18 < share < 0.32
    assert {each.way for each in found} == {Way.CHECK, Way.RUN}
    assert is_checked("case-1", 1.0)


@pytest.mark.parametrize(("errors", "count"), [(0, 39), (0, 150), (3, 60), (12, 252)])
def test_the_bound_lies_above_that_of_a_single_look(errors: int, count: int) -> None:
    one_look = beta.ppf(0.95, errors + 1, count - errors)
    bound = upper_bound(errors, count, confidence=0.95)
    assert one_look < bound < 2 * one_look
    assert log_evidence(errors, count, bound) == pytest.approx(np.log(20))


def test_more_errors_or_fewer_decisions_raise_the_bound() -> None:
    assert upper_bound(5, 5, confidence=0.95) == 1.0
    assert upper_bound(1, 100, confidence=0.95) > upper_bound(0, 100, confidence=0.95)
    assert upper_bound(1, 50, confidence=0.95) > upper_bound(1, 100, confidence=0.95)


def test_looking_after_each_decision_does_not_find_a_lucky_streak() -> None:
    """A hundred scopes that are wrong exactly as often as is stated, watched for 300 decisions."""
    luck, wrongly = np.random.default_rng(7), 0
    for _ in range(100):
        errors = np.cumsum(luck.random(300) < 0.10)
        wrongly += any(
            upper_bound(int(errors[count - 1]), count, confidence=0.9) < 0.10
            for count in range(1, 301)
        )
    assert wrongly <= 0.1 * 100


def test_drift_is_two_errors_or_more_that_chance_does_not_explain() -> None:
    assert not drifted((True,) * 19 + (False,), 0.05)
    assert drifted((True,) * 15 + (False,) * 5, 0.05)
    assert not drifted((), 0.05)
    assert chance_of_as_many(0, 10, 0.05) == 1.0
