"""Journal tests, movements and flux of a period, written into its folder."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.close.journal.risk import (
    DETECTED,
    combine,
    detect_lines,
    detected_p,
    line_reasons,
    reasons,
)
from tieout.close.journal.run import TESTS, run_tests, summary, with_parameters
from tieout.close.journal.sample import monetary_unit, stratified
from tieout.close.review.months import months
from tieout.close.review.movements import judge_movements
from tieout.close.tasks.dates import Period as Month
from tieout.export.sheets import write_sheets
from tieout.export.table import write_csv
from tieout.model.money import to_decimal
from tieout.server.closing.books import open_books
from tieout.server.closing.explaining import Explained
from tieout.server.closing.models import Period

if TYPE_CHECKING:
    import polars as pl

    from tieout.close.journal.book import Book

REVIEW_SHARE = 0.05
_SAMPLE_SIZE = 25
_SCALE = 2


def test_period(period: Period, folder: Path, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Test the whole ledger and write what concerns one month.

    arguments: parameters of tests by id, and `seed`. Writes journal_tests.csv (a row a test),
    journal_hits.csv (a row a hit), journal_risk.csv (the riskiest entries with reasons),
    sample.csv and journal.xlsx. Answers with figures.
    """
    import polars as pl

    book = open_books(with_held=True, holidays=period.holidays)
    seed = int(arguments.get("seed", 0))
    parameters = {name: value for name, value in arguments.items() if isinstance(value, dict)}
    results = run_tests(book, with_parameters(parameters, TESTS))
    judge, judged, table = detect_lines(book, seed=seed)
    risk = combine(book, results, detected_p(book, judged))
    month = Month.parse(period.name)
    is_here = book.entries["effective"].is_between(month.first_day, month.last_day)
    here = set(is_here.arg_true().to_list())
    order = [int(place) for place in risk.order() if int(place) in here]
    reviewed = order[: max(1, round(REVIEW_SHARE * len(order)))] if order else []
    more = line_reasons(book, judge, judged, table, reviewed)
    said = reasons(risk, results, reviewed, more)
    entries = book.entries
    money = pl.Decimal(38, _SCALE)
    listed = pl.DataFrame(
        {
            "entry": [entries["entry"][place] for place in reviewed],
            "row": [entries["row"][place] for place in reviewed],
            "amount": [_money(entries["amount"][place]) for place in reviewed],
            "score": [round(float(risk.fused.score[place]), 4) for place in reviewed],
            "p_value": [math.exp(max(risk.fused.log_p[place], -700.0)) for place in reviewed],
            "reasons": ["; ".join(words) or "unusual among its lines" for words in said],
        },
        schema={"entry": pl.String, "row": pl.Int64, "amount": money, "score": pl.Float64,
                "p_value": pl.Float64, "reasons": pl.String},
    )  # fmt: skip
    tests, hits = summary(results), _hits(book, results, here)
    counts = dict(hits.group_by("test").len().iter_rows())
    tests = tests.with_columns(
        in_period=pl.col("test").replace_strict(counts, default=0, return_dtype=pl.Int64)
    )
    sample = _sample(book, here, seed)
    folder.mkdir(parents=True, exist_ok=True)
    frames = {"journal_tests": tests, "journal_hits": hits, "journal_risk": listed,
              "sample": sample}  # fmt: skip
    for name, frame in frames.items():
        write_csv(frame, folder / f"{name}.csv")
    write_sheets(frames, folder / "journal.xlsx")
    return {
        "tests": sum(each.applies for each in results),
        "entries": len(here),
        "hit": hits["entry"].n_unique(),
        "reviewed": len(reviewed),
        "detectors": DETECTED in risk.channels,
    }


def _hits(book: "Book", results: Sequence[Any], here: set[int]) -> "pl.DataFrame":
    import polars as pl

    rows = [
        (each.test.id, book.entries["entry"][place], book.entries["row"][place], text)
        for each in results
        if each.test.subject == "entry"
        for place, _, text in each.hits.iter_rows()
        if place in here
    ]
    schema = {"test": pl.String, "entry": pl.String, "row": pl.Int64, "text": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _sample(book: "Book", here: set[int], seed: int) -> "pl.DataFrame":
    import polars as pl

    part = replace(book, entries=book.entries.filter(pl.col("entry_index").is_in(sorted(here))))
    rows = [
        (method, each.entry, _money(each.amount), each.stratum, each.weight, each.reason)
        for method, drawn in (
            ("stratified", stratified(part, size=_SAMPLE_SIZE, seed=seed)),
            ("monetary_unit", monetary_unit(part, size=_SAMPLE_SIZE, seed=seed)),
        )
        for each in drawn
    ]
    money = pl.Decimal(38, _SCALE)
    schema: Mapping[str, type[pl.DataType] | pl.DataType]
    schema = {"method": pl.String, "entry": pl.String, "amount": money, "stratum": pl.Int64,
              "weight": pl.Float64, "reason": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def write_review(period: Period, folder: Path, found: Sequence[Explained]) -> int:
    """Write movements.csv, flux.csv and review.xlsx; answers with how many movements stand out."""
    import polars as pl

    month, money = Month.parse(period.name), pl.Decimal(38, _SCALE)
    book = open_books(holidays=period.holidays)
    judged = judge_movements(months(book, until=month), month)
    moved = judged.with_columns(
        pl.Series("movement", [_money(each) for each in judged["movement"]], dtype=money)
    ).drop("usual", "spread")
    flux = pl.DataFrame(
        [
            (each.flux.account, each.flux.name, each.flux.comparison, _money(each.flux.current),
             _money(each.flux.base), _money(each.flux.variance), each.flux.percent,
             each.flux.material, "; ".join(each.flux.drivers), each.text)
            for each in found
        ],
        schema={"account": pl.String, "name": pl.String, "comparison": pl.String,
                "current": money, "base": money, "variance": money,
                "percent": pl.Float64, "material": pl.Boolean, "drivers": pl.String,
                "explanation": pl.String},
        orient="row",
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(moved, folder / "movements.csv")
    write_csv(flux, folder / "flux.csv")
    write_sheets({"movements": moved, "flux": flux}, folder / "review.xlsx")
    return int(judged["flagged"].sum())


def _money(units: int) -> Decimal:
    return to_decimal(units, _SCALE)
