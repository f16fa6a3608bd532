"""Money at risk: what payments beyond the usual failing ones, or missing ones, amount to."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from tieout.model.money import currency_exponent
from tieout.monitor.episodes import Episode
from tieout.monitor.tally import MONEY_DECIMALS
from tieout.monitor.volume import DROP

AtRisk = tuple[tuple[str, int], ...]

MISSING: Final = (DROP, "missing_data")


def of_incident(episodes: Iterable[Episode]) -> AtRisk:
    """Of episodes that belong together: cells lie within each other, so of each metric the most.

    Silence and a drop are the same events that are missing.
    """
    most: dict[str, dict[str, int]] = {}
    for episode in episodes:
        metric = DROP if episode.metric in MISSING else episode.metric
        mine = most.setdefault(metric, {})
        for name, units in episode.money:
            mine[name] = max(mine.get(name, 0), units)
    whole: AtRisk = ()
    for mine in most.values():
        whole = added(whole, mine)
    return whole


def amounts(money: AtRisk) -> dict[str, str]:
    """By currency, in its own decimals; a currency that nobody named is empty.

    >>> amounts((("EUR", 1234567), ("JPY", 98000)))
    {'EUR': '1234.57', 'JPY': '98'}
    """
    return {name: _text(units, name) for name, units in money}


def of_amounts(amounts: Mapping[str, str]) -> AtRisk:
    """What `amounts` was made of, as far as its decimals tell.

    >>> of_amounts({"EUR": "1234.57", "JPY": "98"})
    (('EUR', 1234570), ('JPY', 98000))
    """
    return tuple(
        (name, int(Decimal(text).scaleb(MONEY_DECIMALS))) for name, text in amounts.items()
    )


def in_words(money: AtRisk | Mapping[str, str]) -> str:
    """In one line, the largest first.

    >>> in_words((("EUR", 1234567), ("JPY", 98000)))
    '1234.57 EUR, 98 JPY'
    """
    named = money if isinstance(money, Mapping) else amounts(money)
    ordered = sorted(named.items(), key=lambda each: (-Decimal(each[1]), each[0]))
    return ", ".join(f"{text} {name}".strip() for name, text in ordered)


def _text(units: int, currency: str) -> str:
    exponent = currency_exponent(currency)
    value = Decimal(units).scaleb(-MONEY_DECIMALS)
    return str(value.quantize(Decimal(1).scaleb(-exponent)))


def added(money: AtRisk, more: Mapping[str, int]) -> AtRisk:
    """The sum by currency."""
    whole = dict(money)
    for name, units in more.items():
        whole[name] = whole.get(name, 0) + units
    return tuple(sorted(whole.items()))
