import re
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tieout.detect.novelty import Novelty, NoveltyModel
from tieout.detect.novelty.reasons import shown
from tieout.model.facts import Reason
from tieout.model.table import Table

Rows = Callable[[int, int], np.ndarray]
Made = Callable[..., Table]
NAMES = ("first", "second", "wild", "skewed")


@pytest.fixture(scope="module")
def values(correlated: Rows) -> np.ndarray:
    return correlated(600, 0)


@pytest.fixture(scope="module")
def fitted(values: np.ndarray, number_table: Made) -> Novelty:
    return Novelty().fit(number_table(dict(zip(NAMES, values.T, strict=True))))


def reasons(fitted: Novelty, number_table: Made, row: list[float]) -> tuple[Reason, ...]:
    current = number_table({n: np.array([v]) for n, v in zip(NAMES, row, strict=True)})
    return fitted.reasons(current, [0])[0]


def test_a_value_far_out_by_itself_is_given_in_robust_sigma(
    fitted: Novelty, number_table: Made, values: np.ndarray
) -> None:
    first, *_ = reasons(fitted, number_table, [0.0, 0.0, 0.0, -9.0])
    median = float(np.median(values[:, 3]))
    sigma = 1.4826 * float(np.median(np.abs(values[:, 3] - median)))
    far = (median + 9.0) / sigma
    assert first.text == f"skewed -9.00 is {far:.1f} robust sigma below the usual {median:.2f}"
    assert first.values == pytest.approx((-9.0, far, median))


def test_above_is_told_from_below(fitted: Novelty, number_table: Made) -> None:
    first, *_ = reasons(fitted, number_table, [9.0, 0.0, 0.0, 1.0])
    assert re.match(r"first 9\.00 is [\d.]+ robust sigma above the usual", first.text)


def test_values_that_are_odd_only_together_are_shown_beside_similar_rows(
    fitted: Novelty, number_table: Made, values: np.ndarray
) -> None:
    row = [1.3, -1.3, 0.0, 1.0]
    found = reasons(fitted, number_table, row)
    assert not any("sigma" in reason.text for reason in found)
    model = NoveltyModel.fitted(values)
    place = model.coordinates(np.array([row]))
    search = NearestNeighbors(n_neighbors=20).fit(model.coordinates(model.usual))
    near = model.usual[search.kneighbors(place)[1][0]]
    column = 0 if found[0].text.startswith("first") else 1
    low, high = near[:, column].min(), near[:, column].max()
    assert found[0].values == pytest.approx((row[column], 20.0, low, high))
    assert found[0].text == (
        f"{NAMES[column]} {row[column]:.2f}, where the 20 usual rows most like it have "
        f"{shown(low)} to {shown(high)}"
    )


def test_the_last_reason_is_how_far_the_nearest_usual_row_is(
    fitted: Novelty, number_table: Made, values: np.ndarray
) -> None:
    row = [4.0, -4.0, 30.0, 9.0]
    last = reasons(fitted, number_table, row)[-1]
    model = NoveltyModel.fitted(values)
    usual = model.coordinates(model.usual)
    search = NearestNeighbors(n_neighbors=2).fit(usual)
    nearest = search.kneighbors(model.coordinates(np.array([row])))[0][0, 0]
    most = np.quantile(search.kneighbors(usual)[0][:, 1], 0.99)
    assert last.values == pytest.approx((nearest, most))
    assert last.text == (
        f"nearest usual row is {nearest:.1f} away, 99 % of them have one within {most:.1f}"
    )


def test_there_are_at_most_three_columns_and_the_distance(
    fitted: Novelty, number_table: Made
) -> None:
    found = reasons(fitted, number_table, [9.0, -9.0, 500.0, -50.0])
    assert len(found) == 4
    assert len({reason.text.split()[0] for reason in found}) == 4


def test_the_column_that_sets_a_row_apart_most_comes_first(
    fitted: Novelty, number_table: Made
) -> None:
    # As many units out, but the wild column is often there.
    found = reasons(fitted, number_table, [0.0, 0.0, 7.0, -7.0])
    assert found[0].text.startswith("skewed")


def test_a_missing_value_is_no_reason(fitted: Novelty, number_table: Made) -> None:
    found = reasons(fitted, number_table, [9.0, np.nan, 0.0, 1.0])
    assert all(not reason.text.startswith("second") for reason in found)


def test_a_usual_row_only_has_its_distance(
    fitted: Novelty, number_table: Made, values: np.ndarray
) -> None:
    row = np.median(values, axis=0).tolist()
    assert [r.text.split(" is ")[0] for r in reasons(fitted, number_table, row)] == [
        "nearest usual row"
    ]


def test_a_value_outside_all_of_history_is_said_to_be_so_where_there_is_no_sigma(
    number_table: Made,
) -> None:
    random = np.random.default_rng(3)
    flag = np.zeros(500)
    flag[:100] = 1.0
    history = number_table({"flag": flag, "other": random.normal(size=500)})
    current = number_table({"flag": np.array([2.0]), "other": np.array([0.0])})
    found = Novelty().fit(history).reasons(current, [0])[0]
    assert found[0] == Reason("flag 2.00 is outside all of history, 0.00 to 1.00", (2.0, 0.0, 1.0))


def test_neighbours_of_one_value_are_said_to_have_that_value(number_table: Made) -> None:
    random = np.random.default_rng(4)
    rare = np.zeros(500)
    rare[:3] = 5.0
    history = number_table({"rare": rare, "other": random.normal(size=500)})
    current = number_table({"rare": np.array([2.5]), "other": np.array([0.0])})
    found = Novelty().fit(history).reasons(current, [0])[0]
    assert found[0].text == "rare 2.50, where the 20 usual rows most like it have 0.00"


def test_reasons_are_those_of_the_rows_asked_for(fitted: Novelty, number_table: Made) -> None:
    rows = np.array([[9.0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, -9.0]])
    current = number_table(dict(zip(NAMES, rows.T, strict=True)))
    last, first = fitted.reasons(current, [2, 0])
    assert last[0].text.startswith("skewed -9.00")
    assert first[0].text.startswith("first 9.00")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (12400.0, "12,400.00"),
        (-8.213, "-8.21"),
        (0.01234, "0.0123"),
        (-0.05, "-0.05"),
        (1e-9, "1e-09"),
    ],
)
def test_numbers_are_shown_with_thousands_and_enough_digits(value: float, text: str) -> None:
    assert shown(value) == text
