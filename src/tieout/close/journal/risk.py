"""One p-value and one score for each entry: the tests and the detectors together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.close.journal.book import Book
from tieout.close.journal.run import Outcome
from tieout.detect.detector import FloatArray
from tieout.detect.fuse import Fused, fuse

if TYPE_CHECKING:
    from tieout.detect.judge import Judge, Judged
    from tieout.model.table import Table

DETECTED: Final = "detection"
REASONS_MAX: Final = 3
# What hits so many entries says too little of each.
SHARE_MAX: Final = 0.05


@dataclass(frozen=True)
class Risk:
    """fused: of each entry, in their order. channels: log p-values by test, and by detector."""

    fused: Fused
    channels: Mapping[str, FloatArray]

    def order(self) -> NDArray[np.int64]:
        """Places of the entries, the riskiest first; ties in the order of the journal."""
        return np.lexsort((np.arange(len(self.fused.log_p)), -self.fused.score)).astype(np.int64)


def p_values_of(result: Outcome, entries: int) -> FloatArray:
    """Log p-values of one test: how many entries are hit as oddly, of all and one more.

    The conformal p-value of a score among those of all entries, where one without a hit has none
    (Vovk et al. 2005); 0.0 for entries that are not hit.
    """
    log_p = np.zeros(entries)
    if result.hits.is_empty():
        return log_p
    places = result.hits["place"].to_numpy()
    scores = result.hits["score"].to_numpy()
    ordered = np.sort(scores)
    as_odd = len(scores) - np.searchsorted(ordered, scores, side="left")
    found = np.log((1.0 + as_odd) / (entries + 1.0))
    np.minimum.at(log_p, places, found)
    return log_p


def combine(
    book: Book, results: Sequence[Outcome], detected: Mapping[str, FloatArray] | None = None
) -> Risk:
    """Fuse the p-values of all tests of entries and of the detectors (smallest, Bonferroni).

    A test that hits over 5 % of the entries is listed, but adds nothing to the risk.
    detected: log p-values of entries by detector.
    """
    rows = book.entries.height
    channels = {
        result.test.id: p_values_of(result, rows)
        for result in results
        if result.test.subject == "entry" and 0.0 < result.share <= SHARE_MAX
    }
    channels |= dict(detected or {})
    return Risk(fuse(channels, rows=rows), channels)


def of_entries(lines_log_p: FloatArray, book: Book) -> FloatArray:
    """The smallest p-value of an entry's lines times their number, as logarithms."""
    frame = pl.DataFrame({"entry_index": book.lines["entry_index"], "log_p": lines_log_p})
    least = frame.group_by("entry_index", maintain_order=True).agg(
        pl.col("log_p").min(), pl.len().alias("lines")
    )
    corrected = least["log_p"].to_numpy() + np.log(least["lines"].to_numpy())
    result: FloatArray = np.minimum(corrected, 0.0)
    return result


def reasons(
    risk: Risk, results: Sequence[Outcome], places: Sequence[int], more: Mapping[int, str]
) -> list[tuple[str, ...]]:
    """For some entries the sentences of their strongest tests; more: those of the detectors."""
    said: dict[int, list[tuple[float, str]]] = {place: [] for place in places}
    for result in results:
        if result.test.subject != "entry" or result.hits.is_empty():
            continue
        log_p = risk.channels.get(result.test.id)
        wanted = result.hits.filter(pl.col("place").is_in(list(said)))
        for place, _, text in wanted.iter_rows():
            strength = float(log_p[place]) if log_p is not None else 0.0
            said[place].append((strength, f"{result.test.title}: {text}"))
    for place, text in more.items():
        if place in said and text:
            strongest = min(
                (float(log_p[place]) for name, log_p in risk.channels.items() if name == DETECTED),
                default=0.0,
            )
            said[place].append((strongest, text))
    return [
        tuple(text for _, text in sorted(said[place], key=lambda pair: pair[0])[:REASONS_MAX])
        for place in places
    ]


def detect_lines(book: Book, *, seed: int) -> "tuple[Judge, Judged, Table]":
    """Judge the lines by the detectors of a journal, learnt from all of them.

    These are the detectors of `tieout detect --profile journal`: peers that they find themselves,
    rare labels and pairs, and what stands in for peers where there are none; weak ones are gated.
    """
    from tieout.close.journal.lines import line_table
    from tieout.detect.judge import Judge
    from tieout.detect.profiles import fit_profile

    table = line_table(book)
    judge = Judge.weighed(fit_profile("journal", table, seed=seed), table)
    return judge, judge.judge(table), table


def line_reasons(
    book: Book, judge: "Judge", judged: "Judged", table: "Table", places: Sequence[int]
) -> dict[int, str]:
    """What the detectors say of the oddest line of some entries, by place."""
    lines = pl.DataFrame(
        {"entry_index": book.lines["entry_index"], "log_p": judged.fused.log_p}
    ).with_row_index("line")
    oddest = (
        lines.filter(pl.col("entry_index").is_in(list(places)) & (pl.col("log_p") < 0.0))
        .sort("log_p", maintain_order=True)
        .unique("entry_index", keep="first", maintain_order=True)
    )
    said = judge.reasons(table, judged, oddest["line"].cast(pl.Int64).to_numpy())
    return {
        int(place): texts[0].text
        for place, texts in zip(oddest["entry_index"], said, strict=True)
        if texts
    }


def detected_p(book: Book, judged: "Judged") -> dict[str, FloatArray]:
    """The detectors' say on entries, as a channel."""
    log_p = of_entries(judged.fused.log_p, book)
    return {DETECTED: log_p} if (log_p < -math.log(20)).any() else {}
