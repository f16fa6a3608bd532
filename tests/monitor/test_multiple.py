"""False discoveries among the series of a minute."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.multiple import false_discovery_limit
from tieout.monitor.spec import LimitSpec, MonitorSpec, WindowSpec

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]
FDR = MonitorSpec(limits=LimitSpec(control="fdr"))


def limit(*p_values: float, level: float = 0.05) -> float:
    return false_discovery_limit(np.array(p_values), level)


def test_the_fifteen_tests_of_the_paper_give_its_four_discoveries() -> None:
    # Benjamini and Hochberg (1995), section 3.2: thrombolysis with rt-PA against APSAC.
    paper = (
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0000,
    )  # fmt: skip
    assert limit(*paper) == 0.0095


def test_one_p_value_alone_has_to_reach_the_level() -> None:
    assert (limit(0.05), limit(0.051), limit()) == (0.05, 0.0, 0.0)


def test_the_more_break_together_the_less_each_has_to_show() -> None:
    assert limit(0.02, 0.9) == 0.02
    assert limit(0.03, 0.9) == 0.0
    assert limit(0.03, 0.02) == 0.03


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.5))
def test_it_lies_between_bonferroni_and_no_control(p_values: list[float], level: float) -> None:
    found = limit(*p_values, level=level)
    assert found <= level
    strict = [each for each in p_values if each <= level / len(p_values)]
    assert all(each <= found for each in strict)


def cells(rows: Rows, *, failing: int) -> pl.DataFrame:
    """Sixteen acquirers of twelve payments a minute; some of them break by a little."""
    generator = np.random.default_rng(12)
    parts = []
    for number in range(16):
        usual = [1.0] * 120 + [2.4 if number < failing else 1.0] * 30
        counts = {"approved": [11] * 150, "failed": generator.poisson(usual).tolist()}
        parts.append(rows(counts, acquirer=f"A{number:02d}"))
    return pl.concat(parts).sort("minute", maintain_order=True)


def found(monitor: Monitor, start: int) -> set[str]:
    after = [each for each in monitor.episodes.everything() if each.detected >= start + 120]
    return {each.dimensions for each in after if each.metric == "failed_rate" and each.dimensions}


def test_a_wide_failure_is_found_in_more_cells(rows: Rows, watch: Watch, start: int) -> None:
    frame = cells(rows, failing=16)
    windows = WindowSpec(pairs=False)
    fdr = MonitorSpec(limits=LimitSpec(control="fdr"), windows=windows)
    wide = found(watch(frame, fdr, ("acquirer",))[0], start)
    shared = found(watch(frame, MonitorSpec(windows=windows), ("acquirer",))[0], start)
    assert len(wide) > len(shared)


def test_noise_is_left_alone(rows: Rows, watch: Watch) -> None:
    monitor, judged = watch(cells(rows, failing=0), FDR, ("acquirer",))
    assert len(judged) == 150
    assert monitor.episodes.everything() == []


@pytest.mark.parametrize("control", ["holm", "none"])
def test_other_controls_are_refused(control: str) -> None:
    with pytest.raises(ValueError, match="bonferroni"):
        LimitSpec.model_validate({"control": control})
