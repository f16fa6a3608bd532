"""One number for each way in which a payment can be unlike the past; larger is odder."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from tieout.detect.behaviour.timeline import Booleans, Floats

if TYPE_CHECKING:
    import polars as pl

HABIT_ROWS_MIN = 5
AMOUNT_ROWS_MIN = 3
BURST_MIN = 3
KM_MIN = 50.0
REPEAT_SECONDS_MAX = 3_600.0
RARE_SHARE_MAX = 0.2
NEW_DAYS_MAX = 1.0


# Of some rows, or of one.
Odd: TypeAlias = "Floats | float"


class Features(Protocol):
    """Features of some rows or of one by name, as floats, NaN where null."""

    def __getitem__(self, name: str) -> Any:
        """One of them."""
        ...

    def has(self, *names: str) -> bool:
        """Whether there are such features."""
        ...


class Single(dict[str, float]):
    """The features of one row."""

    def __init__(self, features: Mapping[str, float | None]) -> None:
        super().__init__(
            {
                name: value if type(value) is float else _float_or_nan(value)
                for name, value in features.items()
            }
        )

    def has(self, *names: str) -> bool:
        """Whether there are such features."""
        return self.keys() >= set(names)


def _float_or_nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


class Columns:
    """The features of a table."""

    def __init__(self, features: "pl.DataFrame") -> None:
        self._features = features

    def __getitem__(self, name: str) -> Floats:
        import polars as pl

        values: Floats = self._features[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        return values

    def has(self, *names: str) -> bool:
        """Whether there are such features."""
        return all(name in self._features.columns for name in names)


@dataclass(frozen=True)
class Aspect:
    """needs: features. odd: their score for each row, NaN where there is nothing to say.

    usual: scores of history to calibrate on, where they are more than those of `odd`.
    """

    needs: tuple[str, ...]
    odd: Callable[[Features], Any]
    usual: Callable[[Features], Any] | None = None


def _where(condition: "Booleans | bool", values: Callable[[], Odd]) -> Odd:
    """NaN where the condition does not hold; of one row nothing is computed then."""
    if isinstance(condition, bool):
        return values() if condition else math.nan
    kept: Floats = np.where(condition, values(), np.nan)
    return kept


def _or(values: Odd, other: Odd) -> Odd:
    """Where a value is NaN, the other."""
    if isinstance(values, float):
        return other if math.isnan(values) else values
    kept: Floats = np.where(np.isnan(values), other, values)
    return kept


def _log(values: Odd) -> Odd:
    """Of one value too by the library that is asked for many: equal to the last bit."""
    if isinstance(values, float):
        return -math.inf if values == 0.0 else float(np.log(values))
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(values)
    return logs


def _log_of_one_more(values: Odd) -> Odd:
    found = np.log1p(values)
    return float(found) if isinstance(values, float) else found


def _amount(columns: Features) -> Odd:
    """Against the customer's amounts, by their spread and in plain times, and by category."""

    def odd() -> Odd:
        own = columns["amount_own_z"]
        usual = columns["amount_usual_z"] if columns.has("amount_usual_z") else own
        # Nothing paid is no payment too large: its logarithm is less than any.
        found: Odd = own + 0.5 * _or(usual, own) + _log(columns["amount_own_times"])
        return found

    return _where(columns["amount_own_rows"] >= AMOUNT_ROWS_MIN, odd)


def _of_all(columns: Features) -> Odd:
    found: Odd = columns["amount_all_z"]
    return found


def _level(columns: Features) -> Odd:
    """Against all payments like it, where the customer's own are too few to tell."""
    own = _or(columns["amount_own_rows"], 0.0)
    return _where(own < AMOUNT_ROWS_MIN, lambda: _of_all(columns))


def _hour(columns: Features) -> Odd:
    enough = columns["rows_before"] >= HABIT_ROWS_MIN
    return _where(enough, lambda: -_log(columns["hour_share"]))


def _burst(columns: Features) -> Odd:
    count = columns["burst_10m"]
    return _where(count >= BURST_MIN, lambda: count)


def _travel(columns: Features) -> Odd:
    """Speed, where it went farther than a position's own inaccuracy can make of a short time."""
    speed = columns["km_per_hour_away"]
    return _where(columns["km_from_last"] >= KM_MIN, lambda: _log_of_one_more(speed))


def share_before(columns: Features, name: str) -> Odd:
    """Share of the customer's earlier rows with this value, half a row added."""
    share: Odd = (columns[f"{name}_seen_before"] + 0.5) / (columns["rows_before"] + 1.0)
    return share


