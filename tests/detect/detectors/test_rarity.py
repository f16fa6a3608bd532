import re
from collections.abc import Callable

import numpy as np
import pytest

from tieout.detect.detectors import rarity
from tieout.detect.detectors.rarity import Rarity
from tieout.model.table import Table

Columns = dict[str, list[str]]


def ledger(rows: int, seed: int) -> Columns:
    """Lines whose account follows the document type, and whose currency follows the company."""
    random = np.random.default_rng(seed)
    kind = random.choice(6, rows, p=[0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
    company = random.choice(5, rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    account = kind * 4 + random.integers(0, 4, rows)
    tax = (kind + random.choice(2, rows, p=[0.8, 0.2])) % 6
    centre = company * 6 + random.integers(0, 6, rows)
    user = (kind * 5 + company) * 2 + random.integers(0, 2, rows)
    columns = {
        "kind": kind, "company": company, "account": account, "tax": tax, "centre": centre,
        "user": user, "currency": company // 2,
    }  # fmt: skip
    return {name: [f"{name[0]}{code}" for code in codes] for name, codes in columns.items()}


def with_anomalies(columns: Columns, seed: int) -> tuple[Columns, np.ndarray]:
    """Twenty rows with a label of their own, twenty with a pair of common labels never seen."""
    random = np.random.default_rng(seed)
    rows = random.choice(len(columns["kind"]), 40, replace=False)
    names = list(columns)
    result = {name: list(labels) for name, labels in columns.items()}
    for place, row in enumerate(rows):
        name = names[place % len(names)]
        if place < 20:
            result[name][row] = f"new{place % 7}"
        else:
            other = {"account": "kind", "currency": "company"}.get(name, "company")
            pick = "account" if other == "kind" else "centre"
            seen = {
                label
                for label, partner in zip(columns[pick], columns[other], strict=True)
                if partner == columns[other][row]
            }
            unseen = sorted(set(columns[pick]) - seen)
            result[pick][row] = unseen[int(random.integers(len(unseen)))]
    odd = np.zeros(len(columns["kind"]), dtype=bool)
    odd[rows] = True
    return result, odd


def average_precision(score: np.ndarray, odd: np.ndarray) -> float:
    ranked = odd[np.argsort(-score, kind="stable")]
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def test_rare_labels_and_unseen_pairs_stand_out_from_the_history_they_are_in(
    make_table: Callable[..., Table],
) -> None:
    columns, odd = with_anomalies(ledger(12_000, 1), 2)
    table = make_table(columns)
    scores = Rarity().fit(table).score(table)
    assert average_precision(scores.score, odd) > 0.85
    assert average_precision(-scores.log_p, odd) > 0.85
    assert odd[np.argsort(-scores.score, kind="stable")[:120]].sum() >= 39


def test_they_stand_out_from_a_clean_history_too(make_table: Callable[..., Table]) -> None:
    columns, odd = with_anomalies(ledger(12_000, 3), 4)
    scores = Rarity().fit(make_table(ledger(12_000, 5))).score(make_table(columns))
    assert average_precision(scores.score, odd) > 0.85


def test_p_values_of_new_rows_are_as_rare_as_they_say(make_table: Callable[..., Table]) -> None:
    random = np.random.default_rng(6)
    # Frequencies that fall without end, so that rare labels and pairs keep coming.
    first = random.zipf(1.7, 60_000) % 997
    second = (first * 31 + random.zipf(1.6, 60_000)) % 499
    third = random.zipf(1.5, 60_000) % 211
    columns = {
        name: [f"{name}{code}" for code in codes]
        for name, codes in (("a", first), ("b", second), ("c", third))
    }
    history = make_table({name: labels[:30_000] for name, labels in columns.items()})
    current = make_table({name: labels[30_000:] for name, labels in columns.items()})
    p = np.exp(Rarity().fit(history).score(current).log_p)
    for level in (0.05, 0.02):
        assert (p <= level).mean() < 1.4 * level


def test_pairs_of_many_valued_columns_gate_themselves_off(
    make_table: Callable[..., Table],
) -> None:
    random = np.random.default_rng(7)
    kind = random.integers(0, 4, 6_000)
    table = make_table(
        {
            "kind": [f"k{code}" for code in kind],
            "desk": [f"d{code * 2 + extra}" for code, extra in zip(kind, kind % 2, strict=True)],
            "merchant": [f"m{code}" for code in random.integers(0, 4_000, 6_000)],
            "card": [f"c{code}" for code in random.integers(0, 2_000, 6_000)],
        }
    )
    detector = Rarity().fit(table)
    assert detector.pairs == (("kind", "desk"),)
    assert (detector.score(table).score == 0.0).all()


def test_rows_are_judged_alike_however_many_at_a_time(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_table(with_anomalies(ledger(2_001, 5), 6)[0])
    fitted = Rarity().fit(table)
    at_once = fitted.score(table)
    monkeypatch.setattr(rarity, "CHUNK_ROWS", 400)
    in_parts = fitted.score(table)
    assert (at_once.score > 0.0).any()
    assert in_parts.score.tolist() == at_once.score.tolist()
    assert in_parts.log_p.tolist() == at_once.log_p.tolist()


def test_at_most_so_many_pairs_are_looked_at(make_table: Callable[..., Table]) -> None:
    table = make_table(ledger(3_000, 8))
    every = Rarity().fit(table).pairs
    assert len(every) > 4
    assert Rarity(pairs_max=3).fit(table).pairs == every[:3]
    assert Rarity(pairs_max=0).fit(table).pairs == ()


def labelled(labels: list[str], label: str) -> np.ndarray:
    return np.array([other == label for other in labels])


def test_pairs_of_a_large_history_are_chosen_on_a_sample_of_it(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_table(ledger(6_000, 11))
    monkeypatch.setattr(rarity, "_GATE_ROWS_MAX", 3_000)
    sampled = Rarity(seed=3).fit(table)
    assert ("kind", "account") in sampled.pairs
    assert sampled.pairs == Rarity(seed=3).fit(table).pairs


def test_pairs_too_wide_to_count_are_left_out_of_a_very_large_history(
    make_table: Callable[..., Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make_table(ledger(6_000, 12))
    assert ("kind", "user") in Rarity().fit(table).pairs
    monkeypatch.setattr(rarity, "_SPARSE_ROWS_MAX", 5_000)
    monkeypatch.setattr(rarity, "DENSE_CELLS_MAX", 8 * 40)
    assert ("kind", "user") not in Rarity().fit(table).pairs
    assert ("kind", "account") in Rarity().fit(table).pairs


def test_reasons_have_the_counts_of_history(make_table: Callable[..., Table]) -> None:
    columns, odd = with_anomalies(ledger(8_000, 9), 10)
    table = make_table(columns)
    detector = Rarity().fit(table)
    indices = np.flatnonzero(odd).tolist()
    told = detector.reasons(table, indices)
    assert all(told)
    for index, reasons in zip(indices, told, strict=True):
        for reason in reasons:
            named = re.findall(r"(?:^|and )(\w+) (\w+)(?= is| and| are)", reason.text)
            rows = [labelled(columns[name], label) for name, label in named]
            assert all(row[index] for row in rows)
            counts = [int(row.sum()) for row in rows]
            both = int(np.all(rows, axis=0).sum())
            expected = counts[0] * counts[-1] / 8_000
            told_values = [both, 8_000, *counts, expected] if len(rows) == 2 else [both, 8_000]
            assert list(reason.values) == pytest.approx(told_values)
            verb = "are together in" if len(rows) == 2 else "is in"
            assert f"{verb} {both:,} of 8,000 rows" in reason.text
            if len(rows) == 2:
                assert f"they have {counts[0]:,} and {counts[1]:,} rows" in reason.text
                assert f"would put them together in {expected:,.1f}" in reason.text


def test_usual_rows_have_no_reasons(make_table: Callable[..., Table]) -> None:
    table = make_table({"kind": ["a", "b"] * 50})
    assert Rarity().fit(table).reasons(table, [0, 1]) == [(), ()]


def test_missing_labels_say_nothing(make_table: Callable[..., Table]) -> None:
    history = make_table({"kind": ["a"] * 500 + [None], "desk": ["x"] * 501})
    current = make_table({"kind": [None, "new"], "desk": [None, "x"]})
    scores = Rarity().fit(history).score(current)
    assert scores.score[0] == 0.0
    assert scores.log_p[0] == 0.0
    assert scores.score[1] > 0.0


def test_a_table_without_labels_gets_no_score(make_table: Callable[..., Table]) -> None:
    table = make_table({"amount": [1.0, 2.0]})
    scores = Rarity().fit(table).score(table)
    assert np.isnan(scores.score).all()
    assert scores.log_p.tolist() == [0.0, 0.0]


def test_a_chosen_column_that_is_missing_is_named(make_table: Callable[..., Table]) -> None:
    with pytest.raises(ValueError, match="desk"):
        Rarity(["desk"]).fit(make_table({"kind": ["a"]}))
    with pytest.raises(ValueError, match="kind"):
        Rarity().fit(make_table({"kind": ["a"]})).score(make_table({"desk": ["a"]}))
