import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.views.lookup import EvenTable

PLACES = np.linspace(0.0, np.arcsinh(1e6), 4_097)
TABLE = EvenTable(PLACES, -(np.sinh(PLACES) ** 0.3))


def expected(wanted: np.ndarray) -> list[float]:
    return list(np.interp(wanted, TABLE.places, TABLE.values))


def test_many_values_are_those_of_interp_to_the_last_bit() -> None:
    wanted = np.random.default_rng(3).uniform(0.0, PLACES[-1], 20_000)

    assert TABLE.at(wanted).tolist() == expected(wanted)


def test_what_lies_on_a_place_or_next_to_it_is_found_there() -> None:
    near = np.concatenate([PLACES, np.nextafter(PLACES, 0.0), np.nextafter(PLACES[:-1], 99.0)])

    assert TABLE.at(near).tolist() == expected(near)


@given(st.lists(st.floats(0.0, float(PLACES[-1])), min_size=1, max_size=5))
def test_a_value_alone_is_what_it_is_among_many(some: list[float]) -> None:
    alone = TABLE.at(np.array(some))

    assert TABLE.at(np.array(some * 300))[: len(some)].tolist() == alone.tolist()


def test_a_missing_value_stays_missing_among_many() -> None:
    wanted = np.append(np.linspace(0.0, 5.0, 1_000), np.nan)

    found = TABLE.at(wanted)

    assert np.isnan(found[-1])
    assert found[:-1].tolist() == expected(wanted[:-1])