def _country(columns: Features) -> Odd:
    """New or nearly so: a country first seen within a day that is still a small share of rows.

    Past its first row a trip goes on; a thief does as well, so that a day counts.
    """
    share = share_before(columns, "country")
    fresh = (share < RARE_SHARE_MAX) & (columns["country_known_days"] < NEW_DAYS_MAX)
    return _where(fresh & (columns["rows_before"] >= HABIT_ROWS_MIN), lambda: -_log(share))


def _rare(name: str) -> Callable[[Features], Odd]:
    def odd(columns: Features) -> Odd:
        enough = columns["rows_before"] >= HABIT_ROWS_MIN
        return _where(enough, lambda: -_log(share_before(columns, name)))

    return odd


def _device(columns: Features) -> Odd:
    new = _or(columns["new_device"], 0.0) > 0
    return _where(new, lambda: _log_of_one_more(columns["rows_before"]))


def _repeat(columns: Features) -> Odd:
    gap = columns["seconds_since_same_amount"]
    return _where(gap <= REPEAT_SECONDS_MAX, lambda: -_log_of_one_more(gap))


# Found on their own, each with a p-value that counts in the smallest of all.
ALONE: Mapping[str, Aspect] = MappingProxyType(
    {
        "amount": Aspect(("amount_own_z", "amount_own_rows", "amount_own_times"), _amount),
        # A customer's first payments are few; how odd an amount is among all is told by all.
        "level": Aspect(("amount_all_z", "amount_own_rows"), _level, usual=_of_all),
        "hour": Aspect(("hour_share",), _hour),
        "burst": Aspect(("burst_10m",), _burst),
        "travel": Aspect(("km_from_last", "km_per_hour_away"), _travel),
        "country": Aspect(("country_seen_before", "country_known_days"), _country),
        "repeat": Aspect(("seconds_since_same_amount",), _repeat),
    }
)
# Too common to be looked at alone; they add to others.
ADDED: Mapping[str, Aspect] = MappingProxyType(
    {
        "device": Aspect(("new_device",), _device),
        "merchant": Aspect(("merchant_seen_before",), _rare("merchant")),
        "category": Aspect(("category_seen_before",), _rare("category")),
    }
)
_ASPECTS: Mapping[str, Aspect] = MappingProxyType({**ALONE, **ADDED})
# Two channels more: the sum of aspects, and that sum with the best one of the same card nearby.
TOGETHER = "together"
COMPANY = "company"
# How much of each goes into the sum: new merchants and categories go together, so half of each.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "amount": 1.0,
        "level": 1.0,
        "hour": 1.0,
        "country": 1.0,
        "device": 1.0,
        "merchant": 0.5,
        "category": 0.5,
    }
)
FEATURES_NEEDED = frozenset(
    [name for aspect in (*ALONE.values(), *ADDED.values()) for name in aspect.needs]
    + ["amount_usual_z", "amount_own_median", "amount_own_times", "hour", "hour_near_before"]
    + ["amount_all_level", "amount_all_rows", "amount_all_median"]
    + ["countries_before", "rows_before"]
)


def known_aspects(columns: Features) -> tuple[str, ...]:
    """The aspects whose features are there."""
    return tuple(name for name, aspect in _ASPECTS.items() if columns.has(*aspect.needs))


def odd_scores(columns: Features, aspects: Sequence[str] | None = None) -> dict[str, Any]:
    """Some aspects' scores for each row, or for the one; None: of those that are known."""
    names = known_aspects(columns) if aspects is None else aspects
    return {name: _ASPECTS[name].odd(columns) for name in names}


def usual_scores(columns: Features, odd: Mapping[str, Floats]) -> dict[str, Floats]:
    """What each aspect's scores are calibrated on: of history, `odd` unless it says otherwise."""
    return {
        name: scores if (usual := _ASPECTS[name].usual) is None else usual(columns)
        for name, scores in odd.items()
    }


def company(
    scores: Floats, who: Floats, time_us: Floats, *, hours: float = 2.0, neighbours: int = 3
) -> Floats:
    """A row's score and the best one of the same card's rows nearby, added up; NaN if alone.

    scores: of each row. who: a number for the card (negative: none). time_us: microseconds, NaN
    if unknown. A thief seldom stops at one payment; up to three rows before and after count.
    """
    best = np.full(len(scores), np.nan)
    order = np.lexsort((time_us, who))
    for step in (*range(1, neighbours + 1), *range(-neighbours, 0)):
        other = np.roll(order, step)
        apart = np.abs(time_us[other] - time_us[order])
        near = (who[other] == who[order]) & (who[order] >= 0) & (other != order)
        with np.errstate(invalid="ignore"):
            near &= apart <= hours * 3.6e9
        best[order[near]] = np.fmax(best[order[near]], scores[other[near]])
    together: Floats = scores + best
    return together
