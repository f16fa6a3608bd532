"""Exact money: integer minor units with ISO 4217 exponents."""

from dataclasses import dataclass
from decimal import Decimal

# ISO 4217 lists these exponents; every other active currency has two decimals.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
EXPONENT_DEFAULT = 2


def currency_exponent(currency: str) -> int:
    """Decimals of a currency's minor unit by ISO 4217; 2 where the code is unknown.

    >>> currency_exponent("EUR"), currency_exponent("JPY"), currency_exponent("KWD")
    (2, 0, 3)
    """
    return _EXPONENTS.get(currency.upper(), EXPONENT_DEFAULT)


def minor_unit(currency: str, scale: int) -> int:
    """The smallest amount of `currency`, in units of 10**-scale.

    >>> minor_unit("EUR", 2), minor_unit("JPY", 2), minor_unit("KWD", 2)
    (1, 100, 1)
    """
    return int(10 ** max(0, scale - currency_exponent(currency)))


def to_decimal(units: int, scale: int) -> Decimal:
    """Exact decimal of an integer amount in units of 10**-scale.

    >>> to_decimal(-10290, 2)
    Decimal('-102.90')
    """
    return Decimal(units).scaleb(-scale)


def format_amount(units: int, scale: int) -> str:
    """An amount for people, thousands separated.

    >>> format_amount(-1234567, 2)
    '-12,345.67'
    """
    return f"{to_decimal(units, scale):,.{scale}f}"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount: `minor` units of `currency` (10**-exponent of its major unit).

    >>> Money.parse("12.34", "EUR") + Money(1, "EUR")
    Money(minor=1235, currency='EUR')
    """

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read a plain decimal number. Raises ValueError when it has sub-minor digits."""
        scaled = Decimal(text).scaleb(currency_exponent(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{text} has more decimals than {currency} allows")
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        return f"{format_amount(self.minor, currency_exponent(self.currency))} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up without a rate")
        return other
