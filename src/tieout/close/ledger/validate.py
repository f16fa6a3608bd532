"""What is wrong in a journal: nothing is dropped, each exception names its entry and account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from tieout.close.ledger.model import Assertion
from tieout.close.tasks.dates import Period
from tieout.model.errors import ConservationError
from tieout.model.money import format_amount
from tieout.sources.currencies import CURRENCY_CODES

EXCEPTION_SCHEMA: Final = {
    "kind": pl.String(),
    "severity": pl.String(),
    "entry": pl.String(),
    "account": pl.String(),
    "row": pl.Int64(),
    "amount": pl.Int64(),
    "text": pl.String(),
}


class Kind(StrEnum):
    """Kinds of exception. Held ones keep their entry out of the balances."""

    UNBALANCED = "unbalanced"
    UNKNOWN_ACCOUNT = "unknown_account"
    CLOSED_PERIOD = "closed_period"
    UNKNOWN_CURRENCY = "unknown_currency"
    DUPLICATE_LINE = "duplicate_line"
    DUPLICATE_ENTRY = "duplicate_entry"
    SEQUENCE_GAP = "sequence_gap"
    INCOMPLETE = "incomplete"


HELD: Final = frozenset(
    {
        Kind.UNBALANCED,
        Kind.UNKNOWN_ACCOUNT,
        Kind.CLOSED_PERIOD,
        Kind.UNKNOWN_CURRENCY,
        Kind.DUPLICATE_LINE,
    }
)
_NOTE: Final = frozenset({Kind.SEQUENCE_GAP})
_HOLES_MAX: Final = 50


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a journal is held to.

    accounts: ACCOUNT_SCHEMA, or None where any account will do. locked: closed periods.
    currency: of the whole ledger, None where any known one will do. has_sides: whether signs are
    debits and credits, so that an entry has to balance. is_numbered: whether the file numbers the
    lines of an entry. earlier: account and `moved` of what the ledger holds beside these lines.
    assertions: balances that the file itself states.
    """

    accounts: pl.DataFrame | None = None
    locked: Sequence[Period] = field(default_factory=tuple)
    currency: str | None = None
    has_sides: bool = True
    is_numbered: bool = True
    earlier: pl.DataFrame | None = None
    assertions: Sequence[Assertion] = field(default_factory=tuple)
    scale: int = 2


@dataclass(frozen=True)
class Validated:
    """lines: those of the input with `held` (bool). exceptions: EXCEPTION_SCHEMA, by row."""

    lines: pl.DataFrame
    exceptions: pl.DataFrame

    @property
    def kept(self) -> pl.DataFrame:
        """Lines of sound entries."""
        return self.lines.filter(~pl.col("held")).drop("held")


def validate(lines: pl.DataFrame, rules: Rules) -> Validated:
    """Judge every entry of a journal (LINE_SCHEMA).

    An entry is held as a whole, so that what is kept balances. Completeness is looked at over all
    lines, held ones included: it asks whether the file has them, not whether they are sound.
    """
    found = [
        *([_unbalanced(lines, rules)] if rules.has_sides else []),
        _unknown_accounts(lines, rules),
        _closed(lines, rules),
        _currencies(lines, rules),
        _duplicate_lines(lines) if rules.is_numbered else _doubled(lines),
        _duplicate_entries(lines),
        _gaps(lines),
    ]
    if rules.accounts is not None:
        found.append(incomplete(lines, rules.accounts, earlier=rules.earlier, scale=rules.scale))
    if rules.assertions:
        found.append(_asserted(lines, rules))
    exceptions = pl.concat([_shaped(each) for each in found]).sort(
        "row", "kind", "entry", nulls_last=True
    )
    bad = exceptions.filter(pl.col("severity") == "held")["entry"].unique()
    judged = lines.with_columns(held=pl.col("entry").is_in(bad.implode()))
    if judged.height != lines.height:
        raise ConservationError("validation lost lines of the journal")
    return Validated(judged, exceptions)


def _shaped(found: pl.DataFrame) -> pl.DataFrame:
    held = [str(kind) for kind in HELD]
    notes = [str(kind) for kind in _NOTE]
    severity = (
        pl.when(pl.col("kind").is_in(held))
        .then(pl.lit("held"))
        .when(pl.col("kind").is_in(notes))
        .then(pl.lit("note"))
        .otherwise(pl.lit("warning"))
    )
    return found.with_columns(severity.alias("severity")).select(
        [pl.col(name).cast(kind) for name, kind in EXCEPTION_SCHEMA.items()]
    )


