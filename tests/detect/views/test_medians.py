import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.views.medians import median_of, medians_of_groups

NUMBERS = st.lists(st.sampled_from([-2.5, 0.0, 1.0, 3.0]) | st.floats(-1e9, 1e9), max_size=40)


@given(NUMBERS)
def test_it_is_the_median(numbers: list[float]) -> None:
    expected = (
        (sorted(numbers)[(len(numbers) - 1) // 2] + sorted(numbers)[len(numbers) // 2]) / 2.0
        if numbers
        else 0.0
    )
    assert median_of(np.array(numbers, dtype=np.float64)) == expected


def test_long_runs_of_all_orders_are_halved() -> None:
    rising = np.arange(1_001.0)
    for values in (rising, rising[::-1], np.ones(1_001) * 500.0, np.abs(rising - 500.0) + 250.0):
        assert median_of(values.copy()) == 500.0


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-1e6, 1e6)), max_size=60))
def test_groups_have_their_medians(rows: list[tuple[int, float]]) -> None:
    codes = np.array([code for code, _ in rows], dtype=np.int64)
    values = np.array([value for _, value in rows], dtype=np.float64)
    before = values.copy()
    medians = medians_of_groups(values, codes, 6)
    assert values.tolist() == before.tolist()
    for code, median in enumerate(medians.tolist()):
        assert median == median_of(before[codes == code])
