"""Which consumers of a group are of processes that are over."""

import os
import subprocess
import sys

import pytest

from tieout.sources.streams.consumer import consumer_name, is_over


def test_the_name_is_of_this_process_and_stays() -> None:
    assert consumer_name() == consumer_name()
    assert consumer_name().rpartition(":")[2] == str(os.getpid())


def test_another_process_has_another_name_and_is_over_when_it_has_ended() -> None:
    script = "from tieout.sources.streams.consumer import *; print(consumer_name())"
    name = subprocess.check_output([sys.executable, "-c", script], text=True).strip()
    assert name.rpartition(":")[0] == consumer_name().rpartition(":")[0]
    assert name != consumer_name()
    assert is_over(name)


def test_a_process_that_runs_is_not_over() -> None:
    parent = f"{consumer_name().rpartition(':')[0]}:{os.getppid()}"
    assert not is_over(parent)
    assert not is_over(consumer_name())


@pytest.mark.parametrize(
    "name", ["one", "tieout", "", "tieout:elsewhere:0:1", "tieout:::", "999999", ":999999"]
)
def test_of_other_names_nothing_is_known(name: str) -> None:
    assert not is_over(name)


def test_a_number_that_no_process_can_have_is_not_asked_for() -> None:
    assert not is_over(f"{consumer_name().rpartition(':')[0]}:{10**30}")
