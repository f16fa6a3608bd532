"""What runs alone is wrong no more often than stated, also when people change their minds."""

from decimal import Decimal

import pytest
from decisions import likeness
from working import Done, work_by_policy

from tieout.practice.decisions import practice_cases
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level

STATED = 0.1
SPEC = AutonomySpec(
    enabled=True,
    checked_share=0.2,
    rules=(
        AutonomyRule(
            level=Level.AUTO,
            amount_max=Decimal(10**9),
            daily_count_max=10_000,
            daily_amount_max=Decimal(10**12),
            precedents_min=30,
            error_max=STATED,
        ),
    ),
)


SEEDS = (1, 2)


@pytest.fixture(scope="module")
def worked() -> list[Done]:
    """What came of each seed; the policy changes after 900 of 1,100 cases."""
    return [work_by_policy(seed, SPEC, before=900, after=200) for seed in SEEDS]


def test_the_stated_error_is_kept_through_a_new_policy(worked: list[Done]) -> None:
    assert sum(done.automatic for done in worked) > 50
    assert all(done.wrong <= STATED * done.automatic for done in worked)


def test_a_scope_is_revoked_after_the_change(worked: list[Done]) -> None:
    assert sum(done.revoked for done in worked) > 0


def test_nothing_runs_alone_when_it_is_switched_off() -> None:
    off = SPEC.model_copy(update={"enabled": False})
    assert work_by_policy(1, off, before=150, after=0).automatic == 0


def test_a_practice_case_is_compared_by_what_it_is() -> None:
    case = practice_cases(1, 1)[0]
    assert likeness(case).bucket == case.bucket
