"""Tests of whether the journal is whole and adds up."""

import polars as pl

from tieout.close.journal.book import Book
from tieout.close.journal.definition import JournalTest, Parameters, amount_text, hits, number
from tieout.close.ledger.validate import incomplete


def _unbalanced(book: Book, _: Parameters) -> pl.DataFrame:
    found = book.entries.filter(pl.col("net") != 0)
    text = pl.format("debits {} less credits leave {}", amount_text(book), amount_text(book, "net"))
    return hits(found, text=text, score=pl.col("net").abs())


def _roll_forward(book: Book, _: Parameters) -> pl.DataFrame:
    places = book.accounts.select("account", place=pl.int_range(0, pl.len(), dtype=pl.Int64))
    found = incomplete(book.lines, book.accounts, scale=book.scale)
    return found.join(places, on="account").select(
        "place", score=pl.col("amount").abs().cast(pl.Float64), text="text"
    )


def _duplicates(book: Book, parameters: Parameters) -> pl.DataFrame:
    """The same accounts, amount and party (or document) again within some days."""
    ordered = (
        book.entries.filter(pl.col("amount") > 0)
        .with_columns(
            same=pl.len().over("pair", "amount"),
            sign=pl.lit(0) if "sides" in book.known else pl.col("net").sign(),
        )
        .sort("posted", "entry_index")
    )
    days = number(parameters, "days")
    found = [
        _repeats(ordered.filter(pl.col(name) != ""), name, days).with_columns(kind=pl.lit(weight))
        for name, weight in (("document", 2.0), ("counterparty", 1.0))
        if name in book.known
    ]
    if not found:
        return hits(book.entries.clear(), text=pl.lit(""))
    # An amount that comes every month is no mistake.
    repeated = (
        pl.concat(found)
        .unique("entry_index", keep="first", maintain_order=True)
        .filter(pl.col("same") <= number(parameters, "times_max"))
    )
    text = pl.format(
        "{} on {} again after {} days, as in entry {}",
        amount_text(book),
        "pair",
        "gap",
        "earlier",
    )
    return hits(repeated, text=text, score=pl.col("kind") + 1.0 / pl.col("same"))


def _repeats(ordered: pl.DataFrame, name: str, days: float) -> pl.DataFrame:
    keys = ["debit", "credit", "amount", "sign", name]
    again = ordered.with_columns(
        earlier=pl.col("entry").shift(1).over(keys),
        gap=(pl.col("posted") - pl.col("posted").shift(1).over(keys)).dt.total_days(),
    )
    return again.filter(pl.col("earlier").is_not_null() & (pl.col("gap") <= days))


def _reversals(book: Book, parameters: Parameters) -> pl.DataFrame:
    """An entry whose two sides another one turns around soon after, in the next period."""
    days = number(parameters, "days")
    entries = book.entries.filter((pl.col("debit") != "") & (pl.col("credit") != ""))
    columns = ["debit", "credit", "amount", "counterparty"]
    turned = entries.select(
        debit="credit", credit="debit", amount="amount", counterparty="counterparty",
        later="entry", later_day="posted", later_month=pl.col("effective").dt.truncate("1mo"),
    )  # fmt: skip
    pairs = entries.join(turned, on=columns).with_columns(
        gap=(pl.col("later_day") - pl.col("posted")).dt.total_days()
    )
    is_other_month = pl.col("later_month") > pl.col("effective").dt.truncate("1mo")
    found = pairs.filter(pl.col("gap").is_between(0, days) & is_other_month)
    found = found.unique("entry_index", keep="first", maintain_order=True)
    text = pl.format("{} is turned around by entry {} {} days later", amount_text(book), "later",
                     "gap")  # fmt: skip
    return hits(found, text=text, score=pl.col("amount"))


def _gaps(book: Book, parameters: Parameters) -> pl.DataFrame:
    most = number(parameters, "most")
    numbered = book.entries.with_columns(
        series=pl.col("entry").str.replace(r"\d+$", ""),
        number=pl.col("entry").str.extract(r"(\d{1,15})$").cast(pl.Int64, strict=False),
    ).drop_nulls("number")
    found = (
        numbered.sort("series", "number")
        .with_columns(missing=pl.col("number") - pl.col("number").shift(1).over("series") - 1)
        .filter(pl.col("missing").is_between(1, most))
    )
    text = pl.format("{} numbers are missing before {}", "missing", "entry")
    return hits(found, text=text, score=pl.col("missing"))


def _splits(book: Book, parameters: Parameters) -> pl.DataFrame:
    """Several entries of one person and party on one day whose sum passes a limit."""
    from tieout.close.journal.limits import approval_limits

    limits = approval_limits(book, parameters)
    if not limits:
        return hits(book.entries.clear(), text=pl.lit(""))
    keys = ["prepared_by", "counterparty", "posted", "pair"]
    grouped = book.entries.filter(pl.col("by_hand") & (pl.col("counterparty") != "")).with_columns(
        parts=pl.len().over(keys),
        together=pl.col("amount").sum().over(keys),
        largest=pl.col("amount").max().over(keys),
    )
    crosses = pl.any_horizontal(
        [(pl.col("largest") < limit) & (pl.col("together") >= limit) for limit in limits]
    )
    found = grouped.filter((pl.col("parts") >= number(parameters, "parts_min")) & crosses)
    text = pl.format(
        "one of {} entries of {} with {} on {}, together {}",
        "parts", "prepared_by", "counterparty", "posted", amount_text(book, "together"),
    )  # fmt: skip
    return hits(found, text=text, score=pl.col("parts"))


TESTS = (
    JournalTest(
        id="unbalanced",
        title="Debits differ from credits",
        definition="The debits and credits of an entry do not sum to zero.",
        source="AS 2401.61; completeness and accuracy of the population",
        find=_unbalanced,
        needs=frozenset({"sides", "entry"}),
    ),
    JournalTest(
        id="roll_forward",
        title="Balances do not roll forward",
        definition="Opening balance and movements of an account do not make its closing balance.",
        source="AS 2401.61; ISA 240.33(a) completeness of the population",
        find=_roll_forward,
        needs=frozenset({"sides", "account", "balances"}),
        subject="account",
    ),
    JournalTest(
        id="duplicate",
        title="Entered twice",
        definition="The same accounts and amount, with the same party or document, again within "
        "`days` days, where that amount is posted at most `times_max` times in all.",
        source="practice",
        find=_duplicates,
        parameters={"days": 60, "times_max": 4},
    ),
    JournalTest(
        id="reversal",
        title="Turned around in the next period",
        definition="An entry that another one reverses within `days` days, in a later month.",
        source="AS 2401.61 (entries reversed after period end); ISA 240.A45",
        find=_reversals,
        needs=frozenset({"sides", "account"}),
        parameters={"days": 45},
    ),
    JournalTest(
        id="sequence_gap",
        title="Numbers are missing",
        definition="Up to `most` numbers are missing in the series before the entry's number.",
        source="AS 2401.61; completeness of the population",
        find=_gaps,
        needs=frozenset({"entry"}),
        parameters={"most": 50},
    ),
    JournalTest(
        id="split",
        title="Split below an approval limit",
        definition="At least `parts_min` entries of one person with one party on one day, each "
        "below an approval limit that their sum passes.",
        source="practice; ISA 240.A45 (circumvention of controls)",
        find=_splits,
        needs=frozenset({"prepared_by", "counterparty"}),
        parameters={"parts_min": 2, "limits": None},
    ),
)
