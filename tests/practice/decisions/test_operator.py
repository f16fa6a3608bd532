"""An operator with a hidden policy."""

from collections import Counter

import numpy as np
import pytest

from tieout.practice.decisions import Operator, practice_cases
from tieout.practice.decisions.operator import PLAUSIBLE


def test_the_same_seed_is_the_same_operator() -> None:
    cases = practice_cases(100, 1)
    one, two = Operator.drawn(3), Operator.drawn(3)
    assert [one.policy(case) for case in cases] == [two.policy(case) for case in cases]
    assert cases == practice_cases(100, 1)
    assert cases != practice_cases(100, 2)


def test_seeds_differ_in_policy() -> None:
    cases = practice_cases(100, 1)
    policies = {tuple(Operator.drawn(seed).policy(case) for case in cases) for seed in range(8)}
    assert len(policies) == 8


def test_slips_are_as_often_as_said() -> None:
    operator, luck = Operator.drawn(1), np.random.default_rng(1)
    cases = practice_cases(2000, 1)
    slips = sum(operator.decide(case, luck) != operator.policy(case) for case in cases)
    assert slips / 2000 == pytest.approx(0.05, abs=0.015)
    never = Operator.drawn(1, slips=0.0)
    assert all(never.decide(case, luck) == never.policy(case) for case in cases[:200])


def test_whatever_is_done_is_plausible() -> None:
    operator, luck = Operator.drawn(2), np.random.default_rng(2)
    for case in practice_cases(300, 2):
        assert operator.decide(case, luck) in PLAUSIBLE[case.bucket]


@pytest.mark.parametrize("seed", range(5))
def test_after_a_change_no_case_of_those_buckets_is_decided_as_before(seed: int) -> None:
    old = Operator.drawn(seed)
    new, changed = old.changed(seed), list(PLAUSIBLE)[:3]
    for case in practice_cases(200, seed):
        assert (new.policy(case) == old.policy(case)) == (case.bucket not in changed)


def test_few_causes_make_most_cases() -> None:
    counts = Counter(case.bucket for case in practice_cases(2000, 1))
    assert counts.most_common(1)[0][0] == "timing"
    assert set(counts) == set(PLAUSIBLE)
