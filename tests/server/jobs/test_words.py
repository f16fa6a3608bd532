"""Every kind of job has words for people."""

import pytest

from tieout.server.jobs.registry import handler_of, kinds
from tieout.server.jobs.words import WORDS, job_about, job_words


def test_every_kind_of_job_has_words() -> None:
    # Other tests of the same process may have registered kinds of their own.
    ours = {kind for kind in kinds() if handler_of(kind).run.__module__.startswith("tieout.")}
    assert ours == set(WORDS)


def test_a_kind_that_nobody_knows_is_its_name_without_marks() -> None:
    assert job_words("clean_up.old") == "Clean up old"
    assert job_words("follow_up") == "Follow up on a run"


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (
            {"left": "in/bank.csv", "right": "in/ledger.csv", "spec": "s.yaml"},
            "bank.csv and ledger.csv",
        ),
        ({"file": "/a/b/transactions.csv", "profile": "payments"}, "transactions.csv"),
        ({"run": 3}, ""),
        ({}, ""),
    ],
)
def test_a_job_names_the_files_that_it_works_on(arguments: dict[str, object], about: str) -> None:
    assert job_about(arguments) == about
