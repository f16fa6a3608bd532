"""Asking precedents."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tieout.resolve.kinds import ActionKind
from tieout.resolve.precedents.calibrate import Calibration
from tieout.resolve.precedents.embedding import embedded
from tieout.resolve.precedents.measures import FEATURES, Measured
from tieout.resolve.precedents.model import Likeness, Precedent, Result
from tieout.resolve.precedents.store import Library
from tieout.resolve.proposals.rules import usual

TODAY = date(2026, 3, 31)
FEE = Likeness(
    reconciliation="bank_vs_ledger",
    bucket="fee_or_tax",
    side="both",
    counterparty="acme",
    currency="EUR",
    size=1.0,
    sign=1,
    age_days=3,
    words="card fee",
)


def precedent(
    number: int, action: ActionKind, like: Likeness = FEE, result: Result = Result.APPROVED
) -> Precedent:
    return Precedent(
        precedent_id=f"p{number}",
        like=like,
        action=action,
        proposed=None,
        result=result,
        day=TODAY - timedelta(days=30 - number % 30),
    )


def library(*precedents: Precedent) -> Library:
    return Library.of(precedents, today=TODAY)


def first(found: Library, like: Likeness = FEE) -> ActionKind:
    shares = found.vote(like).shares
    return max(shares, key=lambda kind: shares[kind])


def test_without_precedents_the_evidence_votes() -> None:
    vote = library().vote(FEE)
    assert vote.precedents == 0
    assert vote.nearest == ()
    assert first(library()) is ActionKind.JOURNAL_ENTRY
    assert sum(vote.shares.values()) == pytest.approx(1.0)


def test_precedents_outvote_the_evidence() -> None:
    found = library(*(precedent(n, ActionKind.CHASE) for n in range(4)))
    assert first(found) is ActionKind.CHASE
    vote = found.vote(FEE)
    assert [near.precedent.action for near in vote.nearest] == [ActionKind.CHASE] * 4


@pytest.mark.parametrize("result", [Result.WITHDRAWN, Result.FAILED])
def test_what_was_undone_or_failed_is_not_followed(result: Result) -> None:
    found = library(*(precedent(n, ActionKind.CHASE, result=result) for n in range(4)))
    assert first(found) is ActionKind.JOURNAL_ENTRY
    assert precedent(1, ActionKind.CHASE).withdrawn().counts is False


@pytest.mark.parametrize(
    "other",
    [
        replace(FEE, reconciliation="cards"),
        replace(FEE, bucket="rounding"),
    ],
)
def test_other_reconciliations_and_buckets_have_no_vote(other: Likeness) -> None:
    found = library(*(precedent(n, ActionKind.CHASE, other) for n in range(4)))
    assert found.vote(FEE).precedents == 0


def test_the_nearer_precedents_decide() -> None:
    small = [precedent(n, ActionKind.WRITE_OFF, replace(FEE, size=0.5)) for n in range(6)]
    large = [precedent(n, ActionKind.JOURNAL_ENTRY, replace(FEE, size=3.5)) for n in range(6)]
    found = library(*small, *large)
    assert first(found, replace(FEE, size=0.6)) is ActionKind.WRITE_OFF
    assert first(found, replace(FEE, size=3.2)) is ActionKind.JOURNAL_ENTRY
    nearest = found.vote(replace(FEE, size=0.6)).nearest
    assert all(near.precedent.action is ActionKind.WRITE_OFF for near in nearest)
    assert all(0 < near.nearness <= 1 for near in nearest)


def test_a_new_policy_sets_older_precedents_aside() -> None:
    old = [precedent(n, ActionKind.CHASE) for n in range(12)]
    new = [precedent(29, ActionKind.DOCUMENT_VALID) for _ in range(6)]
    found = library(*old, *new)
    assert first(found) is ActionKind.DOCUMENT_VALID
    vote = found.vote(FEE)
    assert (vote.precedents, vote.changed) == (6, 12)


def test_what_was_rejected_is_not_proposed_again_for_the_like() -> None:
    refused = [precedent(n, ActionKind.JOURNAL_ENTRY, result=Result.REJECTED) for n in range(4)]
    found = library(*refused)
    assert first(library()) is ActionKind.JOURNAL_ENTRY
    assert first(found) is ActionKind.WRITE_OFF
    vote = found.vote(FEE)
    assert (vote.precedents, vote.nearest) == (0, ())
    assert sum(vote.shares.values()) == pytest.approx(1.0)
    other = replace(FEE, size=5.0, counterparty="bravo", currency="USD", sign=-1, words="wire")
    assert first(found, other) is ActionKind.JOURNAL_ENTRY


def test_what_people_do_outvotes_what_one_of_them_rejected() -> None:
    done = [precedent(n, ActionKind.CHASE) for n in range(6)]
    found = library(*done, precedent(29, ActionKind.CHASE, result=Result.REJECTED))
    assert first(found) is ActionKind.CHASE
    assert (
        found.vote(FEE).shares[ActionKind.CHASE] < library(*done).vote(FEE).shares[ActionKind.CHASE]
    )
    assert precedent(1, ActionKind.CHASE, result=Result.REJECTED).counts is False


def test_one_slip_is_no_new_policy() -> None:
    found = library(
        *(precedent(n, ActionKind.CHASE) for n in range(12)), precedent(29, ActionKind.TICKET)
    )
    assert found.vote(FEE).changed == 0
    assert first(found) is ActionKind.CHASE


def test_it_is_the_same_in_whatever_order_shelves_come() -> None:
    fees = [precedent(n, ActionKind.CHASE) for n in range(20)]
    others = [precedent(n, ActionKind.WAIT, replace(FEE, bucket="timing")) for n in range(20)]
    one, two = library(*fees, *others).vote(FEE), library(*others, *fees).vote(FEE)
    assert one.shares == two.shares
    assert one.confidence == two.confidence


def test_features_tell_cases_apart() -> None:
    others = [
        replace(FEE, size=2.0),
        replace(FEE, age_days=99),
        replace(FEE, counterparty="bravo"),
        replace(FEE, side="left"),
        replace(FEE, currency="USD"),
        replace(FEE, sign=-1),
        replace(FEE, words="bounced payment"),
    ]
    unlike = Measured.of([FEE]).unlike(Measured.of([FEE, *others]))
    assert unlike.shape == (len(FEATURES), 1, 8)
    assert unlike[:, 0, 0].max() < 1e-2
    differing = [int(np.argmax(unlike[:, 0, place])) for place in range(1, 8)]
    assert differing == list(range(7))


def test_vectors_are_small_and_say_how_alike_words_are() -> None:
    vectors = embedded(["card fee of visa", "visa card fee", "bounced payment", ""])
    assert vectors.dtype == np.float16
    wide = vectors.astype(np.float32)
    assert wide[0] @ wide[1] > 0.9
    assert abs(wide[0] @ wide[2]) < 0.5
    assert not wide[3].any()


def test_calibration_is_monotone_and_begins_modestly() -> None:
    assert Calibration()(0.8) == pytest.approx(0.72)
    luck = np.random.default_rng(1)
    share = luck.uniform(0.3, 1.0, 400)
    right = (luck.random(400) < share**2).astype(float)
    found = Calibration.of(share, right, np.ones(400))
    assert list(found.right) == sorted(found.right)
    assert found(0.9) == pytest.approx(0.81, abs=0.1)
    assert found(0.5) == pytest.approx(0.25, abs=0.12)
    assert Calibration.of(share[:20], right[:20], np.ones(20)) == Calibration()


@pytest.mark.parametrize("bucket", ["timing", "a bucket of our own"])
def test_what_usually_follows_sums_to_one(bucket: str) -> None:
    assert sum(usual(bucket).values()) == pytest.approx(1.0)


def test_a_decision_knows_whether_it_was_as_proposed() -> None:
    plain = precedent(1, ActionKind.WAIT)
    assert plain.agreed is None
    assert replace(plain, proposed=ActionKind.WAIT).agreed is True
    assert replace(plain, proposed=ActionKind.CHASE).agreed is False
