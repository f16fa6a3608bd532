"""How a text column writes its amounts and dates."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class AmountFormat(BaseModel):
    """How amounts are written in one column. Signs, parentheses and trailing minus always read.

    `decimal` is the decimal mark; `thousands` the grouping mark ("" for none, " " also covers
    no-break spaces). Currency signs and codes around the number are dropped.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    plain: Annotated[
        bool, Field(description="Every sampled value is an optional minus, digits and a point.")
    ] = False
    unwritten_decimals: Annotated[
        int, Field(ge=0, le=6, description="2 where 1234 stands for 12.34, as with cents.")
    ] = 0


class DateFormat(BaseModel):
    """How dates are written in one column: strptime patterns, tried in this order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patterns: tuple[str, ...] = ("%Y-%m-%d",)
