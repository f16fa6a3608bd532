"""Tests and detectors together."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tieout.close.journal.book import Book, open_book
from tieout.close.journal.risk import (
    DETECTED,
    combine,
    detect_lines,
    detected_p,
    of_entries,
    p_values_of,
    reasons,
)
from tieout.close.journal.run import TESTS, Outcome, run_tests
from tieout.close.ledger.accounts import read_accounts
from tieout.close.ledger.read import read_journal
from tieout.engines.duckdb import DuckDBEngine
from tieout.practice.ledger import LedgerWritten

Books = Callable[..., Book]
TEST = TESTS[0]


def outcome(places: list[int], scores: list[float]) -> Outcome:
    hits = pl.DataFrame(
        {"place": places, "score": scores, "text": ["said"] * len(places)},
        schema={"place": pl.Int64, "score": pl.Float64, "text": pl.String},
    )
    return Outcome(TEST, hits, 100)


def test_a_p_value_is_the_share_of_entries_hit_as_oddly() -> None:
    log_p = p_values_of(outcome([4, 7, 9], [1.0, 5.0, 1.0]), 100)
    assert np.exp(log_p[7]) == pytest.approx(2 / 101)
    assert np.exp(log_p[4]) == np.exp(log_p[9]) == pytest.approx(4 / 101)
    assert log_p[0] == 0.0


def test_a_test_without_hits_says_nothing() -> None:
    assert not p_values_of(outcome([], []), 10).any()


def test_an_entry_is_as_odd_as_its_oddest_line_times_their_number(book: Books) -> None:
    held = book("entry account amount\nJ1 a 1.00\nJ1 b -1.00\nJ2 a 2.00\nJ2 b -2.00\n")
    log_p = of_entries(np.log([0.01, 0.5, 1.0, 0.9]), held)
    assert np.exp(log_p) == pytest.approx([0.02, 1.0])


def test_what_hits_too_many_adds_nothing_but_is_listed(book: Books) -> None:
    rows = "".join(f"J{at} a 1000.00\nJ{at} b -1000.00\n" for at in range(20))
    held = book(f"entry account amount\n{rows}")
    results = run_tests(held)
    (round_sums,) = [each for each in results if each.test.id == "round_amount"]
    assert round_sums.share == 1.0
    assert "round_amount" not in combine(held, results).channels


def test_the_detectors_are_one_more_channel(book: Books) -> None:
    held = book("entry account amount\nJ1 a 1.00\nJ1 b -1.00\n")
    risk = combine(held, run_tests(held), {DETECTED: np.array([math.log(0.001)])})
    assert risk.fused.log_p[0] == pytest.approx(math.log(0.001))
    (said,) = reasons(risk, run_tests(held), [0], {0: "rarely seen together"})
    assert said[0] == "rarely seen together"


@pytest.fixture(scope="module")
def journal(
    practice: LedgerWritten, engine: DuckDBEngine, tmp_path_factory: pytest.TempPathFactory
) -> Book:
    workdir = tmp_path_factory.mktemp("read")
    read = read_journal(str(practice.journal), engine=engine, workdir=workdir)
    accounts = read_accounts(str(practice.accounts), engine=engine, workdir=workdir)
    return open_book(read.lines, known=read.known, accounts=accounts, holidays="DE")


def test_planted_exceptions_are_among_the_first_five_percent(
    journal: Book, practice: LedgerWritten
) -> None:
    labels = pl.read_parquet(practice.labels).select(pl.col("row").cast(pl.Int64), "anomaly_type")
    planted = (
        journal.lines.join(labels, on="row")
        .group_by("entry_index", maintain_order=True)
        .agg(pl.col("anomaly_type").first())["anomaly_type"]
    )
    results = run_tests(journal)
    _, judged, _ = detect_lines(journal, seed=0)
    risk = combine(journal, results, detected_p(journal, judged))
    first = set(risk.order()[: journal.entries.height // 20].tolist())
    places = [place for place, kind in enumerate(planted) if kind]
    found = sum(place in first for place in places)
    assert len({kind for kind in planted if kind}) >= 12
    assert found >= 0.95 * len(places)


def test_the_same_journal_gives_the_same_order(journal: Book) -> None:
    first, second = (combine(journal, run_tests(journal)).order() for _ in range(2))
    assert (first == second).all()


def test_the_riskiest_entries_have_reasons_with_numbers(journal: Book) -> None:
    results = run_tests(journal)
    risk = combine(journal, results)
    places = [int(place) for place in risk.order()[:20]]
    for said in reasons(risk, results, places, {}):
        assert 1 <= len(said) <= 3
        assert all(": " in text for text in said)
