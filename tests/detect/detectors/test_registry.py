import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tieout.detect.detector import Detector
from tieout.detect.detectors.registry import DETECTORS
from tieout.model.table import Table

GROUPED = ("zscore", "robust_z", "bollinger", "ewma", "seasonal")
ROW_BY_ROW = [name for name in DETECTORS if name != "benford"]


def made(name: str) -> Detector:
    kind: Any = DETECTORS[name]
    detector: Detector = kind(group="account") if name in GROUPED else kind()
    return detector


def journal(rows: int, seed: int) -> dict[str, list[Any]]:
    random = np.random.default_rng(seed)
    account = random.integers(0, 6, rows)
    start = datetime.fromisoformat("2024-01-01")
    minutes = np.sort(random.integers(0, 300 * 1_440, rows))
    amount = np.round(np.exp(random.normal(4.0 + account / 3.0, 1.0)), 2)
    amount[random.random(rows) < 0.03] = np.nan
    tax = [None if other > 0.97 else f"t{code // 2}" for code, other in
           zip(account, random.random(rows), strict=True)]  # fmt: skip
    return {
        "account": [f"a{code}" for code in account],
        "tax": tax,
        "when": [start + timedelta(minutes=int(minute)) for minute in minutes],
        "amount": list(amount),
        "quantity": list(random.normal(10.0, 2.0, rows)),
    }


def rows_of(columns: dict[str, list[Any]], indices: Iterator[int] | range) -> dict[str, list[Any]]:
    chosen = list(indices)
    return {name: [values[i] for i in chosen] for name, values in columns.items()}


def same(left: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.array_equal(left, right, equal_nan=True))


def test_names_are_those_that_detectors_give_themselves() -> None:
    assert {name: kind.name for name, kind in DETECTORS.items()} == {
        name: name for name in DETECTORS
    }
    assert len(DETECTORS) == 11


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        DETECTORS["prophet"]


def test_names_can_be_listed_without_importing_scikit_learn_or_numba() -> None:
    program = (
        "import sys; from tieout.detect.detectors.registry import DETECTORS; list(DETECTORS);"
        "[DETECTORS[name] for name in DETECTORS];"
        "print([name for name in ('sklearn', 'numba', 'polars', 'ibis') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", DETECTORS)
def test_equal_history_and_rows_give_equal_scores(
    name: str, make_table: Callable[..., Table]
) -> None:
    history, current = make_table(journal(500, 1)), make_table(journal(80, 2))
    first, second = (made(name).fit(history).score(current) for _ in range(2))
    assert same(first.score, second.score)
    assert same(first.log_p, second.log_p)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_row_scores_alone_as_in_company(name: str, make_table: Callable[..., Table]) -> None:
    current = journal(400, 3)
    detector = made(name).fit(make_table(journal(500, 4)))
    together = detector.score(make_table(current))
    for row in (0, 17, 399):
        alone = detector.score(make_table(rows_of(current, range(row, row + 1))))
        assert same(alone.score, together.score[row : row + 1])
        assert same(alone.log_p, together.log_p[row : row + 1])


@pytest.mark.parametrize("name", DETECTORS)
def test_a_restored_detector_says_the_same(name: str, make_table: Callable[..., Table]) -> None:
    current = make_table(journal(80, 5))
    detector = made(name).fit(make_table(journal(600, 6)))
    restored = DETECTORS[name].restored(detector.state())
    assert same(restored.score(current).score, detector.score(current).score)
    assert same(restored.score(current).log_p, detector.score(current).log_p)
    rows = list(range(80))
    assert restored.reasons(current, rows) == detector.reasons(current, rows)
    assert restored.state().keys() == detector.state().keys()


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("rows", [0, 1, 2, 6, 30])
def test_short_histories_and_missing_values_never_raise(
    name: str, rows: int, make_table: Callable[..., Table]
) -> None:
    history = journal(30, 7)
    history["amount"][2:5] = [1e300, -1e300, 1e-300]
    current = rows_of(journal(30, 8), range(12))
    current["amount"] = [np.nan] * 6 + [np.inf, -np.inf, 1e300, -1e300, 0.0, 1e-300]
    current["account"][:4] = [None, "never seen", None, "never seen"]
    current["when"][:2] = [None, None]
    short = Table(
        make_table(history).frame[:rows],
        np.arange(1, rows + 1),
        make_table(history).columns,
    )
    scores = made(name).fit(short).score(make_table(current))
    assert scores.score.shape == scores.log_p.shape == (12,)
    assert (scores.log_p <= 0.0).all()
    assert (scores.log_p[np.isnan(scores.score)] == 0.0).all()


@pytest.mark.parametrize("name", DETECTORS)
def test_no_rows_get_no_scores(name: str, make_table: Callable[..., Table]) -> None:
    table = make_table(journal(100, 9))
    empty = Table(table.frame[:0], table.rows[:0], table.columns)
    detector = made(name).fit(table)
    assert detector.score(empty).score.shape == (0,)
    assert detector.score(empty).log_p.shape == (0,)
    assert detector.reasons(empty, []) == []


@pytest.mark.parametrize("name", DETECTORS)
def test_one_tuple_of_reasons_for_each_row_asked_for(
    name: str, make_table: Callable[..., Table]
) -> None:
    table = make_table(journal(300, 10))
    detector = made(name).fit(table)
    told = detector.reasons(table, [7, 3, 7])
    assert len(told) == 3
    assert told[0] == told[2]


@pytest.mark.parametrize("name", DETECTORS)
def test_rows_of_history_seldom_have_small_p_values(
    name: str, make_table: Callable[..., Table]
) -> None:
    table = make_table(journal(2_000, 11))
    p = np.exp(made(name).fit(table).score(table).log_p)
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).mean() <= 1.6 * level


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_new_rows_seldom_have_small_p_values(name: str, make_table: Callable[..., Table]) -> None:
    detector = made(name).fit(make_table(journal(3_000, 12)))
    p = np.exp(detector.score(make_table(journal(3_000, 13))).log_p)
    for level in (0.02, 0.1):
        assert (p <= level).mean() <= 1.6 * level


# Rarity and Benford look at labels and digits, ECOD and forests at order: size says them little.
@pytest.mark.parametrize("name", [*GROUPED, "lof", "kmeans"])
def test_a_gross_outlier_stands_out(name: str, make_table: Callable[..., Table]) -> None:
    columns = journal(2_000, 14)
    columns["amount"][700] = 9e6
    table = make_table(columns)
    scores = made(name).fit(table).score(table)
    assert np.nanargmax(scores.score) == 700
    assert scores.log_p[700] == scores.log_p.min()
    assert (
        "9,000,000.00"
        in " ".join(reason.text for reason in made(name).fit(table).reasons(table, [700])[0])
        or name == "lof"
    )


@pytest.mark.parametrize("name", DETECTORS)
def test_scoring_before_fitting_is_refused(name: str, make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="fit the detector first"):
        made(name).score(make_table(journal(5, 15)))


@pytest.mark.parametrize("name", DETECTORS)
def test_rows_without_the_columns_of_history_are_refused(
    name: str, make_table: Callable[..., Table]
) -> None:
    detector = made(name).fit(make_table(journal(50, 16)))
    with pytest.raises(ValueError, match="columns are missing"):
        detector.score(make_table({"other": [1.0]}))
