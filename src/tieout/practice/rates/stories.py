"""What goes wrong on the way of a payment, and what only looks as if it did."""

from dataclasses import dataclass
from typing import Final

from tieout.practice.rates.cells import Condition, where
from tieout.practice.rates.incidents import Effect
from tieout.practice.rates.statuses import BACKEND_REVERSED, DENIED, FAILED, REVERSED, TIMEOUT


@dataclass(frozen=True)
class Story:
    """minutes: how long its incidents last, about, one after the other; conditions likewise."""

    kind: str | None
    metric: str
    minutes: tuple[int, ...]
    conditions: tuple[Condition, ...]
    effect: Effect


# The first round of all seven shows each of 8, 20, 35, 50 and 75 minutes.
STORIES: Final = (
    Story(
        "ACQUIRER_TIMEOUT",
        "timeout",
        (35, 50, 20, 65),
        (
            where(acquirer="A2"),
            where(acquirer="A2", card_type="debit"),
            where(acquirer="A3"),
            where(acquirer="A1", card_type="credit"),
        ),
        Effect("sudden", turned=((TIMEOUT, 0.5), (FAILED, 0.2)), auth_code="68"),
    ),
    Story(
        "ISSUER_DECLINE",
        "denied",
        (75, 20, 50, 8, 35),
        (
            where(card_type="credit"),
            where(card_type="prepaid"),
            where(card_type="debit"),
            where(channel="online", card_type="credit"),
        ),
        Effect("sudden", turned=((DENIED, 0.6),), auth_code="91"),
    ),
    Story(
        "LATENCY_CREEP",
        "latency_p95",
        (50, 75, 35),
        (where(acquirer="A1"), where(channel="online"), where(acquirer="A3"), where(channel="app")),
        Effect("creeping", slower=5.0),
    ),
    Story(
        "VOLUME_DROP",
        "volume",
        (20, 35, 75, 50),
        (where(channel="pos"), where(channel="online"), where(channel="pos", acquirer="A1")),
        Effect("sudden", volume=0.06),
    ),
    Story(
        "VOLUME_SURGE",
        "volume",
        (8, 20, 35),
        (
            where(channel="online", product="purchase"),
            where(channel="app"),
            where(channel="pos", acquirer="A2"),
        ),
        Effect("sudden", volume=4.0),
    ),
    Story(
        "REVERSAL_STORM",
        "reversed",
        (20, 8, 35),
        (
            where(channel="pos"),
            where(acquirer="A1", product="purchase"),
            where(channel="online", acquirer="A2"),
        ),
        Effect("sudden", turned=((REVERSED, 0.35), (BACKEND_REVERSED, 0.15))),
    ),
    Story(
        "SLOW_DRIFT",
        "failed",
        (120, 145),
        (where(acquirer="A3"), where(channel="app"), where(acquirer="A2")),
        Effect("creeping", turned=((FAILED, 0.25),), auth_code="96"),
    ),
)

# People come because of an advertisement, and pay as always.
CAMPAIGN: Final = Story(
    None,
    "volume",
    (150,),
    (where(channel="online"), where(channel="app"), Condition()),
    Effect("swelling", volume=1.6),
)
# A handful of cards is declined when there is little else.
NIGHT_NOISE: Final = Story(
    None,
    "denied",
    (15, 25),
    (Condition(),),
    Effect("sudden", turned=((DENIED, 0.5),), auth_code="51"),
)
NIGHT_NOISE_ROWS: Final = 3.0
