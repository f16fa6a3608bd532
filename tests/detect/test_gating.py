import math

import numpy as np
import pytest

from tieout.detect.gating import penalties

ROWS = 50_000


def chance(seed: int) -> np.ndarray:
    return np.log(np.random.default_rng(seed).uniform(size=ROWS))


def with_finds(seed: int, *, finds: int = 60, log_p: float = -14.0) -> np.ndarray:
    found = chance(seed)
    found[:finds] = log_p
    return found


def test_a_channel_that_found_something_speaks_freely_and_one_that_did_not_must_prove_it() -> None:
    found = penalties({"finds": with_finds(1), "chance": chance(2)})
    assert found == {"finds": 0.0, "chance": pytest.approx(math.log(ROWS))}


def test_two_channels_that_found_something_both_speak_freely() -> None:
    assert penalties({"one": with_finds(1), "two": with_finds(2)}) == {"one": 0.0, "two": 0.0}


def test_of_channels_that_found_nothing_the_most_telling_speaks() -> None:
    found = penalties({"chance": chance(3), "silent": np.zeros(ROWS)})
    assert found["chance"] == 0.0
    assert found["silent"] > 0.0


def test_a_few_finds_that_may_be_chance_are_not_enough() -> None:
    few = chance(4)
    few[:4] = -8.0
    assert penalties({"finds": with_finds(5), "few": few})["few"] > 0.0


def test_a_lone_channel_is_never_held_back() -> None:
    assert penalties({"only": chance(6)}) == {"only": 0.0}


def test_small_tables_are_judged_by_the_levels_that_they_can_show() -> None:
    telling = np.log(np.random.default_rng(7).uniform(size=2_000))
    telling[:15] = -9.0
    usual = np.log(np.random.default_rng(8).uniform(size=2_000))
    found = penalties({"telling": telling, "usual": usual})
    assert found["telling"] == 0.0
    assert found["usual"] == pytest.approx(math.log(2_000))


def test_without_channels_there_is_nothing_to_hold_back() -> None:
    assert penalties({}) == {}


def test_where_no_level_can_show_anything_all_channels_speak() -> None:
    few = np.log(np.random.default_rng(9).uniform(size=900))
    assert penalties({"one": few, "other": few[::-1].copy()}) == {"one": 0.0, "other": 0.0}
