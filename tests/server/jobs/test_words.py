"""Every kind of job has words for people."""

import pytest

from tieout.server.jobs.asked import ASKED, UNSCHEDULED
from tieout.server.jobs.registry import handler_of, kinds
from tieout.server.jobs.words import WORDS, cron_words, job_about, job_words


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


def test_every_kind_of_job_has_fields_or_is_asked_for_elsewhere() -> None:
    assert set(ASKED) | set(UNSCHEDULED) == set(WORDS)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("30 7 * * 1-5", "07:30 on Monday to Friday"),
        ("0 22 * * 0", "22:00 on Sunday"),
        ("0 22 * * 7", "22:00 on Sunday"),
        ("15 6 2 * *", "06:15 on day 2 of the month"),
        ("*/5 * * * *", "every 5 minutes"),
        ("0 3 * * *", "03:00 every day"),
        ("0 3 1 1 *", "0 3 1 1 *"),
        ("0 3 1 * 1", "0 3 1 * 1"),
        ("0 3 * * 1,3", "0 3 * * 1,3"),
        ("0 3 * * 9", "0 3 * * 9"),
        ("@daily", "@daily"),
    ],
)
def test_times_are_told_in_words_where_there_are_short_ones(cron: str, words: str) -> None:
    assert cron_words(cron) == words
