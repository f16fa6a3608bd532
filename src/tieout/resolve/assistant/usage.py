"""What was asked and what it cost, and whether the budget has room for more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tieout.resolve.config.assistant import AssistantBudget, AssistantPrices

_MILLION: Final = Decimal(1_000_000)
# English has about four signs a token; three count it rather too dear.
_SIGNS_PER_TOKEN: Final = 3
Spent = Callable[[datetime], "Usage"]


class Outcome(StrEnum):
    """How a question ended. refused: its answer broke a rule. skipped: it was not asked."""

    ANSWERED = "answered"
    CACHED = "cached"
    REFUSED = "refused"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Requests and tokens, and their cost in the currency of the prices."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=self.cost + other.cost,
        )


def cost_of(input_tokens: int, output_tokens: int, prices: AssistantPrices) -> Decimal:
    """Exact, in the prices' currency.

    >>> cost_of(1_000, 500, AssistantPrices(input_per_million=2, output_per_million=8))
    Decimal('0.006')
    """
    paid = input_tokens * prices.input_per_million + output_tokens * prices.output_per_million
    return paid / _MILLION


def at_most(signs: int, answer_tokens_max: int, prices: AssistantPrices) -> Usage:
    """What a question of so many signs may use; kept free before it is asked."""
    tokens = signs // _SIGNS_PER_TOKEN + 1
    return Usage(
        requests=1,
        input_tokens=tokens,
        output_tokens=answer_tokens_max,
        cost=cost_of(tokens, answer_tokens_max, prices),
    )


def over_budget(budget: AssistantBudget, spent: Spent, more: Usage, now: datetime) -> str:
    """Which limit `more` would pass, in a few words; blank where there is room.

    spent: what was used from a moment on.
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if budget.tokens_per_day is not None or budget.cost_per_day is not None:
        used = spent(day) + more
        if budget.tokens_per_day is not None and used.tokens > budget.tokens_per_day:
            return "the day's tokens are used up"
        if budget.cost_per_day is not None and used.cost > budget.cost_per_day:
            return "the day's budget is used up"
    if budget.cost_per_month is not None:
        used = spent(day.replace(day=1)) + more
        if used.cost > budget.cost_per_month:
            return "the month's budget is used up"
    return ""
