"""Tests of when an entry was posted, and for when."""

import numpy as np
import polars as pl

from tieout.close.journal.book import Book
from tieout.close.journal.definition import JournalTest, Parameters, amount_text, hits, number

_DAY = pl.col("posted").dt.strftime("%A %Y-%m-%d")


def _day_off(book: Book, _: Parameters) -> pl.DataFrame:
    people = pl.col("by_hand") if "prepared_by" in book.known else pl.lit(value=True)
    found = book.entries.filter(~pl.col("workday") & people)
    return hits(found, text=pl.format("posted on {}", _DAY))


def _backdated(book: Book, parameters: Parameters) -> pl.DataFrame:
    late = (pl.col("posted") - pl.col("effective")).dt.total_days()
    found = book.entries.with_columns(late=late).filter(
        pl.col("late") >= number(parameters, "days_min")
    )
    text = pl.format("posted {} days after it is effective", "late")
    return hits(found, text=text, score=pl.col("late"))


def _forward(book: Book, parameters: Parameters) -> pl.DataFrame:
    early = (pl.col("effective") - pl.col("posted")).dt.total_days()
    found = book.entries.with_columns(early=early).filter(
        pl.col("early") >= number(parameters, "days_min")
    )
    text = pl.format("effective {} days after it was posted", "early")
    return hits(found, text=text, score=pl.col("early"))


def _period_end(book: Book, parameters: Parameters) -> pl.DataFrame:
    """People's large entries in the last days of a month."""
    days = (pl.col("effective").dt.month_end() - pl.col("effective")).dt.total_days()
    least = book.entries["amount"].quantile(number(parameters, "quantile")) or 0.0
    people = pl.col("by_hand") if "prepared_by" in book.known else pl.lit(value=True)
    found = book.entries.filter(
        people
        & (days < number(parameters, "days"))
        & (pl.col("amount") >= least)
        & (pl.col("posted") <= pl.col("effective").dt.month_end())
    )
    text = pl.format("{} by {} on the last days of the month", amount_text(book), "prepared_by")
    return hits(found, text=text, score=pl.col("amount"))


