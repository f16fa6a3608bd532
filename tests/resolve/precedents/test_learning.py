"""Proposals come to agree with an operator whose policy nobody told them."""

from datetime import timedelta
from statistics import mean

import numpy as np
import pytest
from decisions import decided, foretold, history

from tieout.practice.decisions import practice_cases
from tieout.resolve.precedents.report import by_bucket, learning_curve
from tieout.resolve.precedents.report import foretold as held_out
from tieout.resolve.precedents.store import Library

SEEDS = range(6)


def test_after_200_decisions_nine_of_ten_new_cases_are_foretold() -> None:
    found = []
    for seed in SEEDS:
        operator, precedents, _ = history(seed)
        found.append(foretold(precedents, operator, practice_cases(300, seed + 1000)))
    assert mean(right for right, _ in found) >= 0.9
    assert mean(silent for _, silent in found) < 0.2


def test_a_new_policy_is_noticed_and_learnt_within_100_decisions() -> None:
    found, noticed = [], 0
    for seed in SEEDS:
        operator, precedents, luck = history(seed)
        changed = operator.changed(seed)
        more = decided(practice_cases(100, seed + 2000), changed, luck, first=len(precedents))
        both = [*precedents, *more]
        library = Library.of(both, today=both[-1].day)
        noticed += sum(shelf.since > 0 for shelf in library.shelves.values())
        found.append(foretold(both, changed, practice_cases(300, seed + 1000)))
    assert mean(right for right, _ in found) >= 0.9
    assert mean(silent for _, silent in found) < 0.2
    assert noticed >= 2 * len(SEEDS), "of three buckets that changed in each"


def test_without_a_change_none_is_seen() -> None:
    changes = 0
    for seed in SEEDS:
        _, precedents, _ = history(seed, 300)
        shelves = Library.of(precedents, today=precedents[-1].day).shelves.values()
        changes += sum(shelf.since > 0 for shelf in shelves)
    assert changes <= 1, "of 48 buckets"


def test_votes_are_right_about_as_often_as_they_say() -> None:
    said, right = [], []
    for seed in SEEDS:
        operator, precedents, _ = history(seed)
        library = Library.of(precedents, today=precedents[-1].day)
        from decisions import likeness

        for case in practice_cases(200, seed + 3000):
            vote = library.vote(likeness(case))
            first = max(vote.shares, key=lambda kind: vote.shares[kind])
            said.append(vote.confidence)
            right.append(first.value == operator.policy(case))
    # People slip in 5 % of cases, of which a policy knows nothing.
    assert mean(said) == pytest.approx(np.mean(right), abs=0.07)


def test_the_report_foretells_each_decision_by_those_before_it() -> None:
    _, precedents, _ = history(3)
    told = held_out(precedents)
    assert [each.decided for each in told] == list(range(200))
    curve = learning_curve(told)
    assert [each.decisions for each in curve] == [25] * 8
    assert curve[0].name == "1 to 25"
    first, last = curve[0], curve[-1]
    assert (last.agreed or 0) > (first.agreed or 0)
    buckets = by_bucket(told)
    assert sum(each.decisions for each in buckets) == 200
    assert buckets[0].decisions == max(each.decisions for each in buckets)


def test_a_later_decision_changes_nothing_that_was_foretold_before_it() -> None:
    _, precedents, _ = history(4)
    whole, part = held_out(precedents), held_out(precedents[:100])
    assert whole[:100] == part


def test_old_decisions_count_less() -> None:
    _, precedents, _ = history(5, 60)
    long_after = precedents[-1].day + timedelta(days=1800)
    library = Library.of(precedents, today=long_after)
    weights = np.concatenate([shelf.weight for shelf in library.shelves.values()])
    assert weights.max() < 0.002
