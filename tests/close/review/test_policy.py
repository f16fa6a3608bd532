"""Which balances are certified when, and which without anybody."""

import pytest

from tieout.close.review.policy import CertificationPolicy, read_policy
from tieout.model.errors import InputError

MATERIAL = 1_000_00


@pytest.mark.parametrize(
    ("balance", "risk"),
    [(0, "low"), (-999_99, "low"), (1_000_00, "medium"), (-100_000_00, "high")],
)
def test_risk_is_by_what_is_material(balance: int, risk: str) -> None:
    assert CertificationPolicy().risk(balance, MATERIAL) == risk


def test_low_risk_is_due_at_the_end_of_a_quarter_and_all_else_each_month() -> None:
    policy = CertificationPolicy()
    assert [month for month in range(1, 13) if policy.is_due("low", month)] == [3, 6, 9, 12]
    assert all(policy.is_due("medium", month) for month in range(1, 13))


def test_what_did_not_move_since_it_was_certified_is_certified_by_policy() -> None:
    policy = CertificationPolicy()
    said = policy.automatic(500, is_quiet=True, was_certified=True)
    assert said == "no entries in the period, certified in the one before"
    assert policy.automatic(500, is_quiet=False, was_certified=True) == ""
    assert policy.automatic(500, is_quiet=True, was_certified=False) == ""


def test_nothing_is_certified_by_policy_only_where_nothing_moved() -> None:
    policy = CertificationPolicy()
    assert policy.automatic(0, is_quiet=True, was_certified=False).endswith("nothing on it")
    assert policy.automatic(0, is_quiet=False, was_certified=False) == ""


def test_a_policy_may_say_no() -> None:
    assert CertificationPolicy(zero=False).automatic(0, is_quiet=True, was_certified=False) == ""
    off = CertificationPolicy(unmoved=False)
    assert off.automatic(5, is_quiet=True, was_certified=True) == ""
    capped = CertificationPolicy(automatic_max=100)
    assert capped.automatic(-101, is_quiet=True, was_certified=True) == ""
    assert capped.automatic(-100, is_quiet=True, was_certified=True) != ""


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("quiet", "expected unmoved, zero"),
        ({"quiet": True}, "certification has no 'quiet'"),
        ({"zero": 1}, "zero of certification is 1; expected true or false"),
        ({"low_every_months": 5}, "expected one of 1, 2, 3, 4, 6, 12"),
        ({"high_times": 0}, "expected a number from 1"),
        ({"automatic_max": -1}, "expected whole units of 0.01 from 0"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_by_word(held: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_policy(held, "tasks.yaml")
