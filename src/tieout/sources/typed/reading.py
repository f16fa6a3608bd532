"""How the values of one column are read."""

from dataclasses import dataclass
from typing import Literal

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind

Way = Literal["text", "plain", "amount", "date", "epoch"]

# What stands for a missing value in a column of numbers or moments; compared in lower case.
NULL_WORDS = (
    "", "na", "n/a", "n.a.", "#n/a", "null", "none", "nil", "nan", "nat", "-", "--", "?",
    "unknown", "missing", "blank", "(blank)", "inf", "-inf", "+inf", "infinity", "-infinity",
    "#value!", "#div/0!", "#num!", "#ref!",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a column is and how its cells become that.

    way: `text` as it stands, trimmed; `plain` a number as programs write it, exponents included;
        `amount` a number with currency signs, grouping marks, parentheses or percent signs; `date`
        by patterns; `epoch` a count of seconds since 1970, or of `ticks` to the second.
    why: a sentence for people. doubt: one about dates whose day and month may be the other way
        round.
    """

    kind: Kind
    way: Way
    why: str = ""
    amount: AmountFormat = AmountFormat()
    date: DateFormat = DateFormat()
    ticks: int = 1
    doubt: str = ""

    @property
    def expected(self) -> str:
        """What a reject says should have stood in a cell that could not be read."""
        from tieout.sources.expectations import expected_date

        if self.way == "date":
            return expected_date(self.date)
        if self.way == "epoch":
            return "a whole number that counts from 1970"
        return f"a number such as 1{self.amount.thousands}234{self.amount.decimal}56"


def doubt_about_dates(name: str, reading: Reading) -> tuple[str, str, str]:
    """Subject, decision and reason of what a person has to check about a column's dates."""
    return f"dates of {name}", reading.doubt, "days written as 2024-03-05 leave no doubt"


TEXT = Reading(Kind.CATEGORY, "text", "its values are words or codes")
PLAIN = Reading(Kind.NUMBER, "plain", "its values are numbers")
ISO = Reading(Kind.TIME, "date", "its values are dates")
