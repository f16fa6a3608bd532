"""Tests of amounts: too large, too round, cut to size."""

import numpy as np
import polars as pl
from scipy import stats

from tieout.close.journal.book import Book
from tieout.close.journal.definition import JournalTest, Parameters, amount_text, hits, number
from tieout.close.journal.limits import approval_limits
from tieout.detect.detectors.benford import EXPECTED, Digits, first_two_digits

_ENDINGS_MODULUS = 1_000


def _high(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Robust z of the log amount among entries of the same pair of accounts."""
    group = ["pair"] if "account" in book.known else []
    sized = book.entries.filter(pl.col("amount") > 0).with_columns(
        size=(pl.col("amount") / book.unit).log()
    )
    if not group:
        sized = sized.with_columns(pair=pl.lit("all entries"))
    middle = pl.col("size").median().over("pair")
    spread = (pl.col("size") - middle).abs().median().over("pair") * 1.4826
    judged = sized.with_columns(
        middle=middle, spread=spread.clip(lower_bound=0.25), entries=pl.len().over("pair")
    ).with_columns(z=(pl.col("size") - pl.col("middle")) / pl.col("spread"))
    found = judged.filter(
        (pl.col("z") >= number(parameters, "sigma"))
        & (pl.col("entries") >= number(parameters, "entries_min"))
    ).with_columns(usual=pl.col("middle").exp() * book.unit)
    text = pl.format(
        "{} is {} robust sigma above the usual {} of {}",
        amount_text(book), pl.col("z").round(1), amount_text(book, "usual"), "pair",
    )  # fmt: skip
    return hits(found, text=text, score=pl.col("z"))


def _round(book: Book, parameters: Parameters) -> pl.DataFrame:
    least = round(number(parameters, "multiple_of") * book.unit)
    found = book.entries.filter((pl.col("amount") > 0) & (pl.col("amount") % least == 0))
    zeros = sum((pl.col("amount") % (least * 10**power) == 0).cast(pl.Int64) for power in (1, 2, 3))
    found = found.with_columns(zeros=zeros)
    text = pl.format("{} is a round sum", amount_text(book))
    return hits(found, text=text, score=1.0 + pl.col("zeros"))


def _ending(book: Book, parameters: Parameters) -> pl.DataFrame:
    """The same last three digits, apart from round sums, far too often for one person."""
    known = book.entries.filter(pl.col("by_hand") & (pl.col("amount") >= _ENDINGS_MODULUS))
    known = known.with_columns(ending=pl.col("amount") % _ENDINGS_MODULUS)
    known = known.filter(pl.col("ending") % 100 != 0)
    counted = known.with_columns(
        times=pl.len().over("prepared_by", "ending"),
        distinct=pl.col("amount").n_unique().over("prepared_by", "ending"),
        entries=pl.len().over("prepared_by"),
    )
    expected = counted["entries"].to_numpy() / _ENDINGS_MODULUS
    tail = stats.poisson.sf(counted["distinct"].to_numpy() - 1, expected)
    counted = counted.with_columns(tail=pl.Series(tail))
    found = counted.filter(
        (pl.col("tail") < number(parameters, "p_max"))
        & (pl.col("distinct") >= number(parameters, "times_min"))
    )
    text = pl.format("{} of {} amounts of {} end in {}", "distinct", "entries", "prepared_by",
                     pl.col("ending").cast(pl.String).str.zfill(3))  # fmt: skip
    return hits(found, text=text, score=-pl.col("tail").log())


def _below_limit(book: Book, parameters: Parameters) -> pl.DataFrame:
    margin = number(parameters, "margin")
    limits = approval_limits(book, parameters)
    chosen = pl.lit(None, pl.Int64)
    for limit in sorted(limits, reverse=True):
        is_below = (pl.col("amount") < limit) & (pl.col("amount") >= limit * (1.0 - margin))
        chosen = pl.when(is_below).then(pl.lit(limit)).otherwise(chosen)
    people = pl.col("by_hand") if "prepared_by" in book.known else pl.lit(value=True)
    found = book.entries.filter(people).with_columns(limit=chosen).drop_nulls("limit")
    found = found.with_columns(closeness=pl.col("amount") / pl.col("limit"))
    text = pl.format("{} is just below the approval limit of {}", amount_text(book),
                     amount_text(book, "limit"))  # fmt: skip
    return hits(found, text=text, score=pl.col("closeness"))


def _benford(book: Book, parameters: Parameters) -> pl.DataFrame:
    amounts = (book.entries["amount"].to_numpy() / book.unit).astype(np.float64)
    counted = Digits.counted(amounts)
    expected = counted.counts.sum() * EXPECTED
    # Among many amounts any excess is significant; only a large one says anything of an entry.
    is_large = counted.counts >= number(parameters, "ratio_min") * expected
    excess = np.where(is_large, counted.excess, np.nan)
    digits = first_two_digits(amounts)
    score = np.where(digits >= 10, excess[np.clip(digits - 10, 0, 89)], np.nan)
    found = book.entries.with_columns(
        excess=pl.Series(score).fill_nan(None), digits=pl.Series(digits)
    ).drop_nulls("excess")
    text = pl.format("begins with {}, which is {} sigma too frequent by Benford's law", "digits",
                     pl.col("excess").round(1))  # fmt: skip
    return hits(found, text=text, score=pl.col("excess"))


TESTS = (
    JournalTest(
        id="high_amount",
        title="Unusually high",
        definition="The log amount is at least `sigma` robust standard deviations above the "
        "median of its pair of accounts, of at least `entries_min` entries.",
        source="AS 2401.61 (unusual amounts); ISA 240.A45",
        find=_high,
        parameters={"sigma": 3.5, "entries_min": 20},
    ),
    JournalTest(
        id="round_amount",
        title="Round sum",
        definition="The amount is a multiple of `multiple_of`.",
        source="AS 2401.61 (round numbers); ISA 240.A45",
        find=_round,
        parameters={"multiple_of": 1_000},
    ),
    JournalTest(
        id="repeated_ending",
        title="Repeated ending",
        definition="One person's amounts end in the same three digits far more often than chance "
        "gives (Poisson tail below `p_max`, at least `times_min` different amounts).",
        source="AS 2401.61 (consistent ending number); ISA 240.A45",
        find=_ending,
        needs=frozenset({"prepared_by"}),
        parameters={"p_max": 1e-6, "times_min": 4},
    ),
    JournalTest(
        id="just_below_limit",
        title="Just below an approval limit",
        definition="The amount is below an approval limit by at most `margin` of it. Limits are "
        "given, or learnt from who approves which amounts.",
        source="ISA 240.A45 (circumvention of controls); practice",
        find=_below_limit,
        needs=frozenset({"approved_by", "prepared_by"}),
        parameters={"margin": 0.05, "limits": None},
    ),
    JournalTest(
        id="benford",
        title="First two digits",
        definition="The amount begins with two digits that significantly too many begin with, at "
        "least `ratio_min` times as many as by Benford's law. Needs 1,150 amounts over two "
        "decades.",
        source="Nigrini, Benford's Law (2012); practice",
        find=_benford,
        parameters={"ratio_min": 1.5},
    ),
)