def _as_exceptions(
    kind: Kind,
    frame: pl.DataFrame,
    *,
    text: pl.Expr,
    entry: str | None = "entry",
    account: str | None = None,
    amount: str | None = None,
) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return frame.select(
        kind=pl.lit(str(kind)),
        entry=pl.col(entry) if entry else nothing,
        account=pl.col(account) if account else nothing,
        row=pl.col("row") if "row" in frame.columns else pl.lit(None, pl.Int64),
        amount=pl.col(amount) if amount else pl.lit(None, pl.Int64),
        text=text,
    )


def money(column: str, scale: int) -> pl.Expr:
    """An amount for people."""
    return pl.col(column).map_elements(
        lambda units: format_amount(units, scale), return_dtype=pl.String
    )


def _unbalanced(lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    sums = (
        lines.group_by("entry", "currency", maintain_order=True)
        .agg(
            row=pl.col("row").min(),
            net=pl.col("amount").sum(),
            debit=pl.col("amount").clip(lower_bound=0).sum(),
        )
        .filter(pl.col("net") != 0)
        .with_columns(credit=pl.col("debit") - pl.col("net"))
    )
    text = pl.format(
        "debits {} - credits {} = {} {}",
        money("debit", rules.scale),
        money("credit", rules.scale),
        money("net", rules.scale),
        pl.col("currency"),
    )
    return _as_exceptions(Kind.UNBALANCED, sums, text=text, amount="net")


def _unknown_accounts(lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    if rules.accounts is None:
        bad = lines.filter(pl.col("account") == "") if rules.has_sides else lines.clear()
    else:
        bad = lines.filter(~pl.col("account").is_in(rules.accounts["account"].implode()))
    text = pl.format("account '{}' is not in the chart of accounts", pl.col("account"))
    return _as_exceptions(Kind.UNKNOWN_ACCOUNT, bad, text=text, account="account", amount="amount")


def _closed(lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    months = [each.first_day for each in rules.locked]
    month = pl.col("effective").dt.truncate("1mo")
    bad = lines.filter(month.is_in(months)) if months else lines.clear()
    text = pl.format("period {} is locked", pl.col("effective").dt.strftime("%Y-%m"))
    return _as_exceptions(Kind.CLOSED_PERIOD, bad, text=text, account="account", amount="amount")


def _currencies(lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    named = lines.filter(pl.col("currency") != "")
    if rules.currency:
        bad = named.filter(pl.col("currency") != rules.currency)
        text = pl.format("currency {}, and the ledger is kept in {}", "currency",
                         pl.lit(rules.currency))  # fmt: skip
    else:
        bad = named.filter(~pl.col("currency").is_in(sorted(CURRENCY_CODES)))
        text = pl.format("currency '{}' is no known one", "currency")
    return _as_exceptions(Kind.UNKNOWN_CURRENCY, bad, text=text, account="account", amount="amount")


def _duplicate_lines(lines: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("row").min().over("entry", "line")
    bad = lines.with_columns(first=first).filter(pl.col("row") != pl.col("first"))
    text = pl.format("line {} of entry {} stands already in row {}", "line", "entry", "first")
    return _as_exceptions(Kind.DUPLICATE_LINE, bad, text=text, account="account", amount="amount")


def _doubled(lines: pl.DataFrame) -> pl.DataFrame:
    """Entries of a file without line numbers, each line of which stands in it twice or more."""
    same = ["entry", "account", "amount", "currency", "effective", "document", "description",
            "counterparty", "prepared_by", "posted_at"]  # fmt: skip
    counted = lines.with_columns(
        times=pl.len().over(same), at=pl.int_range(pl.len()).over(same)
    ).with_columns(least=pl.col("times").min().over("entry"))
    bad = counted.filter((pl.col("least") > 1) & (pl.col("at") > 0))
    text = pl.format("entry {} has each of its lines {} times", "entry", "least")
    return _as_exceptions(Kind.DUPLICATE_LINE, bad, text=text, account="account", amount="amount")


def _duplicate_entries(lines: pl.DataFrame) -> pl.DataFrame:
    """Entries with another number and the same lines, day, document and words.

    Without a document an entry is told by its words, where the file has no documents at all.
    """
    told = "document" if (lines["document"] != "").any() else "description"
    entries = lines.group_by("entry", maintain_order=True).agg(
        pl.col("row").min(),
        pl.struct("account", "amount", "currency", "effective", "document", "description",
                  "counterparty", "prepared_by", "posted_at").sort().hash(seed=0)
        .sum().alias("print"),
        pl.len().alias("count"),
        pl.col(told).first(),
    )  # fmt: skip
    again = entries.filter(pl.col(told) != "").with_columns(
        first=pl.col("entry").first().over("print", "count")
    )
    bad = again.filter(pl.col("entry") != pl.col("first"))
    text = pl.format("says the same as entry {}", "first")
    return _as_exceptions(Kind.DUPLICATE_ENTRY, bad, text=text)


def _gaps(lines: pl.DataFrame) -> pl.DataFrame:
    """Numbers that are missing within a series of entry numbers.

    At most 50 at once, or as many as the series has: a larger step begins another block.
    """
    digits = pl.col("entry").str.extract(r"(\d{1,15})$")
    numbers = (
        lines.select("entry", "row")
        .unique("entry", keep="first", maintain_order=True)
        .with_columns(
            series=pl.col("entry").str.replace(r"\d+$", ""),
            number=digits.cast(pl.Int64, strict=False),
            width=digits.str.len_chars(),
        )
        .drop_nulls("number")
        .sort("series", "number")
        .with_columns(before=pl.col("number").shift(1).over("series"))
        .with_columns(missing=pl.col("number") - pl.col("before") - 1)
        .with_columns(most=pl.len().over("series").clip(lower_bound=_HOLES_MAX))
        .filter((pl.col("missing") > 0) & (pl.col("missing") <= pl.col("most")))
    )

    def shown(number: pl.Expr) -> pl.Expr:
        return number.cast(pl.String).str.zfill(pl.col("width"))

    text = pl.format(
        "{} numbers are missing before it: {}{} to {}{}", "missing", "series",
        shown(pl.col("before") + 1), "series", shown(pl.col("number") - 1),
    )  # fmt: skip
    one = pl.format("{}{} is missing before it", "series", shown(pl.col("number") - 1))
    words = pl.when(pl.col("missing") == 1).then(one).otherwise(text)
    return _as_exceptions(Kind.SEQUENCE_GAP, numbers, text=words)


def incomplete(
    lines: pl.DataFrame,
    accounts: pl.DataFrame,
    *,
    earlier: pl.DataFrame | None = None,
    scale: int,
) -> pl.DataFrame:
    """Accounts whose opening balance and movements do not make their closing balance.

    earlier: account and `moved` of lines beside these.
    """
    parts = [lines.select("account", moved=pl.col("amount"))]
    if earlier is not None:
        parts.append(earlier.select("account", pl.col("moved").cast(pl.Int64)))
    movements = pl.concat(parts).group_by("account").agg(pl.col("moved").sum())
    compared = (
        accounts.drop_nulls(["opening", "closing"])
        .join(movements, on="account", how="left")
        .with_columns(pl.col("moved").fill_null(0))
        .with_columns(missing=pl.col("closing") - pl.col("opening") - pl.col("moved"))
        .filter(pl.col("missing") != 0)
    )
    text = pl.format(
        "opening {} + movements {} = {}, and the trial balance says {}: {} missing",
        money("opening", scale),
        money("moved", scale),
        (pl.col("opening") + pl.col("moved")).map_elements(
            lambda units: format_amount(units, scale), return_dtype=pl.String
        ),
        money("closing", scale),
        money("missing", scale),
    )
    return _as_exceptions(
        Kind.INCOMPLETE, compared, text=text, entry=None, account="account", amount="missing"
    )


def _asserted(lines: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Balances that the file states and its postings do not make."""
    wrong = []
    for each in rules.assertions:
        of_account = pl.col("account") == each.account
        until = pl.col("effective") < each.day
        if each.before_day:
            of_account |= pl.col("account").str.starts_with(f"{each.account}:")
        else:
            until |= (pl.col("effective") == each.day) & (pl.col("row") <= each.row)
        counted = lines.filter(of_account & until & (pl.col("currency") == each.currency))
        made = int(counted["amount"].sum())
        if made != each.amount:
            says, is_made, off = (
                format_amount(units, rules.scale)
                for units in (each.amount, made, each.amount - made)
            )
            text = f"balance of {each.day} says {says}, and the postings make {is_made}: {off} off"
            wrong.append((each.row, each.account, each.amount - made, text))
    frame = pl.DataFrame(
        wrong,
        schema={"row": pl.Int64, "account": pl.String, "off": pl.Int64, "text": pl.String},
        orient="row",
    )
    return _as_exceptions(
        Kind.INCOMPLETE, frame, text=pl.col("text"), entry=None, account="account", amount="off"
    )