def _post_close(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Posted into a month after the workday on which its books are usually closed.

    That workday is given, or it is the one by which 99 % of what is posted after a month is in.
    """
    given = parameters.get("workday")
    later = book.entries.filter(
        pl.col("posted").dt.truncate("1mo") > pl.col("effective").dt.truncate("1mo")
    )
    if not later.height:
        return hits(later, text=pl.lit(""))
    if given is None:
        counts = later.group_by("close_workday").len().sort("close_workday")
        whole = counts["len"].cum_sum() / later.height
        closed = float(counts["close_workday"].to_numpy()[np.argmax(whole.to_numpy() >= 0.97)])
        closed = min(closed, number(parameters, "workday_max"))
    else:
        closed = float(str(given))
    found = later.filter(pl.col("close_workday") > closed)
    text = pl.format(
        "posted on workday {} after {}, whose books are usually closed by workday {}",
        "close_workday", pl.col("effective").dt.strftime("%Y-%m"), pl.lit(int(closed)),
    )  # fmt: skip
    return hits(found, text=text, score=pl.col("close_workday"))


def _odd_hour(book: Book, parameters: Parameters) -> pl.DataFrame:
    """An hour at which this person has hardly ever posted, neighbouring hours counted with it."""
    timed = book.entries.filter(pl.col("by_hand") & pl.col("posted_at").is_not_null())
    timed = timed.with_columns(hour=pl.col("posted_at").dt.hour())
    if timed.is_empty() or timed["hour"].n_unique() == 1:
        return hits(timed.clear(), text=pl.lit(""))
    near = timed.group_by("prepared_by", "hour").len("here")
    around = (
        pl.concat(
            [
                near.with_columns(hour=((pl.col("hour") + shift) % 24).cast(pl.Int8))
                for shift in (23, 0, 1)
            ]
        )
        .group_by("prepared_by", "hour")
        .agg(pl.col("here").sum())
    )
    counted = timed.join(around, on=["prepared_by", "hour"]).with_columns(
        whole=pl.len().over("prepared_by")
    )
    found = counted.filter(
        (pl.col("here") / pl.col("whole") <= number(parameters, "share_max"))
        & (pl.col("whole") >= number(parameters, "entries_min"))
    )
    text = pl.format("{} posted at {}:00, as in {} of {} entries", "prepared_by", "hour", "here",
                     "whole")  # fmt: skip
    return hits(found, text=text, score=-(pl.col("here") / pl.col("whole")).log())


def _late_for_kind(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Days between effect and posting that are far from what is usual for these accounts."""
    late = (pl.col("posted") - pl.col("effective")).dt.total_days()
    judged = (
        book.entries.with_columns(late=late)
        .filter(pl.col("late") > 0)
        .with_columns(
            whole=pl.len().over("pair"),
            rank=pl.col("late").rank("max", descending=True).over("pair"),
        )
    )
    found = judged.filter(
        (pl.col("rank") / (pl.col("whole") + 1) <= number(parameters, "share_max"))
        & (pl.col("whole") >= number(parameters, "entries_min"))
        & (pl.col("late") >= number(parameters, "days_min"))
    )
    text = pl.format("{} days late; {} of {} entries of {} were", "late",
                     pl.col("rank").cast(pl.Int64), "whole", "pair")  # fmt: skip
    return hits(found, text=text, score=-(pl.col("rank") / pl.col("whole")).log())


TESTS = (
    JournalTest(
        id="day_off",
        title="Posted on a weekend or holiday",
        definition="A person posted it on a day that is no workday.",
        source="AS 2401.61 (timing); practice",
        find=_day_off,
        needs=frozenset({"posted_at"}),
    ),
    JournalTest(
        id="backdated",
        title="Backdated",
        definition="Posted at least `days_min` days after the day on which it is effective.",
        source="AS 2401.61; ISA 240.A45",
        find=_backdated,
        needs=frozenset({"posted_at"}),
        parameters={"days_min": 14},
    ),
    JournalTest(
        id="forward_posted",
        title="Posted ahead",
        definition="Effective at least `days_min` days after it was posted.",
        source="practice",
        find=_forward,
        needs=frozenset({"posted_at"}),
        parameters={"days_min": 5},
    ),
    JournalTest(
        id="late_for_its_kind",
        title="Late for its accounts",
        definition="Among the latest `share_max` of the entries of its pair of accounts that are "
        "posted after their day, of at least `entries_min`, and at least `days_min` days late.",
        source="practice",
        find=_late_for_kind,
        needs=frozenset({"posted_at", "account"}),
        parameters={"share_max": 0.02, "entries_min": 50, "days_min": 10},
    ),
    JournalTest(
        id="period_end",
        title="Large at the end of the period",
        definition="A person's entry of the last `days` days of a month, among the largest "
        "(above the `quantile` of all).",
        source="AS 2401.61 (end of a reporting period); ISA 240.33(a)",
        find=_period_end,
        parameters={"days": 3, "quantile": 0.98},
    ),
    JournalTest(
        id="post_close",
        title="Posted after the close",
        definition="Posted into an earlier month after `workday`, or after the workday by which "
        "97 % of such entries are in (`workday_max` at the latest).",
        source="AS 2401.61 (post-closing entries); ISA 240.33(a)",
        find=_post_close,
        needs=frozenset({"posted_at"}),
        parameters={"workday": None, "workday_max": 10},
    ),
    JournalTest(
        id="odd_hour",
        title="Posted at an odd hour",
        definition="At most `share_max` of this person's entries, of at least `entries_min`, were "
        "posted within an hour of that time of day.",
        source="practice",
        find=_odd_hour,
        needs=frozenset({"posted_at", "prepared_by"}),
        parameters={"share_max": 0.005, "entries_min": 100},
    ),
)
