"""What is told of one payment against the past: names, places among the numbers, and types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tieout.detect.behaviour.firsts import plural, short
from tieout.detect.live.state import ACTING, FIRSTS

Value: TypeAlias = float | int | bool | None


@dataclass(frozen=True, slots=True)
class Group:
    """Features that are computed together. first: their place among all; bit: asks for them."""

    first: int
    bit: int
    names: tuple[str, ...]


def _firsts() -> tuple[str, ...]:
    return tuple(
        name
        for role in FIRSTS
        for name in (
            f"{short(role)}_seen_before",
            f"{plural(short(role))}_before",
            f"{short(role)}_known_days",
            f"new_{short(role)}",
        )
    )


def _groups() -> dict[str, Group]:
    names = {
        "clock": ("hour", "is_night", "hour_near_before", "hour_share"),
        "pace": ("rows_before", "seconds_since_last", "gap_variation"),
        "amounts": (
            *("amount_own_rows", "amount_own_median", "amount_own_times", "amount_own_z"),
            "amount_usual_z",
        ),
        "level": ("amount_all_level", "amount_all_rows", "amount_all_median", "amount_all_z"),
        "burst": ("burst_10m",),
        "travel": ("km_from_last", "km_per_hour", "km_per_hour_away"),
        "firsts": _firsts(),
        "repeats": ("seconds_since_same_amount",),
        "crowds": ("merchant_cards_10m", "device_cards_1d", "customer_count_1m"),
        "limits": ("limit_just_above", "near_limit_count_7d", "near_limit_sum_7d"),
        "statuses": (
            *("is_chargeback", "chargebacks_90d", "rows_90d"),
            *(f"{role}_refused_1d" for role in ACTING),
        ),
    }
    found, first = {}, 0
    for place, (group, features) in enumerate(names.items()):
        found[group] = Group(first, 1 << place, features)
        first += len(features)
    return found


# Numbers for the compiled parts, which know them by where a group begins.
GROUPS: Final[Mapping[str, Group]] = _groups()
ORDER: Final = tuple(name for group in GROUPS.values() for name in group.names)
AT: Final[Mapping[str, int]] = {name: place for place, name in enumerate(ORDER)}
LIVE_FEATURES: Final = frozenset(ORDER)
# What a record without a time has all the same.
TIMELESS: Final = GROUPS["amounts"].bit | GROUPS["level"].bit

_TRUTHS: Final = frozenset(name for name in ORDER if name.startswith(("is_", "new_")))
_FRACTIONS: Final = frozenset(
    {
        *("hour_share", "seconds_since_last", "gap_variation", "seconds_since_same_amount"),
        *("amount_own_median", "amount_own_times", "amount_own_z", "amount_usual_z"),
        *("amount_all_median", "amount_all_z", *GROUPS["travel"].names),
        *("limit_just_above", "near_limit_sum_7d"),
        *(name for name in ORDER if name.endswith("_known_days")),
    }
)


def value_of(name: str, number: float) -> Value:
    """A feature as a table has it: a count, a fraction, true or false; None where nothing is told.

    >>> value_of("hour", 23.0), value_of("is_night", 0.0), value_of("hour_share", float("nan"))
    (23, False, None)
    """
    if number != number:  # noqa: PLR0124 - NaN alone is not equal to itself
        return None
    if name in _FRACTIONS:
        return number
    return bool(number) if name in _TRUTHS else int(number)


def number_of(value: Any) -> float:
    """As the compiled parts have it: NaN for None."""
    return float("nan") if value is None else float(value)
