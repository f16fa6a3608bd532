"""Journals with anomalies put in: rare values, and pairs of common values never seen together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detect_figures import Figures, LabelArray, figures, mean, show
from detect_run import numbers, run_detect, run_peers

# A value is common from this share of the rows on, rare up to so many rows.
COMMON = 0.005
RARE_ROWS = 10
ATTEMPTS = 2_000
KINDS = {1: "rare values", 2: "unseen pairs"}
# Column: number of values, what it depends on, values that go with one of these, and skew.
LEDGER: dict[str, tuple[int, tuple[str, ...], int, float]] = {
    "process": (40, (), 40, 0.9),
    "company": (10, (), 10, 0.7),
    "document_type": (12, ("process",), 2, 2.0),
    "account": (60, ("process",), 4, 1.2),
    "tax_code": (8, ("process",), 2, 1.5),
    "posting_key": (6, ("process",), 2, 1.5),
    "currency": (8, ("company",), 2, 3.0),
    "cost_center": (40, ("company",), 8, 1.0),
    "user": (30, ("document_type", "company"), 4, 1.0),
    "source": (5, ("document_type",), 2, 2.0),
}
CARD_LABELS = ("CARDNUM", "MERCHNUM", "MERCHDESCRIPTION", "MERCHSTATE", "MERCHZIP", "TRANSTYPE")


@dataclass(frozen=True)
class Injected:
    """Rows with anomalies in them. kinds: of each row, a key of KINDS, 0 for a usual one."""

    rows: pl.DataFrame
    kinds: LabelArray

    @property
    def labels(self) -> LabelArray:
        """1 for an anomaly, 0 for none."""
        return (self.kinds > 0).astype(np.int8)


def measure_injected(
    data: Path | None, *, seeds: Sequence[int], rows: int, anomalies: int, peers: str | None
) -> None:
    """Print figures of a synthetic ledger and, with data, of the purchasing cards."""
    drawn = [(inject(ledger(rows, seed), anomalies, seed=seed), seed) for seed in seeds]
    _measure(f"Synthetic ledger of {rows:,} rows, {anomalies} anomalies", drawn, peers)
    if data is not None:
        cards = pl.read_csv(data / "purchasing_cards_2010.csv.gz", infer_schema=False)
        drawn = [(inject(cards, anomalies, seed=seed, columns=CARD_LABELS), seed) for seed in seeds]
        _measure(f"Purchasing cards of {cards.height:,} rows, {anomalies} put in", drawn, peers)


def ledger(rows: int, seed: int) -> pl.DataFrame:
    """A journal of few values: a process decides what accounts, codes and documents go together.

    Two amounts follow the account; nothing in it is anomalous.
    """
    random = np.random.default_rng(seed)
    codes: dict[str, NDArray[np.int64]] = {}
    for name, (values, causes, support, skew) in LEDGER.items():
        state = np.zeros(rows, dtype=np.int64)
        for cause in causes:
            state = state * LEDGER[cause][0] + codes[cause]
        codes[name] = _drawn(state, (values, support, skew), random)
    amount = np.exp(random.normal(3.0 + codes["account"] / 10.0, 1.0)).round(2)
    words = {
        name: np.char.add(name[:2].upper(), code.astype(str))
        for name, code in codes.items()
        if name != "process"
    }
    return pl.DataFrame({**words, "amount": amount, "local_amount": (amount * 1.1).round(2)})


def _drawn(
    state: NDArray[np.int64], shape: tuple[int, int, float], random: np.random.Generator
) -> NDArray[np.int64]:
    """For each state some of the values, drawn by a power law of its own."""
    values, support, skew = shape
    drawn = np.empty(len(state), dtype=np.int64)
    for each in np.unique(state):
        places = np.flatnonzero(state == each)
        weights = 1.0 / np.arange(1, support + 1) ** skew
        allowed = random.choice(values, support, replace=False)
        drawn[places] = random.choice(allowed, len(places), p=weights / weights.sum())
    return drawn


def inject(
    rows: pl.DataFrame, anomalies: int, *, seed: int, columns: Sequence[str] | None = None
) -> Injected:
    """Change some rows: every second gets rare values, the others a pair that was never seen.

    columns: labels that may be changed; every text column for None. Rare: a value of at most
    RARE_ROWS rows, or a new one, in one or two columns. Unseen: one value is replaced by another
    common one that never occurs with a common value of the same row.
    """
    random = np.random.default_rng(seed)
    names = list(columns or (n for n, dtype in rows.schema.items() if dtype == pl.String))
    cells = {name: rows[name].fill_null("").to_list() for name in names}
    known = _Known(cells, {name: Counter(values) for name, values in cells.items()})
    kinds = np.zeros(rows.height, dtype=np.int8)
    changed = {name: list(values) for name, values in cells.items()}
    for place, row in enumerate(random.choice(rows.height, anomalies, replace=False)):
        if place % 2 == 0:
            for name in random.choice(names, random.integers(1, 3), replace=False):
                changed[name][row] = known.rare(name, random)
            kinds[row] = 1
        elif (found := known.unseen(int(row), random)) is not None:
            changed[found[0]][row] = found[1]
            kinds[row] = 2
    return Injected(
        rows.with_columns(
            pl.Series(name, values, dtype=pl.String).replace("", None)
            for name, values in changed.items()
        ),
        kinds,
    )


@dataclass
class _Known:
    """Values as they were before anything was changed."""

    cells: dict[str, list[str]]
    counts: dict[str, Counter[str]]
    seen: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)

    def rare(self, name: str, random: np.random.Generator) -> str:
        """A value of few rows, or a new one."""
        counts = self.counts[name]
        rare = sorted(value for value, count in counts.items() if count <= RARE_ROWS and value)
        if rare and random.random() < 0.5:
            return str(random.choice(rare))
        return f"{name[:2].upper()}{random.integers(900, 1000)}"

    def unseen(self, row: int, random: np.random.Generator) -> tuple[str, str] | None:
        """A column and a value for it that never stood beside one of the row's common values."""
        least = COMMON * len(next(iter(self.cells.values())))
        common = {
            name: [value for value, count in counts.items() if count >= least and value]
            for name, counts in self.counts.items()
        }
        for _ in range(ATTEMPTS):
            kept, changed = map(str, random.choice(list(self.cells), 2, replace=False))
            beside = self.cells[kept][row]
            if not common[changed] or beside not in common[kept]:
                continue
            value = str(random.choice(common[changed]))
            if (beside, value) not in self._pairs(kept, changed):
                return changed, value
        return None

    def _pairs(self, first: str, second: str) -> set[tuple[str, str]]:
        if (first, second) not in self.seen:
            pairs = zip(self.cells[first], self.cells[second], strict=True)
            self.seen[first, second] = set(pairs)
        return self.seen[first, second]


def _measure(title: str, drawn: Sequence[tuple[Injected, int]], peers: str | None) -> None:
    found: dict[str, list[Figures]] = {}
    for injected, _ in drawn:
        run = run_detect(injected.rows, labels=injected.labels)
        inputs = numbers(injected.rows)
        said = run_peers(inputs, inputs, peers=peers)
        scores = {"tieout": run.figures(injected.labels)}
        scores |= {name: peer.figures(injected.labels) for name, peer in said.items()}
        for kind, words in KINDS.items():
            others = np.where(np.isin(injected.kinds, [0, kind]), injected.labels, -1)
            scores[f"tieout, {words}"] = figures(run.score, others.astype(np.int8))
        for name, each in scores.items():
            found.setdefault(name, []).append(each)
    show(f"{title}, seeds {[seed for _, seed in drawn]}", {n: mean(f) for n, f in found.items()})
    figures_of = [f"{f.average_precision:.3f}/{f.recall_at_1:.3f}" for f in found["tieout"]]
    print(f"tieout by seed, AP/recall at 1 %: {', '.join(figures_of)}")
